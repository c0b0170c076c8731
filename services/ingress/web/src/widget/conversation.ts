import { Draft } from "./draft.ts";
import type { Unsent } from "./outbox.ts";
import type { Delta, Message, Page, Responder, State } from "./types.ts";

/** How long a question may stay unanswered before "typing" would be a lie. */
const PATIENCE_MS = 120_000;
/** A draft whose message does not follow was dropped (the person said /reset). */
const ORPHAN_MS = 4000;
/** Who types says so every few seconds. */
const TYPES_MS = 6000;

/**
 * What was said, in order, each message once; and the answer being written.
 * It knows nothing of networks and screens.
 */
export class Conversation {
  readonly messages: Message[] = [];
  readonly draft = new Draft();
  state: State = { responder: "bot" };
  /** Everything up to here has been received without a gap. */
  cursor = 0;
  /** The draft that just became this message: it takes the draft's place on the screen. */
  settled: { answer: string; seq: number } | null = null;
  private askedAt = 0;
  private draftEndsAt = 0;
  private humanTypesUntil = 0;
  private readonly edits = new Map<number, Message>();

  constructor(private readonly now: () => number) {}

  clear(): void {
    this.messages.length = 0;
    this.edits.clear();
    this.draft.clear();
    this.cursor = 0;
    this.settled = null;
    this.askedAt = 0;
    this.humanTypesUntil = 0;
  }

  get responder(): Responder {
    return this.state.responder;
  }

  /** Once a human is called, what the bot was writing is not for the person any more. */
  setState(state: State): void {
    const { responder, operator, queue, leaving, rate } = state;
    this.state = {
      responder,
      operator: operator ?? null,
      queue: queue ?? null,
      leaving: leaving ?? false,
      rate: rate ?? null,
    };
    if (responder !== "operator") this.humanTypesUntil = 0;
    if (responder === "bot") return;
    this.draft.clear();
    this.askedAt = 0;
  }

  humanTypes(): number {
    this.humanTypesUntil = this.now() + TYPES_MS;
    return TYPES_MS;
  }

  get humanTyping(): boolean {
    return this.now() < this.humanTypesUntil;
  }

  /** A page of history; `gapless` if it continues from the cursor, else it tells of the past alone. */
  page(page: Page, gapless: boolean): void {
    if (!gapless) return this.earlier(page.messages);
    for (const message of page.messages) this.insert(message);
    this.cursor = Math.max(this.cursor, page.last_seq, last(page.messages));
    if (page.responder) this.setState(page as State);
    const newest = this.messages.at(-1);
    const age = newest ? this.now() - Date.parse(newest.created_at) : 0;
    if (this.responder === "bot" && newest?.author === "person" && age < PATIENCE_MS) this.askedAt = this.now();
  }

  /** Who answers, and what is known already, the stream has told better since it was asked for. */
  private earlier(messages: Message[]): void {
    for (const message of messages) if (!this.has(message.seq)) this.insert(this.edits.get(message.seq) ?? message);
  }

  private has(seq: number): boolean {
    return this.messages.some((m) => m.seq === seq);
  }

  /** From the stream.  False if it was known. */
  receive(message: Message): boolean {
    this.cursor = Math.max(this.cursor, message.seq);
    const fresh = this.insert(message);
    if (message.author === "person") {
      if (fresh) this.askedAt = this.now();
      return fresh;
    }
    if (!fresh) return false;
    this.askedAt = 0;
    if (message.author === "operator") this.humanTypesUntil = 0;
    if (message.author === "bot" && this.draft.answer !== null) {
      this.settled = { answer: this.draft.answer, seq: message.seq };
      this.draft.clear();
    }
    return true;
  }

  /** Said before, and different now; perhaps on a page that is still to come. */
  edit(message: Message): boolean {
    const at = this.messages.findIndex((m) => m.seq === message.seq);
    if (at >= 0) this.messages[at] = message;
    else this.edits.set(message.seq, message);
    return at >= 0;
  }

  /** Our own message was taken; the stream will bring it too, perhaps it already has. */
  confirm(item: Unsent, seq: number): void {
    const isAnswered = this.messages.some((m) => m.seq >= seq && m.author !== "person");
    if (!this.has(seq)) this.own(item, seq);
    if (isAnswered) return;
    this.askedAt = this.now();
  }

  delta(delta: Delta): boolean {
    this.draftEndsAt = 0;
    return this.draft.take(delta);
  }

  /** Its message follows, unless the answer was dropped. */
  end(answer: string): number {
    if (!this.draft.ends(answer)) return 0;
    this.draftEndsAt = this.now() + ORPHAN_MS;
    return ORPHAN_MS;
  }

  /** After a reconnect nobody may be writing any more. */
  doubtDraft(): number {
    return this.draft.answer === null ? 0 : this.end(this.draft.answer);
  }

  /** True if a draft was left behind and is gone now. */
  sweepDraft(): boolean {
    if (this.draftEndsAt === 0 || this.now() < this.draftEndsAt) return false;
    this.draftEndsAt = 0;
    this.askedAt = 0;
    if (this.draft.answer === null) return false;
    this.draft.clear();
    return true;
  }

  /** An answer is on its way but nothing of it can be shown. */
  get typing(): boolean {
    if (this.draft.text !== "") return false;
    if (this.draft.answer !== null) return true;
    return this.responder === "bot" && this.askedAt > 0 && this.now() - this.askedAt < PATIENCE_MS;
  }

  get answering(): boolean {
    return this.draft.answer !== null || this.typing;
  }

  /** The person stopped the answer: nothing more is to come. */
  stopped(): void {
    this.askedAt = 0;
  }

  private own(item: Unsent, seq: number): void {
    const created_at = new Date(this.now()).toISOString();
    this.insert({ seq, author: "person", text: item.text, created_at, id: item.id });
  }

  private insert(message: Message): boolean {
    let at = this.messages.length;
    while (at > 0 && (this.messages[at - 1] as Message).seq > message.seq) at--;
    if (at > 0 && (this.messages[at - 1] as Message).seq === message.seq) {
      this.messages[at - 1] = message; // the server's own words replace ours
      return false;
    }
    this.messages.splice(at, 0, message);
    return true;
  }
}

function last(messages: Message[]): number {
  return messages.reduce((n, m) => Math.max(n, m.seq), 0);
}
