import { Draft } from "../widget/draft.ts";
import type { Unsent } from "../widget/outbox.ts";
import type {
  Case,
  Detail,
  Events,
  Message,
  MessagePage,
  Named,
  Note,
  Person,
  Suggestion,
} from "./types.ts";

/** A draft whose message does not follow was dropped. */
const ORPHAN_MS = 4000;
/** Who has stopped typing does not say so. */
const TYPING_MS = 6000;

/**
 * One conversation: what was said, in order, each message once; the answer being
 * written; who is typing; and what is known of the person.  It knows nothing of
 * networks and screens.
 */
export class Thread {
  readonly messages: Message[] = [];
  readonly draft = new Draft();
  notes: Note[] = [];
  person: Person | null = null;
  cases: Case[] = [];
  suggestion: Suggestion | null = null;
  /** History was received, and reaches without a gap up to the newest message. */
  loaded = false;
  /** Counts what the stream told of notes and suggestions: a description asked for before is older. */
  news = 0;
  hasEarlier = false;
  /** The first of the words that were unread when it was opened: a line is drawn above. */
  freshFrom: number | null = null;
  private freshCount = 0;
  /** Counts what is asked and what is told; and when each message was told of last. */
  private clock = 0;
  private readonly told = new Map<number, number>();
  private typed = new Map<string, number>();
  private draftEndsAt = 0;

  constructor(
    readonly id: number,
    private readonly now: () => number = Date.now,
  ) {}

  get lastSeq(): number {
    return this.messages.at(-1)?.seq ?? 0;
  }

  /** It is opened while so many words of the person are unread. */
  opened(unread: number): void {
    this.freshCount = unread;
    this.freshFrom = null;
  }

  /** Now: to be given back with the page that is asked for. */
  ask(): number {
    return ++this.clock;
  }

  /** The newest page.  If it does not reach back to what is known, that is forgotten. */
  newest(page: MessagePage, limit: number, asked: number): void {
    const first = page.messages[0]?.seq ?? 0;
    if (this.loaded && first > this.lastSeq + 1) this.messages.length = 0;
    const isBeginning = page.messages.length < limit || first <= 1;
    this.unsay(page.last_seq, asked);
    if (!this.loaded || this.messages.length === 0) this.hasEarlier = !isBeginning;
    this.fill(page, asked);
    this.loaded = true;
    if (this.freshCount > 0)
      this.freshFrom = this.messages.filter(isPerson).at(-this.freshCount)?.seq ?? null;
    this.freshCount = 0;
  }

  earlier(page: MessagePage, limit: number, asked: number): void {
    this.fill(page, asked);
    this.hasEarlier = page.messages.length === limit && (this.messages[0]?.seq ?? 0) > 1;
  }

  /** What stands behind the end, and was not told of since, a restored database has forgotten. */
  private unsay(end: number, asked: number): void {
    while (this.lastSeq > end && (this.told.get(this.lastSeq) ?? 0) < asked) this.messages.pop();
  }

  /** What was edited or delivered since the page was asked for is newer than the page. */
  private fill(page: MessagePage, asked: number): void {
    for (const message of page.messages)
      if (!this.has(message.seq) || (this.told.get(message.seq) ?? 0) < asked) this.insert(message);
  }

  described(detail: Detail): void {
    this.person = detail.person;
    this.cases = detail.handoffs;
    this.notes = detail.notes;
    this.suggestion = detail.suggestion;
  }

  /** From the stream, or by our own order. */
  suggests(suggestion: Suggestion | null): void {
    this.suggestion = suggestion;
    this.news++;
  }

  /** From the stream, or our own that was just taken.  False if it was known. */
  receive(message: Message): boolean {
    if (message.author === "person") this.typed.delete("person");
    if (message.author === "bot" && !this.has(message.seq)) this.draft.clear();
    if (message.author === "operator") this.typed.delete(`operator ${message.name ?? ""}`);
    this.told.set(message.seq, ++this.clock);
    return this.insert(message);
  }

  note(note: Note): void {
    const known = this.notes.findIndex((n) => n.id === note.id);
    if (known >= 0) this.notes[known] = note;
    else this.notes.push(note);
    this.notes.sort((a, b) => a.id - b.id);
    this.news++;
  }

  /* --- the answer being written --------------------------------------------- */

  delta(delta: Events["delta"]): boolean {
    this.draftEndsAt = 0;
    return this.draft.take(delta);
  }

  /** Its message follows, unless it was dropped or became a suggestion. */
  end(answer: string): void {
    if (this.draft.ends(answer)) this.draftEndsAt = this.now() + ORPHAN_MS;
  }

  /** After a reconnect, or when a human took over, nobody may be writing any more. */
  doubtDraft(): void {
    if (this.draft.answer !== null) this.end(this.draft.answer);
  }

  /* --- typing --------------------------------------------------------------- */

  types(event: Events["typing"]): void {
    const who = event.who === "person" ? "person" : `operator ${event.name ?? ""}`;
    this.typed.set(who, this.now() + TYPING_MS);
  }

  get isPersonTyping(): boolean {
    return (this.typed.get("person") ?? 0) > this.now();
  }

  /** Colleagues who are typing here, by name. */
  typists(except: string): string[] {
    return [...this.typed]
      .filter(([who, until]) => who.startsWith("operator ") && until > this.now())
      .map(([who]) => who.slice("operator ".length))
      .filter((name) => name !== "" && name !== except);
  }

  /** True if something has run out of time and is gone from the screen. */
  sweep(): boolean {
    const before = this.typed.size;
    for (const [who, until] of this.typed) if (until <= this.now()) this.typed.delete(who);
    const isOrphan = this.draftEndsAt > 0 && this.draftEndsAt <= this.now();
    if (isOrphan) {
      this.draftEndsAt = 0;
      this.draft.clear();
    }
    return isOrphan || this.typed.size !== before;
  }

  /* --- our own words -------------------------------------------------------- */

  /** Taken by the server, which may have told the stream before it told us. */
  confirm(item: Unsent, seq: number, me: Named): void {
    if (this.has(seq) || !this.loaded) return;
    const created_at = new Date(this.now()).toISOString();
    const { id: operator_id, name } = me;
    const { text, reply_to = null } = item;
    this.told.set(seq, ++this.clock);
    this.insert({ seq, author: "operator", name, operator_id, text, reply_to, created_at });
  }

  private has(seq: number): boolean {
    return this.messages.some((m) => m.seq === seq);
  }

  private insert(message: Message): boolean {
    let at = this.messages.length;
    while (at > 0 && (this.messages[at - 1] as Message).seq > message.seq) at--;
    if (at > 0 && (this.messages[at - 1] as Message).seq === message.seq) {
      this.messages[at - 1] = message; // edited, delivered, or the server's own words for ours
      return false;
    }
    this.messages.splice(at, 0, message);
    return true;
  }
}

function isPerson(message: Message): boolean {
  return message.author === "person";
}
