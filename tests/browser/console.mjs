// The console as an operator uses it.
import assert from "node:assert/strict";
import { until } from "./browser.mjs";
import { faultsOf } from "./whole.mjs";

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

  async isWhole(where) {
    assert.deepEqual(await faultsOf(this.page), [], where);
  }
}
