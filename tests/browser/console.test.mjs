// The console against a desk that tests hold in their hands.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { launch, newPage, PHONE, shot, until } from "./browser.mjs";
import { Console } from "./console.mjs";
import { FakeDesk, busyDay } from "./desk.mjs";
import { problem } from "./hostile.mjs";

const WEB_ROOT = process.env.WEB_ROOT ?? new URL("../../build/web", import.meta.url).pathname;

let browser;
let desk;
let context;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

beforeEach(async () => {
  desk = await new FakeDesk(WEB_ROOT).start();
  context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 } });
});
afterEach(async () => {
  const complaints = context.pages().flatMap((page) => page.complaints ?? []);
  await context.close();
  await desk.stop();
  assert.deepEqual(complaints, [], "a page complained");
});

async function openConsole(hash = "", from = context, login = "vera") {
  const page = await newPage(from, `${desk.url}/console${hash}`);
  return new Console(page).signIn(login, "correct horse");
}

/** A person who has asked something; `waits`: and has called a human. */
function person(id, name, words, waits = true) {
  const chat = desk.chat(id, name);
  desk.say(id, "person", words);
  if (waits) desk.call(id);
  return chat;
}

/** The console with a chat that the operator has. */
async function openMine(id = 7, name = "Ivan", from = context) {
  person(id, name, "Hello?");
  desk.take(desk.chats.get(id), desk.operators[0]);
  const console = await openConsole(`#/mine/${id}`, from);
  await console.message("Hello?").waitFor();
  return console;
}

describe("signing in", () => {
  test("a wrong password is told, the right one opens the desk, and signing out closes it", async () => {
    const page = await newPage(context, `${desk.url}/console`);
    await page.getByLabel("Login").fill("vera");
    await page.getByLabel("Password").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("Login or password is wrong.").waitFor();
    const console = await new Console(page).signIn("vera", "correct horse");
    await console.page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Login").waitFor();
    assert.equal(desk.sessions.size, 0);
  });

  test("too many attempts are told to wait", async () => {
    desk.interfere = ({ res, path }) => path === "/login" && (problem(res, 429, "locked", "", { "Retry-After": "40" }), true);
    const page = await newPage(context, `${desk.url}/console`);
    await page.getByLabel("Login").fill("vera");
    await page.getByLabel("Password").fill("x");
    await page.keyboard.press("Enter");
    await page.getByText("Try again in 40 s.").waitFor();
  });

  test("a session that ends while somebody writes takes nothing away", async () => {
    const console = await openMine();
    await console.composer.fill("Half a sentence");
    desk.sessions.clear();
    await console.composer.fill("Half a sentence, and more");
    for (const stream of desk.streams) stream.res.end();
    await console.page.getByText("Your session is over.").waitFor();
    await shot(console.page, "console-again");
    await console.page.getByLabel("Password").fill("correct horse");
    await console.page.keyboard.press("Enter");
    await until(async () => (await console.page.locator("dialog").count()) === 0, "the dialog is gone");
    assert.equal(await console.composer.inputValue(), "Half a sentence, and more");
    await console.send();
    await until(() => desk.orders("say").length === 1, "it is sent after all");
  });
});

describe("the inbox", () => {
  test("who calls appears at once, with the reason and a number in the title", async () => {
    const console = await openConsole();
    await console.page.getByText("Nobody is waiting").waitFor();
    person(7, "Ivan", "A human, please");
    await console.row("Ivan").waitFor();
    assert.match(await console.row("Ivan").innerText(), /asked for a human/);
    await until(async () => (await console.page.title()).startsWith("(1)"), "the title");
    assert.equal(await console.folder("Waiting").innerText(), "Waiting\n1");
  });

  test("longest waiting first; elsewhere the newest first; what a colleague accepts is gone", async () => {
    const old = new Date(Date.now() - 300_000).toISOString();
    person(1, "First", "a");
    desk.change(1, { since: old });
    person(2, "Second", "b");
    const console = await openConsole();
    assert.deepEqual(await console.names(), ["First", "Second"]);
    desk.take(desk.chats.get(1), desk.operators[1]);
    await until(async () => (await console.names()).join() === "Second", "one is left");
    await console.folder("All").click();
    await until(async () => (await console.names()).join() === "First,Second", "the newest word first");
    assert.match(await console.row("First").innerText(), /Anna Petrova/);
  });

  test("search finds people and words, and Clear gives the folder back", async () => {
    person(1, "Marina", "where is my tent");
    person(2, "James", "sleeping bag");
    const console = await openConsole();
    await console.page.keyboard.press("/");
    await console.page.keyboard.type("tent");
    await until(async () => (await console.names()).join() === "Marina", "the one who said it");
    await console.page.getByLabel("Search people and messages").fill("nothing like it");
    await console.page.getByText("Nothing found").waitFor();
    await console.page.getByRole("button", { name: "Clear" }).click();
    await until(async () => (await console.names()).length === 2, "both again");
  });

  test("what was missed while the line was down is there when it is back", async () => {
    const console = await openMine();
    await desk.stop();
    await console.page.getByText("Connection lost").waitFor();
    await shot(console.page, "console-lost");
    person(8, "Olga", "Anybody?");
    desk.say(7, "person", "Said in the dark");
    await desk.restart();
    await console.message("Said in the dark").waitFor();
    await console.folder("Waiting").click();
    await console.row("Olga").waitFor();
    assert.equal(await console.page.getByText("Connection lost").count(), 0);
  });

  test("off duty is a switch, and says what it means", async () => {
    const console = await openConsole();
    await console.page.getByRole("switch", { name: "On duty" }).click();
    await console.page.getByText("You are off duty").waitFor();
    assert.equal(desk.operators[0].on_duty, false);
  });
});

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

  test("two accept at once: the second is told who has it", async () => {
    person(7, "Ivan", "Hello?");
    const console = await openConsole("#/waiting/7");
    await console.button("Accept").waitFor();
    const { row } = desk.chats.get(7);
    Object.assign(row, { state: "operator", operator: { id: 2, name: "Anna Petrova" } }); // nobody is told yet
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
    Object.assign(message, { delivery: "failed", error: "bot was blocked" });
    desk.emit("message", { conversation: 7, message });
    await console.page.getByText("Not delivered: bot was blocked").waitFor();
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

  test("what came with a message is shown as what it is", async () => {
    const console = await openMine();
    const files = [
      { kind: "photo", url: "/icon.svg", name: "tent.png", mime: "image/png" },
      { kind: "image", url: "/icon.svg", name: "evil.svg", mime: "image/svg+xml" },
      { kind: "voice", url: "/console/api/files/7/2/2", seconds: 4 },
      { kind: "document", url: "/console/api/files/7/2/3", name: "bill.pdf", size: 2_400_000 },
      { kind: "location", latitude: 55.75, longitude: 37.61 },
      { kind: "contact", first_name: "Ivan", phone: "+7900" },
    ];
    desk.say(7, "person", "Look", { attachments: files, reply_to: { text: "Which tent is it?" } });
    const bubble = console.messages.last().locator(".bubble");
    await bubble.getByText("bill.pdf").waitFor();
    assert.deepEqual(await bubble.locator("img").evaluateAll((all) => all.map((img) => img.alt)), ["tent.png"]);
    assert.equal(await bubble.locator("audio").getAttribute("preload"), "none");
    assert.deepEqual(await bubble.locator(".file").allInnerTexts(), ["evil.svg", "bill.pdf\n2.4 MB", "Place", "Ivan, +7900"]);
    assert.equal(await bubble.locator("blockquote").innerText(), "Which tent is it?");
    await shot(console.page, "console-files");
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

describe("alerts", () => {
  test("a notification for who calls and for words in mine, asked for by a button", async () => {
    await context.addInitScript(() => {
      window.shown = [];
      let permission = "default";
      window.Notification = class {
        static get permission() { return permission; }
        static async requestPermission() { permission = "granted"; return permission; }
        constructor(title, options) { window.shown.push(`${title}: ${options.body}`); }
      };
      document.hasFocus = () => false;
    });
    const console = await openMine();
    await console.page.getByRole("button", { name: "Menu" }).click();
    assert.deepEqual(await console.page.evaluate(() => [window.Notification.permission, ...window.shown]), ["default"]);
    await console.page.getByRole("button", { name: "Show notifications" }).click();
    await console.page.getByText("Notifications are shown").waitFor();
    desk.say(7, "person", "Are you there?");
    person(8, "Olga", "Help");
    await until(async () => (await console.page.evaluate(() => window.shown.length)) >= 2, "both");
    assert.deepEqual(await console.page.evaluate(() => window.shown), ["Ivan: Are you there?", "Olga is waiting: Help"]);
  });

  test("where only a worker may show notifications, it does", async () => {
    await context.grantPermissions(["notifications"], { origin: desk.url });
    await context.addInitScript(() => {
      document.hasFocus = () => false;
      window.Notification = class {
        static get permission() { return "granted"; }
        constructor() { throw new TypeError("Illegal constructor"); }
      };
    });
    const console = await openMine();
    desk.say(7, "person", "From a phone?");
    const shown = () => console.page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration("/console/");
      const all = (await registration?.getNotifications()) ?? [];
      return all.map(({ title, body, data }) => [title, body, data].join("|"));
    });
    await until(async () => (await shown()).join() === "Ivan|From a phone?|#/all/7", "the notification");
  });
});

describe("the keyboard", () => {
  test("from the list to a reply and back, without a mouse", async () => {
    person(1, "First", "a");
    desk.change(1, { since: "2020-01-01T00:00:00Z" });
    person(2, "Second", "b");
    const console = await openConsole();
    const press = (key) => console.page.keyboard.press(key);
    await press("j");
    await press("j");
    await press("k");
    await press("j");
    await press("Enter");
    await console.addressee.getByText("Second").waitFor();
    await press("a");
    await console.page.getByText("You answer").waitFor();
    await press("Enter");
    await console.page.keyboard.type("Hi, jkarx?");
    await press("Enter");
    await console.message("Hi, jkarx?").waitFor();
    await press("Escape");
    await press("n");
    await console.page.getByText("never see it").waitFor();
    await until(() => console.composer.evaluate((node) => node === document.activeElement), "the field has the focus");
    await press("Escape");
    await press("t");
    await console.page.getByRole("dialog").waitFor();
    await press("Escape");
    await console.page.getByRole("dialog").waitFor({ state: "hidden" });
    await press("r");
    await console.page.getByText("The bot answers again").waitFor();
    await press("Escape");
    await until(() => console.page.evaluate(() => location.hash === "#/waiting"), "the list");
    await press("Shift+Slash");
    await console.page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  });

  test("letters work in a Russian layout", async () => {
    person(1, "First", "a");
    const console = await openConsole("#/waiting/1");
    await console.button("Accept").waitFor();
    await console.page.evaluate(() => document.dispatchEvent(new KeyboardEvent("keydown", { key: "ф", code: "KeyA", bubbles: true })));
    await until(() => desk.orders("take").length === 1, "accepted");
  });
});

describe("administration", () => {
  test("operators are added, enabled and given room; jobs are retried; the audit is read", async () => {
    const console = await openConsole("#/team");
    await console.page.getByRole("switch", { name: "Enabled: Олег Ким" }).click();
    await until(() => desk.operators[2].enabled, "enabled");
    await console.page.getByLabel("Chats at once: Олег Ким").fill("5");
    await console.page.keyboard.press("Tab");
    await until(() => desk.operators[2].capacity === 5, "room");
    await console.button("Add operator").click();
    const dialog = console.page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Nina");
    await dialog.getByLabel("Login").fill("nina");
    await dialog.getByLabel("Password").fill("long enough!");
    await dialog.getByRole("button", { name: "Add operator" }).click();
    await console.page.getByRole("cell", { name: "Nina nina" }).waitFor();
    await console.page.goto(`${desk.url}/console#/jobs`);
    await console.page.getByText("bot was blocked by the user").waitFor();
    await console.button("Try again").click();
    await console.page.getByText("No failed jobs").waitFor();
    await console.page.goto(`${desk.url}/console#/audit`);
    await console.page.getByText("failed to sign in").waitFor();
  });

  test("who is no administrator sees no such pages", async () => {
    const console = await openConsole("", context, "anna");
    await console.page.getByRole("button", { name: "Menu" }).click();
    assert.equal(await console.page.getByRole("link", { name: "Audit" }).count(), 0);
    assert.equal(await console.page.getByRole("link", { name: "Failed jobs" }).count(), 0);
  });
});

describe("the look", () => {
  for (const [name, options] of Object.entries({
    "desk-light-ru": { locale: "ru-RU", viewport: { width: 1280, height: 800 } },
    "desk-dark-en": { locale: "en-GB", viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
    "phone-light-en": { ...PHONE, locale: "en-GB" },
    "phone-dark-ru": { ...PHONE, locale: "ru-RU", colorScheme: "dark" },
  })) {
    test(`every page is whole and readable: ${name}`, async () => {
      busyDay(desk);
      const own = await browser.newContext(options);
      const console = await openConsole("", own);
      for (const place of ["waiting", "waiting/11", "mine/4", "all", "all/22", "team", "audit", "jobs", "profile"]) {
        await console.go(`#/${place}`);
        await shot(console.page, `console-${place.replace("/", "-")}-${name}`);
        await console.isWhole(place);
      }
      assert.deepEqual(console.page.complaints, []);
      await own.close();
    });
  }

  test("language and appearance are switched, and kept", async () => {
    const console = await openConsole();
    await console.page.getByRole("button", { name: "Menu" }).click();
    await console.page.getByRole("radio", { name: "Русский" }).check();
    await console.page.getByText("Никто не ждёт").waitFor();
    await console.page.getByRole("radio", { name: "Тёмное" }).check();
    await console.page.reload();
    await console.page.getByText("Никто не ждёт").waitFor();
    assert.equal(await console.page.locator("html").getAttribute("data-theme"), "dark");
    assert.equal(await console.page.locator("html").getAttribute("lang"), "ru");
    assert.equal(desk.operators[0].lang, "ru");
  });
});
