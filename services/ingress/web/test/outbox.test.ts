import assert from "node:assert/strict";
import { test } from "node:test";
import { type Outcome, Outbox, type OutboxHost, type Unsent } from "../src/widget/outbox.ts";
import { type Storage, memoryStorage } from "../src/widget/storage.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A server that gives the outcomes of a script, then takes everything. */
class Host implements OutboxHost {
  posts: string[] = [];
  confirmed: string[] = [];
  time = 1_000_000;
  constructor(private readonly script: Outcome[] = []) {}
  async post(id: string, text: string): Promise<Outcome> {
    this.posts.push(`${id}:${text}`);
    return this.script.shift() ?? { kind: "sent", seq: this.posts.length };
  }
  sent(item: Unsent): void {
    this.confirmed.push(item.id);
  }
  changed(): void {}
  now(): number {
    return this.time;
  }
}

function outbox(script: Outcome[] = [], storage: Storage = memoryStorage()) {
  const host = new Host(script);
  return { host, storage, box: new Outbox(storage, host) };
}

test("messages leave one after the other, in the order they were written", async () => {
  const { host, box, storage } = outbox();
  for (const id of ["a", "b", "c"]) box.add(id, "text");
  await turn();
  assert.deepEqual(host.posts, ["a:text", "b:text", "c:text"]);
  assert.deepEqual(host.confirmed, ["a", "b", "c"]);
  assert.deepEqual(storage.below("out:"), []);
});

test("after a failure the same id is sent again, and nothing overtakes it", async () => {
  const { host, box } = outbox([{ kind: "later" }]);
  box.add("a", "1");
  box.add("b", "2");
  await turn();
  assert.deepEqual(host.posts, ["a:1"]);
  box.kick();
  await turn();
  assert.deepEqual(host.posts, ["a:1", "a:1", "b:2"]);
});

test("what was written later is sent later, also after a reload and a clock set back", async () => {
  const { host, box, storage } = outbox([{ kind: "later" }]);
  box.add("first", "1");
  host.time -= 60_000;
  box.add("a second", "2");
  box.add("and a third", "3");
  await turn();
  box.end();
  const after = new Outbox(storage, host);
  assert.deepEqual(after.items.map((i) => i.id), ["first", "a second", "and a third"]);
});

test("what is seen to have arrived is not sent again, and nothing waits for it", async () => {
  const { host, box, storage } = outbox([{ kind: "later" }]);
  box.add("a", "1");
  box.add("b", "2");
  await turn();
  box.arrived("a"); // only its answer was lost
  box.arrived("unknown");
  await turn();
  assert.deepEqual(host.posts, ["a:1", "b:2"]);
  assert.deepEqual(box.items, []);
  assert.deepEqual(storage.below("out:"), []);
});

test("what was left behind and had arrived is not offered again", () => {
  const storage = memoryStorage();
  storage.set("out:old", JSON.stringify({ text: "hi", at: 0 }));
  storage.set("out:lost", JSON.stringify({ text: "hi", at: 0 }));
  const { host } = outbox();
  host.time = 4_000_000;
  const box = new Outbox(storage, host);
  box.arrived("old");
  assert.deepEqual(box.items.map((i) => [i.id, i.state]), [["lost", "held"]]);
});

test("what the server refuses for good is held, and the next one goes on", async () => {
  const { host, box } = outbox([{ kind: "refused", error: "too long" }]);
  box.add("a", "1");
  box.add("b", "2");
  await turn();
  assert.deepEqual(host.confirmed, ["b"]);
  assert.deepEqual(box.items.map((i) => [i.id, i.state, i.error]), [["a", "held", "too long"]]);
  box.retry("a");
  await turn();
  assert.deepEqual(host.confirmed, ["b", "a"]);
});

test("a wait that the server asked for is not cut short by a kick", async () => {
  const { host, box } = outbox([{ kind: "later", afterMs: 5000 }]);
  box.add("a", "1");
  await turn();
  box.kick();
  await turn();
  assert.equal(host.posts.length, 1);
  assert.equal(box.items[0]?.until, host.time + 5000);
  host.time += 5000;
  box.kick();
  await turn();
  assert.equal(host.posts.length, 2);
});

test("what was not confirmed is there after a reload, under its id, oldest first", async () => {
  const storage = memoryStorage();
  const before = outbox([{ kind: "later" }], storage);
  before.box.add("a", "1");
  before.host.time += 5;
  before.box.add("b", "2");
  await turn();
  const { host, box } = outbox([], storage);
  assert.deepEqual(box.items.map((i) => [i.id, i.text, i.state]), [["a", "1", "queued"], ["b", "2", "queued"]]);
  box.kick();
  await turn();
  assert.deepEqual(host.posts, ["a:1", "b:2"]);
});

test("what is older than an hour is not sent unasked", async () => {
  const storage = memoryStorage();
  storage.set("out:old", JSON.stringify({ text: "?", at: 0 }));
  const host = new Host();
  host.time = 3_600_001;
  const box = new Outbox(storage, host);
  box.kick();
  await turn();
  assert.deepEqual(host.posts, []);
  assert.equal(box.items[0]?.state, "held");
});

test("what is not ours in the storage is cleared away", () => {
  const storage = memoryStorage();
  storage.set("out:x", "{");
  storage.set("out:y", '{"text":1}');
  assert.deepEqual(outbox([], storage).box.items, []);
  assert.deepEqual(storage.below("out:"), []);
});

test("a message that is deleted while it waits is not sent again", async () => {
  const { host, box } = outbox([{ kind: "later" }]);
  box.add("a", "1");
  await turn();
  assert.equal(box.drop("a")?.text, "1");
  box.kick();
  await turn();
  assert.equal(host.posts.length, 1);
});
