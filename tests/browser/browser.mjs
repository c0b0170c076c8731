// Chromium, its pages, and the widget in them as a person sees it.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const SHOTS = process.env.SHOTS;
/** Far more than anything takes on a busy machine. */
const PATIENCE_MS = 60_000;

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

/** A page that fails the test at the end if a script of it threw or was refused by the policy. */
export async function newPage(context, url) {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource|net::ERR/.test(message.text())) page.complaints.push(message.text());
  });
  await page.goto(url);
  return page;
}

export async function shot(page, name) {
  if (!SHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

/** The widget of a page; locators reach into its shadow root. */
export class Widget {
  constructor(page) {
    this.page = page;
    this.root = page.locator("tandem-chat");
    this.panel = this.root.locator(".panel");
    this.launcher = this.root.locator(".launcher");
    this.input = this.root.locator(".composer textarea");
    this.rows = this.root.locator(".row .bubble");
    this.own = this.root.locator(".row.person .bubble");
    this.answers = this.root.locator(".row.bot:not(.draft)[data-seq] .bubble");
    this.draft = this.root.locator(".row.draft .bubble");
    this.notice = this.root.locator(".notice");
  }

  async open() {
    await this.launcher.click();
    await this.input.waitFor();
    return this;
  }

  async say(text) {
    await this.input.fill(text);
    await this.input.press("Enter");
  }

  /** Every bubble's text, in the order on the screen. */
  texts(locator = this.rows) {
    return locator.allInnerTexts();
  }
}

/** Waits until `test` gives something true; says what was last seen if it never does. */
export async function until(test, what, ms = PATIENCE_MS) {
  const end = Date.now() + ms;
  let last;
  while (Date.now() < end) {
    try {
      last = await test();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never happened: ${what}; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
}
