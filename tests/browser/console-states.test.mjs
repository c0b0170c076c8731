// The console in every state that an operator may meet: whole, readable, large enough for a thumb.
// With SHOTS=folder each is kept as a picture; LOOKS=all walks all combinations.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { shot, until } from "./browser.mjs";
import { Console } from "./console.mjs";
import { browser, desk } from "./console-room.mjs";
import { busyDay, by } from "./desk.mjs";
import { looks } from "./looks.mjs";
import { problem } from "./page-server.mjs";
import { faultsOf, ringless } from "./whole.mjs";

const LONG = "Очень-Длинноимённая Константинопольская-Задунайская Анастасия";
const WORD = "Сверхдлинноесловобезпробеловкотороенеможетбытьперенесено".repeat(2);
const paper = { name: "счёт-за-палатку-и-спальник-2026-11.pdf", mimeType: "application/pdf", buffer: Buffer.from("paper") };
const picture = { name: "tent.png", mimeType: "image/png", buffer: Buffer.alloc(3500, "x") };

/** What would not fit if anything did not: a name, a word, a file, a failure. */
function longTalk() {
  desk.chat(30, LONG, { reachable: false, state: "operator", operator: { id: 1, name: "Вера Смирнова" }, channel: { name: "shop-telegram-main-channel", kind: "telegram" } });
  desk.say(30, "person", `${WORD} https://example.com/a/very/long/address/that/does/not/end?with=parameters&and=more`);
  desk.say(30, "platform", "К вам присоединился оператор.", { event: "joined", name: LONG });
  desk.say(30, "operator", "Вот файл", { ...by(desk.operators[0]), delivery: "failed", error: "Request Entity Too Large", failure: { ru: "файл слишком большой", en: "the file is too big" }, attachments: [{ kind: "document", name: "nakladnaya-4417.pdf", url: "/x", mime: "application/pdf", size: 184_320 }] });
}

async function watched(id) {
  await until(() => [...desk.streams].some((s) => s.watch === id), "the stream of this conversation");
}

/** A key that is pressed while a dialog closes is nobody's. */
async function away(page) {
  await page.keyboard.press("Escape");
  await until(async () => (await page.getByRole("dialog").count()) === 0, "the dialog is gone");
}

/** One after the other; each goes on from the one before. */
const STATES = [
  ["off-duty", async ({ console }) => {
    desk.operators[0].on_duty = false;
    desk.emit("operator", desk.operators[0]);
    await console.page.locator(".empty .button").waitFor();
  }],
  ["waiting", async ({ console }) => {
    desk.operators[0].on_duty = true;
    desk.emit("operator", desk.operators[0]);
    busyDay(desk);
    longTalk();
    desk.say(11, "person", "/operator");
    await console.row("Марина").getByText(/Calls a human|Зовёт человека/).waitFor();
  }],
  ["menu", ({ console }) => console.page.locator(".side-head .menu-place button").first().click()],
  ["mine-list", async ({ console }) => {
    await console.page.keyboard.press("Escape");
    await console.go("#/mine");
    await console.row(LONG).waitFor();
  }],
  ["search-nothing", async ({ console }) => {
    await console.page.locator("#search").fill("зззз");
    await console.page.getByText(/Nothing found|Ничего не нашлось/).waitFor();
  }],
  ["pressed", async ({ console }) => {
    await console.page.locator("#search").fill("");
    await console.go("#/waiting/11");
    await console.page.locator(".event", { hasText: /Calls a human|Зовёт человека/ }).waitFor();
  }],
  ["typing", async ({ console }) => {
    await console.go("#/mine/4");
    await watched(4);
    desk.emit("typing", { conversation: 4, who: "person" });
    desk.emit("typing", { conversation: 4, who: "operator", name: "Anna Petrova" });
    await console.page.locator(".typing.operator").waitFor();
  }],
  ["card", async ({ console }) => {
    if ((await console.page.locator("aside.card").count()) === 0) await console.page.locator(".card-toggle").click();
    await console.page.locator("aside.card .case").first().waitFor();
  }],
  ["actions", async ({ console, isPhone }) => {
    if (!isPhone) return;
    await console.page.locator("aside.card header button").click();
    await console.page.locator(".chat-head .narrow-only button").first().click();
  }],
  ["canned", async ({ console }) => {
    await console.page.keyboard.press("Escape");
    await console.composer.fill("/h");
    await console.page.getByRole("option").first().waitFor();
  }],
  ["note", async ({ console }) => {
    await console.composer.fill("");
    await console.page.locator(".modes button").nth(1).click();
    await console.page.locator(".composer.note").waitFor();
  }],
  ["editing", async ({ console }) => {
    await console.page.locator(".modes button").first().click();
    await console.composer.press("ArrowUp");
    await console.page.locator(".editing").waitFor();
  }],
  ["answering", async ({ console }) => {
    await console.page.keyboard.press("Escape");
    await console.message("Спасибо, жду. Вот фото накладной").getByRole("button", { name: /Reply to this|Ответить на это/ }).click();
    await console.page.locator(".answering").waitFor();
  }],
  ["adopted", async ({ console }) => {
    await console.page.keyboard.press("Escape");
    await console.page.locator(".suggestion button").nth(1).click();
    await console.page.locator(".editing").waitFor();
  }],
  ["uploads", async ({ console }) => {
    await console.page.keyboard.press("Escape");
    desk.interfere = ({ path, res, body }) => path.endsWith("/pieces/0") && body.bytes.length > 900 && (problem(res, 413, "file_too_large", "Файл слишком большой."), true);
    await console.page.locator("input[type=file]").setInputFiles([paper, picture]);
    await console.page.locator(".uploads .refused").waitFor();
    desk.interfere = () => false;
  }],
  ["closing", async ({ console }) => {
    await console.log.focus();
    await console.page.keyboard.press("x");
    await console.page.getByRole("dialog").waitFor();
  }],
  ["transfer", async ({ console }) => {
    await away(console.page);
    await console.log.focus();
    await console.page.keyboard.press("t");
    await console.page.getByRole("dialog").getByText("Anna Petrova").waitFor();
  }],
  ["shortcuts", async ({ console }) => {
    await away(console.page);
    await console.page.keyboard.press("Shift+Slash");
    await console.page.getByRole("dialog").waitFor();
  }],
  ["held", async ({ console }) => {
    await away(console.page);
    await console.go("#/all/22");
    await console.write("May I answer?");
    await console.page.locator(".unsent.held").waitFor();
  }],
  ["streaming", async ({ console }) => {
    await console.go("#/all/23");
    await watched(23);
    desk.say(23, "person", "/reset");
    desk.say(23, "person", "Look", { attachments: [{ kind: "voice", url: "/x" }, { kind: "document", url: "/x", name: "bill.pdf", size: 2_400_000 }], reply_to: { text: "Which tent is it?" } });
    desk.emit("delta", { conversation: 23, answer: "1.1", at: 0, text: "For two people take **two** bags:\n\n- one for you" });
    await console.draft.waitFor();
  }],
  ["long", async ({ console }) => {
    await console.go("#/mine/30");
    await console.page.locator(".strip.warn").waitFor();
  }],
  ["add-operator", async ({ console }) => {
    await console.go("#/team");
    await console.page.locator(".page-head .button.primary").click();
    await console.page.getByRole("dialog").waitFor();
  }],
  ["no-jobs", async ({ console }) => {
    await away(console.page);
    await console.go("#/jobs");
    await console.page.locator(".table button").click();
    await console.page.getByText(/All is well|Всё хорошо/).waitFor();
  }],
  ["no-chat", async ({ console }) => {
    await console.go("#/all/999");
    await console.page.getByText(/no such conversation|Такого разговора нет/).waitFor();
  }],
  ["refused", async ({ console }) => {
    await console.go("#/waiting/12");
    desk.interfere = ({ res, body }) => body.verb === "take" && (problem(res, 409, "full", ""), true);
    await console.page.locator(".actions .primary").click();
    await console.page.locator(".toast").waitFor();
    desk.interfere = () => false;
  }],
  ["again", async ({ console }) => {
    await console.page.locator(".toast").click();
    desk.sessions.clear();
    for (const stream of desk.streams) stream.res.end();
    await console.page.locator("dialog.again").waitFor();
  }],
];

/** Where the focus may go everywhere without changing what comes next. */
const RINGED = ["waiting", "menu", "card", "uploads", "transfer", "held", "no-jobs"];

describe("every state is whole", () => {
  for (const [name, options] of looks())
    test(name, async () => {
      const own = await browser.newContext(options);
      const page = await own.newPage();
      const complaints = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      await page.goto(`${desk.url}/console`);
      const console = new Console(page);
      await page.locator("input[name=login]").waitFor();
      await shot(page, `state-sign-in-${name}`);
      await console.isWhole("signing in");
      await console.signIn("vera", "correct horse");
      const faults = {};
      for (const [state, enter] of STATES) {
        await enter({ console, isPhone: name.startsWith("phone") });
        await shot(page, `state-${state}-${name}`);
        const found = [...(await faultsOf(page)), ...(RINGED.includes(state) ? await ringless(page) : [])];
        if (found.length > 0) faults[state] = found;
      }
      assert.deepEqual(faults, {});
      assert.deepEqual(complaints, []);
      await own.close();
    });
});
