import { type Storage, siteStorage } from "../widget/storage.ts";
import { Chat, type ChatHost } from "./chat.ts";

const KEPT = 20;

/** The chats that were open lately, and those with words that are not sent yet; of one operator. */
export class Chats {
  private readonly chats = new Map<number, Chat>();
  private readonly storage: Storage;

  constructor(
    private readonly host: ChatHost,
    private readonly owner: number,
  ) {
    this.storage = siteStorage(`console:${owner}`, () => localStorage);
  }

  get(id: number): Chat | undefined {
    return this.chats.get(id);
  }

  open(id: number): Chat {
    const known = this.chats.get(id);
    this.chats.delete(id);
    const chat =
      known ??
      new Chat(
        id,
        this.host,
        siteStorage(`console:${this.owner}:c${id}`, () => localStorage),
      );
    this.chats.set(id, chat); // at the end: the one used last
    for (const [old, { outbox, uploads }] of this.chats) {
      if (this.chats.size <= KEPT) break;
      if (old !== id && outbox.items.length + uploads.items.length === 0) this.chats.delete(old);
    }
    return chat;
  }

  /** What is not sent goes now, whichever conversation it belongs to, also from before a reload. */
  send(): void {
    for (const chat of this.chats.values()) chat.outbox.kick();
    for (const key of this.storage.below("c")) {
      const id = Number(/^(\d+):out:/.exec(key)?.[1] ?? Number.NaN);
      if (id && !this.chats.has(id)) this.open(id);
    }
  }

  hasDraft(id: number): boolean {
    return this.storage.get(`c${id}:reply`) !== null;
  }

  /** Nothing of theirs is sent any more: it would be in the name of whoever comes next. */
  forget(): void {
    for (const chat of this.chats.values()) chat.end();
    this.chats.clear();
  }
}
