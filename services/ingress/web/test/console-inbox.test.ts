import assert from "node:assert/strict";
import { test } from "node:test";
import { Inbox, belongs, isLeft } from "../src/console/inbox.ts";
import type { Row, State } from "../src/console/types.ts";

const ME = 1;

function row(id: number, state: State, more: Partial<Row> = {}): Row {
  const at = `2026-11-21T10:0${id}:00Z`;
  return {
    id,
    state,
    bot: "shop",
    channel: { name: "site", kind: "widget" },
    title: `p${id}`,
    lang: "ru",
    reason: null,
    since: at,
    operator: state === "operator" ? { id: ME, name: "Vera" } : null,
    last: { seq: 1, author: "person", text: "?", created_at: at },
    last_seq: 1,
    unread: 0,
    rating: null,
    reachable: true,
    epoch: 1,
    handoff: null,
    ...more,
  };
}

function inbox(folder: Inbox["folder"], rows: Row[], next: string | null = null): Inbox {
  const box = new Inbox();
  box.folder = folder;
  box.page(folder, "", { conversations: rows, counts: { waiting: 0, mine: 0 }, next }, true);
  return box;
}

const ids = (box: Inbox) => box.shown.map((r) => r.id);

test("pages behind the first stay when the first is fetched anew", () => {
  const box = inbox("all", [row(5, "bot"), row(4, "bot")], "a");
  const counts = { waiting: 0, mine: 0 };
  box.page("all", "", { conversations: [row(3, "bot"), row(2, "bot")], counts, next: "b" }, false);
  box.page("all", "", { conversations: [row(6, "bot"), row(5, "bot"), row(4, "bot")], counts, next: "a" }, true);
  assert.deepEqual([ids(box), box.list?.next], [[6, 5, 4, 3, 2], "b"]);
  box.page("all", "", { conversations: [row(9, "bot"), row(8, "bot")], counts, next: "c" }, true);
  assert.deepEqual([ids(box), box.list?.next], [[9, 8], "c"], "not where there is a gap between");
  box.page("all", "", { conversations: [row(9, "bot")], counts, next: null }, true);
  assert.deepEqual([ids(box), box.list?.next], [[9], null], "nor behind the last page");
});

test("who waits longest stands first, whoever comes stands last", () => {
  const box = inbox("waiting", [row(1, "waiting"), row(3, "waiting")]);
  box.take(row(2, "waiting"), ME);
  box.take(row(4, "waiting"), ME);
  assert.deepEqual(ids(box), [1, 2, 3, 4]);
});

test("the newest word stands first in the other folders", () => {
  const box = inbox("all", [row(3, "bot"), row(1, "bot")]);
  box.take(row(2, "bot"), ME);
  assert.deepEqual(ids(box), [3, 2, 1]);
  box.take(
    row(1, "bot", { last: { seq: 9, author: "person", text: "!", created_at: "2026-11-21T11:00:00Z" } }),
    ME,
  );
  assert.deepEqual(ids(box), [1, 3, 2]);
});

test("what does not belong there any more is gone, from every folder that is loaded", () => {
  const box = inbox("waiting", [row(1, "waiting"), row(2, "waiting")]);
  box.page("mine", "", { conversations: [], counts: { waiting: 2, mine: 0 }, next: null }, true);
  box.take(row(1, "operator"), ME);
  assert.deepEqual(ids(box), [2]);
  box.folder = "mine";
  assert.deepEqual(ids(box), [1]);
  box.take(row(1, "operator", { operator: { id: 2, name: "Anna" } }), ME);
  assert.deepEqual(ids(box), []);
});

test("behind a page that is not loaded nothing is added out of its place", () => {
  const box = inbox("all", [row(5, "bot"), row(4, "bot")], "cursor");
  box.take(row(1, "bot"), ME);
  assert.deepEqual(ids(box), [5, 4]);
  box.page(
    "all",
    "",
    { conversations: [row(3, "bot"), row(1, "bot")], counts: { waiting: 0, mine: 0 }, next: null },
    false,
  );
  assert.deepEqual(ids(box), [5, 4, 3, 1]);
});

test("a search is a list of its own, in the server's order", () => {
  const box = inbox("all", [row(2, "bot"), row(1, "bot")]);
  box.query = "tent";
  assert.equal(box.list, undefined);
  box.page(
    "all",
    "tent",
    { conversations: [row(1, "bot")], counts: { waiting: 0, mine: 0 }, next: null },
    true,
  );
  box.take(row(2, "bot"), ME);
  assert.deepEqual(ids(box), [1]);
});

test("a message that was left waits until somebody answers it", () => {
  const left = row(1, "closed", { reason: "message" });
  assert.ok(isLeft(left) && belongs(left, "waiting", ME) && belongs(left, "closed", ME));
  assert.ok(!isLeft(row(1, "operator", { reason: "message" })));
});
