import { Pause, backoff } from "./backoff.ts";
import type { Storage } from "./storage.ts";
import type { Quote } from "./types.ts";

/**
 * Messages that the server has not confirmed yet.  Each has an id made here, and is
 * sent again under the same id until there is an answer, also after a reload: the
 * server knows it by that id, so it arrives once.  They leave one after the other,
 * in the order in which they were written.
 */
export interface Unsent {
  id: string;
  text: string;
  at: number;
  /** "held": the server refused it for good, or it is too old to be sent unasked. */
  state: "queued" | "sending" | "held";
  /** The message that it answers. */
  reply_to?: Quote | undefined;
  /** Tries so far; it may have arrived if there were any. */
  tries: number;
  error?: string | undefined;
  /** When the server, being asked too often, will listen again. */
  until?: number | undefined;
}

export type Outcome =
  | { kind: "sent"; seq: number }
  | { kind: "later"; error?: string; afterMs?: number }
  | { kind: "refused"; error: string };

export interface OutboxHost {
  post(id: string, text: string, reply_to?: Quote): Promise<Outcome>;
  sent(item: Unsent, seq: number): void;
  changed(): void;
  now(): number;
}

const KEY = "out:";
const TOO_OLD_MS = 3_600_000;

export class Outbox {
  readonly items: Unsent[];
  private running = false;
  private isOver = false;
  private readonly pause = new Pause();

  constructor(
    private readonly storage: Storage,
    private readonly host: OutboxHost,
  ) {
    this.items = restore(storage, host.now());
  }

  add(id: string, text: string, reply_to?: Quote): void {
    const before = this.items.at(-1)?.at ?? 0; // a reload sorts by it, and clocks are set back
    const at = Math.max(this.host.now(), before + 1);
    const item: Unsent = { id, text, at, state: "queued", tries: 0, reply_to };
    this.items.push(item);
    this.storage.set(KEY + id, JSON.stringify({ text, at, reply_to }));
    this.host.changed();
    this.kick();
  }

  retry(id: string): void {
    const item = this.items.find((i) => i.id === id);
    if (!item) return;
    item.state = "queued";
    item.error = undefined;
    this.host.changed();
    this.kick();
  }

  drop(id: string): Unsent | undefined {
    const at = this.items.findIndex((i) => i.id === id);
    this.storage.remove(KEY + id);
    const [item] = at < 0 ? [] : this.items.splice(at, 1);
    this.host.changed();
    return item;
  }

  /** The server has it, whatever became of its answer. */
  arrived(id: string): void {
    if (!this.items.some((i) => i.id === id)) return;
    this.drop(id);
    this.kick();
  }

  /** Nothing more is sent from here; what is left is kept on the device. */
  end(): void {
    this.isOver = true;
    this.pause.wake();
  }

  /** Something changed for the better: try now instead of waiting. */
  kick(): void {
    const now = this.host.now();
    const told = this.items.find((i) => i.state === "queued")?.until;
    if (told === undefined || told <= now) this.pause.wake();
    void this.run();
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      for (;;) {
        const item = this.items.find((i) => i.state === "queued");
        if (!item || this.isOver) return;
        await this.send(item);
      }
    } finally {
      this.running = false;
    }
  }

  private async send(item: Unsent): Promise<void> {
    item.state = "sending";
    item.tries++;
    this.host.changed();
    const outcome = await this.host.post(item.id, item.text, item.reply_to);
    if (!this.items.includes(item)) return; // dropped meanwhile
    if (outcome.kind === "sent") {
      this.drop(item.id);
      this.host.sent(item, outcome.seq);
      return;
    }
    if (this.isOver) return;
    item.error = outcome.error;
    item.state = outcome.kind === "refused" ? "held" : "queued";
    if (outcome.kind === "refused") {
      this.host.changed();
      return;
    }
    const wait = outcome.afterMs ?? backoff(item.tries - 1);
    item.until = outcome.afterMs === undefined ? undefined : this.host.now() + wait;
    this.host.changed();
    await this.pause.wait(wait);
    item.until = undefined;
  }
}

function restore(storage: Storage, now: number): Unsent[] {
  const items: Unsent[] = [];
  for (const id of storage.below(KEY)) {
    try {
      const { text, at, reply_to } = JSON.parse(storage.get(KEY + id) ?? "");
      if (typeof text !== "string" || typeof at !== "number") throw new TypeError();
      const state = now - at > TOO_OLD_MS ? "held" : "queued";
      items.push({ id, text, at, state, tries: 1, reply_to });
    } catch {
      storage.remove(KEY + id);
    }
  }
  return items.sort((a, b) => a.at - b.at);
}
