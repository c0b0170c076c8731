// The console as an operator uses it.
import assert from "node:assert/strict";
import { until } from "./browser.mjs";

export class Console {
  constructor(page) {
    this.page = page;
    this.composer = page.locator("#composer");
    this.addressee = page.locator("#addressee");
    this.log = page.locator(".log");
    this.messages = page.locator("article.message:not(.draft):not(.unsent)");
    this.draft = page.locator(".message.draft .bubble");
  }

  async signIn(login, password) {
    await this.page.locator("input[name=login]").fill(login);
    await this.page.locator("input[name=password]").fill(password);
    await this.page.keyboard.press("Enter");
    await until(() => this.isIn(), "to be signed in");
    await this.page.locator(".rows-scroll, .side .empty").first().waitFor({ state: "attached" });
    return this;
  }

  /** Tries again where it is told to: a busy machine has no time for passwords. */
  async isIn() {
    if (await this.page.locator(".app").isVisible()) return true;
    if (await this.page.locator(".signin .error", { hasText: /\S/ }).isVisible()) await this.page.keyboard.press("Enter");
    return false;
  }

  button(name, exact = false) {
    return this.page.getByRole("button", { name, exact });
  }

  folder(name) {
    return this.page.locator(".folders a", { hasText: name });
  }

  row(name) {
    return this.page.locator("a.row", { hasText: name });
  }

  names() {
    return this.page.locator(".row-name").allInnerTexts();
  }

  message(text) {
    return this.messages.filter({ has: this.page.getByText(text, { exact: true }) });
  }

  async write(text) {
    await this.composer.fill(text);
    await this.send();
  }

  send() {
    return this.composer.press("Enter");
  }

  async go(hash) {
    await this.page.evaluate((to) => { location.hash = to; }, hash);
    await until(async () => (await this.page.locator("[aria-busy=true]").count()) === 0, "it is loaded");
    await until(() => this.page.evaluate(() => document.getAnimations().every((a) => a.playState !== "running" || a.effect.getComputedTiming().iterations === Infinity)), "it stands still");
  }

  /** Nothing sticks out, everything has a name, and all words can be read (WCAG AA). */
  async isWhole(where) {
    const faults = await this.page.evaluate(findFaults);
    assert.deepEqual(faults, [], where);
  }
}

/** Runs in the page. */
function findFaults() {
  const faults = [];
  if (document.documentElement.scrollWidth > innerWidth) faults.push("wider than the screen");
  const say = (node) => `${node.localName}.${node.className} "${node.textContent.trim().slice(0, 30)}"`;
  const isShown = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && node.getClientRects().length > 0;

  for (const node of document.querySelectorAll("button, a, input, textarea, select")) {
    if (!isShown(node) || node.matches(".hidden")) continue;
    const name = node.getAttribute("aria-label") ?? (node.textContent.trim() || node.querySelector("img")?.alt);
    if (!name && !node.labels?.length) faults.push(`no name: ${say(node)}`);
    const { width, height } = node.getBoundingClientRect();
    const isTouch = matchMedia("(pointer: coarse)").matches && node.matches("button, select, textarea, .row, .folders a, .menu-item");
    if (isTouch && (height < 43.5 || width < 40)) faults.push(`too small to touch: ${say(node)} ${width}x${height}`);
  }

  for (const node of document.querySelectorAll("time, .row-time, .count, button")) {
    const frame = node.closest("a.row, .log, .side, .page, dialog, .card, .chat-head, .composer");
    if (!frame || !isShown(node) || node.matches(".hidden *")) continue;
    const [{ left, right }, outer] = [node.getBoundingClientRect(), frame.getBoundingClientRect()];
    if (right > outer.right + 0.5 || left < outer.left - 0.5) faults.push(`cut off: ${say(node)}`);
  }

  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] > 250) return color;
    }
    return [255, 255, 255, 255];
  };
  const light = (color) => {
    const [r, g, b] = color.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || !isShown(node) || node.closest("[aria-hidden], :disabled, option, .hidden")) continue;
    const [a, b] = [light(rgba(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${say(node)}`);
  }
  return faults;
}
