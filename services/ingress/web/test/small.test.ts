import assert from "node:assert/strict";
import { test } from "node:test";
import { accents, contrast, parseColor } from "../src/widget/color.ts";
import { memoryStorage, newId, siteStorage } from "../src/widget/storage.ts";
import { pickLang, strings } from "../src/widget/strings.ts";
import { clockTime, dayKey, dayName } from "../src/widget/time.ts";

test("the language: asked for, else of the page, else of the browser, else English", () => {
  const cases: [string, string, string[], string][] = [
    ["ru", "en", ["en"], "ru"],
    ["auto", "ru-RU", ["en"], "ru"],
    ["auto", "", ["de", "ru-RU", "en"], "ru"],
    ["auto", "fr", ["en-US"], "en"],
    ["", "", [], "en"],
  ];
  for (const [asked, page, browser, expected] of cases) assert.equal(pickLang(asked, page, browser), expected);
});

test("both languages say everything", () => {
  const [en, ru] = [strings("en"), strings("ru")];
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    assert.ok(ru[key], key);
    const hasNumber = (words: unknown) => JSON.stringify(words).includes("{n}");
    assert.equal(hasNumber(ru[key]), hasNumber(en[key]), key);
  }
});

test("any colour of a site stays readable in all four places", () => {
  const back = (css: string) => (css.match(/\d+/g) as string[]).map(Number) as [number, number, number];
  for (const hex of ["#0f5f73", "#ffcc00", "#ffffff", "#000", "#ff0000", "#7cb342", "#9e9e9e", "#e91e63"]) {
    const a = accents(hex);
    assert.ok(a, hex);
    const on = parseColor(a.on) as [number, number, number];
    assert.ok(contrast(back(a.fill), on) >= 4.5, `${hex} as a surface`);
    assert.ok(contrast(back(a.onLight), [240, 242, 244]) >= 4.5, `${hex} on light`);
    assert.ok(contrast(back(a.onDark), [38, 43, 48]) >= 4.5, `${hex} on dark`);
  }
  assert.equal(accents("red"), null);
  assert.equal(accents("url(x)"), null);
});

test("storage that is refused, or full, is replaced by memory", () => {
  const refused = siteStorage("s", () => {
    throw new Error("SecurityError");
  });
  refused.set("a", "1");
  assert.equal(refused.get("a"), "1");

  const disk = new Map<string, string>();
  let full = false;
  const storage = siteStorage("s", () => ({
    getItem: (k: string) => disk.get(k) ?? null,
    setItem: (k: string, v: string) => {
      if (full) throw new Error("QuotaExceededError");
      disk.set(k, v);
    },
    removeItem: (k: string) => void disk.delete(k),
    key: (i: number) => [...disk.keys()][i] ?? null,
    get length() {
      return disk.size;
    },
    clear: () => disk.clear(),
  }));
  storage.set("out:1", "a");
  full = true;
  storage.set("out:2", "b");
  storage.set("out:1", "c");
  assert.deepEqual(storage.below("out:").sort(), ["1", "2"]);
  assert.equal(storage.get("out:1"), "c");
  storage.remove("out:1");
  assert.equal(storage.get("out:1"), null);
  assert.deepEqual([...disk.keys()], []);
});

test("sites do not see each other's storage", () => {
  const memory = memoryStorage();
  memory.set("a", "1");
  assert.deepEqual(memory.below("a"), [""]);
  assert.deepEqual(memory.below("b"), []);
});

test("ids fit the server's rule and do not repeat", () => {
  const ids = new Set(Array.from({ length: 100 }, newId));
  assert.equal(ids.size, 100);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9_-]{8,64}$/);
});

test("days are named as people say them", () => {
  const now = new Date(2026, 10, 21, 12);
  const at = (d: Date) => d.toISOString();
  const [en, ru] = [strings("en"), strings("ru")];
  assert.equal(dayName(at(new Date(2026, 10, 21, 0, 1)), "en", en, now), "Today");
  assert.equal(dayName(at(new Date(2026, 10, 20, 23, 59)), "ru", ru, now), "Вчера");
  assert.equal(dayName(at(new Date(2026, 2, 5)), "en", en, now), "5 March");
  assert.equal(dayName(at(new Date(2026, 2, 5)), "ru", ru, now), "5 марта");
  assert.match(dayName(at(new Date(2024, 2, 5)), "en", en, now), /5 March 2024/);
  assert.equal(dayKey("nonsense"), "");
  assert.equal(clockTime("nonsense", "en"), "");
  assert.equal(clockTime(at(new Date(2026, 1, 1, 9, 5)), "ru"), "09:05");
});
