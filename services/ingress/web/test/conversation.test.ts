import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Conversation } from "../src/widget/conversation.ts";
import type { Unsent } from "../src/widget/outbox.ts";
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
function unsent(id: string, text: string, state: Unsent["state"] = "sending"): Unsent {
  return { id, text, at: time, state, tries: 1 };
}
const seqs = () => talk.messages.map((m) => m.seq);

test("messages are shown once and in the order of their numbers, however they come", () => {
  for (const seq of [3, 1, 2, 3, 2, 5, 4]) talk.receive(message(seq));
  assert.deepEqual(seqs(), [1, 2, 3, 4, 5]);
  assert.equal(talk.cursor, 5);
});

test("a confirmed message of ours does not move the cursor past what was not received", () => {
  talk.receive(message(1));
  talk.confirm(unsent("x", "hi"), 3);
  assert.deepEqual(seqs(), [1, 3]);
  assert.equal(talk.cursor, 1);
});

test("an earlier page does not move the cursor", () => {
  talk.page({ messages: [message(51)], last_seq: 51 }, true);
  talk.page({ messages: [message(49), message(50)], last_seq: 51 }, false);
  assert.deepEqual(seqs(), [49, 50, 51]);
  assert.equal(talk.cursor, 51);
});

test("typing is shown from the question to the first words, and not for ever", () => {
  assert.equal(talk.typing, false);
  talk.receive(message(1, "person"));
  assert.equal(talk.typing, true);
  talk.delta({ answer: "1.1", at: 0, text: "A" });
  assert.equal(talk.typing, false);
  assert.equal(talk.answering, true);
  talk.receive(message(2));
  assert.equal(talk.answering, false);
  talk.receive(message(3, "person"));
  time += 200_000;
  assert.equal(talk.typing, false);
});

test("nobody types for the operator", () => {
  talk.setState({ responder: "operator" });
  talk.receive(message(1, "person"));
  assert.equal(talk.typing, false);
});

test("the finished message takes the place of the draft", () => {
  talk.delta({ answer: "4.1", at: 0, text: "Half" });
  talk.receive(message(2));
  assert.deepEqual(talk.settled, { answer: "4.1", seq: 2 });
  assert.equal(talk.draft.text, "");
});

test("a draft whose message does not come is dropped after a while", () => {
  talk.delta({ answer: "4.1", at: 0, text: "Half" });
  const wait = talk.end("4.1");
  assert.ok(wait > 0);
  assert.equal(talk.sweepDraft(), false);
  time += wait + 1;
  assert.equal(talk.sweepDraft(), true);
  assert.equal(talk.draft.text, "");
});

test("the end of another answer does not end this one", () => {
  talk.delta({ answer: "4.2", at: 0, text: "Half" });
  assert.equal(talk.end("4.1"), 0);
});

test("a draft that goes on after a reconnect is kept", () => {
  talk.delta({ answer: "4.1", at: 0, text: "Half" });
  const wait = talk.doubtDraft();
  talk.delta({ answer: "4.1", at: 0, text: "Half and more" });
  time += wait + 1;
  assert.equal(talk.sweepDraft(), false);
  assert.equal(talk.draft.text, "Half and more");
});

test("an earlier page tells of the past alone: who answers now, the stream knows better", () => {
  talk.page({ messages: [message(51)], last_seq: 51, responder: "bot" }, true);
  talk.setState({ responder: "operator", operator: { name: "Anna" } });
  talk.edit(message(50, "operator", "edited"));
  talk.page({ messages: [message(50), message(51, "bot", "old")], last_seq: 51, responder: "bot" }, false);
  assert.equal(talk.responder, "operator");
  assert.deepEqual(talk.messages.map((m) => m.text), ["edited", "m51"]);
});

test("the server's own form of our words is not replaced by ours", () => {
  talk.receive({ ...message(1, "person", "hi"), attachments: [{ kind: "photo" }] });
  talk.confirm(unsent("x", "hi"), 1);
  assert.equal(talk.messages[0]?.attachments?.length, 1);
});
