import assert from "node:assert/strict";
import { test } from "node:test";
import { fate, safeUrl } from "../src/widget/sanitize.ts";

// What becomes of whole documents is tested in Chromium, whose parser is the one that counts.

test("links lead to the web, to mail and to telephones only", () => {
  const cases: [string, string | null][] = [
    ["https://example.com/a?b=c#d", "https://example.com/a?b=c#d"],
    ["HTTP://example.com", "http://example.com/"],
    ["mailto:a@example.com", "mailto:a@example.com"],
    ["tel:+74950000000", "tel:+74950000000"],
    ["/returns", "https://shop.example/returns"],
    ["//evil.example/x", "https://evil.example/x"],
    ["javascript:alert(1)", null],
    ["JaVaScRiPt:alert(1)", null],
    [" \u0001javascript:alert(1)", null],
    ["java\nscript:alert(1)", null],
    ["data:text/html,<script>1</script>", null],
    ["vbscript:x", null],
    ["blob:https://example.com/1", null],
    ["file:///etc/passwd", null],
    ["http://", null],
  ];
  for (const [url, expected] of cases) {
    assert.equal(safeUrl(url, "https://shop.example/"), expected, JSON.stringify(url));
  }
});

test("elements are kept, unwrapped or dropped with what is inside", () => {
  for (const tag of ["p", "strong", "a", "table", "pre", "h1"]) assert.equal(fate(tag), "keep", tag);
  for (const tag of ["div", "span", "font", "custom-element"]) assert.equal(fate(tag), "unwrap", tag);
  for (const tag of ["script", "style", "iframe", "svg", "math", "img", "form", "template", "base"]) {
    if (tag !== "img") assert.equal(fate(tag), "drop", tag);
    else assert.notEqual(fate(tag), "keep", tag);
  }
});
