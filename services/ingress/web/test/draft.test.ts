import assert from "node:assert/strict";
import { test } from "node:test";
import { Draft } from "../src/widget/draft.ts";
import type { Delta } from "../src/widget/types.ts";

const bytes = (text: string) => new TextEncoder().encode(text).length;

function taken(...deltas: [answer: string, at: number, text: string][]): Draft {
  const draft = new Draft();
  for (const [answer, at, text] of deltas) draft.take({ answer, at, text } satisfies Delta);
  return draft;
}

test("pieces are joined at their byte offsets", () => {
  assert.equal(taken(["1.1", 0, "Привет"], ["1.1", 12, ", мир 🌍"], ["1.1", 25, "!"]).text, "Привет, мир 🌍!");
});

test("every way of cutting a text gives the same text", () => {
  const text = "Доставка 🚚 – от 390 ₽, naïve 👩‍👩‍👧!";
  const points = [...text];
  for (let i = 1; i < points.length; i++) {
    const [head, tail] = [points.slice(0, i).join(""), points.slice(i).join("")];
    assert.equal(taken(["1.1", 0, head], ["1.1", bytes(head), tail]).text, text);
  }
});

test("what overlaps is added once", () => {
  assert.equal(taken(["1.1", 0, "Привет"], ["1.1", 8, "ет, мир"]).text, "Привет, мир");
  assert.equal(taken(["1.1", 0, "Привет"], ["1.1", 2, "рив"]).text, "Привет");
});

test("offset 0 begins anew", () => {
  assert.equal(taken(["1.1", 0, "Первая попытка"], ["1.2", 0, "Вторая"]).text, "Вторая");
  assert.equal(taken(["1.1", 0, "ab"], ["1.1", 0, "x"]).text, "x");
});

test("an empty beginning drops what was shown", () => {
  const draft = taken(["1.1", 0, "abc"], ["1.1", 0, ""]);
  assert.equal(draft.text, "");
  assert.equal(draft.answer, "1.1");
});

test("after a gap nothing is added until the answer begins anew", () => {
  const draft = taken(["1.1", 0, "abc"], ["1.1", 5, "fgh"], ["1.1", 3, "de"]);
  assert.equal(draft.text, "abc");
  draft.take({ answer: "1.1", at: 0, text: "abcdefgh" });
  assert.equal(draft.text, "abcdefgh");
});

test("an answer whose beginning was missed shows nothing, but is known to be written", () => {
  const draft = taken(["3.1", 40, "in the middle"]);
  assert.equal(draft.text, "");
  assert.equal(draft.answer, "3.1");
});

test("pieces of an older attempt are ignored", () => {
  assert.equal(taken(["9.2", 0, "new"], ["9.1", 3, "old"]).text, "new");
  assert.equal(taken(["10.1", 0, "new"], ["9.7", 3, "old"]).text, "new");
});

test("only the answer that is shown can end", () => {
  const draft = taken(["1.2", 0, "x"]);
  assert.equal(draft.ends("1.1"), false);
  assert.equal(draft.ends("1.2"), true);
});
