import { h, icon } from "./dom.ts";
import type { Strings } from "./strings.ts";

/** Where the person writes.  Enter sends, Shift+Enter begins a line. */
export class Composer {
  readonly node: HTMLElement;
  readonly input: HTMLTextAreaElement;
  private readonly send: HTMLButtonElement;
  private readonly stop: HTMLButtonElement;
  private readonly human: HTMLButtonElement;
  private answering = false;

  constructor(
    private readonly actions: { send(text: string): void; stop(): void; typing(): void; human(): void },
    text: Strings,
  ) {
    this.input = h("textarea", {
      rows: 1,
      maxlength: 20000,
      dir: "auto",
      enterkeyhint: "send",
      autocomplete: "off",
      keydown: (event: KeyboardEvent) => this.key(event),
      input: () => this.typed(),
    });
    this.send = h("button", { class: "send", type: "submit" }, icon("send"));
    this.stop = h("button", { class: "send stop", type: "button", click: () => this.actions.stop() }, icon("stop"));
    this.human = h("button", { class: "human", type: "button", hidden: true, click: () => this.actions.human() });
    this.node = h(
      "form",
      { class: "composer", submit: (event: SubmitEvent) => this.submit(event) },
      h("div", { class: "field" }, this.input, this.stop, this.send),
      this.human,
    );
    this.setText(text);
    this.changed();
  }

  setText(text: Strings): void {
    this.input.setAttribute("aria-label", text.input);
    this.send.setAttribute("aria-label", text.send);
    this.send.title = text.send;
    this.stop.setAttribute("aria-label", text.stop);
    this.stop.title = text.stop;
    this.human.replaceChildren(icon("human"), text.call);
  }

  setAnswering(answering: boolean): void {
    if (this.answering === answering) return;
    const focused = this.stop.matches(":focus");
    this.answering = answering;
    this.changed();
    if (focused && !answering) this.input.focus();
  }

  /** Where nobody can hear it, nothing can be written; the focus may stay. */
  setUsable(usable: boolean, text: Strings): void {
    this.input.readOnly = !usable;
    this.input.placeholder = usable ? text.placeholder : text.unavailable;
  }

  /** Whether a human can be called. */
  offerHuman(can: boolean): void {
    this.human.hidden = !can;
  }

  set value(text: string) {
    this.input.value = text;
    this.changed();
  }

  get value(): string {
    return this.input.value;
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.submit(event);
  }

  private submit(event: Event): void {
    event.preventDefault();
    const text = this.input.value.trim();
    if (text === "") return;
    this.value = "";
    this.actions.send(text);
  }

  private typed(): void {
    this.changed();
    if (this.input.value.trim() !== "") this.actions.typing();
  }

  private changed(): void {
    const empty = this.input.value.trim() === "";
    this.send.disabled = empty;
    this.send.hidden = this.answering && empty;
    this.stop.hidden = !this.answering;
    // While it is measured nothing above may move: the log would lose its place.
    this.node.style.minHeight = `${this.node.offsetHeight}px`;
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 144)}px`;
    this.node.style.minHeight = "";
  }
}
