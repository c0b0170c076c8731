import { ApiError } from "../widget/api.ts";
import { type Outcome, Outbox, type Unsent } from "../widget/outbox.ts";
import { type Storage, newId } from "../widget/storage.ts";
import type { Quote } from "../widget/types.ts";
import { type Api, Refusal } from "./api.ts";
import { Quoting, replyTo } from "./quote.ts";
import { Thread } from "./thread.ts";
import type { Detail, Done, Message, Operator, Order, Row, Suggestion } from "./types.ts";
import { Uploads } from "./uploads.ts";

export type Mode = "reply" | "note";
const PAGE = 50;
const TYPING_EVERY_MS = 4000;
const READ_AFTER_MS = 300;

export interface ChatHost {
  readonly api: Api;
  readonly me: Operator | null;
  row(id: number): Row | undefined;
  /** What an order has changed, before the stream tells. */
  patch(id: number, change: Partial<Row>): void;
  /** Now: to be given back with the description that is asked for. */
  ask(): number;
  described(detail: Detail, asked: number): void;
  changed(): void;
  complain(error: unknown): void;
}

interface Described {
  detail: Detail;
  asked: number;
}

/** A chat that is open: its thread, what is being written in it, and the orders given. */
export class Chat {
  readonly thread: Thread;
  readonly outbox: Outbox;
  readonly uploads: Uploads;
  readonly quoting: Quoting;
  mode: Mode = "reply";
  /** The own message that is being edited, and its text. */
  editing: { seq: number; text: string } | null = null;
  /** The suggestion that is being made into an own message. */
  adopted: Suggestion | null = null;
  /** The order that is under way. */
  busy: Order["verb"] | null = null;
  failure: unknown = null;
  /** A message that is to be brought into sight. */
  sought: number | null = null;
  /** Counts how often the draft was changed from outside the field. */
  revision = 0;
  /** We wanted the chat that somebody else has. */
  private isWanted = false;
  private readonly refusals = new Map<string, Refusal>();
  private typedAt = 0;
  private readSeq = 0;
  private reading: ReturnType<typeof setTimeout> | undefined;
  private loads = 0;
  private describedAt = 0;

  constructor(
    readonly id: number,
    private readonly host: ChatHost,
    private readonly storage: Storage,
  ) {
    this.thread = new Thread(id);
    this.outbox = new Outbox(storage, {
      post: (key, text, quote) => this.post(key, text, quote),
      sent: (item, seq) => this.sent(item, seq),
      changed: () => host.changed(),
      now: Date.now,
    });
    this.outbox.kick();
    this.quoting = new Quoting(storage);
    this.uploads = new Uploads(storage, {
      begin: (told) => host.api.beginFile(id, told),
      piece: (file, at, bytes) => host.api.putPiece(file, at, bytes),
      drop: (file) => host.api.dropFile(file),
      changed: () => host.changed(),
    });
  }

  get row(): Row | undefined {
    return this.host.row(this.id);
  }

  get isMine(): boolean {
    const { row } = this;
    return row?.state === "operator" && row.operator?.id === this.host.me?.id;
  }

  /** Who has it, if somebody else does. */
  get colleague(): string | null {
    const { row } = this;
    return row?.state === "operator" && !this.isMine ? (row.operator?.name ?? null) : null;
  }

  /** Who has it although we wanted it, as long as that is so. */
  get holder(): string | null {
    return this.isWanted ? this.colleague : null;
  }

  /** Its operator has left: what is not sent waits for them. */
  end(): void {
    this.outbox.end();
    this.uploads.end();
  }

  /** It comes to the screen, perhaps again. */
  opened(): void {
    this.isWanted = false;
    this.thread.opened(this.row?.unread ?? 0);
  }

  /* --- loading -------------------------------------------------------------- */

  async load(): Promise<void> {
    const load = ++this.loads;
    const { api } = this.host;
    const asked = this.thread.ask();
    try {
      const [described, page] = await Promise.all([this.detail(), api.messages(this.id, null, PAGE)]);
      if (load !== this.loads) return;
      this.learn(described);
      this.thread.newest(page, PAGE, asked);
      this.readSeq = Math.min(this.readSeq, this.thread.lastSeq); // of a restored database it is less
      this.arrived(page.messages);
      this.failure = null;
    } catch (error) {
      if (load === this.loads) this.failure = error;
    }
    this.host.changed();
  }

  /** Asked again if the stream told of something newer meanwhile. */
  private async detail(): Promise<Described> {
    for (;;) {
      const { news } = this.thread;
      const asked = this.host.ask();
      const detail = await this.host.api.detail(this.id);
      if (news === this.thread.news) return { detail, asked };
    }
  }

  /** Of two descriptions the one that was asked for later is right, whichever comes last. */
  private learn({ detail, asked }: Described): void {
    if (asked < this.describedAt) return;
    this.describedAt = asked;
    this.host.described(detail, asked);
    this.thread.described(detail);
  }

  /** The case has changed: what is known of it, without the messages. */
  async describe(): Promise<void> {
    try {
      this.learn(await this.detail());
    } catch {
      // what was known stays; the next event asks again
    }
    this.host.changed();
  }

  async loadEarlier(): Promise<void> {
    const first = this.thread.messages[0]?.seq;
    if (!first) return;
    const asked = this.thread.ask();
    try {
      const page = await this.host.api.messages(this.id, first, PAGE);
      this.thread.earlier(page, PAGE, asked);
      this.arrived(page.messages);
    } catch (error) {
      this.host.complain(error);
    }
    this.host.changed();
  }

  /** To the message, as far back as that may be. */
  async seek(seq: number): Promise<void> {
    for (;;) {
      const first = this.thread.messages[0]?.seq ?? 0;
      if (first <= seq || !this.thread.hasEarlier) break;
      await this.loadEarlier();
      if (this.thread.messages[0]?.seq === first) return; // it could not be had, and that was said
    }
    this.sought = seq;
    this.host.changed();
  }

  /** From the stream. */
  receive(message: Message): void {
    this.thread.receive(message);
    this.arrived([message]);
  }

  /** It is on the screen of somebody who looks. */
  seen(): void {
    if (!this.thread.loaded || this.thread.lastSeq <= this.readSeq) return;
    this.reading ??= setTimeout(() => {
      const seq = this.thread.lastSeq;
      this.reading = undefined;
      this.readSeq = seq;
      this.host.patch(this.id, { unread: 0 });
      this.host.api.order(this.id, { verb: "read", seq }).catch(() => {
        this.readSeq = 0; // told again with the next message
      });
    }, READ_AFTER_MS);
  }

  /* --- orders --------------------------------------------------------------- */

  /** True if it was done.  Whoever has the chat instead of us is `holder`. */
  async order(order: Order): Promise<boolean> {
    if (this.busy) return false;
    this.busy = order.verb;
    this.isWanted = false;
    this.host.changed();
    try {
      this.obeyed(order, await this.host.api.order(this.id, order));
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.holder) this.isWanted = true;
      else this.host.complain(error);
      void this.describe();
      return false;
    } finally {
      this.busy = null;
      this.host.changed();
    }
  }

  private obeyed(order: Order, done: Done): void {
    const { me } = this.host;
    const takes = done.state === "operator" && ["take", "say", "use"].includes(order.verb);
    this.host.patch(this.id, {
      state: order.verb === "close" ? "closed" : done.state,
      epoch: done.epoch,
      ...(takes && me ? { operator: { id: me.id, name: me.name } } : {}),
      ...(done.state === "operator" ? {} : { operator: null }),
    });
    // A newer one may have come before this answer did.
    const { suggestion } = this.thread;
    if (suggestion && order.suggestion === suggestion.id) this.thread.suggests(null);
    if (takes) this.thread.doubtDraft();
    void this.describe();
  }

  /* --- writing -------------------------------------------------------------- */

  /** Kept per conversation and kind, until it is sent. */
  get draft(): string {
    return this.storage.get(this.mode) ?? "";
  }

  set draft(text: string) {
    if (text === "") this.storage.remove(this.mode);
    else this.storage.set(this.mode, text);
  }

  setMode(mode: Mode): void {
    this.mode = mode;
    this.editing = this.adopted = null;
    this.host.changed();
  }

  edit(message: { seq: number; text: string } | null): void {
    this.editing = message && { seq: message.seq, text: message.text };
    this.adopted = null;
    this.mode = "reply";
    this.host.changed();
  }

  adopt(suggestion: Suggestion | null): void {
    this.adopted = suggestion && { ...suggestion };
    this.editing = null;
    this.mode = "reply";
    this.host.changed();
  }

  /** The next words answer this message; null: none in particular. */
  answer(quote: Quote | null): void {
    this.quoting.set(quote);
    this.editing = null;
    this.mode = "reply";
    this.host.changed();
  }

  /** What is in the field goes where it belongs.  False if it could not, and is in the field again. */
  async submit(text: string): Promise<boolean> {
    const { mode, editing, adopted } = this;
    if (!editing && !adopted && mode === "reply" && this.uploads.items.length === 0) {
      this.say(text, this.quoting.take());
      return true;
    }
    const quote = editing || mode === "note" ? null : this.quoting.take();
    const isDone = await (editing ? this.submitEdit(editing.seq, text) : this.submitOrder(text, quote));
    if (!isDone) this.putBack(text, mode, editing ?? adopted, quote);
    return isDone;
  }

  /** Meanwhile something else may have been begun: a note, above all, never becomes a reply. */
  private putBack(text: string, mode: Mode, special: { text: string } | null, quote?: Quote | null): void {
    this.quoting.putBack(quote);
    if (special) special.text = above(text, special.text);
    else this.storage.set(mode, above(text, this.storage.get(mode) ?? ""));
    this.revision++;
    this.host.changed();
  }

  private async submitOrder(text: string, quote: Quote | null): Promise<boolean> {
    const { adopted } = this;
    if (!adopted) return this.mode === "note" ? this.order({ verb: "note", text }) : this.submitFiles(text, quote);
    if (!(await this.order({ verb: "use", suggestion: adopted.id, text, ...replyTo(quote) }))) return false;
    if (this.adopted === adopted) this.adopt(null);
    return true;
  }

  /** A file can be said once, so trying again cannot double them. */
  private async submitFiles(text: string, quote: Quote | null): Promise<boolean> {
    const { files, isHeld } = this.uploads;
    if (isHeld) return false;
    const words = text === "" ? {} : { text };
    if (!(await this.order({ verb: "say", ...words, files, ...replyTo(quote) }))) return false;
    this.uploads.sent(files);
    return true;
  }

  private async submitEdit(seq: number, text: string): Promise<boolean> {
    const { editing } = this;
    if (!(await this.order({ verb: "edit", seq, text }))) return false;
    const message = this.thread.messages.find((m) => m.seq === seq);
    if (message) this.thread.receive({ ...message, text, html: null, edited_at: new Date().toISOString() });
    if (this.editing === editing) this.edit(null);
    return true;
  }

  /** What did not arrive is said again: its words by themselves, with its files the server knows how. */
  sayAgain({ seq, text, attachments, reply_to }: Message): void {
    if (attachments?.length) void this.order({ verb: "say", again: seq });
    else this.say(text, reply_to);
  }

  /** Words to the person; they leave as soon as they can. */
  say(text: string, quote?: Quote | null): void {
    this.outbox.add(newId(), text, quote ?? undefined);
  }

  /** The person is shown that we write, if it is us who talk to them. */
  typed(text: string): void {
    const now = Date.now();
    if (!this.isMine || this.mode !== "reply" || text.trim() === "" || text.startsWith("/")) return;
    if (now - this.typedAt < TYPING_EVERY_MS) return;
    this.typedAt = now;
    this.host.api.typing(this.id).catch(() => {});
  }

  isOwn(message: Message): boolean {
    return message.author === "operator" && message.operator_id === this.host.me?.id;
  }

  get lastOwn(): Message | undefined {
    return this.thread.messages.filter((m) => this.isOwn(m)).at(-1);
  }

  /* --- what is not sent yet -------------------------------------------------- */

  refusal(item: Unsent): Refusal | undefined {
    return this.refusals.get(item.id);
  }

  /** What the server has refused was not done: it is a new order, under a new id. */
  resend(item: Unsent): void {
    if (!this.refusals.delete(item.id)) return this.outbox.retry(item.id);
    this.outbox.drop(item.id);
    this.say(item.text, item.reply_to);
  }

  /** Back into the field, to be written otherwise. */
  takeBack(item: Unsent): void {
    this.refusals.delete(item.id);
    this.outbox.drop(item.id);
    this.mode = "reply";
    this.editing = this.adopted = null;
    this.putBack(item.text, "reply", null, item.reply_to);
  }

  async takeAndResend(item: Unsent): Promise<void> {
    if (await this.order({ verb: "take", force: true })) this.resend(item);
  }

  private async post(key: string, text: string, quote?: Quote): Promise<Outcome> {
    try {
      const done = await this.host.api.orderOnce(this.id, { verb: "say", text, ...replyTo(quote) }, key);
      this.obeyed({ verb: "say", text }, done);
      return { kind: "sent", seq: done.seq ?? 0 };
    } catch (error) {
      if (error instanceof Refusal && error.holder) await this.describe(); // the stream may be slower
      return this.judge(key, error instanceof ApiError ? error : new ApiError(0));
    }
  }

  private judge(key: string, error: ApiError): Outcome {
    if (error.status === 401) return { kind: "later" }; // signing in again kicks it
    if (error.temporary) {
      return error.retryAfterMs ? { kind: "later", afterMs: error.retryAfterMs } : { kind: "later" };
    }
    if (error instanceof Refusal) this.refusals.set(key, error);
    return { kind: "refused", error: error.detail };
  }

  /** What the server shows us need not be sent any more, though its answer was lost. */
  private arrived(messages: Message[]): void {
    for (const { id } of messages) if (id) this.outbox.arrived(id);
  }

  private sent(item: Unsent, seq: number): void {
    const { me } = this.host;
    if (seq > 0 && me) this.thread.confirm(item, seq, me);
    this.host.changed();
  }
}

/** What comes back stands above what was begun since. */
function above(text: string, begun: string): string {
  return [text, begun].filter(Boolean).join("\n");
}
