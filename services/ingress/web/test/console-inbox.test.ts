import assert from "node:assert/strict";
import { test } from "node:test";
import { Inbox, belongs, isLeft } from "../src/console/inbox.ts";
import type { Row, RowPage, State } from "../src/console/types.ts";

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
  give(box, rows, { next });
  return box;
}

/** The server's answer to what the inbox asks for now. */
function give(box: Inbox, conversations: Row[], more: Partial<RowPage> = {}, before: string | null = null): void {
  box.page(box.askFor(before), { conversations, counts: { waiting: 0, mine: 0 }, next: null, ...more }, ME);
}

const ids = (box: Inbox) => box.shown.map((r) => r.id);

test("pages behind the first stay when the first is fetched anew", () => {
  const box = inbox("all", [row(5, "bot"), row(4, "bot")], "a");
  give(box, [row(3, "bot"), row(2, "bot")], { next: "b" }, "a");
  give(box, [row(6, "bot"), row(5, "bot"), row(4, "bot")], { next: "a" });
  assert.deepEqual([ids(box), box.list?.next], [[6, 5, 4, 3, 2], "b"]);
  give(box, [row(9, "bot"), row(8, "bot")], { next: "c" });
  assert.deepEqual([ids(box), box.list?.next], [[9, 8], "c"], "not where there is a gap between");
  give(box, [row(9, "bot")]);
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
  box.folder = "mine";
  give(box, []);
  box.folder = "waiting";
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
  give(box, [row(3, "bot"), row(1, "bot")], {}, "cursor");
  assert.deepEqual(ids(box), [5, 4, 3, 1]);
});

test("a search is a list of its own, in the server's order", () => {
  const box = inbox("all", [row(2, "bot"), row(1, "bot")]);
  box.query = "tent";
  assert.equal(box.list, undefined);
  give(box, [row(1, "bot")]);
  box.take(row(2, "bot"), ME);
  assert.deepEqual(ids(box), [1]);
});

test("a message that was left waits until somebody answers it", () => {
  const left = row(1, "closed", { reason: "message" });
  assert.ok(isLeft(left) && belongs(left, "waiting", ME) && belongs(left, "closed", ME));
  assert.ok(!isLeft(row(1, "operator", { reason: "message" })));
});

/* --- what is asked for before something is told, and comes after it ----------- */

const page = (conversations: Row[], more: Partial<RowPage> = {}): RowPage => ({
  conversations,
  counts: { waiting: 1, mine: 0 },
  next: null,
  ...more,
});

test("a page that was asked for before somebody was accepted does not put them back", () => {
  const box = inbox("waiting", [row(1, "waiting")], null);
  give(box, [row(1, "waiting")], { counts: { waiting: 1, mine: 0 } });
  const asked = box.askFor(null);
  box.take(row(1, "operator", { epoch: 2 }), ME);
  assert.deepEqual([ids(box), box.counts], [[], { waiting: 0, mine: 1 }], "counts follow at once");
  box.page(asked, page([row(1, "waiting")]), ME);
  assert.deepEqual([ids(box), box.counts], [[], { waiting: 0, mine: 1 }]);
  assert.equal(box.rows.get(1)?.state, "operator");
  give(box, [], { counts: { waiting: 3, mine: 4 } });
  assert.deepEqual(box.counts, { waiting: 3, mine: 4 }, "the next page counts again");
});

test("nor does it hide who has called since, and it is counted", () => {
  const box = inbox("waiting", []);
  const asked = box.askFor(null);
  box.take(row(2, "waiting"), ME);
  assert.deepEqual([ids(box), box.counts.waiting], [[2], 1]);
  box.page(asked, page([], { counts: { waiting: 0, mine: 0 } }), ME);
  assert.deepEqual([ids(box), box.counts.waiting], [[2], 1]);
});

test("who is not known is counted by the server where not all are known", () => {
  const box = inbox("waiting", [row(1, "waiting")], "cursor");
  box.counts = { waiting: 70, mine: 0 };
  box.take(row(9, "waiting"), ME);
  assert.equal(box.counts.waiting, 70);
  box.doubt();
  box.folder = "mine";
  box.take(row(8, "operator"), ME);
  assert.equal(box.counts.mine, 0, "nor where the list was never fetched");
});

test("of two pages the one that was asked for later stays", () => {
  const box = inbox("waiting", []);
  const [first, second] = [box.askFor(null), box.askFor(null)];
  box.page(second, page([row(2, "waiting")]), ME);
  box.page(first, page([row(1, "waiting")]), ME);
  assert.deepEqual(ids(box), [2]);
});

test("a page that continues another list than there is now is of no use", () => {
  const box = inbox("all", [row(5, "bot")], "a");
  const asked = box.askFor("a");
  give(box, [row(9, "bot")], { next: "b" });
  box.page(asked, page([row(4, "bot")]), ME);
  assert.deepEqual([ids(box), box.list?.next], [[9], "b"]);
});

test("a description is older than what was told since, unless it says more", () => {
  const box = inbox("all", [row(1, "bot", { unread: 1 })]);
  const asked = box.ask();
  box.take(row(1, "bot", { unread: 0 }), ME);
  box.learn(row(1, "bot", { unread: 1 }), asked, ME);
  assert.equal(box.rows.get(1)?.unread, 0);
  box.learn(row(1, "bot", { unread: 2, last_seq: 2 }), asked, ME);
  assert.equal(box.rows.get(1)?.unread, 2);
  box.learn(row(1, "waiting", { epoch: 0 }), box.ask(), ME);
  assert.equal(box.rows.get(1)?.state, "bot", "of an epoch that is over");
});

test("after a gap other folders have to be fetched anew", () => {
  const box = inbox("all", [row(1, "bot")]);
  box.folder = "mine";
  give(box, []);
  box.doubt();
  assert.ok(box.list);
  box.folder = "all";
  assert.equal(box.list, undefined);
});

test("after a gap rows may be older than those that are known: the database was restored", () => {
  const known = row(1, "bot", { last_seq: 9, epoch: 4 });
  const restored = row(1, "bot", { last_seq: 5, epoch: 2 });
  const box = inbox("all", [known, row(2, "bot", { last_seq: 9 })]);
  assert.equal(box.isOutdated(restored), true);
  const before = box.askFor(null);
  box.doubt();
  box.page(before, { conversations: [restored], counts: box.counts, next: null }, ME);
  assert.equal(box.rows.get(1)?.last_seq, 9, "it was asked for before the gap");
  box.take({ ...known, unread: 0 }, ME);
  assert.equal(box.isOutdated(restored), false);
  box.take(restored, ME);
  assert.equal(box.isOutdated(row(1, "bot", { last_seq: 4, epoch: 2 })), true, "it is known anew");
  box.doubt();
  give(box, [row(1, "bot", { last_seq: 3, epoch: 1 })]);
  assert.equal(box.rows.get(1)?.last_seq, 3);
});
