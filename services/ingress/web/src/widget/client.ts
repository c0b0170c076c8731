import { type Api, ApiError } from "./api.ts";
import { Pause, backoff } from "./backoff.ts";
import { Conversation } from "./conversation.ts";
import { type Outcome, Outbox, type Unsent } from "./outbox.ts";
import type { ServerEvent } from "./sse.ts";
import { type Storage, newId } from "./storage.ts";
import type { Delta, Lang, Message, Page, Session, State } from "./types.ts";

export type Link = "idle" | "connecting" | "online" | "lost" | "refused";

const PAGE = 50;
/** A hidden tab gives its connection back: browsers allow only six to one host. */
const HIDDEN_MS = 60_000;
/** How often an operator is told that the person types. */
const TYPING_MS = 3000;

/**
 * Keeps a conversation in step with the server: session, history, stream and outbox,
 * all of them again after every loss.  Whoever shows it is told by `changed`.
 */
export class Client {
  readonly conversation: Conversation;
  readonly outbox: Outbox;
  session: Session | null = null;
  link: Link = "idle";
  error: ApiError | null = null;
  loaded = false;
  private running = false;
  private line: AbortController | null = null;
  private readonly pause = new Pause();
  private hidden: ReturnType<typeof setTimeout> | undefined;
  private asleep = false;
  private opening: Promise<void> | null = null;
  private typedAt = 0;

  constructor(
    private readonly api: Api,
    private readonly storage: Storage,
    public lang: Lang,
    private readonly changed: (arrived?: Message) => void,
  ) {
    this.conversation = new Conversation(Date.now);
    this.outbox = new Outbox(storage, {
      post: (id, text) => this.post(id, text),
      sent: (item, seq) => this.sent(item, seq),
      changed,
      now: Date.now,
    });
    api.token = storage.get("token");
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.line?.abort());
    document.addEventListener("visibilitychange", () => this.visibility());
  }

  /** Where the server's own addresses begin. */
  get host(): string {
    return this.api.base;
  }

  /** True if this browser has talked here before. */
  get known(): boolean {
    return this.storage.get("token") !== null || this.outbox.items.length > 0;
  }

  start(): void {
    if (!this.running) void this.run();
  }

  send(text: string): void {
    this.start();
    this.outbox.add(newId(), text);
  }

  async stop(): Promise<void> {
    this.conversation.stopped();
    try {
      await this.api.stop();
    } catch {
      // the answer goes on, and can be seen to
    }
    this.changed();
  }

  /** The person writes to somebody who can see it. */
  typing(): void {
    if (this.conversation.responder !== "operator" || Date.now() - this.typedAt < TYPING_MS) return;
    this.typedAt = Date.now();
    this.api.typing().catch(() => {}); // it is of no use later
  }

  /** The person does not want to wait any longer.  False: it did not work. */
  async back(): Promise<boolean> {
    return this.works(() => this.api.back());
  }

  async rate(handoff: number, score: number, comment: string): Promise<boolean> {
    return this.works(() => this.api.rate(handoff, score, comment));
  }

  transcript(format: string): Promise<Blob> {
    return this.api.transcript(format, this.lang);
  }

  private async works(call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (error) {
      return error instanceof ApiError && error.status === 409; // it was done before
    }
  }

  async setLang(lang: Lang): Promise<void> {
    this.lang = lang;
    this.changed();
    if (!this.session) return;
    try {
      await this.open();
    } catch {
      // greeting and questions stay as they were
    }
    this.changed();
  }

  get hasEarlier(): boolean {
    const first = this.conversation.messages[0];
    return this.loaded && first !== undefined && first.seq > 1;
  }

  async loadEarlier(): Promise<void> {
    const first = this.conversation.messages[0]?.seq ?? 1;
    const after = Math.max(0, first - 1 - PAGE);
    try {
      const page = await this.api.messages(after, PAGE);
      this.conversation.page(page, false);
      this.arrived(page.messages);
    } catch {
      // the button stays
    }
    this.changed();
  }

  /** Back to this message, if it can be had. */
  async loadBack(seq: number): Promise<void> {
    const first = () => this.conversation.messages[0]?.seq ?? 0;
    for (let before = 0; first() > seq && first() !== before; ) {
      before = first();
      await this.loadEarlier();
    }
  }

  /** Try now what waits for later. */
  hurry(): void {
    this.pause.wake();
    this.outbox.kick();
  }

  /* --- the line: session, history, stream, and again ------------------------ */

  private async run(): Promise<void> {
    this.running = true;
    for (let attempt = 0; ; attempt++) {
      let isOpen = false; // also when what we sent beside has found the token to be void
      try {
        if (this.link !== "lost") this.setLink("connecting");
        if (!this.session) await this.open();
        isOpen = true;
        if (!this.loaded) await this.load();
        await this.listen(() => {
          attempt = -1;
        });
      } catch (error) {
        if (error instanceof ApiError && !(await this.survives(error, isOpen))) return;
        if (error instanceof ApiError && error.status === 429) continue; // it has waited
      }
      if (!this.asleep) this.setLink("lost");
      await this.pause.wait(this.asleep ? 86_400_000 : backoff(Math.max(0, attempt)));
    }
  }

  /** Too many tabs listen: until there is room for this one, it asks from time to time. */
  private async askInstead(everyMs: number): Promise<void> {
    this.setLink("online");
    try {
      const page = await this.api.messages(this.conversation.cursor, PAGE);
      if (page.last_seq < this.conversation.cursor) await this.load(); // what the stream calls "reload"
      else this.takePage(page);
    } catch {
      // the stream is tried next, and says what is wrong
    }
    await this.pause.wait(everyMs);
  }

  /** False if trying again is pointless. */
  private async survives(error: ApiError, isOpen: boolean): Promise<boolean> {
    this.error = error;
    if (error.status === 429 && this.loaded) {
      await this.askInstead(error.retryAfterMs ?? 10_000);
      return true;
    }
    if (error.status === 401 && isOpen) {
      this.begin(); // the token has run out: a new one, and from the beginning
      return true;
    }
    if (error.temporary) {
      if (error.retryAfterMs) await this.pause.wait(error.retryAfterMs);
      return true;
    }
    this.running = false;
    console.error(`tandem: ${error.message} ${error.detail}`); // for whoever put the widget there
    this.setLink("refused");
    return false;
  }

  private begin(): void {
    this.session = null;
    this.loaded = false;
  }

  /** One tab at a time, so that two opened together share one conversation. */
  private open(): Promise<void> {
    const once = async () => {
      const before = this.storage.get("token");
      this.api.token = before;
      const session = await this.api.session(this.lang);
      this.session = session;
      this.api.token = session.token;
      this.storage.set("token", session.token);
    };
    const locked = () =>
      navigator.locks ? navigator.locks.request("tandem:session", once) : once();
    this.opening ??= locked().finally(() => {
      this.opening = null;
    });
    return this.opening;
  }

  private async load(): Promise<void> {
    const page = await this.api.messages(null, PAGE);
    this.conversation.clear();
    this.conversation.page(page, true);
    this.arrived(page.messages);
    if (Number(this.storage.get("read") ?? 0) > page.last_seq) {
      this.storage.set("read", String(page.last_seq)); // it was of another conversation
    }
    this.loaded = true;
    this.error = null;
    this.changed();
  }

  private async listen(opened: () => void): Promise<void> {
    this.line = new AbortController();
    const { signal } = this.line;
    await this.api.events(this.conversation.cursor, signal, {
      open: () => {
        opened();
        this.error = null;
        this.setLink("online");
        this.sweepLater(this.conversation.doubtDraft());
        this.outbox.kick();
      },
      event: (event) => this.take(event),
    });
  }

  private take(event: ServerEvent): void {
    let data: unknown;
    try {
      data = JSON.parse(event.data);
    } catch {
      return;
    }
    switch (event.event) {
      case "message":
        return this.takeMessage(data as Message);
      case "delta":
        if (this.conversation.delta(data as Delta)) this.changed();
        return;
      case "end":
        return this.sweepLater(this.conversation.end((data as { answer: string }).answer));
      case "state":
        this.conversation.setState(data as State);
        return this.changed();
      case "edit":
        if (this.conversation.edit(data as Message)) this.changed();
        return;
      case "typing":
        setTimeout(() => this.changed(), this.conversation.humanTypes() + 50);
        return this.changed();
      case "reload":
        this.loaded = false;
        this.line?.abort();
    }
  }

  private takePage(page: Page): void {
    if (page.responder) this.conversation.setState(page as State);
    for (const message of page.messages) this.takeMessage(message);
  }

  private takeMessage(message: Message): void {
    const fresh = this.conversation.receive(message);
    this.arrived([message]);
    this.changed(fresh ? message : undefined);
  }

  private sweepLater(ms: number): void {
    if (ms === 0) return;
    setTimeout(() => {
      if (this.conversation.sweepDraft()) this.changed();
    }, ms + 50);
  }

  private setLink(link: Link): void {
    if (this.link === link) return;
    this.link = link;
    this.changed();
  }

  private visibility(): void {
    clearTimeout(this.hidden);
    if (document.visibilityState === "visible") {
      this.asleep = false;
      this.hurry();
      return;
    }
    this.hidden = setTimeout(() => {
      this.asleep = true;
      this.line?.abort();
    }, HIDDEN_MS);
  }

  /* --- what we say ---------------------------------------------------------- */

  private async post(id: string, text: string): Promise<Outcome> {
    try {
      if (!this.session) await this.open();
      const { seq } = await this.api.send(id, text, this.lang);
      return { kind: "sent", seq };
    } catch (error) {
      return this.judge(error instanceof ApiError ? error : new ApiError(0));
    }
  }

  private judge(error: ApiError): Outcome {
    if (error.status === 401) {
      this.begin();
      this.line?.abort();
      return { kind: "later" };
    }
    if (!error.temporary) return { kind: "refused", error: error.detail };
    const outcome: Outcome = { kind: "later" };
    if (error.status === 429) outcome.afterMs = error.retryAfterMs ?? 5000;
    else if (error.retryAfterMs) outcome.afterMs = error.retryAfterMs;
    return outcome;
  }

  /** What the server shows us need not be sent any more, though its answer was lost. */
  private arrived(messages: Message[]): void {
    for (const { id } of messages) if (id) this.outbox.arrived(id);
  }

  private sent(item: Unsent, seq: number): void {
    this.conversation.confirm(item, seq);
    this.changed();
  }
}
