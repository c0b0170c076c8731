import assert from "node:assert/strict";
import { test } from "node:test";
import { Thread } from "../src/console/thread.ts";
import type { Message } from "../src/console/types.ts";

const clock = { now: Date.parse("2026-11-21T10:00:00Z") };

function thread(): Thread {
  clock.now = Date.parse("2026-11-21T10:00:00Z");
  return new Thread(7, () => clock.now);
}

function message(seq: number, author: Message["author"] = "person", more: Partial<Message> = {}): Message {
  return { seq, author, name: null, text: `m${seq}`, created_at: new Date(clock.now).toISOString(), ...more };
}

const seqs = (t: Thread) => t.messages.map((m) => m.seq);
const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => message(from + i));

test("each message once, in order, the newest form of it", () => {
  const t = thread();
  t.newest({ messages: [message(1), message(3)], last_seq: 3 }, 50, t.ask());
  assert.equal(t.receive(message(2)), true);
  assert.equal(t.receive(message(3, "person", { text: "edited" })), false);
  assert.deepEqual(seqs(t), [1, 2, 3]);
  assert.equal(t.messages[2]?.text, "edited");
});

test("a page that does not reach back to what is known begins anew", () => {
  const t = thread();
  t.newest({ messages: range(1, 5), last_seq: 5 }, 50, t.ask());
  t.newest({ messages: range(5, 8), last_seq: 8 }, 4, t.ask());
  assert.deepEqual(seqs(t), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(t.hasEarlier, false);
  t.newest({ messages: range(60, 109), last_seq: 109 }, 50, t.ask());
  assert.equal(t.messages[0]?.seq, 60);
  assert.equal(t.hasEarlier, true);
  t.earlier({ messages: range(40, 59), last_seq: 109 }, 50, t.ask());
  assert.equal(t.messages[0]?.seq, 40);
  assert.equal(t.hasEarlier, false);
});

test("the line above the unread words is drawn once, and stays", () => {
  const t = thread();
  t.opened(2);
  t.newest({ messages: [message(1), message(2, "bot"), message(3), message(4)], last_seq: 4 }, 50, t.ask());
  assert.equal(t.freshFrom, 3);
  t.receive(message(5));
  t.newest({ messages: range(1, 5), last_seq: 5 }, 50, t.ask());
  assert.equal(t.freshFrom, 3);
  t.opened(0);
  assert.equal(t.freshFrom, null);
});

test("a draft ends as a message, or is dropped when none follows", () => {
  const t = thread();
  t.delta({ conversation: 7, answer: "1.1", at: 0, text: "Hel" });
  t.delta({ conversation: 7, answer: "1.1", at: 3, text: "lo" });
  assert.equal(t.draft.text, "Hello");
  t.receive(message(1, "operator", { name: "Vera" }));
  assert.equal(t.draft.text, "Hello", "what a human says does not end it");
  t.receive(message(2, "bot"));
  assert.equal(t.draft.answer, null);

  t.delta({ conversation: 7, answer: "2.1", at: 0, text: "Never sent" });
  t.end("2.1");
  assert.equal(t.sweep(), false);
  clock.now += 5000;
  assert.equal(t.sweep(), true);
  assert.equal(t.draft.answer, null);
});

test("typing is forgotten after a while, and at once when the words are there", () => {
  const t = thread();
  t.types({ conversation: 7, who: "person" });
  t.types({ conversation: 7, who: "operator", name: "Anna" });
  t.types({ conversation: 7, who: "operator", name: "Vera" });
  assert.equal(t.isPersonTyping, true);
  assert.deepEqual(t.typists("Vera"), ["Anna"]);
  t.receive(message(1));
  assert.equal(t.isPersonTyping, false);
  clock.now += 7000;
  assert.equal(t.sweep(), true);
  assert.deepEqual(t.typists("Vera"), []);
});

test("own words that the stream has shown already are not shown twice", () => {
  const t = thread();
  t.newest({ messages: [], last_seq: 0 }, 50, t.ask());
  t.receive(message(1, "operator", { name: "Vera", operator_id: 1, text: "Hello" }));
  const item = { id: "a", text: "Hello", at: clock.now, state: "sending" as const, tries: 1 };
  t.confirm(item, 1, { id: 1, name: "Vera" });
  assert.deepEqual(seqs(t), [1]);
});

test("a page that was asked for before an edit does not undo it", () => {
  const t = thread();
  t.newest({ messages: [message(1), message(2)], last_seq: 2 }, 50, t.ask());
  const asked = t.ask();
  t.receive(message(2, "operator", { text: "edited", delivery: "sent" }));
  t.newest({ messages: [message(1), message(2, "operator", { delivery: "pending" })], last_seq: 2 }, 50, asked);
  assert.deepEqual([t.messages[1]?.text, t.messages[1]?.delivery], ["edited", "sent"]);
  t.newest({ messages: [message(2, "operator", { text: "again" })], last_seq: 2 }, 50, t.ask());
  assert.equal(t.messages[1]?.text, "again");
});

test("a page that was asked for before the newest message does not take it away", () => {
  const t = thread();
  const asked = t.ask();
  t.receive(message(3));
  t.newest({ messages: range(1, 2), last_seq: 2 }, 50, asked);
  assert.deepEqual(seqs(t), [1, 2, 3]);
});

test("what a restored database has forgotten goes, what was said since stays", () => {
  const t = thread();
  t.newest({ messages: range(1, 4), last_seq: 4 }, 50, t.ask());
  t.receive(message(5));
  t.newest({ messages: range(1, 3), last_seq: 3 }, 50, t.ask());
  assert.deepEqual(seqs(t), [1, 2, 3]);
  const asked = t.ask();
  t.confirm({ id: "a", text: "Hello", at: 0, state: "sending", tries: 1 }, 4, { id: 1, name: "Vera" });
  t.newest({ messages: range(1, 3), last_seq: 3 }, 50, asked);
  assert.deepEqual(seqs(t), [1, 2, 3, 4]);
});
