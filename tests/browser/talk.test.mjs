// A whole talk on the real system: a visitor in Chromium, the operator by the console's interface.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { launch, newPage, PHONE, shot, until, Widget } from "./browser.mjs";
import { Stack } from "./stack.mjs";

const BUILD = process.env.TANDEM_BUILD ?? new URL("../../build", import.meta.url).pathname;
const PASSWORD = "correct horse battery";

/** An operator with the console open, without the screen. */
class Operator {
  static async signIn(stack, login) {
    const asked = {
      method: "POST",
      headers: { "Content-Type": "application/json", Origin: stack.url },
      body: JSON.stringify({ login, password: PASSWORD }),
    };
    const answer = await until(async () => {
      const one = await fetch(`${stack.url}/console/api/login`, asked);
      return one.status !== 503 && one; // a busy machine has no time for passwords
    }, "an answer");
    assert.equal(answer.status, 200);
    const me = new Operator();
    me.stack = stack;
    me.cookie = answer.headers.get("set-cookie").split(";")[0];
    me.csrf = (await answer.json()).csrf;
    await me.post("me", { on_duty: true });
    return me;
  }

  headers() {
    return { "Content-Type": "application/json", Cookie: this.cookie, "X-CSRF-Token": this.csrf, Origin: this.stack.url };
  }

  async post(path, body = {}) {
    const answer = await fetch(`${this.stack.url}/console/api/${path}`, { method: "POST", headers: this.headers(), body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
    return answer;
  }

  async read(path) {
    return (await fetch(`${this.stack.url}/console/api/${path}`, { headers: this.headers() })).json();
  }

  /** The one that waits for a human. */
  waiting() {
    return until(async () => (await this.read("conversations?folder=waiting")).conversations[0]?.id, "somebody waits");
  }

  order(id, verb, more = {}) {
    return this.post(`conversations/${id}/orders`, { id: randomUUID(), verb, ...more });
  }
}

let browser;
let stack;
let anna;
let context;

before(async () => {
  browser = await launch();
  stack = await new Stack().start();
  execFileSync(join(BUILD, "services/tandem/tandem"), ["user", "add", "--admin", "--name", "Анна", "anna"], { env: stack.env, input: `${PASSWORD}\n`, stdio: ["pipe", "pipe", "inherit"] });
  anna = await Operator.signIn(stack, "anna");
}, { timeout: 120_000 });
after(async () => {
  await stack?.stop();
  await browser?.close();
});
beforeEach(() => {
  stack.model.questions = [];
});
afterEach(async () => {
  const complaints = context.pages().flatMap((page) => page.complaints);
  await context.close();
  assert.deepEqual(complaints, [], "a page complained");
});

async function visit(options = {}) {
  context = await browser.newContext({ locale: "ru-RU", viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", ...options });
  const page = await newPage(context, `${stack.url}/`);
  return new Widget(page).open();
}

const part = (w, name) => w.root.locator(name);

async function ask(w, question, answer) {
  await w.say(question);
  (await stack.model.asked(question)).end(answer);
  await until(async () => (await w.texts(w.answers)).includes(answer), "the bot's answer");
}

describe("a talk", () => {
  for (const [name, options] of [["desktop-light", {}], ["phone-dark", { ...PHONE, colorScheme: "dark" }]])
    test(`from the bot to a human and back (${name})`, { timeout: 120_000 }, async () => {
      const w = await visit(options);
      await ask(w, `Какая палатка легче? ${name}`, "Легче всех «Иней»: 1,4 кг.");
      await part(w, ".composer .human").click();
      await part(w, ".queue").waitFor();
      assert.match(await part(w, ".queue").innerText(), /Перед вами никого нет/);
      await shot(w.page, `talk-1-waiting-${name}`);
      const id = await anna.waiting();
      await anna.order(id, "take");
      await until(async () => (await part(w, ".status").innerText()) === "Вам отвечает Анна", "the operator's name");
      await part(w, ".queue").waitFor({ state: "hidden" });
      await anna.post(`conversations/${id}/typing`);
      await part(w, ".row.operator .dots").waitFor();
      await anna.order(id, "say", { text: "Здравствуйте! Для зимы я бы взяла **«Наст»**." });
      await until(async () => (await w.texts(part(w, ".row.operator .bubble:not(.dots)"))).includes("Здравствуйте! Для зимы я бы взяла «Наст»."), "her words");
      await w.say("А он тяжелее?");
      await until(async () => (await anna.read(`conversations/${id}/messages`)).messages.at(-1).text === "А он тяжелее?", "the visitor's words");
      assert.equal((await w.texts(w.answers)).length, 1, "the bot keeps silent");
      await shot(w.page, `talk-2-operator-${name}`);

      // Whoever comes back in the middle of it finds it as it is.
      await w.page.reload();
      await w.open();
      await until(async () => (await part(w, ".status").innerText()) === "Вам отвечает Анна", "the operator after a reload");
      await anna.order(id, "close");
      await part(w, ".rating").waitFor();
      assert.equal((await part(w, ".turn").allInnerTexts()).at(-1), "Чат окончен");
      await shot(w.page, `talk-3-closed-${name}`);
      await part(w, ".stars button >> nth=4").click();
      await until(async () => (await part(w, ".rating .said").innerText()) === "Спасибо за оценку!", "the thanks");
      await part(w, ".more textarea").fill("Быстро и по делу");
      await part(w, ".more button").click();
      await part(w, ".more").waitFor({ state: "hidden" });
      const { handoffs } = await anna.read(`conversations/${id}`);
      assert.deepEqual([handoffs.at(-1).rating, handoffs.at(-1).comment], [5, "Быстро и по делу"]);
      await ask(w, `Спасибо, а рюкзаки есть? ${name}`, "Есть, от 30 до 90 литров.");
      await shot(w.page, `talk-4-bot-${name}`);
    });

  test("plain words call a human, and who waits may change their mind", { timeout: 120_000 }, async () => {
    const w = await visit();
    await w.say("Позовите, пожалуйста, оператора");
    await part(w, ".queue").waitFor();
    await part(w, ".queue button").click();
    await part(w, ".queue").waitFor({ state: "hidden" });
    await until(async () => (await part(w, ".status").innerText()) === "Обычно отвечает сразу", "the bot again");
    assert.equal(await part(w, ".rating").count(), 0);
  });

  test("the saved conversation holds all of it", { timeout: 120_000 }, async () => {
    const w = await visit({ acceptDownloads: true });
    await ask(w, "Где вы находитесь, скажите?", "В Москве.");
    await part(w, ".menu-place button >> nth=0").click();
    const coming = w.page.waitForEvent("download");
    await part(w, ".menu").getByText("HTML", { exact: true }).click();
    const page = await context.newPage();
    page.complaints = [];
    await page.setContent(readFileSync(await (await coming).path(), "utf8"));
    const text = await page.innerText("body");
    await shot(page, "talk-5-transcript");
    assert.match(text, /Где вы находитесь, скажите\?/);
    assert.match(text, /В Москве\./);
  });
});
