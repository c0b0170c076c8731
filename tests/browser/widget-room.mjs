// The widget against a server that tests hold in their hands: what all such tests begin with.
import { newPage, Widget } from "./browser.mjs";
import { HostileServer } from "./hostile.mjs";
import { context, server, useServer } from "./room.mjs";

export { browser, context, server, WEB_ROOT } from "./room.mjs";

useServer(HostileServer);

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
