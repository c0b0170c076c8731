// The console: signing in, the inbox, what calls for attention.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PHONE, newPage, shot, until } from "./browser.mjs";
import { Console } from "./console.mjs";
import { browser, context, desk, openConsole, openMine, person } from "./console-room.mjs";
import { json, problem } from "./page-server.mjs";

describe("signing in", () => {
  test("a wrong password is told, the right one opens the desk, and signing out closes it", async () => {
    const page = await newPage(context, `${desk.url}/console`);
    await page.getByLabel("Login").fill("vera");
    await page.getByLabel("Password").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("Wrong login or password.").waitFor();
    const console = await new Console(page).signIn("vera", "correct horse");
    await console.page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Login").waitFor();
    assert.equal(desk.sessions.size, 0);
  });

  test("too many attempts are told to wait", async () => {
    desk.interfere = ({ res, path }) => path === "/login" && (problem(res, 429, "locked", "", { "Retry-After": "40" }), true);
    const page = await newPage(context, `${desk.url}/console`);
    await page.getByLabel("Login").fill("vera");
    await page.getByLabel("Password").fill("x");
    await page.keyboard.press("Enter");
    await page.getByText("Try again in 40 s.").waitFor();
  });

  test("a session that ends while somebody writes takes nothing away", async () => {
    const console = await openMine();
    await console.composer.fill("Half a sentence, and more");
    desk.sessions.clear();
    for (const stream of desk.streams) stream.res.end();
    await console.page.getByText("Your session is over.").waitFor();
    await shot(console.page, "console-again");
    await console.page.getByLabel("Password").fill("correct horse");
    await console.page.keyboard.press("Enter");
    await until(async () => (await console.page.locator("dialog").count()) === 0, "the dialog is gone");
    assert.equal(await console.composer.inputValue(), "Half a sentence, and more");
    await console.send();
    await until(() => desk.orders("say").length === 1, "it is sent after all");
    desk.say(7, "person", "Still here");
    await console.message("Still here").waitFor();
  });
});

describe("the inbox", () => {
  test("who calls appears at once, with the reason and a number in the title", async () => {
    const console = await openConsole();
    await console.page.getByText("Nobody is waiting").waitFor();
    person(7, "Ivan", "A human, please");
    await console.row("Ivan").waitFor();
    assert.match(await console.row("Ivan").innerText(), /asked for a human/);
    await until(async () => (await console.page.title()).startsWith("(1)"), "the title");
    assert.equal(await console.folder("Waiting").innerText(), "Waiting\n1");
  });

  test("longest waiting first; elsewhere the newest first; what a colleague accepts is gone", async () => {
    const old = new Date(Date.now() - 300_000).toISOString();
    person(1, "First", "a");
    desk.change(1, { since: old });
    person(2, "Second", "b");
    const console = await openConsole();
    assert.deepEqual(await console.names(), ["First", "Second"]);
    desk.take(desk.chats.get(1), desk.operators[1]);
    await until(async () => (await console.names()).join() === "Second", "one is left");
    await console.folder("All").click();
    await until(async () => (await console.names()).join() === "First,Second", "the newest word first");
    assert.match(await console.row("First").innerText(), /Anna Petrova/);
  });

  test("search finds people and words, and Clear gives the folder back", async () => {
    person(1, "Marina", "where is my tent");
    person(2, "James", "sleeping bag");
    const console = await openConsole();
    await console.page.keyboard.press("/");
    await console.page.keyboard.type("tent");
    await until(async () => (await console.names()).join() === "Marina", "the one who said it");
    await console.page.getByLabel("Search people and messages").fill("nothing like it");
    await console.page.getByText("Nothing found").waitFor();
    await console.page.getByRole("button", { name: "Clear" }).click();
    await until(async () => (await console.names()).length === 2, "both again");
  });

  test("who is not in this folder is found from it in all of them", async () => {
    person(1, "Olga", "where is my tent", false);
    const console = await openConsole();
    await console.page.locator("#search").fill("Olga");
    await console.page.getByText("Nothing found").waitFor();
    await console.page.getByRole("link", { name: "Search all conversations" }).click();
    await console.row("Olga").waitFor();
    assert.equal(await console.page.locator("#search").inputValue(), "Olga");
  });

  test("a name written from right to left stands where names stand", async () => {
    person(1, "יוסי כהן", "Hello");
    const console = await openConsole("#/waiting/1");
    for (const name of [".row-name", ".chat-names h1"]) {
      const gap = await console.page.locator(name).evaluate((node) => {
        const words = document.createRange();
        words.selectNodeContents(node);
        return words.getBoundingClientRect().left - node.getBoundingClientRect().left;
      });
      assert.ok(gap < 2, `${name} begins ${gap} px from its edge`);
    }
  });

  test("a search says how far back it has looked, what it cannot find yet, and goes on", async () => {
    person(1, "Marina", "where is my tent");
    const console = await openConsole();
    const counts = { waiting: 1, mine: 0 };
    const unsearched = { since: "2026-11-01T10:00:00Z", until: "2026-11-20T10:00:00Z" };
    const first = { conversations: [], counts, next: "5.1", searched_to: "2026-10-12T10:00:00Z", unsearched };
    const second = { conversations: [desk.chats.get(1).row], counts, next: null, searched_to: null, unsearched: null };
    desk.interfere = ({ req, res }) => {
      const asked = new URL(req.url, desk.url).searchParams;
      if (!asked.get("q")) return false;
      return json(res, 200, asked.get("before") === "5.1" ? second : first), true;
    };
    await console.page.keyboard.press("/");
    await console.page.keyboard.type("tent");
    await console.page.getByText("Nothing found so far").waitFor();
    await console.page.getByText(/Searched back to 12 Oct/).waitFor();
    await console.page.getByText(/Not found yet: messages from 1 Nov/).waitFor();
    await shot(console.page, "console-search-older");
    await console.isWhole("a search that may go on");
    await console.button("Search older ones").click();
    await console.row("Marina").waitFor();
    assert.equal(await console.page.getByText(/Searched back/).count(), 0);
  });

  test("what was missed while the line was down is there when it is back", async () => {
    const console = await openMine();
    await desk.stop();
    await console.page.getByText("Connection lost").waitFor();
    await shot(console.page, "console-lost");
    person(8, "Olga", "Anybody?");
    desk.say(7, "person", "Said in the dark");
    await desk.restart();
    await console.message("Said in the dark").waitFor();
    await console.folder("Waiting").click();
    await console.row("Olga").waitFor();
    assert.equal(await console.page.getByText("Connection lost").count(), 0);
  });

  test("whatever reaches the server again brings the line back at once", async () => {
    const console = await openMine();
    await console.page.clock.install();
    await console.page.clock.pauseAt(Date.now() + 60_000); // no pause ends by itself
    await desk.stop();
    await console.page.getByText("Connection lost").waitFor();
    desk.say(7, "person", "Said in the dark");
    await desk.restart();
    await console.write("I am here");
    await console.message("Said in the dark").waitFor({ timeout: 10_000 });
    assert.equal(await console.page.getByText("Connection lost").count(), 0);
  });

  test("more unread words than are counted are told as more", async () => {
    person(1, "Ivan", "Hello");
    desk.change(1, { unread: 99 });
    const console = await openConsole();
    await console.row("Ivan").getByText("99+").waitFor();
    await console.isWhole("the row");
  });

  test("the way back from a chat leads to where the list was", async () => {
    for (let n = 1; n <= 40; n++) person(n, `P${n}`, "Hello");
    const own = await browser.newContext({ ...PHONE, locale: "en-GB" });
    const console = await openConsole("#/all", own);
    const list = console.page.locator(".rows-scroll");
    await console.row("P1").first().waitFor();
    await list.evaluate((node) => { node.scrollTop = 900; });
    const before = await list.evaluate((node) => node.scrollTop);
    await console.go("#/all/20");
    await console.page.getByRole("button", { name: "Back to the list" }).tap();
    await until(async () => (await list.evaluate((node) => node.scrollTop)) === before, "the list where it was");
    await own.close();
  });

  test("off duty is a switch, and says what it means", async () => {
    const console = await openConsole();
    await console.page.getByRole("switch", { name: "On duty" }).click();
    await console.page.getByText("You are off duty").waitFor();
    assert.equal(desk.operators[0].on_duty, false);
  });
});

describe("alerts", () => {
  test("a notification for who calls and for words in mine, asked for by a button", async () => {
    await context.addInitScript(() => {
      window.shown = [];
      let permission = "default";
      window.Notification = class {
        static get permission() { return permission; }
        static async requestPermission() { permission = "granted"; return permission; }
        constructor(title, options) { window.shown.push(`${title}: ${options.body}`); }
      };
      document.hasFocus = () => false;
    });
    const console = await openMine();
    await console.page.getByRole("button", { name: "Menu" }).click();
    assert.deepEqual(await console.page.evaluate(() => [window.Notification.permission, ...window.shown]), ["default"]);
    await console.page.getByRole("button", { name: "Show notifications" }).click();
    await console.page.getByText("Notifications are shown").waitFor();
    desk.say(7, "person", "Are you there?");
    person(8, "Olga", "Help");
    await until(async () => (await console.page.evaluate(() => window.shown.length)) >= 2, "both");
    assert.deepEqual(await console.page.evaluate(() => window.shown), ["Ivan: Are you there?", "Olga is waiting: Help"]);
  });

  test("where only a worker may show notifications, it does", async () => {
    await context.grantPermissions(["notifications"], { origin: desk.url });
    await context.addInitScript(() => {
      document.hasFocus = () => false;
      window.Notification = class {
        static get permission() { return "granted"; }
        constructor() { throw new TypeError("Illegal constructor"); }
      };
    });
    const console = await openMine();
    desk.say(7, "person", "From a phone?");
    const shown = () => console.page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration("/console/");
      const all = (await registration?.getNotifications()) ?? [];
      return all.map(({ title, body, data }) => [title, body, data].join("|"));
    });
    await until(async () => (await shown()).join() === "Ivan|From a phone?|#/all/7", "the notification");
  });
});
