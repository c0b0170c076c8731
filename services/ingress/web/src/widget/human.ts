import { h, icon } from "./dom.ts";
import { fill, type Strings } from "./strings.ts";
import type { State } from "./types.ts";

/** The server counts no further. */
const MANY = 50;

/** Between the header and the conversation: the place of somebody who waits for a human. */
export class Queue {
  readonly node: HTMLElement;
  private readonly dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  private readonly words = h("span", {});
  private readonly back: HTMLButtonElement;

  constructor(leave: () => void) {
    this.back = h("button", { type: "button", click: leave });
    this.node = h(
      "div",
      { class: "queue", role: "status", hidden: true },
      this.dots,
      this.words,
      this.back,
    );
  }

  show(state: State, text: Strings): void {
    const waits = state.responder === "waiting";
    this.node.hidden = !waits;
    if (!waits) return;
    this.dots.hidden = state.leaving === true;
    const words = placeInWords(state, text);
    if (this.words.textContent !== words) this.words.textContent = words;
    this.back.textContent = text.back;
  }
}

export function placeInWords({ queue, leaving }: State, text: Strings): string {
  if (leaving) return text.leave;
  if (!queue) return `${text.waiting}…`;
  const place = queue.place === 1 ? text.next : fill(text.place, queue.place < MANY ? queue.place : `${MANY}+`);
  if (typeof queue.wait_s !== "number") return place;
  const wait = queue.wait_s < 60 ? text.soon : fill(text.minutes, Math.ceil(queue.wait_s / 60));
  return `${place} ${wait}`;
}

/** How it was, from 1 to 5; then, if the person likes, why. */
export class Rating {
  readonly node: HTMLElement;
  private score = 0;
  private text: Strings;
  private readonly comment: HTMLTextAreaElement;
  private readonly send: HTMLButtonElement;
  private readonly title = h("p", { class: "ask", id: "rate" });
  private readonly said = h("p", { class: "said", role: "status" });
  private readonly stars: HTMLElement;
  private readonly more: HTMLElement;

  constructor(
    text: Strings,
    private readonly rate: (score: number, comment: string) => Promise<boolean>,
  ) {
    this.text = text;
    this.stars = h("div", { class: "stars", role: "group", "aria-labelledby": "rate" });
    for (let n = 1; n <= 5; n++) {
      this.stars.append(h("button", { type: "button", click: () => void this.choose(n) }, icon("star")));
    }
    this.comment = h("textarea", { rows: 2, maxlength: 900, dir: "auto" });
    this.send = h("button", { type: "button", class: "chip", click: () => void this.explain() });
    this.more = h("div", { class: "more", hidden: true }, this.comment, this.send);
    this.node = h("div", { class: "rating" }, this.title, this.stars, this.said, this.more);
    this.setText(text);
  }

  get isUsed(): boolean {
    return this.score > 0;
  }

  setText(text: Strings): void {
    this.text = text;
    this.title.textContent = text.rate;
    this.comment.placeholder = text.comment;
    this.comment.setAttribute("aria-label", text.comment);
    this.send.textContent = text.commentSend;
    [...this.stars.children].forEach((star, i) => {
      star.setAttribute("aria-label", `${i + 1}: ${text.scores[i]}`);
      (star as HTMLElement).title = text.scores[i] ?? "";
    });
    if (this.score > 0) this.said.textContent = text.rated;
  }

  /** The score counts at once: who says no more has said it. */
  private async choose(score: number): Promise<void> {
    if (this.score > 0) return;
    this.mark(score);
    if (!(await this.rate(score, ""))) return this.mark(0, this.text.backFailed);
    this.said.textContent = this.text.rated;
    this.more.hidden = false;
  }

  private mark(score: number, said = ""): void {
    this.score = score;
    this.said.textContent = said;
    [...this.stars.children].forEach((star, i) => {
      star.classList.toggle("on", i < score);
      star.setAttribute("aria-pressed", i + 1 === score ? "true" : "false");
    });
  }

  private async explain(): Promise<void> {
    const words = this.comment.value.trim();
    if (words === "") return;
    this.send.disabled = true;
    const kept = await this.rate(this.score, words);
    this.send.disabled = false;
    this.more.hidden = kept;
    this.said.textContent = kept ? this.text.rated : this.text.backFailed;
  }
}
