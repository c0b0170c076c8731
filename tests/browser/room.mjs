// What tests against a server of their own begin with; both are new for each test.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";
import { launch } from "./browser.mjs";

export const WEB_ROOT = process.env.WEB_ROOT ?? new URL("../../build/web", import.meta.url).pathname;

export let server;
/** Whoever makes further contexts closes them, or leaves them to us. */
export let context;
export let browser;

/** Server: a PageServer. */
export function useServer(Server) {
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  beforeEach(async () => {
    server = await new Server(WEB_ROOT).start();
    context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 } });
  });
  afterEach(async () => {
    const complaints = browser.contexts().flatMap((each) => each.pages().flatMap((page) => page.complaints ?? []));
    for (const each of browser.contexts()) await each.close();
    await server.stop();
    assert.deepEqual(complaints, [], "a page complained");
  });
}
