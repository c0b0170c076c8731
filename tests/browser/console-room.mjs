// The console against a desk that tests hold in their hands: what all such tests begin with.
import { newPage } from "./browser.mjs";
import { Console } from "./console.mjs";
import { FakeDesk } from "./desk.mjs";
import { context, server as desk, useServer } from "./room.mjs";

export { browser, context, server as desk } from "./room.mjs";

useServer(FakeDesk);

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
