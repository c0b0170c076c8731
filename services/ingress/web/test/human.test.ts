import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Conversation } from "../src/widget/conversation.ts";
import { placeInWords } from "../src/widget/human.ts";
import { strings } from "../src/widget/strings.ts";
import type { Author, Message } from "../src/widget/types.ts";

let time = 0;
let talk: Conversation;

beforeEach(() => {
  time = Date.parse("2026-11-21T12:00:00Z");
  talk = new Conversation(() => time);
});

function message(seq: number, author: Author = "bot", text = `m${seq}`): Message {
  return { seq, author, text, created_at: new Date(time).toISOString() };
}

test("the place and the wait are told as far as they are known", () => {
  const words = (place: number, wait_s: number | null, lang: "ru" | "en") =>
    placeInWords({ responder: "waiting", queue: { place, wait_s } }, strings(lang));
  assert.equal(words(1, 20, "en"), "You are next in the queue. It should take less than a minute.");
  assert.equal(words(4, 61, "en"), "You are number 4 in the queue. It should take about 2\u00a0min.");
  assert.equal(words(2, null, "ru"), "Ваше место в очереди: 2.");
  assert.equal(words(50, null, "en"), "You are number 50+ in the queue.");
  assert.equal(placeInWords({ responder: "waiting" }, strings("ru")), "Ждём человека…");
  assert.equal(
    placeInWords({ responder: "waiting", leaving: true }, strings("en")),
    "Leave a message: somebody will answer you here.",
  );
});

test("what the bot was writing ends when a human is called", () => {
  talk.receive(message(1, "person"));
  talk.delta({ answer: "1.1", at: 0, text: "Half" });
  assert.equal(talk.answering, true);
  talk.setState({ responder: "waiting", queue: { place: 1, wait_s: null } });
  assert.equal(talk.answering, false);
  assert.equal(talk.draft.text, "");
});

test("a question is not awaited from the bot while a human answers", () => {
  talk.page({ messages: [message(1, "person")], last_seq: 1, responder: "operator", operator: { name: "Anna" } }, true);
  assert.equal(talk.typing, false);
  assert.equal(talk.state.operator?.name, "Anna");
});

test("the operator types until the words come, or for a few seconds", () => {
  talk.setState({ responder: "operator" });
  const wait = talk.humanTypes();
  assert.equal(talk.humanTyping, true);
  talk.receive(message(1, "operator"));
  assert.equal(talk.humanTyping, false);
  talk.humanTypes();
  time += wait + 1;
  assert.equal(talk.humanTyping, false);
  talk.humanTypes();
  talk.setState({ responder: "bot" });
  assert.equal(talk.humanTyping, false);
});

test("a state leaves nothing of the one before", () => {
  talk.setState({ responder: "waiting", queue: { place: 2, wait_s: 5 } });
  talk.setState({ responder: "operator", operator: { name: "Anna" } });
  assert.equal(talk.state.queue, null);
  talk.setState({ responder: "bot", rate: 7 });
  assert.deepEqual(talk.state, { responder: "bot", operator: null, queue: null, leaving: false, rate: 7 });
});

test("an edited message keeps its place, an unknown one is not shown", () => {
  for (const seq of [1, 2, 3]) talk.receive(message(seq));
  assert.equal(talk.edit(message(2, "operator", "other words")), true);
  assert.deepEqual(talk.messages.map((m) => m.text), ["m1", "other words", "m3"]);
  assert.equal(talk.edit(message(9)), false);
  assert.equal(talk.cursor, 3);
});
