// One conversation from both ends, on the real system: a person in the widget, a bot, operators in the console.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { launch, newPage, PHONE, shot, until, Widget } from "./browser.mjs";
import { Console } from "./console.mjs";
import { PASSWORD, Stack } from "./stack.mjs";

let browser;
let stack;
let visitor;
let vera;
let anna;

before(async () => {
  [browser, stack] = await Promise.all([launch(), new Stack().start()]);
  stack.addUser("vera", "Vera", "en", "--admin");
  stack.addUser("anna", "Anna", "en");
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

beforeEach(async () => {
  const wide = { locale: "en-GB", viewport: { width: 1280, height: 800 } };
  [visitor, vera, anna] = await Promise.all([wide, wide, wide].map((options) => browser.newContext(options)));
});
afterEach(async () => {
  const contexts = [visitor, vera, anna];
  const complaints = contexts.flatMap((context) => context.pages().flatMap((page) => page.complaints));
  await Promise.all(contexts.map((context) => context.close()));
  assert.deepEqual(complaints, [], "a page complained");
});

async function openWidget() {
  return new Widget(await newPage(visitor, stack.url)).open();
}

/** Signed in and on duty. */
async function openConsole(context, login) {
  const console = await new Console(await newPage(context, `${stack.url}/console`)).signIn(login, PASSWORD);
  const off = console.page.getByRole("switch", { name: "Off duty" });
  if (await off.count()) await off.click();
  await console.page.getByRole("switch", { name: "On duty" }).waitFor();
  return console;
}

async function ask(w, question, answer) {
  await w.say(question);
  const model = await stack.model.asked(question);
  model.end(answer);
  await until(async () => (await w.answers.last().innerText()) === answer, `the answer "${answer}"`);
}

/** A picture of a tent. */
async function paint(page) {
  const url = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 400 });
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#cfe3ea";
    pen.fillRect(0, 0, 640, 400);
    pen.fillStyle = "#2f7d4f";
    pen.fill(new Path2D("M320 90L520 320H120z"));
    return canvas.toDataURL("image/png");
  });
  return Buffer.from(url.split(",")[1], "base64");
}

/** What operators say, as the widget shows it. */
const fromOperator = (w) => w.root.locator(".row.operator .bubble");

/** A person who has called a human, opened by an operator. */
async function called(console, words) {
  const w = await openWidget();
  await ask(w, words, `About "${words}".`);
  await w.say("/operator");
  await console.row(words.slice(0, 8)).or(console.page.locator("a.row.waiting")).first().waitFor();
  return w;
}

describe("a human takes over", () => {
  test("the whole story: bot, call, accept, talk, note, suggestion, return, and the bot knows", async () => {
    const console = await openConsole(vera, "vera");
    const w = await openWidget();
    await ask(w, "Do you repair tents?", "Yes, in Moscow.");
    await w.root.getByRole("button", { name: "Call a human" }).first().click();
    await console.page.locator("a.row.waiting").waitFor();
    await until(async () => (await console.page.title()).startsWith("(1)"), "the title");
    await console.page.locator("a.row.waiting").click();
    await console.message("Do you repair tents?").waitFor();
    await console.message("Yes, in Moscow.").waitFor();
    await shot(console.page, "story-waiting");

    await console.button("Accept").click();
    await console.page.getByText("You answer").waitFor();
    await until(async () => /Vera/.test(await w.panel.innerText()), "the person sees who has come");
    await console.page.getByText("Vera joined the chat").waitFor(); // in words of the operator's

    await console.composer.pressSequentially("Hello");
    await until(async () => (await w.root.locator(".dots").count()) > 0, "the person sees typing");
    await console.composer.fill("");
    await console.write("Hello, this is Vera. Which tent is it?");
    await until(async () => (await fromOperator(w).last().innerText()).includes("Which tent"), "the operator's words");

    await w.input.pressSequentially("Al", { delay: 20 });
    await console.page.locator(".typing.person").waitFor();
    await w.say("Altai 3, a broken pole");
    await console.message("Altai 3, a broken pole").waitFor();
    await console.button("Note", true).click();
    await console.write("Pole no. 4, in stock");
    await console.page.locator("article.note").waitFor();
    await console.button("Reply", true).click();

    (await stack.model.asked("Altai 3, a broken pole")).end("A new pole costs **900 ₽**.");
    const suggestion = console.page.getByRole("region", { name: "The bot suggests" });
    await suggestion.getByText("900 ₽").waitFor();
    await shot(console.page, "story-suggestion");
    await suggestion.getByRole("button", { name: "Send" }).click();
    await until(async () => (await fromOperator(w).last().innerText()) === "A new pole costs 900 ₽.", "the suggestion is sent");
    await shot(w.page, "story-widget");

    await console.button("Return to bot").click();
    await console.page.getByText("Bot answers").first().waitFor();
    await w.say("And how long does it take?");
    const again = await stack.model.asked("And how long does it take?");
    const told = JSON.stringify(again.messages);
    assert.match(told, /Which tent is it/, "the model is told what the human said");
    assert.match(told, /900 ₽/, "and what was suggested and sent");
    assert.doesNotMatch(told, /Pole no. 4/, "but not the note");
    again.write("About a week, ");
    await until(async () => /About/.test(await w.draft.innerText()), "the person sees the bot write");
    await until(async () => /About/.test(await console.draft.innerText()), "the operator, too");
    again.end("then you can collect it.");
    await until(async () => /collect it/.test(await w.answers.last().innerText()), "the bot goes on");
    await console.message("About a week, then you can collect it.").waitFor();
    assert.doesNotMatch(await w.panel.innerText(), /Pole no. 4/, "the person never sees the note");
    const own = await w.texts(w.own);
    assert.deepEqual(own.filter((text) => !/human/i.test(text) && !text.startsWith("/")), ["Do you repair tents?", "Altai 3, a broken pole", "And how long does it take?"]);
  });

  test("two press Accept at once: one has it, the other is told who; only an administrator takes it away", async () => {
    const one = await openConsole(vera, "vera");
    const two = await openConsole(anna, "anna");
    const w = await called(one, "Two at once?");
    for (const console of [one, two]) await console.page.locator("a.row.waiting").first().click();
    await Promise.all([one, two].map((console) => console.button("Accept").waitFor()));
    await Promise.all([one, two].map((console) => console.button("Accept").click({ noWaitAfter: true }).catch(() => {})));
    const won = async (console) => (await console.page.getByText("You answer").count()) > 0;
    await until(async () => (await won(one)) !== (await won(two)), "exactly one has it");
    const [winner, loser] = (await won(one)) ? [one, two] : [two, one];
    const name = winner === one ? "Vera" : "Anna";
    // Told at once, or, whose click came when the button had gone, in the head of the chat.
    await loser.page.getByText(new RegExp(`${name} (has this chat|answers)`)).first().waitFor();
    await shot(loser.page, "story-taken");
    assert.equal(await two.button("Take from").count(), 0, "an operator takes nothing from a colleague");
    if (winner === two) await one.button("Take from Anna").first().click(); // an administrator may
    await one.page.getByText("You answer").waitFor();
    await until(async () => !(await won(two)), "who has lost it sees so");
    await one.write("Here I am");
    await until(async () => (await fromOperator(w).last().innerText()) === "Here I am", "one voice");
    await one.button("Close chat").click();
    await one.page.getByRole("dialog").getByRole("button", { name: "Close chat" }).click();
    await until(async () => /The chat is over/.test(await w.panel.innerText()), "the person is told");
    await one.folder("Closed").click();
    await until(async () => (await one.names()).length > 0, "it is among the closed");
  });

  test("a message edited, and one written while ingress is dead, arrive once", async () => {
    const console = await openConsole(vera, "vera");
    const w = await called(console, "Edits and crashes?");
    await console.page.locator("a.row.waiting").first().click();
    await console.button("Accept").click();
    await console.page.getByText("You answer").waitFor();
    await console.write("It cost 100");
    await until(async () => (await fromOperator(w).last().innerText()) === "It cost 100", "the first words");
    await console.composer.press("ArrowUp");
    await console.composer.fill("It costs 100");
    await console.composer.press("Enter");
    await console.message("It costs 100").waitFor();
    await until(async () => (await fromOperator(w).last().innerText()) === "It costs 100", "the edit, in the widget");
    await stack.kill("ingress");
    await console.page.getByText("Connection lost").waitFor();
    await console.write("Into the void");
    await stack.run("ingress");
    await stack.ready();
    await until(async () => (await fromOperator(w).last().innerText()) === "Into the void", "the person has it", 60_000);
    await until(async () => (await console.page.locator(".unsent").count()) === 0, "it is confirmed");
    assert.equal(await console.message("Into the void").count(), 1);
    assert.deepEqual(await w.texts(fromOperator(w)), ["It costs 100", "Into the void"]);
    await console.button("Return to bot").click();
    await console.page.getByText("Bot answers").first().waitFor();
  });

  test("a photo from the console is seen in the widget, and by the operator", async () => {
    const console = await openConsole(vera, "vera");
    const w = await called(console, "Which tent is green?");
    await console.page.locator("a.row.waiting").first().click();
    await console.button("Accept").click();
    await console.page.getByText("You answer").waitFor();
    await console.page.locator("input[type=file]").setInputFiles({ name: "tent.png", mimeType: "image/png", buffer: await paint(console.page) });
    await until(() => console.button("Send", true).isEnabled(), "it is there");
    await console.write("This one");
    const isShown = (img) => img.evaluate((node) => node.complete && node.naturalWidth === 640);
    const seen = w.root.locator(".row.operator .picture img");
    await until(() => isShown(seen), "the person sees it");
    assert.equal(await seen.getAttribute("alt"), "tent.png");
    await until(() => isShown(console.message("This one").locator("img")), "the operator, too");
    await shot(w.page, "story-photo-widget");
    await shot(console.page, "story-photo-console");
    await console.button("Close chat").click();
    await console.page.getByRole("dialog").getByRole("button", { name: "Close chat" }).click();
  });

  test("words are found by search, in both languages, and the chat is transferred", async () => {
    const one = await openConsole(vera, "vera");
    const two = await openConsole(anna, "anna");
    const w = await openWidget();
    await ask(w, "Сколько стоит фиолетовый рюкзак?", "Рюкзаки бывают разные.");
    await one.folder("All").click();
    await one.page.keyboard.press("/");
    await one.page.keyboard.type("фиолетовые рюкзаки");
    await until(async () => (await one.names()).length === 1, "found in another form of the words");
    await one.page.locator("a.row").first().click();
    await one.button("Take over").click();
    await one.page.getByText("You answer").waitFor();
    await one.button("Transfer").click();
    await one.page.getByRole("dialog").getByText("Anna").click();
    await two.folder("Mine").click();
    await until(async () => (await two.names()).length === 1, "Anna has it");
    await two.page.locator("a.row").first().click();
    await two.write("Anna here");
    await until(async () => (await fromOperator(w).last().innerText()) === "Anna here", "the person reads Anna");
    await shot(two.page, "story-transferred");
    await two.button("Return to bot").click();
    await two.page.getByText("Bot answers").first().waitFor();
  });

  test("on a phone: one pane at a time, and the way back", async () => {
    const own = await browser.newContext({ ...PHONE, locale: "en-GB" });
    const console = await openConsole(own, "vera");
    const w = await called(console, "From a phone?");
    await console.page.locator("a.row.waiting").first().tap();
    await console.button("Accept").tap();
    await console.write("Hi from the bus");
    await until(async () => (await fromOperator(w).last().innerText()) === "Hi from the bus", "the words");
    await shot(console.page, "story-phone");
    await console.isWhole("a chat on a phone");
    await console.button("Back to the list").tap();
    await console.folder("Mine").tap();
    await until(async () => (await console.names()).length === 1, "the list");
    assert.deepEqual(console.page.complaints, []);
    await own.close();
  });

  test("operators are managed, and what they did is written down", async () => {
    const console = await openConsole(vera, "vera");
    await console.go("#/team");
    await console.button("Add operator").click();
    const dialog = console.page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Nina");
    await dialog.getByLabel("Login").fill("nina");
    await dialog.getByLabel("Password").fill(PASSWORD);
    await dialog.getByRole("button", { name: "Add operator" }).click();
    await console.page.getByLabel("Chats at once: Nina").fill("5");
    await console.page.keyboard.press("Tab");
    await console.page.getByText("Saved").waitFor();
    await console.page.reload();
    await until(async () => (await console.page.getByLabel("Chats at once: Nina").inputValue()) === "5", "it is kept");
    await shot(console.page, "story-team");
    await console.go("#/audit");
    await console.page.getByText("added an operator").first().waitFor();
    await shot(console.page, "story-audit");
    await console.go("#/jobs");
    await console.page.getByText("No failed jobs").waitFor();
    stack.tandem("verify");
  });
});
