import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { auditDetail, details } from "../src/console/audit.ts";
import { matching } from "../src/console/canned.ts";
import { Speech } from "../src/console/format.ts";
import { keyName } from "../src/console/keys.ts";
import { Prefs } from "../src/console/prefs.ts";
import { hashOf, parsePlace } from "../src/console/route.ts";
import { tables } from "../src/console/strings.ts";
import { memoryStorage } from "../src/widget/storage.ts";

const [en, ru] = [new Speech("en"), new Speech("ru")];

/** Russian would have to decline the name, which stands above the button anyway. */
const NAMELESS = ["takeFrom", "takeAndSend"];

test("both languages say everything, with the same blanks", () => {
  const blanks = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort().join();
  const [a, b] = [Object.entries(tables.en), tables.ru as unknown as Record<string, unknown>];
  for (const [key, value] of a) {
    const other = b[key];
    assert.equal(typeof other, typeof value, key);
    if (NAMELESS.includes(key)) continue;
    if (typeof value === "string") assert.equal(blanks(value), blanks(other as string), key);
  }
  assert.deepEqual(Object.keys(tables.ru).sort(), Object.keys(tables.en).sort());
});

test("whatever the server says of a case has words", () => {
  const said = {
    event:
      "called invited widened given taken skipped transferred transfer idle unattended left returned closed expired " +
      "nobody alone unanswered closed_hours message_left blocked rated",
    reason:
      "asked model knowledge providers gave_up repeated limit api transfer taken idle unattended left message",
    outcome: "returned closed unanswered message expired",
  };
  for (const [kind, words] of Object.entries(said))
    for (const word of words.split(" ")) assert.ok(`${kind}.${word}` in tables.en, `${kind}.${word}`);
});

test("whatever people send has words", () => {
  const list = /kinds\[\] = \{(.*?)\n\t\};/s.exec(readFileSync("../../../common/i18n/kind.c", "utf8"));
  const kinds = [...(list?.[1] ?? "").matchAll(/\{ "(\w+)"/g)].map((m) => m[1] as string);
  assert.ok(kinds.includes("paid_media"), "the list was found");
  for (const kind of kinds) assert.ok(`file.${kind}` in tables.en, `file.${kind}`);
});

/** The list of the schema, which lets nothing else be written. */
function auditKinds(): string[] {
  const schema = readFileSync("../../../schema/0012_desk.sql", "utf8");
  const list = /create table audit .*?check \(what in \((.*?)\)\)/s.exec(schema);
  return [...(list?.[1] ?? "").matchAll(/'(\w+)'/g)].map((m) => m[1] as string).sort();
}

test("whatever is written down of the team has words", () => {
  const kinds = auditKinds();
  assert.ok(kinds.includes("job_retried"), "the list was found");
  assert.deepEqual(Object.keys(details).sort(), kinds);
  const words = Object.keys(tables.en).filter((key) => key.startsWith("audit."));
  assert.deepEqual(words.map((key) => key.slice("audit.".length)).sort(), kinds);
});

test("details of what is written down are words and names", () => {
  const operator = { id: 3, name: "Анна", login: "anna" };
  const change = { enabled: false, capacity: 5, name: "Аня", login: "an", telegram: true };
  const said: [string, Record<string, unknown> | null, string, string][] = [
    ["operator_added", { operator, role: "admin" }, "Анна (anna), администратор", "Анна (anna), administrator"],
    ["operator_added", { operator: { id: 4, name: "Борис" } }, "Борис", "Борис"],
    [
      "operator_changed",
      { operator, change },
      "Анна (anna): выключен, лимит чатов: 5, имя: Аня, логин: an, связан с Телеграмом",
      "Анна (anna): disabled, chats at once: 5, name: Аня, login: an, linked with Telegram",
    ],
    ["operator_changed", { operator, change: { shade: "blue" } }, "Анна (anna): shade: blue", "Анна (anna): shade: blue"],
    ["locked_out", { by: "address", failures: 32 }, "с этого адреса: 32 неудачи подряд", "from this address: 32 failures in a row"],
    ["password_changed", { operator }, "Анна (anna)", "Анна (anna)"],
    ["job_retried", { queue: "llm", conversation: 7, title: "Мария" }, "ответы бота: Мария", "answers of the bot: Мария"],
    ["job_retried", { queue: "delivery" }, "отправка", "sending"],
    ["signed_in", null, "", ""],
    ["of_tomorrow", { some_rows: 2, by: operator, what: ["a", 1] }, "some rows: 2, by: Анна, login: anna, what: a, 1", "some rows: 2, by: Анна, login: anna, what: a, 1"],
  ];
  for (const [what, detail, inRussian, inEnglish] of said) {
    const entry = { at: "", operator: null, what, detail, address: null };
    assert.equal(auditDetail(entry, ru), inRussian);
    assert.equal(auditDetail(entry, en), inEnglish);
  }
});

test("numbers take the form that the language wants", () => {
  assert.equal(en.plural("unread", 1), "1 unread message");
  assert.equal(en.plural("unread", 5), "5 unread messages");
  const said = [1, 2, 5, 11, 21, 22].map((n) => ru.plural("unread", n).split(" ")[1]);
  assert.deepEqual(said, [
    "непрочитанное",
    "непрочитанных",
    "непрочитанных",
    "непрочитанных",
    "непрочитанное",
    "непрочитанных",
  ]);
  assert.equal(ru.plural("free", 3), "ещё 3 места");
});

test("times are short where there is little room", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  const ago = (seconds: number, speech = en) => speech.ago(new Date(now - seconds * 1000).toISOString(), now);
  assert.deepEqual(
    [10, 60, 3599, 7200, 200_000].map((s) => ago(s)),
    ["now", "1m", "59m", "2h", "2d"],
  );
  assert.equal(ago(360, ru).replace(/\s/g, " "), "6 мин");
  assert.match(ago(30 * 86_400), /^22 Oct$/);
  assert.equal(en.ago("nonsense", now), "");
});

test("words of the server that we do not know stand for themselves", () => {
  assert.equal(en.word("reason", "asked"), "asked for a human");
  assert.equal(en.word("reason", "solar_flare"), "solar flare");
  assert.equal(en.refusal({ status: 409, code: "taken", detail: "", holder: "Anna" }), "Anna has this chat.");
  assert.equal(ru.refusal({ status: 409, code: "strange", detail: "Так нельзя." }), "Так нельзя.");
  assert.equal(en.refusal({ status: 0, code: "", detail: "" }), "The server cannot be reached. Try again.");
});

test("texts of a bot: in the language asked for, else in any", () => {
  assert.equal(en.of({ ru: "Да", en: "Yes" }, "ru"), "Да");
  assert.equal(en.of({ ru: "Да" }, "kk"), "Да");
  assert.equal(en.of(null), "");
});

test("whoever has no name is told from others", () => {
  assert.equal(en.person({ id: 12, title: null }), "Visitor 12");
  assert.equal(en.person({ id: 12, title: "Ivan" }), "Ivan");
});

test("canned replies: names that begin so, then those that hold it", () => {
  const all = ["bye", "hello", "oh-hello", "hours"].map((name) => ({ name, text: {} }));
  const found = (text: string) => matching(all, text)?.map((c) => c.name) ?? null;
  assert.deepEqual(found("/h"), ["hello", "hours", "oh-hello"]);
  assert.deepEqual(found("/HELLO"), ["hello", "oh-hello"]);
  assert.equal(found("/")?.length, 4);
  assert.deepEqual(found("/x"), []);
  assert.equal(found("a/h"), null);
  assert.equal(found("/h e"), null);
  assert.equal(matching([], "/h"), null);
});

test("keys are told by their place, commands of the browser are left alone", () => {
  const press = (key: string, code: string, more = {}) =>
    keyName({ key, code, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more });
  assert.equal(press("j", "KeyJ"), "next");
  assert.equal(press("о", "KeyJ"), "next");
  assert.equal(press("r", "KeyR", { ctrlKey: true }), null);
  assert.equal(press("R", "KeyR", { shiftKey: true }), null);
  assert.equal(press("?", "Slash", { shiftKey: true }), "help");
  assert.equal(press(".", "Slash"), "search");
  assert.equal(press("й", "KeyQ"), "answer");
  assert.equal(press("z", "KeyZ"), null);
});

test("places are read from addresses and written to them", () => {
  assert.deepEqual(parsePlace("#/mine/12"), { folder: "mine", page: null, conversation: 12 });
  assert.deepEqual(parsePlace("#/team", "all"), { folder: "all", page: "team", conversation: null });
  assert.deepEqual(parsePlace("#/mine/x; drop"), { folder: "mine", page: null, conversation: null });
  assert.deepEqual(parsePlace(""), { folder: "waiting", page: null, conversation: null });
  assert.equal(hashOf({ folder: "all", conversation: 3 }), "#/all/3");
  assert.equal(hashOf("audit"), "#/audit");
});

test("choices are kept on the device", () => {
  const storage = memoryStorage();
  const prefs = new Prefs(storage, () => {}, ["de", "ru-RU"]);
  assert.deepEqual([prefs.lang, prefs.theme, prefs.sound, prefs.choseLang], ["ru", "auto", true, false]);
  prefs.setLang("en");
  prefs.setTheme("dark");
  prefs.setSound(false);
  const again = new Prefs(storage, () => {}, ["ru"]);
  assert.deepEqual([again.lang, again.theme, again.sound, again.choseLang], ["en", "dark", false, true]);
});

test("what people press is shown as what it does", () => {
  assert.equal(en.said("person", "/operator"), "Calls a human");
  assert.equal(ru.said("person", "/HUMAN@shop_bot "), "Зовёт человека");
  assert.equal(en.said("person", "/lang en"), "Chooses a language");
  for (const words of ["/operator my order is late", "/unknown", "operator", "see /operator", "/"])
    assert.equal(en.said("person", words), words);
  assert.equal(en.said("bot", "/operator"), "/operator", "a bot that explains its commands");
});
