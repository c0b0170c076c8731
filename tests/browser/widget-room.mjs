// The widget against a server that tests hold in their hands: what all such tests begin with.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";
import { launch, newPage, Widget } from "./browser.mjs";
import { HostileServer } from "./hostile.mjs";

export const WEB_ROOT = process.env.WEB_ROOT ?? new URL("../../build/web", import.meta.url).pathname;

/** New for each test; whoever makes further contexts closes them, or leaves them to us. */
export let server;
export let context;
export let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

beforeEach(async () => {
  server = await new HostileServer(WEB_ROOT).start();
  context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 } });
});
afterEach(async () => {
  const complaints = browser.contexts().flatMap((each) => each.pages().flatMap((page) => page.complaints ?? []));
  for (const each of browser.contexts()) await each.close();
  await server.stop();
  assert.deepEqual(complaints, [], "a page complained");
});

export async function openWidget(path = "/", from = context) {
  const page = await newPage(from, server.url + path);
  return new Widget(page).open();
}

/** Answers every question with the same words, after the pieces a test wants to see. */
export function answerWith(text, html = `<p>${text}</p>`, more = {}) {
  server.onMessage = (chat) => server.say(chat, { author: "bot", text, html, ...more });
}

/** The chat in which the first question was asked, once somebody listens to its answer. */
export function question() {
  const chat = server.only();
  return chat?.messages.length === 1 && chat.streams.size > 0 && chat;
}
