import assert from "node:assert/strict";
import { test } from "node:test";
import { type Api, Refusal } from "../src/console/api.ts";
import { Chat, type ChatHost } from "../src/console/chat.ts";
import type { Detail, Done, Message, Operator, Order, Row } from "../src/console/types.ts";
import { type Storage, memoryStorage } from "../src/widget/storage.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
const VERA = { id: 1, name: "Vera", role: "operator" } as Operator;

const DETAIL = { person: null, handoffs: [], notes: [], suggestion: null } as unknown as Detail;

function said(seq: number, id: string, text: string): Message {
  return { seq, id, text, author: "operator", operator_id: VERA.id, created_at: "2026-11-21T10:00:00Z" };
}

/** A server that gives the answers of a script, then obeys. */
class Host implements ChatHost {
  readonly orders: (Order & { id: string })[] = [];
  script: (Done | Refusal)[] = [];
  complaints: unknown[] = [];
  pages: Message[][] = [];
  me = VERA;
  shown = { id: 7, state: "waiting", operator: null, epoch: 1 } as unknown as Row;
  readonly api = {
    order: (_id: number, order: Order) => this.obey(order, "direct"),
    orderOnce: (_id: number, order: Order, id: string) => this.obey(order, id),
    detail: () => (this.pages.length ? Promise.resolve(DETAIL) : Promise.reject(new Refusal(0))),
    messages: () => Promise.resolve({ messages: this.pages.shift() ?? [], last_seq: 9 }),
    typing: () => Promise.resolve(),
  } as unknown as Api;

  private obey(order: Order, id: string): Promise<Done> {
    this.orders.push({ ...order, id });
    const answer = this.script.shift() ?? {
      status: "ok",
      seq: this.orders.length,
      epoch: 2,
      state: "operator" as const,
    };
    return answer instanceof Refusal ? Promise.reject(answer) : Promise.resolve(answer);
  }
  row(): Row {
    return this.shown;
  }
  patch(_id: number, change: Partial<Row>): void {
    this.shown = { ...this.shown, ...change };
  }
  private asked = 0;
  ask(): number {
    return ++this.asked;
  }
  described(): void {}
  changed(): void {}
  complain(error: unknown): void {
    this.complaints.push(error);
  }
}

function chat(storage: Storage = memoryStorage()) {
  const host = new Host();
  return { host, chat: new Chat(7, host, storage) };
}

test("an order changes the row before the stream tells", async () => {
  const { host, chat: c } = chat();
  assert.equal(await c.order({ verb: "take" }), true);
  assert.deepEqual([host.shown.state, host.shown.operator?.name, host.shown.epoch], ["operator", "Vera", 2]);
  assert.equal(c.isMine, true);
  host.script = [{ status: "ok", seq: 3, epoch: 3, state: "bot" }];
  await c.order({ verb: "close" });
  assert.deepEqual([host.shown.state, host.shown.operator], ["closed", null]);
});

test("who has the chat is remembered, other refusals are complained of", async () => {
  const { host, chat: c } = chat();
  host.script = [new Refusal(409, "taken", "", undefined, "Anna"), new Refusal(409, "full", "no room")];
  assert.equal(await c.order({ verb: "take" }), false);
  assert.equal(c.holder, null, "it is not known yet");
  host.patch(7, { state: "operator", operator: { id: 2, name: "Anna" } });
  assert.equal(c.holder, "Anna");
  assert.equal(host.complaints.length, 0);
  host.patch(7, { state: "closed", operator: null });
  assert.equal(c.holder, null, "nobody has it any more");
  host.patch(7, { state: "operator", operator: { id: 2, name: "Anna" } });
  assert.equal(await c.order({ verb: "take" }), false);
  assert.equal(c.holder, null);
  assert.equal(host.complaints.length, 1);
});

test("words that were refused are sent again under a new id, those that got lost under the same", async () => {
  const { host, chat: c } = chat();
  host.script = [new Refusal(0), new Refusal(409, "taken", "", undefined, "Anna")];
  c.say("Hello");
  await turn();
  c.outbox.kick();
  await turn();
  assert.equal(host.orders.length, 2);
  assert.equal(host.orders[0]?.id, host.orders[1]?.id, "it was not reached: the same order");
  const [item] = c.outbox.items;
  assert.ok(item && item.state === "held" && c.refusal(item)?.holder === "Anna");
  c.resend(item);
  await turn();
  assert.equal(host.orders[2]?.text, "Hello");
  assert.notEqual(host.orders[2]?.id, host.orders[0]?.id, "it was refused: another order");
  assert.deepEqual(c.outbox.items, []);
});

test("words whose answer was lost are shown once, and nothing waits for them", async () => {
  const { host, chat: c } = chat();
  host.script = [new Refusal(0)];
  c.say("one");
  c.say("two");
  await turn();
  c.receive(said(1, "somebody-elses", "one"));
  assert.deepEqual(c.outbox.items.map((i) => i.text), ["one", "two"], "words alone tell nothing");
  c.receive(said(2, host.orders[0]?.id ?? "", "one"));
  await turn();
  assert.deepEqual(host.orders.map((o) => o.text), ["one", "two"]);
  assert.deepEqual(c.outbox.items, []);
});

test("words that were left behind and had arrived are not offered again, on any clock", async () => {
  const storage = memoryStorage();
  for (const [id, text] of [["old", "Hi"], ["older", "Ho"], ["lost", "Hi"]] as const)
    storage.set(`out:${id}`, JSON.stringify({ text, at: 0 }));
  const { host, chat: c } = chat(storage);
  host.pages = [[said(9, "old", "Hi")], [said(3, "older", "Ho")]];
  await c.load();
  assert.deepEqual(c.outbox.items.map((i) => i.id), ["older", "lost"]);
  await c.loadEarlier();
  assert.deepEqual(c.outbox.items.map((i) => [i.id, i.state]), [["lost", "held"]]);
  assert.deepEqual(host.orders, []);
});

test("what waits until somebody signs in again is kept", async () => {
  const storage = memoryStorage();
  const { host, chat: c } = chat(storage);
  host.script = [new Refusal(401, "sign_in")];
  c.say("Hello");
  await turn();
  assert.equal(c.outbox.items[0]?.state, "queued");
  const again = chat(storage);
  await turn();
  assert.equal(again.host.orders[0]?.id, host.orders[0]?.id, "also by the page that is opened next");
});

test("what is in the field goes where it belongs", async () => {
  const { host, chat: c } = chat();
  c.setMode("note");
  assert.equal(await c.submit("secret"), true);
  c.adopt({ id: 5, text: "maybe", last_seq: 1 });
  assert.equal(await c.submit("surely"), true);
  assert.equal(c.adopted, null);
  c.edit({ seq: 3, text: "teh" });
  assert.equal(await c.submit("the"), true);
  assert.equal(c.editing, null);
  await c.submit("words");
  await turn();
  assert.deepEqual(
    host.orders.map(({ id: _, ...order }) => order),
    [
      { verb: "note", text: "secret" },
      { verb: "use", suggestion: 5, text: "surely" },
      { verb: "edit", seq: 3, text: "the" },
      { verb: "say", text: "words" },
    ],
  );
});

test("a note that is refused stays in the field", async () => {
  const { host, chat: c } = chat();
  c.setMode("note");
  host.script = [new Refusal(500)];
  assert.equal(await c.submit("secret"), false);
  assert.equal(c.mode, "note");
});

test("drafts of replies and notes are two, and are kept", () => {
  const storage = memoryStorage();
  const { chat: c } = chat(storage);
  c.draft = "a reply";
  c.setMode("note");
  assert.equal(c.draft, "");
  c.draft = "a note";
  const again = chat(storage).chat;
  assert.equal(again.draft, "a reply");
  again.draft = "";
  assert.equal(storage.get("reply"), null);
});

test("a description that was asked for before a suggestion came does not take it away", async () => {
  const { host, chat: c } = chat();
  const fresh = { id: 902, text: "We are closed.", last_seq: 1 };
  const answers: ((detail: Detail) => void)[] = [];
  host.api.detail = () => new Promise((resolve) => answers.push(resolve));
  const described = c.describe();
  c.thread.suggests(fresh);
  answers[0]?.({ suggestion: null } as Detail);
  await turn();
  assert.deepEqual(c.thread.suggestion, fresh);
  answers[1]?.({ suggestion: fresh } as Detail);
  await described;
  assert.deepEqual(c.thread.suggestion, fresh);
});

test("of two descriptions the one that was asked for later is right", async () => {
  const { host, chat: c } = chat();
  const answers: ((detail: Detail) => void)[] = [];
  host.api.detail = () => new Promise((resolve) => answers.push(resolve));
  const both = [c.describe(), c.describe()];
  answers[1]?.({ handoffs: ["new"] } as unknown as Detail);
  answers[0]?.({ handoffs: ["old"] } as unknown as Detail);
  await Promise.all(both);
  assert.deepEqual(c.thread.cases, ["new"]);
});

test("a suggestion that was used does not come back with an older description", async () => {
  const { host, chat: c } = chat();
  const used = { id: 5, text: "Yes.", last_seq: 1 };
  const answers: ((detail: Detail) => void)[] = [];
  host.api.detail = () => new Promise((resolve) => answers.push(resolve));
  c.thread.suggests(used);
  void c.describe();
  await c.order({ verb: "use", suggestion: 5 });
  answers[0]?.({ suggestion: used } as Detail);
  await turn();
  assert.equal(c.thread.suggestion, null);
});

test("a note that is refused never becomes a reply, whatever is begun meanwhile", async () => {
  const { host, chat: c } = chat();
  c.setMode("note");
  host.script = [new Refusal(500)];
  const submitted = c.submit("secret");
  c.setMode("reply");
  c.draft = "Dear";
  await submitted;
  assert.equal(c.draft, "Dear");
  c.setMode("note");
  assert.equal(c.draft, "secret");
});

test("what was begun while an edit was under way stays begun", async () => {
  const { chat: c } = chat();
  c.edit({ seq: 3, text: "teh" });
  const submitted = c.submit("the");
  c.setMode("note");
  await submitted;
  assert.equal(c.mode, "note");
});

test("words that are taken back stand above what was begun since", async () => {
  const { host, chat: c } = chat();
  host.script = [new Refusal(409, "taken", "", undefined, "Anna")];
  c.say("first");
  await turn();
  c.draft = "second";
  const [item] = c.outbox.items;
  assert.ok(item);
  c.takeBack(item);
  assert.equal(c.draft, "first\nsecond");
});

test("what did not arrive is said again, with its files by the server", async () => {
  const { host, chat: c } = chat();
  const message = { seq: 4, author: "operator", text: "look", created_at: "" } as const;
  c.sayAgain(message);
  c.sayAgain({ ...message, attachments: [{ kind: "photo" }] });
  await turn();
  assert.deepEqual(
    host.orders.map(({ id: _, ...order }) => order),
    [
      { verb: "say", text: "look" },
      { verb: "say", again: 4 },
    ],
  );
});

test("when its operator has left nothing is sent any more, and it is kept for them", async () => {
  const storage = memoryStorage();
  const { host, chat: c } = chat(storage);
  host.script = [new Refusal(401, "sign_in")];
  c.say("Hello");
  await turn();
  c.end();
  await turn();
  c.outbox.kick();
  await turn();
  assert.equal(host.orders.length, 1);
  assert.equal(storage.below("out:").length, 1);
});

const QUOTE = { seq: 3, author: "person" as const, text: "which one?" };

test("words leave with what they answer, also after a reload, and the next ones without", async () => {
  const storage = memoryStorage();
  chat(storage).chat.answer(QUOTE);
  const { host, chat: c } = chat(storage);
  await c.submit("the red one");
  await c.submit("it is warm");
  await turn();
  assert.deepEqual(
    host.orders.map(({ text, reply_to }) => [text, reply_to]),
    [
      ["the red one", 3],
      ["it is warm", undefined],
    ],
  );
});

test("what is refused comes back with what it answers; a note answers nothing", async () => {
  const { host, chat: c } = chat();
  c.answer(QUOTE);
  host.script = [new Refusal(409, "no_message", "")];
  await c.submit("the red one");
  await turn();
  const [item] = c.outbox.items;
  assert.ok(item);
  assert.deepEqual([item.state, item.reply_to], ["held", QUOTE]);
  c.takeBack(item);
  assert.deepEqual([c.draft, c.quoting.current], ["the red one", QUOTE]);
  c.setMode("note");
  await c.submit("a beginner");
  assert.deepEqual([host.orders.at(-1)?.verb, host.orders.at(-1)?.reply_to], ["note", undefined]);
  assert.deepEqual(c.quoting.current, QUOTE, "it waits for the reply");
});

test("a suggestion made into an own message answers, too, and keeps it when it fails", async () => {
  const { host, chat: c } = chat();
  c.answer(QUOTE);
  c.adopt({ id: 5, text: "red", last_seq: 3 });
  host.script = [new Refusal(409, "full", "")];
  assert.equal(await c.submit("the red one"), false);
  assert.deepEqual(c.quoting.current, QUOTE);
  assert.equal(await c.submit("the red one"), true);
  assert.deepEqual(
    host.orders.map(({ verb, reply_to }) => [verb, reply_to]),
    [
      ["use", 3],
      ["use", 3],
    ],
  );
  assert.equal(c.quoting.current, null);
});
