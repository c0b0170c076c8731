// The console against a desk that tests hold in their hands: what all such tests begin with.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";
import { launch, newPage } from "./browser.mjs";
import { Console } from "./console.mjs";
import { FakeDesk } from "./desk.mjs";

const WEB_ROOT = process.env.WEB_ROOT ?? new URL("../../build/web", import.meta.url).pathname;

/** New for each test. */
export let desk;
export let context;
export let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

beforeEach(async () => {
  desk = await new FakeDesk(WEB_ROOT).start();
  context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 } });
});
afterEach(async () => {
  const complaints = context.pages().flatMap((page) => page.complaints ?? []);
  await context.close();
  await desk.stop();
  assert.deepEqual(complaints, [], "a page complained");
});

export async function openConsole(hash = "", from = context, login = "vera") {
  const page = await newPage(from, `${desk.url}/console${hash}`);
  return new Console(page).signIn(login, "correct horse");
}

/** A person who has asked something; `waits`: and has called a human. */
export function person(id, name, words, waits = true) {
  const chat = desk.chat(id, name);
  desk.say(id, "person", words);
  if (waits) desk.call(id);
  return chat;
}

/** The console with a chat that the operator has. */
export async function openMine(id = 7, name = "Ivan", from = context) {
  person(id, name, "Hello?");
  desk.take(desk.chats.get(id), desk.operators[0]);
  const console = await openConsole(`#/mine/${id}`, from);
  await console.message("Hello?").waitFor();
  return console;
}
