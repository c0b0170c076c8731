import { files, quote, sources } from "./attached.ts";
import type { Client } from "./client.ts";
import { type Child, type Row, Rows, append, h, icon } from "./dom.ts";
import { Rating } from "./human.ts";
import { Writing } from "./markup.ts";
import type { Unsent } from "./outbox.ts";
import { safeUrl, link, sanitize } from "./sanitize.ts";
import { fill, type Strings } from "./strings.ts";
import { clockTime, dayKey, dayName } from "./time.ts";
import type { Author, Button, Category, Message } from "./types.ts";

export interface LogActions {
  ask(text: string): void;
  press(button: Button): void;
  edit(item: Unsent): void;
}

const RENEW = /^\/(reset|new)\b/;
const CALL = /^\/(operator|human)\s*$/i;
const FOUND_MS = 1600;
/** Turns of the talk: lines across it, not somebody's words. */
const TURNS = ["joined", "returned", "closed"];

/** The conversation as rows: days, messages, the answer being written, what is unsent. */
export class Log {
  readonly node: HTMLElement;
  readonly scroll: HTMLElement;
  /** Without a line nobody knows whether an answer is still being written. */
  isApart = false;
  private readonly rows: Rows;
  private readonly list: HTMLElement;
  private readonly jump: HTMLButtonElement;
  private readonly writing = new WeakMap<HTMLElement, Writing>();
  private stick = true;
  private missed = false;
  private category = 0;
  private rating: { handoff: number; view: Rating } | null = null;

  constructor(
    private readonly client: Client,
    private readonly actions: LogActions,
    private text: Strings,
  ) {
    this.list = h("div", { class: "list" });
    this.scroll = h(
      "div",
      { class: "log", role: "log", tabindex: 0, "aria-live": "off", scroll: () => this.scrolled() },
      this.list,
    );
    this.jump = h("button", { class: "jump", type: "button", hidden: true, click: () => this.toEnd() });
    this.node = h("div", { class: "body" }, this.scroll, this.jump);
    this.rows = new Rows(this.list);
    if (typeof ResizeObserver !== "undefined") {
      const follow = new ResizeObserver(() => this.follow());
      follow.observe(this.list);
      follow.observe(this.scroll);
    }
    this.setText(text);
  }

  setText(text: Strings): void {
    this.text = text;
    this.scroll.setAttribute("aria-label", text.log);
    this.jump.replaceChildren(icon("down"), text.fresh);
    this.rating?.view.setText(text);
  }

  render(arrived?: Message): void {
    const { conversation } = this.client;
    const { settled } = conversation;
    if (settled) {
      this.rows.rename("draft", `m${settled.seq}`);
      conversation.settled = null;
    }
    if (arrived && !this.stick) this.missed = true;
    const height = this.scroll.scrollHeight;
    const first = this.list.querySelector("[data-seq]");
    this.rows.show(this.everything());
    const grewAbove = first !== null && this.list.querySelector("[data-seq]") !== first;
    if (grewAbove && !this.stick) this.scroll.scrollTop += this.scroll.scrollHeight - height;
    this.follow();
  }

  /* --- following the end, unless the reader is elsewhere -------------------- */

  toEnd(): void {
    this.stick = true;
    this.follow();
  }

  private follow(): void {
    if (this.stick) this.scroll.scrollTop = this.scroll.scrollHeight;
    if (this.stick) this.missed = false;
    this.jump.hidden = !this.missed;
  }

  private scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.scroll;
    this.stick = scrollHeight - scrollTop - clientHeight < 40;
    if (this.stick) this.missed = false;
    this.jump.hidden = !this.missed;
  }

  /* --- rows ----------------------------------------------------------------- */

  private everything(): Row[] {
    const { client, text } = this;
    const { conversation } = client;
    const rows: Row[] = [];
    const lang = client.lang;
    const greeting = client.session?.bot.greeting ?? "";
    if (client.hasEarlier) rows.push(this.earlier());
    else if (greeting && client.loaded) rows.push(this.greeting("greeting", greeting));
    const end = conversation.messages.filter((m) => m.event === "closed" || m.event === "returned").at(-1);
    const rating = this.ratingNow();
    let day = "";
    let before: Author | null = null;
    for (const message of conversation.messages) {
      if (dayKey(message.created_at) !== day) {
        day = dayKey(message.created_at);
        const label = dayName(message.created_at, lang, text);
        if (before !== null || label !== text.today) {
          rows.push(row(`day${day}`, label, () => h("div", { class: "day" }, h("span", {}, label))));
        }
        before = null;
      }
      rows.push(this.message(message, before));
      before = isLine(message) ? null : message.author;
      if (message === end && rating) rows.push(row(`rate${rating.handoff}`, "", () => rating.view.node));
    }
    const unsent = client.outbox.items;
    if (this.isFresh() && unsent.length === 0) rows.push(...this.popular());
    if (conversation.draft.text !== "") rows.push(this.draft(before));
    if (conversation.typing && !this.isApart) rows.push(this.typing("bot", client.session?.bot.title ?? text.bot));
    if (conversation.humanTyping) {
      rows.push(this.typing("operator", conversation.state.operator?.name ?? text.operator));
    }
    if (conversation.answering) before = "bot";
    for (const item of unsent) {
      rows.push(this.unsent(item, before !== "person"));
      before = "person";
    }
    return rows;
  }

  /** Nothing was asked yet, or since the person began anew. */
  private isFresh(): boolean {
    const { messages } = this.client.conversation;
    if (!this.client.loaded) return false;
    const asked = messages.filter((m) => m.author === "person").at(-1);
    return !asked || RENEW.test(asked.text) || asked.text === "/start";
  }

  /** Asked for by the server; kept on the screen with its thanks. */
  private ratingNow(): { handoff: number; view: Rating } | null {
    const handoff = this.client.conversation.state.rate;
    if (handoff && this.rating?.handoff !== handoff) {
      const rate = (score: number, comment: string) => this.client.rate(handoff, score, comment);
      this.rating = { handoff, view: new Rating(this.text, rate) };
    } else if (!handoff && !this.rating?.view.isUsed) {
      this.rating = null;
    }
    return this.rating;
  }

  private earlier(): Row {
    const { text } = this;
    return row("earlier", text.earlier, () =>
      h("button", { class: "earlier", type: "button", click: () => void this.client.loadEarlier() }, text.earlier),
    );
  }

  private greeting(key: string, greeting: string): Row {
    return row(key, greeting, () => {
      const bubble = h("div", { class: "bubble", dir: "auto" });
      new Writing(bubble).show(greeting);
      return h("div", { class: "row bot first" }, bubble);
    });
  }

  private message(message: Message, before: Author | null): Row {
    const first = message.author !== before;
    const key = `m${message.seq}`;
    const version = [this.text.you, first, message.html ?? message.text, message.created_at, message.reply_to?.text].join("\n");
    const line = lineOf(message, this.text);
    if (line !== null) {
      const kind = line === this.text.renewed ? " renewed" : "";
      return row(key, version, () =>
        h("div", { class: `day turn${kind}`, "data-seq": message.seq }, h("span", { dir: "auto" }, line)),
      );
    }
    return row(key, version, (old) => this.messageNode(message, first, old));
  }

  private messageNode(message: Message, first: boolean, old?: HTMLElement): HTMLElement {
    const { text } = this;
    const own = message.author === "person";
    const bubble = h("div", { class: "bubble", dir: "auto" });
    if (own || !message.html) append(bubble, ...(own ? [message.text] : []));
    if (!own && message.html) bubble.append(wide(sanitize(message.html)));
    else if (!own) new Writing(bubble).show(message.text);
    const node = old ?? h("div");
    node.className = `row ${message.author}${first ? " first" : ""}`;
    node.dataset["seq"] = String(message.seq);
    const time = h(
      "time",
      { class: "time", datetime: message.created_at },
      clockTime(message.created_at, this.client.lang),
    );
    node.replaceChildren(
      h("span", { class: first && message.author === "operator" ? "who" : "hidden" }, this.who(message)),
    );
    const quoted = this.quote(message);
    if (message.text !== "" || !message.attachments?.length) {
      if (quoted) bubble.prepend(quoted);
      node.append(bubble);
    } else append(node, quoted);
    append(
      node,
      !own && sources(message.sources, text, bubble),
      files(message.attachments, text, this.client.host),
      !own && this.buttons(message.buttons),
      time,
    );
    return node;
  }

  private who({ author, name }: { author: Author; name?: string | null }): string {
    if (author === "bot") return this.client.session?.bot.title ?? this.text.bot;
    if (author === "operator" && name) return name;
    return author === "person" ? this.text.you : this.text[author];
  }

  /** What the message answers; a press shows that in its place. */
  private quote({ reply_to: other }: Message): HTMLElement | null {
    if (!other) return null;
    const { seq, author, name = null } = other;
    const who = author ? this.who({ author, name }) : "";
    return quote(other, who, this.text, seq ? () => void this.show(seq) : null);
  }

  private async show(seq: number): Promise<void> {
    await this.client.loadBack(seq);
    this.render();
    const node = this.list.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
    if (!node) return;
    const [at, log] = [node.getBoundingClientRect(), this.scroll.getBoundingClientRect()];
    if (at.top < log.top || at.bottom > log.bottom) {
      this.stick = false;
      this.scroll.scrollTop += at.top - log.top - Math.max(0, (log.height - at.height) / 2);
    }
    node.classList.add("found");
    setTimeout(() => node.classList.remove("found"), FOUND_MS);
  }

  private draft(before: Author | null): Row {
    const { text } = this.client.conversation.draft;
    return row("draft", text, (old) => {
      const node = old ?? h("div", { class: `row bot draft${before === "bot" ? "" : " first"}` });
      const bubble = (node.firstElementChild as HTMLElement) ?? h("div", { class: "bubble", dir: "auto" });
      if (!old) node.append(bubble);
      const writing = this.writing.get(node) ?? new Writing(bubble);
      this.writing.set(node, writing);
      writing.show(text);
      return node;
    });
  }

  private typing(author: Author, who: string): Row {
    return row("typing", author + who, () =>
      h(
        "div",
        { class: `row ${author} first` },
        h(
          "div",
          { class: "bubble dots", role: "img", "aria-label": `${who} ${this.text.typing}` },
          h("i"),
          h("i"),
          h("i"),
        ),
      ),
    );
  }

  private unsent(item: Unsent, first: boolean): Row {
    const { text } = this;
    const seconds = item.until ? Math.max(1, Math.ceil((item.until - Date.now()) / 1000)) : 0;
    const version = [text.you, first, item.state, item.error, seconds, item.tries > 1].join("\n");
    return row(`u${item.id}`, version, () => {
      const node = h("div", { class: `row person unsent ${item.state}${first ? " first" : ""}` });
      append(node, h("div", { class: "bubble", dir: "auto" }, spoken(item.text, text)), this.fateOf(item, seconds));
      return node;
    });
  }

  private fateOf(item: Unsent, seconds: number): HTMLElement {
    const { text, client } = this;
    if (item.state === "held") {
      const action = (label: string, click: () => void) => h("button", { type: "button", click }, label);
      return h(
        "div",
        { class: "fate" },
        h("span", {}, icon("warn"), item.error || text.held),
        item.error
          ? action(text.edit, () => this.actions.edit(item))
          : action(text.retry, () => client.outbox.retry(item.id)),
        action(text.drop, () => void client.outbox.drop(item.id)),
      );
    }
    const words = seconds ? fill(text.slow, seconds) : item.tries > 1 ? text.queued : text.sending;
    return h("div", { class: "fate" }, h("span", {}, icon("clock"), words));
  }

  private buttons(rows: Button[][] | null | undefined): Child {
    if (!Array.isArray(rows) || rows.length === 0) return null;
    const node = h("div", { class: "buttons" });
    for (const button of rows.flat()) {
      if (button.data?.startsWith("r:")) continue; // we ask in our own way
      const href = button.url ? safeUrl(button.url) : null;
      if (href) append(node, labelled(link(href), button.text));
      else append(node, h("button", { type: "button", click: () => this.actions.press(button) }, button.text));
    }
    return node;
  }

  /* --- popular questions ---------------------------------------------------- */

  private popular(): Row[] {
    const categories = this.client.session?.popular ?? [];
    if (categories.length === 0) return [];
    const at = Math.min(this.category, categories.length - 1);
    const version = `${at}\n${JSON.stringify(categories)}`;
    return [row("popular", version, () => this.popularNode(categories, at))];
  }

  private popularNode(categories: Category[], at: number): HTMLElement {
    const tab = (category: Category, i: number) =>
      h(
        "button",
        { type: "button", "aria-pressed": i === at ? "true" : "false", click: () => this.choose(i) },
        category.title,
      );
    const chip = (question: string) =>
      h("button", { type: "button", class: "chip", click: () => this.actions.ask(question) }, question);
    return h(
      "div",
      { class: "popular", role: "group", "aria-label": this.text.popular },
      categories.length > 1 && h("div", { class: "tabs" }, ...categories.map(tab)),
      h("div", { class: "chips" }, ...(categories[at]?.questions ?? []).map(chip)),
    );
  }

  private choose(i: number): void {
    this.category = i;
    this.render();
    const tab = this.list.querySelectorAll<HTMLElement>(".tabs button")[i];
    tab?.focus({ preventScroll: true });
    tab?.scrollIntoView({ block: "nearest", inline: "center" });
  }
}

/** What is said of such a message across the conversation; null: it is a message like others. */
function lineOf(message: Message, text: Strings): string | null {
  if (message.author === "platform") return TURNS.includes(message.event ?? "") ? message.text.replace(/\.$/, "") : null;
  if (message.author !== "person") return null;
  if (RENEW.test(message.text)) return text.renewed;
  return CALL.test(message.text) ? text.called : null;
}

/** What was pressed, until it is a line across the conversation. */
function spoken(said: string, text: Strings): string {
  if (CALL.test(said)) return text.call;
  return RENEW.test(said) ? text.renew : said;
}

function isLine(message: Message): boolean {
  return lineOf(message, { renewed: "", called: "" } as Strings) !== null;
}

function row(key: string, version: string, make: Row["make"]): Row {
  return { key, version, make };
}

function labelled<T extends HTMLElement>(node: T, label: string): T {
  node.textContent = label;
  return node;
}

/** Tables scroll by themselves, so that the bubble need not. */
function wide(fragment: DocumentFragment): DocumentFragment {
  for (const table of fragment.querySelectorAll("table")) {
    const frame = h("div", { class: "wide", tabindex: 0 });
    table.replaceWith(frame);
    frame.append(table);
  }
  return fragment;
}
