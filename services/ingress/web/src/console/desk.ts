import { ApiError } from "../widget/api.ts";
import { siteStorage } from "../widget/storage.ts";
import { Alerts } from "./alerts.ts";
import { Api, Refusal } from "./api.ts";
import { Bell } from "./bell.ts";
import type { Chat, ChatHost } from "./chat.ts";
import { Chats } from "./chats.ts";
import { Speech } from "./format.ts";
import { Inbox, belongs } from "./inbox.ts";
import { Line, type Link } from "./line.ts";
import { Prefs } from "./prefs.ts";
import { type Place, hashOf, parsePlace } from "./route.ts";
import { Team } from "./team.ts";
import type { Bot, Detail, Events, Lang, Operator, Row } from "./types.ts";

const REFRESH_MS = 1500;

export interface Toast {
  text: string;
  isBad: boolean;
}

/**
 * Everything the console knows and does; the views show it and call it.  Whatever
 * changes is told by `onChange`, and by the titles and chimes of `alerts`.
 */
export class Desk implements ChatHost {
  readonly api = new Api();
  readonly inbox = new Inbox();
  readonly alerts: Alerts;
  readonly prefs: Prefs;
  speech: Speech;
  onChange: () => void = () => {};
  phase: "loading" | "out" | "in" = "loading";
  /** The session ended while somebody worked: what they have stays on the screen. */
  isExpired = false;
  me: Operator | null = null;
  bots: Bot[] = [];
  readonly team = new Team(this.api);
  link: Link = "connecting";
  place: Place = parsePlace("");
  chat: Chat | null = null;
  toast: Toast | null = null;
  /** Cases that this operator has passed over. */
  readonly skipped = new Set<number>();
  listFailure: unknown = null;
  /** For those who listen instead of looking: what came last. */
  heard = "";
  private readonly line: Line;
  private readonly bell: Bell;
  private chats: Chats;
  private refreshing: ReturnType<typeof setTimeout> | undefined;
  private toasting: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.chats = new Chats(this, 0);
    this.prefs = new Prefs(
      siteStorage("console", () => localStorage),
      () => this.restyled(),
      navigator.languages,
    );
    this.speech = new Speech(this.prefs.lang);
    this.api.lang = this.prefs.lang;
    this.alerts = new Alerts(() => this.prefs.sound);
    this.bell = new Bell(this, this.alerts);
    this.api.onSignedOut = () => this.signedOut();
    this.api.onReached = () => this.link === "lost" && this.line.hurry();
    this.line = new Line({
      open: (watch, signal) => this.api.events(watch, signal),
      hello: (gap) => this.hello(gap),
      event: (name, data) => this.take(name as keyof Events, data as never),
      linked: (link) => {
        this.link = link;
        this.changed();
      },
    });
    addEventListener("online", () => this.hurry());
    for (const kind of ["offline", "focus"]) addEventListener(kind, () => this.changed());
    addEventListener("hashchange", () => this.placed());
    document.addEventListener("visibilitychange", () => this.hurry());
    this.place = parsePlace(location.hash);
  }

  changed(): void {
    const mine = [...this.inbox.rows.values()].filter((row) => this.me && belongs(row, "mine", this.me.id));
    const unread = mine.reduce((n, row) => n + (row.unread > 0 ? 1 : 0), 0);
    this.alerts.title(this.speech.t("title"), this.phase === "in" ? this.inbox.counts.waiting + unread : 0);
    this.onChange();
  }

  /* --- signing in and out --------------------------------------------------- */

  async start(): Promise<void> {
    try {
      const me = await this.api.me();
      this.entered(me.operator, me.bots ?? []);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.phase = "out";
      else setTimeout(() => void this.start(), 3000);
      this.listFailure = error;
      this.changed();
    }
  }

  async login(login: string, password: string): Promise<void> {
    await this.api.login(login, password);
    const { operator, bots } = await this.api.me();
    this.entered(operator, bots ?? []);
  }

  async logout(): Promise<void> {
    await this.api.logout().catch(() => {});
    this.leave();
  }

  private entered(operator: Operator, bots: Bot[]): void {
    const isSame = this.me?.id === operator.id; // they go on with the chats they have
    if (this.me && !isSame) this.leave(); // somebody else: nothing of the former is shown
    this.me = operator;
    this.bots = bots;
    this.team.tell(operator);
    if (!isSame) this.chats = new Chats(this, operator.id);
    if (!this.prefs.choseLang && (operator.lang === "ru" || operator.lang === "en"))
      this.prefs.lang = operator.lang;
    this.restyled();
    this.phase = "in";
    this.isExpired = false;
    this.listFailure = null;
    this.chats.send();
    this.placed();
    this.line.start();
    void this.loadOperators();
    this.changed();
  }

  private signedOut(): void {
    this.line.stop();
    if (this.phase === "in") this.isExpired = true;
    this.changed();
  }

  private leave(): void {
    this.line.stop();
    this.inbox.clear();
    this.chats.forget();
    this.team.clear();
    this.chat = this.me = null;
    this.phase = "out";
    this.isExpired = false;
    this.changed();
  }

  /* --- places --------------------------------------------------------------- */

  go(hash: string, isReplacing = false): void {
    if (isReplacing) {
      history.replaceState(null, "", hash);
      this.placed();
    } else {
      location.hash = hash;
    }
  }

  /** From a conversation or a page back to the list. */
  back(): void {
    this.go(hashOf({ folder: this.place.folder }), true);
  }

  private placed(): void {
    const place = parsePlace(location.hash, this.place.folder);
    this.place = place;
    if (this.phase !== "in") return this.changed();
    const isOther = this.inbox.folder !== place.folder || !this.inbox.list;
    this.inbox.folder = place.folder;
    if (isOther) void this.loadRows();
    const shown = this.chat?.id ?? null;
    if (shown !== place.conversation) this.openChat(place.conversation);
    this.changed();
  }

  private openChat(id: number | null): void {
    this.chat = id === null ? null : this.chats.open(id);
    this.line.watch(id);
    if (!this.chat) return;
    this.chat.opened();
    void this.chat.load();
  }

  /* --- the list ------------------------------------------------------------- */

  async loadRows(before: string | null = null): Promise<void> {
    const asked = this.inbox.askFor(before);
    try {
      const page = await this.api.rows(asked.folder, asked.query, before);
      if (this.me) this.inbox.page(asked, page, this.me.id);
      this.listFailure = null;
    } catch (error) {
      this.listFailure = error;
    }
    this.changed();
  }

  search(query: string): void {
    this.inbox.query = query.trim();
    this.changed();
    void this.loadRows();
  }

  /** The server's own view of the list, a little after the last of many events. */
  private refreshSoon(): void {
    this.refreshing ??= setTimeout(() => {
      this.refreshing = undefined;
      if (this.phase === "in" && !this.isExpired) void this.loadRows();
    }, REFRESH_MS);
  }

  async loadOperators(): Promise<void> {
    try {
      await this.team.load();
    } catch {
      // known as they appear
    }
    this.changed();
  }

  hasDraft(id: number): boolean {
    return this.chats.hasDraft(id);
  }

  row(id: number): Row | undefined {
    return this.inbox.rows.get(id);
  }

  patch(id: number, change: Partial<Row>): void {
    const row = this.row(id);
    const isOld = row && change.epoch !== undefined && change.epoch < row.epoch; // the stream was faster
    if (row && this.me && !isOld) this.inbox.take({ ...row, ...change }, this.me.id);
    if ("state" in change) this.refreshSoon();
    this.changed();
  }

  ask(): number {
    return this.inbox.ask();
  }

  described({ conversation }: Detail, asked: number): void {
    if (this.me) this.inbox.learn(conversation, asked, this.me.id);
  }

  /* --- chats are taken, and passed over --------------------------------------- */

  /** Accepts, takes over from the bot, or takes it from a colleague: as the chat stands. */
  async accept(): Promise<void> {
    const { chat } = this;
    if (!chat?.row || chat.isMine) return;
    const isTaken = chat.row.state === "operator";
    if (isTaken && !this.mayForce) return;
    await chat.order({ verb: "take", ...(isTaken ? { force: true } : {}) });
  }

  /** Only administrators take a chat out of a colleague's hands. */
  get mayForce(): boolean {
    return this.me?.role === "admin";
  }

  async skip(): Promise<void> {
    const { chat } = this;
    if (chat?.row?.state !== "waiting") return;
    const { handoff } = chat.row;
    if ((await chat.order({ verb: "skip" })) && handoff !== null) this.skipped.add(handoff);
    this.changed();
  }

  /* --- what happens --------------------------------------------------------- */

  private hello(gap: boolean): void {
    if (gap) {
      this.inbox.doubt();
      void this.loadRows();
      void this.loadOperators();
      this.chats.send();
    }
    if (this.chat) {
      this.chat.thread.doubtDraft();
      void this.chat.load();
    }
  }

  private take(name: keyof Events, data: never): void {
    const handler = this.handlers[name] as ((data: never) => void) | undefined;
    handler?.(data);
    this.changed();
  }

  private readonly handlers: { [K in keyof Events]?: (data: Events[K]) => void } = {
    conversation: (row) => this.takeRow(row),
    message: (event) => this.takeMessage(event),
    delta: (event) => void this.chats.get(event.conversation)?.thread.delta(event),
    end: (event) => this.chats.get(event.conversation)?.thread.end(event.answer),
    typing: (event) => this.chats.get(event.conversation)?.thread.types(event),
    note: ({ conversation, ...note }) => this.chats.get(conversation)?.thread.note(note),
    suggestion: ({ conversation, suggestion }) =>
      this.chats.get(conversation)?.thread.suggests(suggestion),
    operator: (operator) => {
      this.team.tell(operator);
      if (operator.id === this.me?.id) this.me = operator;
    },
  };

  private takeRow(row: Row): void {
    if (!this.me || this.inbox.isOutdated(row)) return;
    const old = this.inbox.take(row, this.me.id);
    const chat = this.chats.get(row.id);
    const isChanged =
      old?.state !== row.state || old.epoch !== row.epoch || old.operator?.id !== row.operator?.id;
    if (isChanged && row.state !== "bot") chat?.thread.doubtDraft();
    if (isChanged && chat === this.chat) void chat?.describe();
    this.bell.changed(old, row);
    this.refreshSoon();
  }

  private takeMessage({ conversation, message }: Events["message"]): void {
    const row = this.row(conversation);
    const fresh = !row || message.seq > row.last_seq;
    this.chats.get(conversation)?.receive(message);
    if (row && this.me && fresh) {
      const last = {
        seq: message.seq,
        author: message.author,
        text: message.text,
        file: message.attachments?.[0]?.kind ?? null,
        created_at: message.created_at,
      };
      this.inbox.take({ ...row, last, last_seq: message.seq }, this.me.id);
    }
    if (fresh && message.author === "person" && conversation === this.chat?.id)
      this.heard = this.speech.said("person", message.text);
    if (row && fresh && message.author === "person" && belongs(row, "mine", this.me?.id ?? 0))
      this.bell.said(row, message);
  }

  /* --- the operator --------------------------------------------------------- */

  changeMe(change: Record<string, unknown>): Promise<boolean> {
    return this.changeOperator(null, change);
  }

  /** `id` null: oneself.  False: it was not done, and is complained of. */
  async changeOperator(id: number | null, change: Record<string, unknown>): Promise<boolean> {
    try {
      const operator = await this.team.change(id, change);
      if (operator.id === this.me?.id) this.me = operator;
      return true;
    } catch (error) {
      this.complain(error);
      return false;
    } finally {
      this.changed();
    }
  }

  setLang(lang: Lang): void {
    this.prefs.setLang(lang);
    if (this.me && this.me.lang !== lang) void this.changeMe({ lang });
  }

  /* --- telling -------------------------------------------------------------- */

  complain(error: unknown): void {
    if (error instanceof Refusal && error.status === 401) return; // signing in is asked for already
    const refusal = error instanceof ApiError ? error : new Refusal(0, "", String(error));
    this.say(this.speech.refusal(refusal), true);
  }

  say(text: string, isBad = false): void {
    this.toast = text ? { text, isBad } : null;
    clearTimeout(this.toasting);
    this.toasting = setTimeout(
      () => {
        this.toast = null;
        this.changed();
      },
      isBad ? 8000 : 3000,
    );
    this.changed();
  }

  private restyled(): void {
    this.speech = new Speech(this.prefs.lang);
    this.api.lang = this.prefs.lang;
    this.changed();
  }

  private hurry(): void {
    if (!document.hidden) this.line.hurry();
    this.changed();
  }
}
