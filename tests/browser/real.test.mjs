// The shop and its chat on the real system, as a customer meets them.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { launch, newPage, PHONE, shot, until, Widget } from "./browser.mjs";
import { Stack } from "./stack.mjs";

let browser;
let stack;
let context;

before(async () => {
  [browser, stack] = await Promise.all([launch(), new Stack().start()]);
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

beforeEach(async () => {
  context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 } });
});
afterEach(async () => {
  const complaints = context.pages().flatMap((page) => page.complaints);
  await context.close();
  assert.deepEqual(complaints, [], "a page complained");
});

async function openWidget(from = context) {
  const page = await newPage(from, stack.url);
  return new Widget(page).open();
}

/** Asks, and gives the model's answer. */
async function ask(w, question, answer) {
  await w.say(question);
  const model = await stack.model.asked(question);
  if (answer !== undefined) {
    const before = await w.answers.count();
    model.end(answer);
    await until(async () => (await w.answers.count()) > before, "the answer");
  }
  return model;
}

describe("a question and its answer", () => {
  test("the answer is seen while it is written, and then as the server renders it", async () => {
    const w = await openWidget();
    const model = await ask(w, "How do I wash a tent?");
    model.write("By hand, in **luke");
    await until(async () => (await w.draft.innerText()) === "By hand, in luke", "the first words");
    await shot(w.page, "real-streaming");
    model.write("warm** water. ");
    await until(async () => /lukewarm water/.test(await w.draft.innerText()), "more words");
    model.end("No *machine*!");
    await until(async () => (await w.answers.count()) === 1, "the message");
    assert.equal(await w.answers.innerText(), "By hand, in lukewarm water. No machine!");
    assert.equal(await w.answers.locator("strong").innerText(), "lukewarm");
    assert.equal(await w.draft.count(), 0);
  });

  test("a reload in the middle of an answer goes on where it was", async () => {
    const w = await openWidget();
    const model = await ask(w, "What about zips?");
    model.write("Зиппер: первое, ");
    await w.draft.waitFor();
    await w.page.reload();
    await w.open();
    await until(async () => (await w.draft.innerText()).startsWith("Зиппер: первое,"), "what was written before");
    model.write("второе, ");
    await until(async () => (await w.draft.innerText()).includes("второе"), "what is written now");
    model.end("третье.");
    await until(async () => (await w.texts(w.answers)).join() === "Зиппер: первое, второе, третье.", "the whole");
    assert.deepEqual(await w.texts(w.own), ["What about zips?"]);
  });

  test("Stop ends the answer, and what was shown is kept", async () => {
    const w = await openWidget();
    const model = await ask(w, "Tell me everything");
    model.write("Once upon a time there was a tent.");
    await w.draft.waitFor();
    await w.root.getByRole("button", { name: "Stop the answer" }).click();
    await until(() => model.isCut, "the model is not listened to any more");
    await until(async () => (await w.answers.count()) === 1, "the message");
    assert.match(await w.answers.innerText(), /^Once upon a time/);
    assert.equal(await w.root.getByRole("button", { name: "Stop the answer" }).isVisible(), false);
  });

  test("nothing in questions and answers is run", async () => {
    const evil = "<img src=x onerror='window.pwned=1'><script>window.pwned=1</script>[x](javascript:window.pwned=1)";
    const w = await openWidget();
    await ask(w, `${evil} evil question`, `${evil} **fine**`);
    assert.equal(await w.own.innerText(), `${evil} evil question`);
    assert.equal(await w.answers.locator("strong").innerText(), "fine");
    assert.equal(await w.answers.locator("img, script, a[href^=javascript]").count(), 0);
    assert.equal(await w.page.evaluate(() => window.pwned), undefined);
  });

  test("a popular question of the shop page is asked with one press", async () => {
    const page = await newPage(context, stack.url);
    const w = new Widget(page);
    await w.launcher.waitFor();
    const button = page.locator("#popular button").first();
    const question = await button.innerText();
    await button.click();
    (await stack.model.asked(question)).end("Here you are.");
    await until(async () => (await w.answers.count()) === 1, "the answer");
    assert.deepEqual(await w.texts(w.own), [question]);
  });

  test("where no model answers, the shop's own articles do, and name themselves", async () => {
    stack.model.isClosed = true;
    try {
      const w = await openWidget();
      await w.say("How much is delivery?");
      await until(async () => (await w.answers.count()) === 1, "the answer");
      assert.match(await w.answers.innerText(), /390 ₽/);
      const sources = w.answers.locator("a");
      assert.match(await sources.first().innerText(), /delivery/i);
      assert.equal(await w.root.locator(".source").count(), 0, "what the answer links to is not named again");
      await shot(w.page, "real-knowledge");
    } finally {
      stack.model.isClosed = false;
      await stack.kill("llm-worker"); // it would spare the refused key for a while
      await stack.run("llm-worker");
    }
  });

  test("a new conversation forgets, and says so", async () => {
    const w = await openWidget();
    await ask(w, "My name is Vera", "Hello, Vera!");
    await w.root.getByRole("button", { name: "Menu" }).click();
    await w.root.getByRole("button", { name: "New conversation" }).click();
    await w.root.locator(".renewed").waitFor();
    await w.root.locator(".row.platform").waitFor();
    await w.root.locator(".popular").waitFor();
    await ask(w, "What is my name?", "I do not know.");
    assert.equal((await w.texts()).at(-1), "I do not know.");
  });
});

describe("staying in step", () => {
  test("a second tab shows the same, while it is written too", async () => {
    const one = await openWidget();
    await ask(one, "From the first tab?", "Yes.");
    const two = await openWidget();
    await until(async () => (await two.texts()).join() === (await one.texts()).join(), "the same history");
    const model = await ask(two, "From the second tab?");
    model.write("Both see ");
    await until(async () => (await one.draft.innerText()) === "Both see", "live in the first");
    await until(async () => (await two.draft.innerText()) === "Both see", "live in the second");
    model.end("this.");
    for (const w of [one, two]) await until(async () => (await w.answers.count()) === 2, "the message");
    assert.deepEqual(await one.texts(), await two.texts());
  });

  test("a message written while ingress is dead arrives once when it is back", async () => {
    const w = await openWidget();
    await ask(w, "Before the crash?", "Before.");
    await stack.kill("ingress");
    await until(() => w.notice.isVisible(), "the notice");
    await w.say("Into the void?");
    await shot(w.page, "real-lost");
    await stack.run("ingress");
    await stack.ready();
    (await stack.model.asked("Into the void?")).end("I heard you.");
    await until(async () => (await w.texts(w.answers)).join() === "Before.,I heard you.", "the answer", 60_000);
    assert.deepEqual(await w.texts(w.own), ["Before the crash?", "Into the void?"]);
    assert.equal(await w.root.locator(".unsent").count(), 0);
  });

  test("an answer that was finished while the browser was away is there when it returns", async () => {
    const w = await openWidget();
    const model = await ask(w, "Going away now?");
    model.write("Half of ");
    await w.draft.waitFor();
    await context.setOffline(true);
    await stack.kill("ingress");
    model.end("the answer.");
    await stack.run("ingress");
    await stack.ready();
    await context.setOffline(false);
    await until(async () => (await w.texts(w.answers)).join() === "Half of the answer.", "the whole answer", 60_000);
    assert.equal(await w.draft.count(), 0);
  });

  test("several quick messages are kept in order and answered", async () => {
    const w = await openWidget();
    const said = ["First quick thing", "Second quick thing", "Third quick thing"];
    for (const text of said) await w.say(text);
    await until(async () => (await w.texts(w.own)).join() === said.join(), "all are shown");
    await until(async () => (await w.root.locator(".unsent").count()) === 0, "all are taken");
    const unanswered = () => stack.model.questions.filter((q) => q.question.includes("quick thing") && !q.res.writableEnded);
    await until(async () => {
      for (const answer of unanswered()) answer.end(`Heard: ${answer.question.slice(-17)}`);
      return (await w.texts()).at(-1)?.endsWith("Third quick thing") && (await w.answers.count()) > 0;
    }, "the last of them is answered");
    assert.deepEqual(await w.texts(w.own), said);
  });
});

describe("the pages", () => {
  for (const [name, options] of Object.entries({
    "desk-light": { locale: "en-GB", viewport: { width: 1280, height: 800 } },
    "desk-dark": { locale: "ru-RU", viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
    "phone-light": { ...PHONE, locale: "ru-RU" },
    "phone-small": { ...PHONE, locale: "ru-RU", viewport: { width: 320, height: 568 } },
    "phone-dark": { ...PHONE, locale: "en-GB", colorScheme: "dark" },
  })) {
    test(`the shop and the chat are whole: ${name}`, async () => {
      const own = await browser.newContext(options);
      const page = await newPage(own, stack.url);
      await page.locator("#popular button").first().waitFor();
      await shot(page, `shop-${name}`);
      const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(width <= 0, "nothing is wider than the screen");
      const lang = options.locale.slice(0, 2);
      assert.equal(await page.locator("html").getAttribute("lang"), lang);
      const w = await new Widget(page).open();
      await w.root.locator(".popular").waitFor();
      await ask(w, `Is ${name} whole?`, lang === "ru" ? "Да." : "Yes.");
      await shot(page, `chat-${name}`);
      assert.deepEqual(page.complaints, []);
      await own.close();
    });
  }

  test("the language of the page and of the chat change together", async () => {
    const w = await openWidget();
    await w.page.keyboard.press("Escape");
    await w.page.getByRole("button", { name: "РУ" }).click();
    assert.match(await w.page.title(), /Северный ветер/);
    await w.open();
    assert.equal(await w.input.getAttribute("placeholder"), "Напишите сообщение…");
    await w.root.getByText("Здравствуйте").first().waitFor();
  });

  test("the API is described, and the description can be read", async () => {
    const page = await newPage(context, `${stack.url}/docs/`);
    await page.getByText("/api/v1/messages").first().waitFor();
    await page.locator("select").first().waitFor();
    await shot(page, "docs");
    const [, arrow] = await page.locator("select").first().evaluate((node) => /url\("(.*)"\)/.exec(getComputedStyle(node).backgroundImage.replaceAll('\\"', '"')));
    await page.evaluate((src) => Object.assign(new Image(), { src }).decode(), arrow); // throws where it is no picture
  });
});
