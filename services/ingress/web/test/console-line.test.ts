import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal } from "../src/console/api.ts";
import { Line, type LineHost, type Link } from "../src/console/line.ts";

const encoder = new TextEncoder();
const until = async (test: () => boolean) => {
  while (!test()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** Streams that a test opens, feeds and breaks. */
class Server implements LineHost {
  opened: { watch: number | null; write(text: string): void; end(): void; signal: AbortSignal }[] = [];
  hellos: boolean[] = [];
  events: string[] = [];
  links: Link[] = [];
  refusal: Refusal | null = null;

  async open(watch: number | null, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    if (this.refusal) throw this.refusal;
    return new ReadableStream({
      start: (to) => {
        signal.addEventListener("abort", () => to.error(new Error("aborted")));
        this.opened.push({
          watch,
          signal,
          write: (text) => to.enqueue(encoder.encode(text)),
          end: () => to.close(),
        });
      },
    });
  }
  hello(gap: boolean): void {
    this.hellos.push(gap);
  }
  event(name: string, data: unknown): void {
    this.events.push(`${name} ${JSON.stringify(data)}`);
  }
  linked(link: Link): void {
    this.links.push(link);
  }
  newest() {
    return this.opened.at(-1) as Server["opened"][number];
  }
}

const HELLO = "event: hello\ndata: {}\n\n";

async function online() {
  const server = new Server();
  const line = new Line(server);
  line.start();
  await until(() => server.opened.length === 1);
  server.newest().write(HELLO);
  await until(() => server.hellos.length === 1);
  return { server, line };
}

test("events are told, also when they come in pieces; what is no JSON is not", async () => {
  const { server, line } = await online();
  server.newest().write("event: typing\nda");
  server.newest().write('ta: {"a":1}\n\nevent: x\ndata: {\n\n: beat\n\nevent: note\ndata: {"b":2}\n\n');
  await until(() => server.events.length === 2);
  assert.deepEqual(server.events, ['typing {"a":1}', 'note {"b":2}']);
  assert.deepEqual([server.hellos, server.links], [[true], ["online"]]);
  line.stop();
});

test("a stream that ends is opened again, and tells of a gap", async () => {
  const { server, line } = await online();
  server.newest().end();
  await until(() => server.links.includes("lost"));
  line.hurry();
  await until(() => server.opened.length === 2);
  server.newest().write(HELLO);
  await until(() => server.hellos.length === 2);
  assert.deepEqual(server.hellos, [true, true]);
  assert.deepEqual(server.links, ["online", "lost", "online"]);
  line.stop();
});

test("for another conversation the new stream begins before the old one ends", async () => {
  const { server, line } = await online();
  const [first] = server.opened;
  line.watch(7);
  line.watch(8);
  await until(() => server.opened.length === 2);
  assert.equal(server.newest().watch, 8, "who only passed by has none");
  assert.equal(first?.signal.aborted, false);
  first?.write("event: a\ndata: 1\n\n");
  await until(() => server.events.length === 1);
  server.newest().write(HELLO);
  await until(() => first?.signal.aborted === true);
  assert.deepEqual(server.hellos, [true, false], "nothing was missed");
  assert.deepEqual(server.links, ["online"]);
  line.stop();
});

test("a second hello of the same stream tells of a loss behind the server", async () => {
  const { server, line } = await online();
  server.newest().write(HELLO);
  await until(() => server.hellos.length === 2);
  assert.deepEqual(server.hellos, [true, true]);
  line.stop();
});

test("who is not known any more does not knock again", async () => {
  const { server, line } = await online();
  server.refusal = new Refusal(401, "sign_in");
  server.newest().end();
  await until(() => server.links.includes("lost"));
  line.hurry();
  await until(() => server.links.at(-1) === "connecting");
  server.refusal = null;
  line.start();
  await until(() => server.opened.length === 2);
  line.stop();
});
