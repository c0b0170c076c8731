import assert from "node:assert/strict";
import { test } from "node:test";
import { EventParser, type ServerEvent, readEvents } from "../src/widget/sse.ts";

function parsed(...pieces: string[]): ServerEvent[] {
  const events: ServerEvent[] = [];
  const parser = new EventParser((event) => events.push(event));
  for (const piece of pieces) parser.feed(piece);
  return events;
}

const STREAM = ': hello\n\nid: 7\nevent: message\ndata: {"seq":7}\n\n: beat\n\nevent: delta\ndata: a\ndata: b\n\ndata:x\n\n';
const EVENTS = [
  { event: "message", data: '{"seq":7}', id: "7" },
  { event: "delta", data: "a\nb", id: null },
  { event: "message", data: "x", id: null },
];

test("events, comments and joined data lines are told apart", () => {
  assert.deepEqual(parsed(STREAM), EVENTS);
});

test("every place where the stream may be cut gives the same events", () => {
  for (let i = 1; i < STREAM.length; i++) {
    assert.deepEqual(parsed(STREAM.slice(0, i), STREAM.slice(i)), EVENTS, `cut at ${i}`);
  }
});

test("line ends may be CRLF or CR, and cut between the two", () => {
  const crlf = STREAM.replaceAll("\n", "\r\n");
  for (let i = 1; i < crlf.length; i++) {
    assert.deepEqual(parsed(crlf.slice(0, i), crlf.slice(i)), EVENTS, `cut at ${i}`);
  }
  assert.deepEqual(parsed("data: a\r\rdata: b\r\r", "\n"), [
    { event: "message", data: "a", id: null },
    { event: "message", data: "b", id: null },
  ]);
});

test("an event that is not finished is not given", () => {
  assert.deepEqual(parsed("event: message\ndata: half"), []);
  assert.deepEqual(parsed("event: delta\n\n"), []);
});

test("after a sleep, in which no timer ran, a line that says nothing is given up at once", async (t) => {
  const { now } = Date;
  t.after(() => {
    Date.now = now;
  });
  const silent = (signal: AbortSignal) =>
    Promise.resolve(
      new ReadableStream<Uint8Array>({
        start: (line) => signal.addEventListener("abort", () => line.error(new Error("cut"))),
      }),
    );
  const begun = now();
  const reading = readEvents(silent, new AbortController().signal, () => {});
  Date.now = () => now() + 600_000;
  await assert.rejects(reading, /cut/);
  assert.ok(now() - begun < 10_000);
});
