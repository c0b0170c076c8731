// The console: answering one particular message.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PHONE, shot, until } from "./browser.mjs";
import { browser, desk, openConsole, openMine } from "./console-room.mjs";
import { quoted } from "./desk.mjs";

const quoteAbove = (console) => console.page.locator(".answering");
const answer = (message) => message.getByRole("button", { name: "Reply to this message" });
const isInSight = (node) => node.evaluate((at) => {
  const [{ top, bottom }, log] = [at.getBoundingClientRect(), at.closest(".log").getBoundingClientRect()];
  return top >= log.top - 1 && bottom <= log.bottom + 1;
});

describe("answering one message", () => {
  test("by the pointer: the quote stands above the field, then above the reply", async () => {
    const console = await openMine();
    desk.say(7, "person", "Which tent is for two?");
    desk.say(7, "person", "And how much is it?");
    await console.message("Which tent is for two?").hover();
    await answer(console.message("Which tent is for two?")).click();
    await quoteAbove(console).getByText("Which tent is for two?").waitFor();
    assert.equal(await console.composer.evaluate((node) => node === document.activeElement), true);
    await shot(console.page, "console-answering");
    await console.write("The red one");
    await console.message("The red one").locator(".quote").getByText("Which tent is for two?").waitFor();
    assert.equal(await quoteAbove(console).count(), 0);
    assert.equal(desk.orders("say")[0].reply_to, quoted(desk.chats.get(7), 3).seq);
    await console.write("It is 90");
    await console.message("It is 90").waitFor();
    assert.equal(desk.orders("say")[1].reply_to, undefined);
    assert.equal(await console.message("It is 90").locator(".quote").count(), 0);
  });

  test("Escape and the cross put it away, and leave the words", async () => {
    const console = await openMine();
    for (const away of [() => console.composer.press("Escape"), () => quoteAbove(console).getByRole("button", { name: "Do not reply to it" }).click()]) {
      await console.message("Hello?").hover();
      await answer(console.message("Hello?")).click();
      await quoteAbove(console).waitFor();
      await console.composer.fill("half a");
      await away();
      await until(async () => (await quoteAbove(console).count()) === 0, "it is gone");
      assert.equal(await console.composer.inputValue(), "half a");
    }
    await console.write("half a word");
    await console.message("half a word").waitFor();
    assert.equal(desk.orders("say")[0].reply_to, undefined);
  });

  test("by keys alone: q answers the newest, Ctrl with arrows another", async () => {
    const console = await openMine();
    desk.say(7, "person", "one");
    desk.say(7, "person", "/operator");
    desk.say(7, "platform", "Nobody's words", { event: "called" });
    desk.say(7, "person", "two");
    await console.message("two").waitFor();
    await console.log.focus();
    await console.page.keyboard.press("q");
    const shows = (text) => quoteAbove(console).getByText(text, { exact: true }).waitFor();
    await shows("two");
    await console.composer.press("Control+ArrowUp");
    await shows("one");
    await console.composer.press("Control+ArrowUp");
    await shows("Hello?");
    await console.composer.press("Control+ArrowDown");
    await console.composer.press("Control+ArrowDown");
    await shows("two");
    await console.composer.press("Control+ArrowDown");
    await until(async () => (await quoteAbove(console).count()) === 0, "none is answered");
    await console.composer.press("Control+ArrowUp");
    await console.write("to two");
    await console.message("to two").waitFor();
    assert.equal(desk.orders("say")[0].reply_to, 6);
    await console.log.focus();
    await console.page.keyboard.press("Shift+Slash");
    await console.page.getByText("Reply to the newest message of the person").waitFor();
  });

  test("each conversation keeps its own, across reloads; a note has none", async () => {
    const console = await openMine();
    desk.chat(8, "Olga");
    desk.say(8, "person", "Am I next?");
    await console.message("Hello?").hover();
    await answer(console.message("Hello?")).click();
    await console.composer.fill("a draft");
    await console.go("#/all/8");
    await console.message("Am I next?").waitFor();
    assert.equal(await quoteAbove(console).count(), 0);
    await console.page.goto(`${desk.url}/console#/mine/7`);
    await console.page.reload();
    await quoteAbove(console).getByText("Hello?").waitFor();
    assert.equal(await console.composer.inputValue(), "a draft");
    await console.button("Note", true).click();
    assert.equal(await quoteAbove(console).count(), 0);
    await console.button("Reply", true).first().click();
    await console.send();
    await console.message("a draft").locator(".quote").waitFor();
    assert.equal(desk.orders("say")[0].reply_to, 1);
  });

  test("a press on a quote shows the message, however far back it is", async () => {
    desk.chat(7, "Ivan");
    desk.say(7, "person", "The very first");
    for (let n = 0; n < 160; n++) desk.say(7, n % 2 ? "operator" : "person", `word ${n}`);
    desk.say(7, "person", "As I said", { reply_to: quoted(desk.chats.get(7), 1) });
    const console = await openConsole("#/all/7");
    await console.message("As I said").locator("button.quote").click();
    await console.page.locator(".message.found").getByText("The very first").waitFor();
    await until(() => isInSight(console.page.locator("[data-seq='1']")), "it is in sight");
    desk.say(7, "person", "Still there?");
    await console.message("Still there?").waitFor({ state: "attached" });
    assert.equal(await isInSight(console.page.locator("[data-seq='1']")), true, "the reader stays where they are");
    await shot(console.page, "console-quote-found");
    await console.button("New messages").click();
    await until(() => isInSight(console.message("Still there?")), "the end");
  });

  test("what is quoted is as it is read, whoever has said it, or the name of its file", async () => {
    const console = await openMine();
    desk.say(7, "bot", "Take **two** [bags](https://a.example/)", { html: "<p>Take <strong>two</strong> <a href='https://a.example/'>bags</a></p>" });
    desk.say(7, "person", "", { attachments: [{ kind: "photo", url: "/x", name: "tent.png" }] });
    desk.say(7, "person", "this", { reply_to: quoted(desk.chats.get(7), 4) });
    desk.say(7, "person", "<b>that</b>", { reply_to: { text: "<img src=x onerror=alert(1)>" } });
    const quote = (text) => console.message(text).locator(".quote");
    assert.match(await quote("this").innerText(), /^Ivan\s+tent\.png$/);
    assert.equal(await quote("<b>that</b>").innerText(), "<img src=x onerror=alert(1)>");
    assert.equal(await console.page.locator("button.quote").count(), 1, "what is not known here cannot be shown");
    await console.composer.press("Control+ArrowUp");
    await console.composer.press("Control+ArrowUp");
    await console.composer.press("Control+ArrowUp");
    await console.composer.press("Control+ArrowUp");
    await quoteAbove(console).getByText("Take two bags", { exact: true }).waitFor();
  });

  test("what cannot be answered any more comes back with why", async () => {
    const console = await openMine();
    desk.interfere = ({ res, body }) => {
      if (body.verb !== "say" || !body.reply_to) return false;
      res.writeHead(409, { "Content-Type": "application/problem+json" });
      res.end(JSON.stringify({ status: 409, code: "no_message", detail: "x" }));
      return true;
    };
    await console.message("Hello?").hover();
    await answer(console.message("Hello?")).click();
    await console.write("Good morning");
    const held = console.page.locator(".unsent.held");
    await held.getByText("The message that you reply to is not here.").waitFor();
    await held.locator(".quote").getByText("Hello?").waitFor();
    await held.getByRole("button", { name: "Edit" }).click();
    await quoteAbove(console).getByText("Hello?").waitFor();
    assert.equal(await console.composer.inputValue(), "Good morning");
  });

  test("on a phone the button is there without hovering, and large enough", async () => {
    const own = await browser.newContext({ ...PHONE, locale: "en-GB" });
    const console = await openMine(7, "Ivan", own);
    desk.say(7, "operator", "Short", { name: "Вера Смирнова", operator_id: 1, delivery: "sent" });
    const button = answer(console.message("Hello?"));
    const { width, height } = await button.boundingBox();
    assert.ok(width >= 44 && height >= 44, `${width} by ${height}`);
    await button.tap();
    await quoteAbove(console).getByText("Hello?").waitFor();
    await console.write("Good morning");
    await console.message("Good morning").locator(".quote").waitFor();
    await console.isWhole("answered on a phone");
    await shot(console.page, "console-answered-phone");
    await own.close();
  });
});
