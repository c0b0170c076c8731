import assert from "node:assert/strict";
import { test } from "node:test";
import { Quoting, isLine, quoteOf, replyTo } from "../src/console/quote.ts";
import type { Message } from "../src/console/types.ts";
import { memoryStorage } from "../src/widget/storage.ts";

const said = (seq: number, author: Message["author"], text: string, more: Partial<Message> = {}): Message => ({
  seq,
  author,
  text,
  created_at: "2026-11-21T10:00:00Z",
  ...more,
});
const TALK = [
  said(1, "person", "Which tent?"),
  said(2, "person", "/operator"),
  said(3, "platform", "You are next in line."),
  said(4, "operator", "This one", { name: "Vera" }),
];

test("a quote is short, on one line, and names the file where there are no words", () => {
  assert.deepEqual(quoteOf(said(4, "operator", " a\n\n b ", { name: "Vera" })), {
    seq: 4,
    author: "operator",
    name: "Vera",
    text: "a b",
  });
  assert.equal(quoteOf(said(1, "person", "x".repeat(5000))).text?.length, 300);
  assert.deepEqual(quoteOf(said(1, "person", "", { attachments: [{ kind: "photo" }, { kind: "voice" }] })), {
    seq: 1,
    author: "person",
    file: { kind: "photo", name: null },
  });
});

test("an order names what it answers by its number, if that is known", () => {
  assert.deepEqual(replyTo({ seq: 3, text: "x" }), { reply_to: 3 });
  assert.deepEqual([replyTo({ text: "x" }), replyTo(null), replyTo(undefined)], [{}, {}, {}]);
});

test("what nobody said cannot be answered", () => {
  assert.deepEqual(TALK.map(isLine), [false, true, true, false]);
});

test("the quote is kept with the draft, and leaves with the words", () => {
  const storage = memoryStorage();
  new Quoting(storage).set(quoteOf(TALK[0] as Message));
  const quoting = new Quoting(storage);
  assert.equal(quoting.current?.text, "Which tent?");
  const taken = quoting.take();
  assert.deepEqual([quoting.current, new Quoting(storage).current], [null, null]);
  quoting.putBack(taken);
  assert.equal(new Quoting(storage).current?.seq, 1);
  quoting.set(quoteOf(TALK[3] as Message));
  quoting.putBack(taken);
  assert.equal(quoting.current?.seq, 4, "something else was chosen since");
  for (const bad of ["{", "7", '{"seq":"1"}', "null"]) {
    storage.set("quote", bad);
    assert.equal(new Quoting(storage).current, null);
  }
});

test("keys go through what can be answered: older, and newer again to none", () => {
  const quoting = new Quoting(memoryStorage());
  const step = (by: 1 | -1) => {
    const message = quoting.beside(TALK, by);
    quoting.set(message && quoteOf(message));
    return quoting.current?.seq ?? null;
  };
  assert.deepEqual([step(1), step(-1), step(-1), step(-1), step(1), step(1)], [null, 4, 1, 1, 4, null]);
  assert.equal(quoting.beside([], -1), null);
});
