// One conversation from both ends, on the real system: a person in the widget, a bot, an operator in Telegram.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, newPage, PHONE, shot, until, Widget } from "./browser.mjs";
import { DESK, Stack, Telegram } from "./stack.mjs";


let browser;
let telegram;
let stack;

before(async () => {
  telegram = await new Telegram().start();
  await telegram.post("bot", { token: DESK, username: "tandem_desk_bot" });
  [browser, stack] = await Promise.all([launch(), new Stack({ telegram }).start()]);
}, { timeout: 120_000 });
after(async () => {
  await browser?.close();
  await stack?.stop();
  telegram?.stop();
});

/** Somebody with the operators' bot open. */
class Operator {
  constructor(chat) {
    this.chat = chat;
  }

  say(text) {
    return telegram.post("update", { chat: this.chat, say: text, token: DESK });
  }

  async has(words) {
    return (await telegram.sent(this.chat)).some((message) => message.text.includes(words));
  }

  wait(words) {
    return until(() => this.has(words), `${words} at the operator`);
  }

  /** The button of the newest message that has it. */
  async press(label) {
    const isIt = (button) => button.text.includes(label);
    const rows = (message) => message.reply_markup?.inline_keyboard ?? [];
    const message = await until(async () => (await telegram.sent(this.chat)).findLast((m) => rows(m).flat().some(isIt)), `a button ${label}`);
    return telegram.post("update", { chat: this.chat, press: rows(message).flat().find(isIt).callback_data, message, token: DESK });
  }

  async goOnDuty() {
    await this.say("/start");
    await this.wait("registered");
    stack.tandem("operator", "enable", "1");
    await this.say("/start");
    await this.wait("You are on duty");
    return this;
  }
}

async function visit() {
  const context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce", colorScheme: "dark", ...PHONE });
  return new Widget(await newPage(context, stack.url)).open();
}

const status = (w) => w.root.locator(".status").innerText();
const fromOperator = (w) => w.root.locator(".row.operator .bubble:not(.dots)");

/** The answer is seen while it grows, and then as it is. */
async function ask(w, question, ...pieces) {
  await w.say(question);
  const model = await stack.model.asked(question);
  model.write(pieces[0]);
  await until(async () => (await w.draft.innerText()).includes(pieces[0].trim()), "the beginning of the answer");
  model.end(pieces[1]);
  await until(async () => (await w.answers.last().innerText()) === pieces.join(""), "the answer");
  return model.messages;
}

describe("a human takes over in Telegram", () => {
  test("the whole story: bot, call, accept, talk, return, and the bot knows", { timeout: 120_000 }, async () => {
    const operator = await new Operator(5001).goOnDuty();
    const w = await visit();
    await ask(w, "Do you repair tents?", "Yes, in ", "Moscow.");
    await w.root.locator(".composer .human").click();
    await w.root.locator(".queue").waitFor();
    await shot(w.page, "telegram-1-waiting");

    await operator.press("Accept");
    await until(async () => (await status(w)).includes("Person 5001"), "who has come");
    await operator.wait("Do you repair tents?");
    await operator.wait("Yes, in Moscow.");
    await operator.say("Hello! Which tent is it?");
    await until(async () => (await w.texts(fromOperator(w))).includes("Hello! Which tent is it?"), "the operator's words");
    await w.say("Altai 3, a broken pole");
    await operator.wait("Altai 3, a broken pole");
    assert.equal((await w.texts(w.answers)).length, 1, "the bot keeps silent");
    await operator.say("/note a beginner, be kind");
    await operator.say("A new pole costs 900 roubles.");
    await until(async () => (await w.texts(fromOperator(w))).includes("A new pole costs 900 roubles."), "the price");
    await shot(w.page, "telegram-2-operator");

    await operator.press("Return to the bot");
    await until(async () => !(await status(w)).includes("Person 5001"), "the bot is back");
    const told = await ask(w, "And how long does it take?", "About ", "a week.");
    const [system, ...said] = told.map((message) => message.content);
    assert.match(system, /Their part has ended, and it is you who answers now/);
    const rest = said.join("\n");
    for (const words of ["Do you repair tents?", "Yes, in Moscow.", "[Person 5001] Hello! Which tent is it?", "Altai 3, a broken pole", "[Person 5001] A new pole costs 900 roubles."])
      assert.ok(rest.includes(words), `the model is told "${words}"; it is told: ${rest}`);
    assert.ok(!rest.includes("a beginner"), "but no note");
    assert.ok(!(await w.panel.innerText()).includes("a beginner"), "nor is the person");
    await operator.wait("the bot has the chat again");
    await shot(w.page, "telegram-3-bot");
    assert.deepEqual(w.page.complaints, []);
    stack.tandem("verify");
  });
});
