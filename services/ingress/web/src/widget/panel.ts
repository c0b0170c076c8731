import { Client } from "./client.ts";
import { Composer } from "./composer.ts";
import { h, icon } from "./dom.ts";
import { Queue } from "./human.ts";
import { Log } from "./log.ts";
import { Menu } from "./menu.ts";
import { type Strings, fill, strings } from "./strings.ts";
import type { Api } from "./api.ts";
import type { Storage } from "./storage.ts";
import type { Button, Lang, Message } from "./types.ts";

const RESTORED_MS = 2500;
const WARNED_MS = 6000;
/** A line that is mended sooner was never missed. */
const LOST_MS = 1200;

/** The launcher and the panel, and what happens between them and the conversation. */
export class Panel {
  readonly client: Client;
  private readonly launcher: HTMLButtonElement;
  private readonly badge = h("span", { class: "badge", hidden: true });
  private readonly panel: HTMLElement;
  private readonly title = h("h2", { id: "title" });
  private readonly status = h("p", { class: "status" });
  private readonly avatar = h("span", { class: "avatar", "aria-hidden": "true" });
  private readonly notice = h("div", { class: "notice", role: "status", hidden: true });
  private readonly announcer = h("div", { class: "hidden", "aria-live": "polite" });
  private readonly shut: HTMLButtonElement;
  private readonly log: Log;
  private readonly composer: Composer;
  private readonly menu: Menu;
  private readonly queue = new Queue(() => void this.back());
  private readonly phone = matchMedia("(max-width: 560px), (max-height: 420px)");
  private opened = false;
  private frame = 0;
  private arrived: Message | undefined;
  private lostAt = 0;
  private restoredUntil = 0;
  private warning: ((text: Strings) => string) | null = null;
  private warnedUntil = 0;
  private pageOverflow = "";

  constructor(
    root: ShadowRoot,
    api: Api,
    private readonly storage: Storage,
    lang: Lang,
  ) {
    this.client = new Client(api, storage, lang, (arrived) => this.changed(arrived));
    const text = strings(lang);
    this.log = new Log(
      this.client,
      {
        ask: (question) => this.say(question),
        press: (button) => this.press(button),
        edit: (item) => this.edit(item.id),
      },
      text,
    );
    this.composer = new Composer(
      {
        send: (t) => this.say(t),
        stop: () => void this.client.stop(),
        typing: () => this.client.typing(),
        human: () => this.say("/operator"),
      },
      text,
    );
    this.menu = new Menu({
      human: () => this.say("/operator"),
      renew: () => this.say("/reset"),
      save: (format) => void this.save(format),
      lang: (l) => this.setLang(l),
    });
    this.shut = h("button", { class: "plain", type: "button", click: () => this.close() }, icon("close"));
    this.launcher = h(
      "button",
      { class: "launcher", type: "button", "aria-haspopup": "dialog", click: () => this.toggle() },
      icon("chat"),
      icon("down"),
      this.badge,
    );
    this.panel = this.frameOf();
    root.append(this.panel, this.launcher, this.announcer);
    this.listen();
    this.setText();
    if (this.client.known) this.whenIdle(() => this.client.start());
  }

  private frameOf(): HTMLElement {
    const head = h(
      "header",
      { class: "head" },
      this.avatar,
      h("div", { class: "names" }, this.title, this.status),
      this.menu.node,
      this.shut,
    );
    return h(
      "section",
      { class: "panel", role: "dialog", "aria-labelledby": "title", hidden: true },
      head,
      this.notice,
      this.queue.node,
      this.log.node,
      this.composer.node,
    );
  }

  private listen(): void {
    this.panel.addEventListener("keydown", (event) => this.key(event));
    this.phone.addEventListener("change", () => this.fit());
    visualViewport?.addEventListener("resize", () => this.fit());
    visualViewport?.addEventListener("scroll", () => this.fit());
    addEventListener("offline", () => this.changed());
    document.addEventListener("visibilitychange", () => this.changed());
    addEventListener("storage", (event) => {
      if (event.key?.endsWith(":read")) this.changed();
    });
    setInterval(() => this.tick(), 1000);
  }

  private whenIdle(run: () => void): void {
    if (typeof requestIdleCallback === "function") requestIdleCallback(run, { timeout: 3000 });
    else setTimeout(run, 300);
  }

  /* --- open and closed ------------------------------------------------------ */

  open(): void {
    if (this.opened) return;
    this.opened = true;
    this.client.start();
    this.panel.hidden = false;
    this.launcher.classList.add("opened");
    this.fit();
    this.render();
    this.log.toEnd();
    this.composer.input.focus({ preventScroll: true });
  }

  close(): void {
    if (!this.opened) return;
    this.opened = false;
    this.menu.close();
    this.panel.hidden = true;
    this.launcher.classList.remove("opened");
    this.fit();
    this.render();
    this.launcher.focus({ preventScroll: true });
  }

  toggle(): void {
    if (this.opened) this.close();
    else this.open();
  }

  ask(question: string): void {
    this.open();
    this.say(question);
  }

  /** On phones the panel is all there is: it fills what the keyboard leaves. */
  private fit(): void {
    const full = this.opened && this.phone.matches;
    this.panel.setAttribute("aria-modal", full ? "true" : "false");
    this.launcher.setAttribute("aria-expanded", this.opened ? "true" : "false");
    this.lockPage(full);
    const view = visualViewport;
    this.panel.style.height = full && view ? `${view.height}px` : "";
    this.panel.style.top = full && view ? `${view.offsetTop}px` : "";
    this.panel.classList.toggle("keyboard", full && !!view && view.height < innerHeight - 120);
  }

  private lockPage(lock: boolean): void {
    const { style } = document.documentElement;
    if (lock === this.panel.classList.contains("full")) return;
    this.panel.classList.toggle("full", lock);
    if (lock) this.pageOverflow = style.overflow;
    style.overflow = lock ? "hidden" : this.pageOverflow;
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.stopPropagation();
      if (!this.menu.close()) this.close();
    } else if (event.key === "Tab" && this.panel.classList.contains("full")) {
      this.trap(event);
    }
  }

  private trap(event: KeyboardEvent): void {
    const stops = [
      ...this.panel.querySelectorAll<HTMLElement>("button, a[href], textarea, [tabindex='0']"),
    ].filter((node) => node.offsetParent !== null && !(node as HTMLButtonElement).disabled);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    const other = event.shiftKey ? stops.at(-1) : stops[0];
    if ((this.panel.getRootNode() as ShadowRoot).activeElement !== edge) return;
    event.preventDefault();
    other?.focus();
  }

  /* --- what the person does ------------------------------------------------- */

  private say(text: string): void {
    this.client.send(text);
    this.log.toEnd();
  }

  /** Buttons carry "c:<command>", or "q:..." for the question they show. */
  private press(button: Button): void {
    const command = /^c:(.+)$/.exec(button.data ?? "")?.[1];
    this.say(command ? `/${command}` : button.text);
  }

  private async back(): Promise<void> {
    if (!(await this.client.back())) this.warn((text) => text.backFailed);
  }

  private async save(format: string): Promise<void> {
    try {
      saveFile(await this.client.transcript(format), `chat-${new Date().toISOString().slice(0, 10)}.${format}`);
    } catch {
      this.warn((text) => text.saveFailed);
    }
  }

  private warn(words: (text: Strings) => string): void {
    this.warning = words;
    this.warnedUntil = Date.now() + WARNED_MS;
    this.changed();
  }

  private edit(id: string): void {
    const item = this.client.outbox.drop(id);
    if (item) this.composer.value = [this.composer.value, item.text].filter(Boolean).join("\n");
    this.composer.input.focus();
  }

  setLang(lang: Lang): void {
    this.storage.set("lang", lang);
    void this.client.setLang(lang);
    this.setText();
  }

  private setText(): void {
    const text = strings(this.client.lang);
    this.panel.lang = this.client.lang;
    this.log.setText(text);
    this.composer.setText(text);
    this.menu.setText(text, this.client.lang);
    this.shut.setAttribute("aria-label", text.close);
    this.render();
  }

  /* --- what is shown -------------------------------------------------------- */

  private changed(arrived?: Message): void {
    if (arrived) this.announce(arrived);
    this.arrived = arrived ?? this.arrived;
    if (this.frame) return;
    // A hidden tab draws no frames, but its badge is to be right when it is looked at again.
    this.frame = document.hidden
      ? (setTimeout(() => this.render(), 50) as unknown as number)
      : requestAnimationFrame(() => this.render());
  }

  private render(): void {
    this.frame = 0;
    const { client } = this;
    const text = strings(client.lang);
    const { conversation, session } = client;
    const title = session?.bot.title ?? text.bot;
    const face = conversation.state.operator?.name ?? title;
    this.title.textContent = title;
    this.avatar.textContent = [...face][0]?.toUpperCase() ?? "";
    this.status.textContent = this.statusText();
    this.status.className = `status ${conversation.responder} ${client.link}`;
    this.composer.setAnswering(conversation.answering && !this.isApart());
    this.composer.setUsable(client.link !== "refused", text);
    this.offer();
    this.queue.show(conversation.state, text);
    this.showNotice();
    this.showUnread();
    if (!this.opened) return;
    this.log.isApart = this.isApart();
    this.log.render(this.arrived);
    this.arrived = undefined;
  }

  private offer(): void {
    const { conversation, session, loaded } = this.client;
    const isBot = conversation.responder === "bot";
    const human = isBot && loaded && session?.bot.human === true;
    this.composer.offerHuman(human);
    this.menu.offer({ human, renew: isBot, save: conversation.messages.length > 0 });
  }

  private statusText(): string {
    const text = strings(this.client.lang);
    const { link, conversation } = this.client;
    if (link === "refused") return text.unavailable;
    if (this.isApart()) return text.apart;
    if (!this.client.loaded) return text.connecting;
    if (conversation.state.leaving) return text.nobody;
    if (conversation.responder === "waiting") return text.waiting;
    if (conversation.responder !== "operator") return text.online;
    return fill(text.withOperator, conversation.state.operator?.name ?? text.operator);
  }

  /** For long enough that it is missed. */
  private isApart(): boolean {
    if (this.client.link !== "lost") return false;
    return !navigator.onLine || (this.lostAt !== 0 && Date.now() - this.lostAt >= LOST_MS);
  }

  private showNotice(): void {
    const text = strings(this.client.lang);
    const { link } = this.client;
    const now = Date.now();
    const missed = this.lostAt !== 0 && now - this.lostAt >= LOST_MS;
    if (link === "lost") this.lostAt ||= now;
    else if (link === "online") {
      if (missed) this.restoredUntil = now + RESTORED_MS;
      this.lostAt = 0;
    }
    let words = "";
    if (this.isApart()) words = navigator.onLine ? text.lost : text.offline;
    else if (link === "refused") words = text.refused;
    else if (this.warning && now < this.warnedUntil) words = this.warning(text);
    else if (now < this.restoredUntil) words = text.restored;
    this.notice.className = `notice ${words === text.restored ? "good" : ""}`;
    this.notice.hidden = words === "";
    if (this.notice.textContent !== words) this.notice.textContent = words;
  }

  private showUnread(): void {
    const text = strings(this.client.lang);
    const { messages } = this.client.conversation;
    const newest = messages.at(-1)?.seq ?? 0;
    const read = Number(this.storage.get("read") ?? 0);
    if (this.opened && !document.hidden && newest > read) this.storage.set("read", String(newest));
    const unread = this.opened
      ? 0
      : messages.filter((m) => m.seq > read && m.author !== "person").length;
    this.badge.hidden = unread === 0;
    this.badge.textContent = unread > 9 ? "9+" : String(unread);
    const label = this.opened ? text.close : text.open;
    this.launcher.setAttribute("aria-label", unread ? `${label}. ${fill(text.unread, unread)}` : label);
  }

  private announce(message: Message): void {
    if (message.author === "person" || !this.opened) return;
    const text = strings(this.client.lang);
    const who = message.author === "bot" ? this.client.session?.bot.title : text[message.author];
    this.announcer.textContent = `${message.name ?? who ?? text.bot}: ${message.text}`;
  }

  /** Seconds that are counted down, and notices that pass. */
  private tick(): void {
    const counting = this.client.outbox.items.some((item) => item.until !== undefined);
    const passing = this.restoredUntil !== 0 && Date.now() >= this.restoredUntil;
    if (passing) this.restoredUntil = 0;
    const warned = this.warning !== null && Date.now() >= this.warnedUntil;
    if (warned) this.warning = null;
    const waiting = this.lostAt !== 0 && this.notice.hidden;
    if (counting || passing || warned || waiting || (this.opened && this.client.conversation.typing)) this.changed();
  }
}

function saveFile(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
