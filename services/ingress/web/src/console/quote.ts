import type { Storage } from "../widget/storage.ts";
import type { Quote } from "../widget/types.ts";
import { pressed } from "./pressed.ts";
import type { Message } from "./types.ts";

const KEY = "quote";
const GLANCE = 300;

/** Told across the log, and nobody's words: there is nothing to answer. */
export function isLine({ author, text }: Message): boolean {
  return author === "platform" || (author === "person" && pressed(text) !== null);
}

/** What stands above an answer; `text`: its words where Markdown is not them. */
export function quoteOf(message: Message, text: string = message.text): Quote {
  const { seq, author, name, attachments } = message;
  const [file] = attachments ?? [];
  return {
    seq,
    author,
    ...(name ? { name } : {}),
    ...(text.trim() ? { text: text.trim().replace(/\s+/g, " ").slice(0, GLANCE) } : {}),
    ...(file ? { file: { kind: file.kind, name: file.name ?? null } } : {}),
  };
}

/** The part of an order that says which message it answers. */
export function replyTo(quote: Quote | null | undefined): { reply_to?: number } {
  return quote?.seq ? { reply_to: quote.seq } : {};
}

/** The message that the next words answer; it is kept with the draft. */
export class Quoting {
  current: Quote | null;

  constructor(private readonly storage: Storage) {
    this.current = restore(storage.get(KEY));
  }

  set(quote: Quote | null): void {
    this.current = quote;
    if (quote) this.storage.set(KEY, JSON.stringify(quote));
    else this.storage.remove(KEY);
  }

  /** The words leave, and it goes with them. */
  take(): Quote | null {
    const { current } = this;
    this.set(null);
    return current;
  }

  /** They could not leave; something else may have been chosen since. */
  putBack(quote: Quote | null | undefined): void {
    if (quote && !this.current) this.set(quote);
  }

  /** The next older (-1) or newer (1) message that can be answered; null: there is none. */
  beside(messages: readonly Message[], step: 1 | -1): Message | null {
    const words = messages.filter((m) => !isLine(m));
    const seq = this.current?.seq;
    if (!seq) return step < 0 ? (words.at(-1) ?? null) : null;
    if (step < 0) return words.filter((m) => m.seq < seq).at(-1) ?? words[0] ?? null;
    return words.find((m) => m.seq > seq) ?? null;
  }
}

function restore(kept: string | null): Quote | null {
  try {
    const quote = JSON.parse(kept ?? "null");
    return typeof quote?.seq === "number" ? quote : null;
  } catch {
    return null;
  }
}
