// The widget for everybody: by keyboard, on a phone, in any language and theme, on any page.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { newPage, PHONE, shot, until, Widget } from "./browser.mjs";
import { HostileServer } from "./hostile.mjs";
import { answerWith, browser, context, openWidget, server } from "./widget-room.mjs";

describe("for everybody", () => {
  test("everything can be done with the keyboard", async () => {
    answerWith("Yes.");
    const page = await newPage(context, server.url);
    const w = new Widget(page);
    await w.launcher.focus();
    await page.keyboard.press("Enter");
    await w.input.waitFor();
    assert.equal(await w.root.evaluate((host) => host.shadowRoot.activeElement?.tagName), "TEXTAREA");
    await page.keyboard.type("First line");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("second line");
    await page.keyboard.press("Enter");
    await until(async () => (await w.answers.count()) === 1, "an answer");
    assert.deepEqual(await w.texts(w.own), ["First line\nsecond line"]);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Escape");
    assert.equal(await w.panel.isVisible(), false);
    assert.equal(await w.root.evaluate((host) => host.shadowRoot.activeElement?.className), "launcher");
  });

  test("a popular question of a category is asked with one press", async () => {
    answerWith("30 days.");
    const w = await openWidget();
    await w.root.getByRole("button", { name: "Returns" }).click();
    await w.root.getByRole("button", { name: "How do I return an item?" }).click();
    await until(async () => (await w.answers.count()) === 1, "an answer");
    assert.deepEqual(await w.texts(w.own), ["How do I return an item?"]);
    assert.equal(await w.root.locator(".popular").count(), 0);
  });

  test("a question on the page opens the chat with it", async () => {
    answerWith("Yes.");
    const page = await newPage(context, server.url);
    const w = new Widget(page);
    await w.launcher.waitFor();
    await page.getByRole("button", { name: "How do I return an item?" }).click();
    await until(async () => (await w.answers.count()) === 1, "an answer");
    assert.deepEqual(await w.texts(w.own), ["How do I return an item?"]);
  });

  test("the language can be changed, and is kept", async () => {
    const w = await openWidget();
    await w.root.getByText("How much is delivery?").waitFor();
    await w.root.getByRole("button", { name: "Menu" }).click();
    await w.root.getByRole("button", { name: "Русский" }).click();
    await w.root.getByText("Сколько стоит доставка?").waitFor();
    assert.equal(await w.input.getAttribute("placeholder"), "Напишите сообщение…");
    await w.page.reload();
    await w.open();
    assert.equal(await w.input.getAttribute("placeholder"), "Напишите сообщение…");
  });

  test("a new conversation is marked, and the questions are offered again", async () => {
    answerWith("Yes.");
    const w = await openWidget();
    await w.say("Hello");
    await until(async () => (await w.answers.count()) === 1, "an answer");
    server.onMessage = (chat) => server.say(chat, { author: "platform", text: "Let us begin anew.", html: "<p>Let us begin anew.</p>" });
    await w.root.getByRole("button", { name: "Menu" }).click();
    await w.root.getByRole("button", { name: "New conversation" }).click();
    await w.rows.getByText("Let us begin anew.").waitFor();
    assert.equal(server.only().messages[2].text, "/reset");
    await w.root.locator(".renewed").waitFor();
    await w.root.locator(".popular").waitFor();
  });

  test("buttons of a message ask their question or give their command", async () => {
    const w = await openWidget();
    await until(() => server.only()?.streams.size, "the stream");
    const chat = server.only();
    server.say(chat, { author: "platform", text: "x", html: "<p>x</p>", buttons: [[{ text: "Delivery to Omsk?", data: "q:0:1" }, { text: "Help", data: "c:help" }], [{ text: "Site", url: "https://example.com/" }]] });
    await w.root.getByRole("button", { name: "Delivery to Omsk?" }).click();
    await w.root.getByRole("button", { name: "Help" }).click();
    await until(() => chat.messages.length === 3, "both");
    assert.deepEqual(chat.messages.slice(1).map((m) => m.text), ["Delivery to Omsk?", "/help"]);
  });

  test("on a phone it fills the screen, keeps the focus inside and locks the page", async () => {
    const phone = await browser.newContext({ ...PHONE, locale: "en-GB" });
    const w = await openWidget("/", phone);
    const fills = (box) => `${box.x} ${box.y} ${box.width} ${box.height}` === "0 0 390 844";
    await until(async () => fills(await w.panel.boundingBox()), "the panel fills the screen");
    assert.equal(await w.panel.getAttribute("aria-modal"), "true");
    for (let i = 0; i < 20; i++) {
      await w.page.keyboard.press("Tab");
      assert.equal(await w.page.evaluate(() => document.activeElement.tagName), "TANDEM-CHAT");
      const inside = await w.root.evaluate((host) => !!host.shadowRoot.activeElement?.closest(".panel"));
      assert.equal(inside, true, "the focus left the panel");
    }
    assert.equal(await w.page.evaluate(() => document.documentElement.style.overflow), "hidden");
    await w.root.getByRole("button", { name: "Close chat" }).first().click();
    assert.equal(await w.page.evaluate(() => document.documentElement.style.overflow), "");
    assert.deepEqual(w.page.complaints, []);
    await phone.close();
  });

  test("the page's styles do not reach it, and its own do not leave", async () => {
    const w = await openWidget();
    const size = () => w.launcher.evaluate((n) => `${n.offsetWidth} ${getComputedStyle(n).color} ${getComputedStyle(n).fontFamily}`);
    const before = await size();
    await w.page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { color: red !important; font: 9px serif !important } button { width: 5px !important } tandem-chat { display: none; transform: scale(.1); position: absolute }");
      document.adoptedStyleSheets = [sheet];
    });
    assert.equal(await size(), before);
    assert.equal(await w.launcher.isVisible(), true);
  });

  test("it works on a page of another site, which may read from right to left", async () => {
    answerWith("Yes.");
    const folder = await mkdtemp(join(tmpdir(), "tandem-host-"));
    const tag = `<script src="${server.url}/widget.js" data-site="shop-site" data-lang="auto" async></script>`;
    await writeFile(join(folder, "index.html"), `<!doctype html><html dir="rtl" lang="en"><meta charset="utf-8"><body><p>Page</p>${tag}</body></html>`);
    const host = await new HostileServer(folder).start();
    host.policy = null;
    try {
      const page = await newPage(context, host.url);
      const w = await new Widget(page).open();
      await w.say("Hello");
      await until(async () => (await w.answers.count()) === 1, "an answer");
      await shot(page, "widget-rtl");
      assert.ok(host.seen.every((line) => !line.includes("/api/")), "the page's own server is left alone");
    } finally {
      await host.stop();
      await rm(folder, { recursive: true });
    }
  });

  test("text is readable in both themes", async () => {
    answerWith("Yes.", "<p>Yes, <a href='https://example.com/'>here</a>.</p>", { sources: [{ title: "Delivery", url: "https://example.com/" }] });
    for (const colorScheme of ["light", "dark"]) {
      const own = await browser.newContext({ colorScheme, locale: "en-GB" });
      const w = await openWidget("/", own);
      await w.say("Hello");
      await until(async () => (await w.answers.count()) === 1, "an answer");
      await shot(w.page, `widget-${colorScheme}`);
      const ratios = await w.root.evaluate(contrasts);
      for (const { what, ratio } of ratios) assert.ok(ratio >= 4.5, `${colorScheme}: ${what} has ${ratio.toFixed(2)}`);
      assert.ok(ratios.length > 8);
      await own.close();
    }
  });
});

/** Runs in the page: contrast of every visible text with what is behind it. */
function contrasts(host) {
  const parse = (color) => {
    const m = color.match(/[\d.]+/g).map(Number);
    return { rgb: m.slice(0, 3), alpha: m[3] ?? 1 };
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (let n = node; n; n = n.parentElement) {
      const { rgb, alpha } = parse(getComputedStyle(n).backgroundColor);
      if (alpha > 0.9) return rgb;
    }
    return [255, 255, 255];
  };
  const out = [];
  const walker = document.createTreeWalker(host.shadowRoot, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.nodeValue.trim() || node.closest(".hidden, [hidden], style") || node.offsetParent === null) continue;
    const [a, b] = [luminance(parse(getComputedStyle(node).color).rgb), luminance(behind(node))];
    out.push({ what: `${node.className || node.tagName}: ${walker.currentNode.nodeValue.slice(0, 20)}`, ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) });
  }
  return out;
}
