import assert from "node:assert/strict";
import { test } from "node:test";
import { type Block, type Inline, blocks, inlines } from "../src/widget/markdown.ts";

/** A tree as short text: p(one *b* two). */
function flat(list: Block[]): string {
  return list.map(block).join(" ");
}
function block(b: Block): string {
  if (b.tag === "pre") return `pre(${b.text})`;
  if (b.tag === "hr") return "hr";
  if (b.tag === "blockquote") return `quote(${flat(b.blocks)})`;
  if ("items" in b) return `${b.tag}${b.start}(${b.items.map(flat).join("|")})`;
  if (b.tag === "table") return `table(${b.rows.map((r) => r.map(line).join(",")).join("|")})`;
  return `${b.tag}(${line(b.kids)})`;
}
function line(kids: Inline[]): string {
  return kids
    .map((k) => (typeof k === "string" ? k : `<${k.tag}${k.tag === "a" ? ` ${k.href}` : ""}:${line(k.kids)}>`))
    .join("");
}

test("blocks", () => {
  const cases: [string, string][] = [
    ["one\ntwo\n\nthree", "p(one<br:>two) p(three)"],
    ["# Head\ntext", "h1(Head) p(text)"],
    ["### Head ###", "h3(Head)"],
    ["- a\n- b\n- c", "ul1(p(a)|p(b)|p(c))"],
    ["3. a\n4. b", "ol3(p(a)|p(b))"],
    ["- a\n  - b\n  - c\n- d", "ul1(p(a) ul1(p(b)|p(c))|p(d))"],
    ["- a\n\n- b", "ul1(p(a)|p(b))"],
    ["- a\nlazy\n\nafter", "ul1(p(a<br:>lazy)) p(after)"],
    ["text\n- a", "p(text) ul1(p(a))"],
    ["```js\nlet a = 1;\n\nb\n```\nafter", "pre(let a = 1;\n\nb) p(after)"],
    ["> a\n> b\n\nc", "quote(p(a<br:>b)) p(c)"],
    ["---", "hr"],
    ["| a | b |\n|---|:-:|\n| 1 | 2 |\n\nx", "table(a,b|1,2) p(x)"],
    ["", ""],
  ];
  for (const [source, expected] of cases) assert.equal(flat(blocks(source)), expected, JSON.stringify(source));
});

test("inside a line", () => {
  const cases: [string, string][] = [
    ["a **b** c", "a <strong:b> c"],
    ["*a* _b_ ~~c~~", "<em:a> <em:b> <del:c>"],
    ["**a *b* c**", "<strong:a <em:b> c>"],
    ["`**a**`", "<code:**a**>"],
    ["``a ` b``", "<code:a ` b>"],
    ["[t](https://e.com/a_b_c)", "<a https://e.com/a_b_c:t>"],
    ["see https://e.com/a_b.", "see <a https://e.com/a_b:https://e.com/a_b>."],
    ["\\*a\\*", "*a*"],
    ["2 * 3 * 4", "2 * 3 * 4"],
    ["snake_case_name", "snake_case_name"],
    ["a\nb  \nc\\\nd", "a<br:>b<br:>c<br:>d"],
    ["5 < 6 & 7 > 2", "5 < 6 & 7 > 2"],
  ];
  for (const [source, expected] of cases) assert.equal(line(inlines(source)), expected, JSON.stringify(source));
});

test("marks that are still open are taken as closed at the end", () => {
  assert.equal(flat(blocks("a **bo")), "p(a <strong:bo>)");
  assert.equal(flat(blocks("a `co")), "p(a <code:co>)");
  assert.equal(flat(blocks("```\nlet")), "pre(let)");
});

test("every prefix of a rich text gives blocks that begin as the whole does", () => {
  const text = "# H\n\nOne **two** [three](https://e.com).\n\n1. a\n   - b\n2. c\n\n```c\nint x;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> q\n\nend";
  const whole = blocks(text);
  for (let i = 0; i <= text.length; i++) {
    const part = blocks(text.slice(0, i));
    const settled = Math.max(0, part.length - 2);
    assert.equal(flat(part.slice(0, settled)), flat(whole.slice(0, settled)), `first ${i} characters`);
  }
});

test("nesting and length are bounded", () => {
  assert.ok(blocks(`${"> ".repeat(2000)}x`).length === 1);
  assert.ok(blocks("*".repeat(20_000)).length >= 1);
  assert.ok(inlines("[".repeat(20_000)).length >= 1);
  assert.ok(inlines("`".repeat(5000) + "a").length >= 1);
});
