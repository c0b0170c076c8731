import { h, icon } from "./dom.ts";
import type { Strings } from "./strings.ts";
import type { Lang } from "./types.ts";

const LANGS: [Lang, string][] = [
  ["ru", "Русский"],
  ["en", "English"],
];

/** The few things that are not said in words. */
export class Menu {
  readonly node: HTMLElement;
  private readonly button: HTMLButtonElement;
  private readonly list: HTMLElement;
  private readonly human: HTMLButtonElement;
  private readonly renew: HTMLButtonElement;
  private readonly save: HTMLElement;
  private readonly langs: HTMLElement;

  constructor(
    private readonly actions: {
      human(): void;
      renew(): void;
      save(format: string): void;
      lang(lang: Lang): void;
    },
  ) {
    this.button = h(
      "button",
      { class: "plain", type: "button", "aria-expanded": "false", click: () => this.toggle() },
      icon("more"),
    );
    this.human = h("button", { type: "button", click: () => this.pick(() => this.actions.human()) });
    this.renew = h("button", { type: "button", click: () => this.pick(() => this.actions.renew()) });
    this.save = h("div", { class: "choice", role: "group" });
    this.langs = h("div", { class: "choice langs", role: "group" });
    this.list = h("div", { class: "menu", hidden: true }, this.human, this.renew, this.save, this.langs);
    this.node = h(
      "div",
      { class: "menu-place", focusout: (event: FocusEvent) => this.left(event) },
      this.button,
      this.list,
    );
  }

  setText(text: Strings, lang: Lang): void {
    this.button.setAttribute("aria-label", text.menu);
    this.human.replaceChildren(icon("human"), text.call);
    this.renew.replaceChildren(icon("renew"), text.renew);
    this.save.setAttribute("aria-label", text.save);
    this.save.replaceChildren(
      icon("save"),
      h("span", {}, text.save),
      ...["txt", "html"].map((format) =>
        h(
          "button",
          { type: "button", click: () => this.pick(() => this.actions.save(format)) },
          format.toUpperCase(),
        ),
      ),
    );
    this.langs.setAttribute("aria-label", text.language);
    this.langs.replaceChildren(
      icon("globe"),
      ...LANGS.map(([code, name]) =>
        h(
          "button",
          {
            type: "button",
            lang: code,
            "aria-pressed": code === lang ? "true" : "false",
            click: () => this.pick(() => this.actions.lang(code)),
          },
          name,
        ),
      ),
    );
  }

  /** What can be done now depends on who answers. */
  offer(can: { human: boolean; renew: boolean; save: boolean }): void {
    this.human.hidden = !can.human;
    this.renew.hidden = !can.renew;
    this.save.hidden = !can.save;
  }

  /** True if it was open. */
  close(): boolean {
    if (this.list.hidden) return false;
    this.list.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    this.button.focus();
    return true;
  }

  private toggle(): void {
    if (this.close()) return;
    this.list.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
  }

  private pick(run: () => void): void {
    this.close();
    run();
  }

  private left(event: FocusEvent): void {
    if (event.relatedTarget instanceof Node && !this.node.contains(event.relatedTarget)) {
      this.list.hidden = true;
      this.button.setAttribute("aria-expanded", "false");
    }
  }
}
