// The console: keys, pages of administrators, and how it looks.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PHONE, shot, until } from "./browser.mjs";
import { browser, context, desk, openConsole, person } from "./console-room.mjs";
import { busyDay } from "./desk.mjs";
import { looks } from "./looks.mjs";
import { problem } from "./page-server.mjs";

describe("the keyboard", () => {
  test("from the list to a reply and back, without a mouse", async () => {
    person(1, "First", "a");
    desk.change(1, { since: "2020-01-01T00:00:00Z" });
    person(2, "Second", "b");
    const console = await openConsole();
    const press = (key) => console.page.keyboard.press(key);
    await press("j");
    await press("j");
    await press("k");
    await press("j");
    await press("Enter");
    await console.addressee.getByText("Second").waitFor();
    await press("a");
    await console.page.getByText("You answer").waitFor();
    await press("Enter");
    await console.page.keyboard.type("Hi, jkarx?");
    await press("Enter");
    await console.message("Hi, jkarx?").waitFor();
    await press("Escape");
    await press("n");
    await console.page.getByText("never see it").waitFor();
    await until(() => console.composer.evaluate((node) => node === document.activeElement), "the field has the focus");
    await press("Escape");
    await press("t");
    await console.page.getByRole("dialog").waitFor();
    await press("Escape");
    await console.page.getByRole("dialog").waitFor({ state: "hidden" });
    await press("r");
    await console.page.getByText("The bot answers again").waitFor();
    await press("Escape");
    await until(() => console.page.evaluate(() => location.hash === "#/waiting"), "the list");
    await press("Shift+Slash");
    await console.page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  });

  test("the focus goes with what is shown: into the card and out of it, and back to the list", async () => {
    person(1, "First", "a");
    const own = await browser.newContext({ ...PHONE, locale: "en-GB" });
    const console = await openConsole("#/waiting/1", own);
    const focused = (selector) => until(() => console.page.evaluate((s) => document.activeElement.matches(s), selector), `${selector} has the focus`, 5000);
    await console.button("About the person").press("Enter");
    await focused("aside.card button");
    await console.page.keyboard.press("Enter");
    await focused(".card-toggle");
    await console.button("Back to the list").press("Enter");
    await focused("a.row[data-id='1']");
    await own.close();
  });

  test("letters work in a Russian layout", async () => {
    person(1, "First", "a");
    const console = await openConsole("#/waiting/1");
    await console.button("Accept").waitFor();
    await console.page.evaluate(() => document.dispatchEvent(new KeyboardEvent("keydown", { key: "ф", code: "KeyA", bubbles: true })));
    await until(() => desk.orders("take").length === 1, "accepted");
  });
});

describe("administration", () => {
  test("operators are added, enabled and given room; jobs are retried; the audit is read", async () => {
    const console = await openConsole("#/team");
    await console.page.getByText("North Wind calls operators who are not there, or not enabled: oleg, @boris.").waitFor();
    await console.page.getByRole("switch", { name: "Enabled: Олег Ким" }).click();
    await until(() => desk.operators[2].enabled, "enabled");
    await console.page.getByText("not enabled: @boris.").waitFor();
    await console.page.getByLabel("Chats at once: Олег Ким").fill("5");
    await console.page.keyboard.press("Tab");
    await until(() => desk.operators[2].capacity === 5, "room");
    await console.button("Add operator").click();
    const dialog = console.page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Nina");
    await dialog.getByLabel("Login").fill("nina");
    await dialog.getByLabel("Password").fill("long enough!");
    await dialog.getByRole("button", { name: "Add operator" }).click();
    await console.page.getByRole("cell", { name: "Nina nina" }).waitFor();
    await console.page.goto(`${desk.url}/console#/jobs`);
    await console.page.getByText("bot was blocked by the user").waitFor();
    await console.button("Try again").click();
    await console.page.getByText("No failed jobs").waitFor();
    await console.page.goto(`${desk.url}/console#/audit`);
    await console.page.getByText("failed to sign in").waitFor();
    for (const words of ["Олег Ким (oleg): enabled, role: administrator, chats at once: 5", "Boris (b.petrov): linked with Telegram",
      "command line", "sending: Мария Лебедева", "with this login: 5 failures in a row", "rows: 12, by: Вера"])
      await console.page.getByText(words, { exact: true }).waitFor();
  });

  test("why an operator is not added is said where one looks, and Escape leaves only the dialog", async () => {
    desk.interfere = ({ req, path, res }) => req.method === "POST" && path === "/operators" && (problem(res, 409, "login_taken", "This login is taken."), true);
    const console = await openConsole("#/team");
    await console.button("Add operator").click();
    const dialog = console.page.getByRole("dialog");
    await dialog.waitFor();
    await console.page.keyboard.type("Anna");
    assert.equal(await dialog.getByLabel("Name").inputValue(), "Anna", "the first field has the focus");
    await dialog.getByLabel("Login").fill("anna");
    await dialog.getByLabel("Password").fill("long enough!");
    await dialog.getByRole("button", { name: "Add operator" }).click();
    await dialog.getByRole("alert").getByText("This login is taken.").waitFor();
    await dialog.getByRole("button", { name: "Close" }).focus();
    await console.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    assert.equal(await console.page.evaluate(() => location.hash), "#/team");
  });

  test("a name of spaces alone is asked for again, and never sent", async () => {
    const console = await openConsole("#/profile");
    const name = console.page.getByLabel("Name");
    await name.fill("   ");
    await name.press("Enter");
    assert.equal(await name.evaluate((node) => node.matches(":invalid")), true);
    await name.fill(" Vera S. ");
    await name.press("Enter");
    await until(() => desk.operators[0].name === "Vera S.", "the name as it was meant");
    assert.equal(desk.seen.filter((r) => r.path === "/me" && r.method === "POST").length, 1);
  });

  test("who is no administrator sees no such pages", async () => {
    const console = await openConsole("", context, "anna");
    await console.page.getByRole("button", { name: "Menu" }).click();
    assert.equal(await console.page.getByRole("link", { name: "Audit" }).count(), 0);
    assert.equal(await console.page.getByRole("link", { name: "Failed jobs" }).count(), 0);
  });
});

describe("the look", () => {
  for (const [name, options] of looks()) {
    test(`every page is whole and readable: ${name}`, async () => {
      busyDay(desk);
      const own = await browser.newContext(options);
      const console = await openConsole("", own);
      for (const place of ["waiting", "waiting/11", "mine/4", "all", "all/22", "team", "audit", "jobs", "profile"]) {
        await console.go(`#/${place}`);
        await shot(console.page, `console-${place.replace("/", "-")}-${name}`);
        await console.isWhole(place);
      }
      assert.deepEqual(console.page.complaints, []);
      await own.close();
    });
  }

  test("language and appearance are switched, and kept", async () => {
    const console = await openConsole();
    await console.page.getByRole("button", { name: "Menu" }).click();
    await console.page.getByRole("radio", { name: "Русский" }).check();
    await console.page.getByText("Никто не ждёт").waitFor();
    await console.page.getByRole("radio", { name: "Тёмное" }).check();
    await console.page.reload();
    await console.page.getByText("Никто не ждёт").waitFor();
    assert.equal(await console.page.locator("html").getAttribute("data-theme"), "dark");
    assert.equal(await console.page.locator("html").getAttribute("lang"), "ru");
    assert.equal(desk.operators[0].lang, "ru");
  });
});
