import assert from "node:assert/strict";
import { test } from "node:test";
import { Pause, backoff } from "../src/widget/backoff.ts";

test("the wait doubles from a second to half a minute, half of it by chance", () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 50].map((n) => backoff(n, () => 1));
  assert.deepEqual(longest, [1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  const shortest = [0, 1, 5].map((n) => backoff(n, () => 0));
  assert.deepEqual(shortest, [500, 1000, 15000]);
});

test("a pause can be cut short", async () => {
  const pause = new Pause();
  const begun = Date.now();
  setTimeout(() => pause.wake(), 10);
  await pause.wait(60_000);
  assert.ok(Date.now() - begun < 10_000);
});

test("waking nobody is harmless, and a new wait ends the one before", async () => {
  const pause = new Pause();
  pause.wake();
  const first = pause.wait(60_000);
  const second = pause.wait(1);
  await Promise.all([first, second]);
});
