// The console: talking to people.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { shot, until } from "./browser.mjs";
import { desk, openConsole, openMine, person } from "./console-room.mjs";

describe("talking", () => {
  test("accept, talk, close: the person's words arrive live, ours are sent once", async () => {
    person(7, "Ivan", "A human, please");
    const console = await openConsole();
    await console.row("Ivan").click();
    await console.button("Accept").click();
    await console.page.getByText("You answer").waitFor();
    await console.write("Good morning!");
    await console.message("Good morning!").waitFor();
    desk.say(7, "person", "At last");
    await console.message("At last").waitFor();
    await until(() => desk.orders("read").at(-1)?.seq === desk.chats.get(7).messages.length, "it is read");
    await console.button("Close chat").click();
    await console.page.getByRole("dialog").getByRole("button", { name: "Close chat" }).click();
    await console.page.getByText("The chat was closed").waitFor();
    assert.equal(desk.orders("say").length, 1);
    assert.deepEqual(desk.chats.get(7).messages.map((m) => m.author), ["person", "platform", "operator", "person", "platform"]);
  });

  test("whoever is accepted is not counted among the waiting any more, at once", async () => {
    person(7, "Ivan", "A human, please");
    const console = await openConsole("#/waiting/7");
    await console.button("Accept").waitFor();
    await until(async () => (await console.folder("Waiting").innerText()) === "Waiting\n1", "counted");
    desk.emit = () => {}; // the stream is slow, and the server's own count never comes
    desk.interfere = ({ req, path }) => req.method === "GET" && path === "/conversations";
    await console.button("Accept").click();
    await console.page.getByText("You answer").waitFor();
    assert.deepEqual(await console.names(), []);
    assert.equal(await console.folder("Waiting").innerText(), "Waiting");
    assert.equal(await console.folder("Mine").innerText(), "Mine\n1");
  });

  test("what a person presses is told as what it does", async () => {
    const console = await openMine();
    desk.say(7, "person", "/operator");
    await console.page.locator(".event", { hasText: "Calls a human" }).waitFor();
    assert.match(await console.row("Ivan").innerText(), /Calls a human/);
    assert.equal(await console.page.getByText("/operator").count(), 0);
  });

  test("while a long reply is written the end of the talk stays in sight", async () => {
    const console = await openMine();
    for (let n = 0; n < 40; n++) desk.say(7, "person", `word ${n}`);
    await console.message("word 39").waitFor();
    const isAtEnd = () => console.log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight < 2);
    for (const line of ["one", "two", "three", "four"]) {
      await console.composer.pressSequentially(line);
      await console.composer.press("Shift+Enter");
    }
    await until(isAtEnd, "the end");
    assert.equal(await console.button("Jump to newest").count(), 0);
  });

  test("the bot's answer is seen while it is written, and ends as the message", async () => {
    person(7, "Ivan", "How much?", false);
    const console = await openConsole("#/all/7");
    await until(() => [...desk.streams].some((s) => s.watch === 7), "the stream of this conversation");
    desk.emit("delta", { conversation: 7, answer: "1.1", at: 0, text: "It is **39" });
    await until(async () => (await console.draft.innerText()) === "It is 39", "the first words");
    desk.emit("delta", { conversation: 7, answer: "1.1", at: 10, text: "0** roubles" });
    await until(async () => (await console.draft.innerText()) === "It is 390 roubles", "the rest");
    await shot(console.page, "console-streaming");
    desk.emit("end", { conversation: 7, answer: "1.1" });
    desk.say(7, "bot", "It is **390** roubles", { html: "<p>It is <strong>390</strong> roubles</p>" });
    await until(async () => (await console.draft.count()) === 0, "the draft is gone");
    assert.equal(await console.messages.last().locator(".bubble").innerText(), "It is 390 roubles");
  });

  test("typing is shown both ways", async () => {
    const console = await openMine();
    await until(() => [...desk.streams].some((s) => s.watch === 7), "the stream of this conversation");
    desk.emit("typing", { conversation: 7, who: "person" });
    await console.page.getByText("Ivan is typing").waitFor();
    desk.emit("typing", { conversation: 7, who: "operator", name: "Anna Petrova" });
    await console.page.getByText("Anna Petrova is typing").waitFor();
    await console.composer.pressSequentially("Hel");
    const told = () => desk.seen.filter((r) => r.path === "/conversations/7/typing").length;
    await until(() => told() === 1, "the person is told, once for several letters");
    await console.button("Note", true).click();
    await console.composer.pressSequentially("secret");
    assert.equal(told(), 1, "not while a note is written");
  });

  test("what is written while the server is away leaves once when it is back, also after a reload", async () => {
    const console = await openMine();
    await desk.stop();
    await console.write("Into the void");
    await console.page.getByText("Not sent yet").waitFor();
    await desk.restart();
    await until(() => desk.orders("say").length > 0, "it is sent");
    await until(async () => (await console.page.locator(".unsent").count()) === 0, "the mark is gone");
    assert.equal(await console.message("Into the void").count(), 1);

    desk.interfere = ({ res, body }) => body.verb === "say" && (res.destroy(), true);
    await console.write("Not this time");
    await until(() => desk.orders("say").some((o) => o.text === "Not this time"), "a try");
    const [first] = desk.orders("say").filter((o) => o.text === "Not this time");
    desk.interfere = () => false;
    await console.page.reload();
    await until(() => desk.chats.get(7).messages.some((m) => m.text === "Not this time"), "sent after the reload");
    assert.equal(desk.orders("say").at(-1).id, first.id, "under the same id");
    await until(async () => (await console.message("Not this time").count()) === 1, "shown once");
  });

  test("an answer that the server lost on the way back does not double the message", async () => {
    const console = await openMine();
    let lost = 0;
    const { obey } = desk;
    desk.obey = (chat, me, order, res) => {
      if (order.verb !== "say" || lost++ > 0) return obey.call(desk, chat, me, order, res);
      obey.call(desk, chat, me, order, { writeHead() {}, end() {} });
      return res.destroy();
    };
    await console.write("Once only");
    await until(() => lost > 1, "it was tried again");
    await until(async () => (await console.page.locator(".unsent").count()) === 0, "it is confirmed");
    assert.equal(await console.message("Once only").count(), 1);
    assert.equal(desk.chats.get(7).messages.filter((m) => m.text === "Once only").length, 1);
  });

  test("who speaks into a colleague's chat is told who has it, and may take it", async () => {
    person(7, "Ivan", "Hello?");
    desk.take(desk.chats.get(7), desk.operators[1]);
    const console = await openConsole("#/all/7");
    await console.write("Let me");
    await console.page.getByText("Anna Petrova has this chat").first().waitFor();
    await shot(console.page, "console-taken");
    assert.equal(desk.chats.get(7).messages.some((m) => m.text === "Let me"), false);
    await console.button("Take from Anna Petrova and send").click();
    await until(() => desk.chats.get(7).messages.some((m) => m.text === "Let me"), "it is sent");
    await console.page.getByText("You answer").waitFor();
    assert.deepEqual(desk.orders("take").map((o) => o.force), [true]);
    assert.equal(new Set(desk.orders("say").map((o) => o.id)).size, 2, "a new order, under a new id");
  });

  test("words held for a colleague's sake do not say who has the chat when nobody has", async () => {
    person(7, "Ivan", "Hello?");
    const chat = desk.chats.get(7);
    desk.take(chat, desk.operators[1]);
    const console = await openConsole("#/all/7");
    await console.write("Let me");
    await console.page.getByText("Anna Petrova has this chat").first().waitFor();
    Object.assign(chat.row, { state: "closed", operator: null, epoch: chat.row.epoch + 1 });
    desk.emit("conversation", chat.row);
    await console.page.getByText("Not sent: a colleague had this chat.").waitFor();
    assert.equal(await console.page.getByText("Anna Petrova has this chat").count(), 0);
    await console.button("Send again").click();
    await until(() => chat.messages.some((m) => m.text === "Let me"), "it is sent");
  });

  test("two accept at once: the second is told who has it", async () => {
    person(7, "Ivan", "Hello?");
    const console = await openConsole("#/waiting/7");
    const { row } = desk.chats.get(7);
    desk.interfere = ({ body }) => {
      if (body.verb === "take" && !body.force) Object.assign(row, { state: "operator", operator: { id: 2, name: "Anna Petrova" } });
      return false; // nobody was told yet
    };
    await console.button("Accept").click();
    await console.page.getByText("Anna Petrova has this chat").waitFor();
    await console.button("Take from Anna Petrova").last().click();
    await console.page.getByText("You answer").waitFor();
  });

  test("a message that did not arrive says why, and can be sent again", async () => {
    const console = await openMine();
    await console.write("Hello!");
    await console.message("Hello!").waitFor();
    const message = desk.chats.get(7).messages.at(-1);
    const tell = (error, failure) => {
      Object.assign(message, { delivery: "failed", error, failure });
      desk.emit("message", { conversation: 7, message });
    };
    tell("Bad Request: unheard of", null);
    await console.page.getByText("Not delivered: Bad Request: unheard of").waitFor();
    const said = "Forbidden: bot was blocked by the user";
    tell(said, { ru: "человек заблокировал бота", en: "the person has blocked the bot" });
    const words = console.page.getByText("Not delivered: the person has blocked the bot");
    await words.waitFor();
    assert.equal(await console.page.getByText(said).isVisible(), false);
    await words.click();
    await console.page.getByText(said).waitFor();
    await console.button("Send again").click();
    await until(() => desk.orders("say").length === 2, "a second order");
  });

  test("the last own message is edited from the keyboard", async () => {
    const console = await openMine();
    await console.write("Teh answer");
    await console.message("Teh answer").waitFor();
    await console.composer.press("ArrowUp");
    await console.page.getByText("Editing your message").waitFor();
    await console.composer.fill("The answer");
    await console.composer.press("Enter");
    await console.message("The answer").waitFor();
    await console.page.getByText("edited").waitFor();
    assert.equal(await console.composer.inputValue(), "");
  });

  test("a canned reply is found by its name, in the person's language", async () => {
    const console = await openMine();
    await console.composer.fill("/h");
    const options = console.page.getByRole("option");
    assert.deepEqual(await options.locator("b").allInnerTexts(), ["/hello", "/help-hours"]);
    await console.composer.press("ArrowDown");
    await console.composer.press("Enter");
    assert.equal(await console.composer.inputValue(), "Мы отвечаем с 9 до 21.");
    assert.equal(desk.orders("say").length, 0, "it waits to be sent");
  });

  test("a note is never sent to the person", async () => {
    const console = await openMine();
    await console.button("Note", true).click();
    await console.page.getByText("Ivan will never see it").waitFor();
    await console.write("He is angry");
    await console.page.locator("article.note", { hasText: "He is angry" }).waitFor();
    assert.equal(desk.orders("say").length, 0);
    assert.deepEqual(desk.orders("note").map((o) => o.text), ["He is angry"]);
  });

  test("a suggestion is sent, edited or put away", async () => {
    const console = await openMine();
    desk.suggest(7, "We are **open**.");
    const card = console.page.getByRole("region", { name: "The bot suggests" });
    await card.getByRole("button", { name: "Discard" }).click();
    await until(async () => (await card.count()) === 0, "it is put away");
    desk.suggest(7, "We are closed.");
    await card.getByRole("button", { name: "Edit" }).click();
    assert.equal(await console.composer.inputValue(), "We are closed.");
    await console.composer.fill("We are closed, sorry.");
    await console.composer.press("Enter");
    await console.message("We are closed, sorry.").waitFor();
    assert.deepEqual(desk.orders("use").map((o) => o.text), ["We are closed, sorry."]);
    assert.equal(await console.composer.inputValue(), "");
  });

  test("drafts are kept for each conversation, and it is always said who is written to", async () => {
    const console = await openMine(7, "Ivan");
    person(8, "Olga", "Hi");
    await console.composer.fill("to Ivan");
    await console.folder("All").click();
    await console.row("Olga").click();
    await until(async () => (await console.addressee.innerText()).includes("Olga"), "Olga is named");
    assert.equal(await console.composer.inputValue(), "");
    await console.row("Ivan").click();
    await until(async () => (await console.composer.inputValue()) === "to Ivan", "the draft");
    assert.match(await console.addressee.innerText(), /Ivan/);
  });

  test("transfer shows who is free, and gives the chat away", async () => {
    const console = await openMine();
    await console.button("Transfer").click();
    await console.page.getByRole("dialog").getByText("2 places free").waitFor();
    assert.equal(await console.page.getByRole("dialog").getByText("Олег Ким").count(), 0, "who is not enabled is not shown");
    await console.page.getByRole("dialog").getByText("Anna Petrova").click();
    await console.page.getByText("Anna Petrova answers").waitFor();
  });

  test("a dialog asks about the chat that it was opened in, and leaves with it", async () => {
    const console = await openMine();
    person(8, "Olga", "And me?");
    await console.log.focus();
    await console.page.keyboard.press("x");
    await console.page.getByRole("dialog", { name: "Close the chat with Ivan?" }).waitFor();
    await console.go("#/waiting/8");
    await console.addressee.getByText("Olga").waitFor();
    assert.equal(await console.page.getByRole("dialog").count(), 0);
  });

  test("history is loaded upwards, and the place of the reader stays", async () => {
    desk.chat(7, "Ivan");
    for (let n = 1; n <= 120; n++) desk.say(7, n % 2 ? "person" : "bot", `word ${n}`);
    const console = await openConsole("#/all/7");
    await console.message("word 120").waitFor();
    assert.equal(await console.message("word 70").count(), 0);
    await console.button("Show earlier messages").click();
    await console.message("word 21").waitFor({ state: "attached" });
    const top = console.log.evaluate((log) => log.scrollTop);
    assert.ok((await top) > 500, "what was read has not moved away");
    desk.say(7, "person", "word 121");
    await console.button("New messages").click();
    await until(() => console.log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight < 2), "the end");
  });
});

describe("safety", () => {
  test("nothing that people, bots or the server say is run", async () => {
    const evil = "<img src=x onerror='window.pwned=1'><script>window.pwned=1</script>";
    desk.chat(7, evil);
    desk.say(7, "person", `${evil} javascript:window.pwned=1 https://example.com/a?b=1.`, { attachments: [{ kind: "photo", name: evil, url: "javascript:window.pwned=1" }] });
    desk.say(7, "bot", "x", { html: `${evil}<a href="javascript:window.pwned=1">x</a><strong style="position:fixed">kept</strong>` });
    const console = await openConsole("#/all/7");
    await console.messages.nth(1).waitFor();
    assert.equal(await console.page.evaluate(() => window.pwned), undefined);
    assert.equal(await console.page.locator(".log script, .log img, .log a[href^=javascript], .log [style]").count(), 0);
    assert.equal(await console.page.locator(".log strong").innerText(), "kept");
    assert.equal(await console.messages.first().locator("a").getAttribute("href"), "https://example.com/a?b=1");
    assert.ok(console.page.complaints.every((c) => /Content Security Policy/.test(c)), "but for the policy's own refusals");
    console.page.complaints.length = 0;
  });
});
