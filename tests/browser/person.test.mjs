// The person's side of a talk with a human, on a server whose every word the test says.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { PHONE, shot, until } from "./browser.mjs";
import { browser, openWidget as openOne, server, WEB_ROOT } from "./widget-room.mjs";

const WORDS = {
  ru: {
    ask: "Куртка не подошла, хочу поговорить с человеком",
    answer: "Понимаю. Позову сотрудника.",
    wait: "Переключаю на человека. Перед вами двое, ждать примерно 3 минуты.",
    joined: "К разговору присоединилась Анна.",
    hello: "Здравствуйте! Какой у вас номер заказа?",
    number: "Заказ 4711",
    done: "Спасибо, оформила возврат: деньги придут за **3 дня**.",
    closed: "Чат окончен.",
  },
  en: {
    ask: "The jacket does not fit, I want to talk to a human",
    answer: "I see. Let me call a colleague.",
    wait: "Connecting you to a human. Two people are before you, it should take about 3 minutes.",
    joined: "Anna has joined the conversation.",
    hello: "Hello! What is the number of your order?",
    number: "Order 4711",
    done: "Thank you, the return is arranged: expect the money within **3 days**.",
    closed: "The chat is over.",
  },
};

async function openWidget(options = {}) {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...options });
  const w = await openOne("/", context);
  await until(() => server.only()?.streams.size, "the stream");
  return w;
}

const part = (w, name) => w.root.locator(name);
const status = (w) => part(w, ".status").innerText();
const operator = (name = "Anna") => ({ responder: "operator", operator: { name } });
const platform = (chat, text, more = {}) => server.say(chat, { author: "platform", text, html: `<p>${text}</p>`, ...more });
const human = (chat, text, name = "Anna") => server.say(chat, { author: "operator", name, text, html: `<p>${text.replace(/\*\*(.+?)\*\*/g, "<strong>$1</strong>")}</p>` });

describe("calling a human", () => {
  test("one press calls, and the button is gone while somebody waits", async () => {
    const w = await openWidget();
    await part(w, ".composer .human").click();
    const chat = server.only();
    await until(() => chat.messages.length === 1, "the call");
    assert.equal(chat.messages[0].text, "/operator");
    assert.equal(await part(w, ".turn").innerText(), "You have called a human", "it is shown as a turn of the talk");
    server.become(chat, { responder: "waiting", queue: { place: 3, wait_s: 170 } });
    await part(w, ".queue").waitFor();
    assert.equal(await part(w, ".queue span >> nth=1").innerText(), "You are number 3 in the queue. It should take about 3\u00a0min.");
    assert.equal(await part(w, ".composer .human").isVisible(), false);
    server.become(chat, { responder: "waiting", queue: { place: 1, wait_s: 20 } });
    await until(async () => /next in the queue. It should take less/.test(await part(w, ".queue").innerText()), "the next place");
  });

  test("whoever waits may go back to the assistant", async () => {
    const w = await openWidget();
    server.become(server.only(), { responder: "waiting", queue: { place: 2, wait_s: null } });
    await part(w, ".queue button").click();
    await until(() => server.only().state.responder === "bot", "the return");
    await part(w, ".queue").waitFor({ state: "hidden" });
    await part(w, ".composer .human").waitFor();
  });

  test("where no human can be called nothing offers it", async () => {
    server.interfere = (_req, res, url, body) => {
      if (url.pathname !== "/api/v1/sessions") return false;
      const write = res.end.bind(res);
      res.end = (text) => write(text.replace('"human":true', '"human":false'));
      server.session(body, res);
      return true;
    };
    const w = await openWidget();
    await part(w, ".menu-place button >> nth=0").click();
    await part(w, ".menu").waitFor();
    assert.equal(await part(w, ".composer .human").isVisible(), false);
    assert.equal(await part(w, ".menu > button >> nth=0").isVisible(), false);
  });

  test("what the bot was writing disappears when a human takes over", async () => {
    const w = await openWidget();
    const chat = server.only();
    await w.say("Hello?");
    await until(() => chat.messages.length === 1, "the question");
    server.emit(chat, "delta", { answer: "1.1", at: 0, text: "Half of an ans" });
    await w.draft.waitFor();
    server.become(chat, operator());
    await w.draft.waitFor({ state: "detached" });
    assert.equal(await part(w, ".send.stop").isVisible(), false);
    human(chat, "I am here");
    await until(async () => (await w.texts()).at(-1) === "I am here", "the operator's words");
  });
});

describe("talking to a human", () => {
  test("the operator's name is shown, and typing goes both ways", async () => {
    const w = await openWidget();
    const chat = server.only();
    await w.input.pressSequentially("to the bot");
    assert.equal(chat.typed, undefined, "a bot need not know that somebody types");
    server.become(chat, operator());
    await until(async () => (await status(w)) === "You are talking to Anna", "the status");
    human(chat, "Hello!");
    await until(async () => (await part(w, ".who").allInnerTexts()).includes("Anna"), "the name above the words");
    server.emit(chat, "typing", { who: "operator", name: "Anna" });
    await part(w, ".row.operator .dots").waitFor();
    human(chat, "Are you there?");
    await part(w, ".row.operator .dots").waitFor({ state: "detached" });
    await w.input.pressSequentially("yes, I am");
    await until(() => chat.typed > 0, "the person's typing");
    assert.ok(chat.typed <= 2, `told ${chat.typed} times in a moment`);
  });

  test("typing that does not go on is forgotten", async () => {
    const w = await openWidget();
    server.become(server.only(), operator());
    server.emit(server.only(), "typing", { who: "operator", name: "Anna" });
    await part(w, ".row.operator .dots").waitFor();
    await part(w, ".row.operator .dots").waitFor({ state: "detached", timeout: 15_000 });
  });

  test("after a break the state is the one of now", async () => {
    const w = await openWidget();
    server.become(server.only(), operator("Boris"));
    await until(async () => (await status(w)) === "You are talking to Boris", "the status");
    await server.stop();
    server.only().state = { responder: "bot", operator: null };
    platform(server.only(), "The chat is over.", { event: "closed" });
    await server.restart();
    await until(async () => (await status(w)) === "Answers in seconds", "the state after the break");
    assert.equal(await part(w, ".turn").innerText(), "The chat is over");
    await w.page.reload();
    await w.open();
    await until(async () => (await status(w)) === "Answers in seconds", "the state after a reload");
  });

  test("a message that was edited changes where it stands", async () => {
    const w = await openWidget();
    const chat = server.only();
    server.become(chat, operator());
    const first = human(chat, "It costs 100");
    human(chat, "Anything else?");
    await until(async () => (await w.texts()).length === 3, "both");
    server.emit(chat, "edit", { ...first, text: "It costs 200", html: "<p>It costs 200</p>" });
    await until(async () => (await w.texts()).join("|").includes("It costs 200|Anything else?"), "the change");
  });
});

describe("the end", () => {
  async function ended() {
    const w = await openWidget();
    const chat = server.only();
    server.become(chat, operator());
    human(chat, "Done!");
    platform(chat, "The chat is over.", { event: "closed", rate: 17, buttons: [[{ text: "1", data: "r:17:1" }]] });
    server.become(chat, { responder: "bot", rate: 17 });
    await part(w, ".rating").waitFor();
    return { w, chat };
  }

  test("it is rated once, with or without words", async () => {
    const { w, chat } = await ended();
    assert.equal(await part(w, ".buttons").count(), 0, "the buttons of messengers are not shown too");
    await part(w, ".stars button >> nth=3").click();
    await until(() => chat.ratings.length === 1, "the rating");
    assert.deepEqual(chat.ratings[0], { handoff: 17, score: 4 });
    await until(async () => (await part(w, ".rating .said").innerText()) === "Thank you for your rating!", "the thanks");
    await part(w, ".stars button >> nth=0").click();
    await part(w, ".more textarea").fill("A bit slow");
    await part(w, ".more button").click();
    await until(() => chat.ratings.length === 2, "the words");
    assert.deepEqual(chat.ratings[1], { handoff: 17, score: 4, comment: "A bit slow" });
    await part(w, ".more").waitFor({ state: "hidden" });
    await w.page.reload();
    await w.open();
    await until(async () => (await w.texts()).includes("Done!"), "the history");
    assert.equal(await part(w, ".rating").count(), 0, "nobody is asked twice");
  });

  test("a rating that fails can be given again", async () => {
    const { w, chat } = await ended();
    let refused = 0;
    server.interfere = (_req, res, url) => {
      if (url.pathname !== "/api/v1/rating" || refused++ > 0) return false;
      res.destroy();
      return true;
    };
    await part(w, ".stars button >> nth=4").click();
    await until(async () => /did not work/.test(await part(w, ".rating .said").innerText()), "the failure is told");
    await part(w, ".stars button >> nth=4").click();
    await until(() => chat.ratings.length === 1, "the second try");
  });

  test("a rating given in another window ends the question here", async () => {
    const { w, chat } = await ended();
    server.become(chat, { responder: "bot", rate: null });
    await part(w, ".rating").waitFor({ state: "detached" });
  });

  test("the conversation can be saved", async () => {
    const { w } = await ended();
    for (const format of ["txt", "html"]) {
      await part(w, ".menu-place button >> nth=0").click();
      const coming = w.page.waitForEvent("download");
      await part(w, ".menu").getByText(format.toUpperCase(), { exact: true }).click();
      const download = await coming;
      assert.match(download.suggestedFilename(), new RegExp(`^chat-\\d{4}-\\d{2}-\\d{2}\\.${format}$`));
      const text = readFileSync(await download.path(), "utf8");
      assert.match(text, new RegExp(`format=${format}&lang=en&tz=-?\\d+`));
      assert.match(text, /Done!/);
    }
  });

  test("a saving that fails is told", async () => {
    const { w } = await ended();
    server.interfere = (_req, res, url) => url.pathname === "/api/v1/transcript" && (res.destroy(), true);
    await part(w, ".menu-place button >> nth=0").click();
    await part(w, ".menu").getByText("TXT", { exact: true }).click();
    await until(async () => /could not be saved/.test(await w.notice.innerText()), "the notice");
  });
});

describe("how it looks", () => {
  for (const lang of ["ru", "en"])
    for (const [size, device] of [["desktop", {}], ["phone", PHONE]])
      for (const colorScheme of ["light", "dark"])
        test(`${lang}, ${size}, ${colorScheme}`, async () => {
          const words = WORDS[lang];
          const name = lang === "ru" ? "Анна" : "Anna";
          const w = await openWidget({ locale: lang === "ru" ? "ru-RU" : "en-GB", colorScheme, reducedMotion: "reduce", ...device });
          await w.page.evaluate((l) => window.Tandem.setLang(l), lang);
          const chat = server.only();
          const picture = (step) => shot(w.page, `person-${step}-${lang}-${size}-${colorScheme}`);
          await picture("1-bot");
          await w.say(words.ask);
          server.say(chat, { author: "bot", text: words.answer, html: `<p>${words.answer}</p>` });
          platform(chat, words.wait);
          server.become(chat, { responder: "waiting", queue: { place: 3, wait_s: 170 } });
          await part(w, ".queue").waitFor();
          await picture("2-waiting");
          platform(chat, words.joined, { event: "joined", name });
          server.become(chat, operator(name));
          human(chat, words.hello, name);
          await w.say(words.number);
          server.emit(chat, "typing", { who: "operator", name });
          await part(w, ".row.operator .dots").waitFor();
          await picture("3-operator");
          human(chat, words.done, name);
          platform(chat, words.closed, { event: "closed", rate: 17 });
          server.become(chat, { responder: "bot", rate: 17 });
          await part(w, ".rating").waitFor();
          await picture("4-closed");
          await part(w, ".stars button >> nth=4").click();
          await part(w, ".more").waitFor();
          await picture("5-rated");
          await part(w, ".menu-place button >> nth=0").click();
          await picture("6-menu");
          const wide = await w.page.evaluate(() => {
            const panel = document.querySelector("tandem-chat").shadowRoot.querySelector(".panel");
            return [...panel.querySelectorAll("*")].filter((node) => node.getBoundingClientRect().right > panel.getBoundingClientRect().right + 1 && !node.closest(".tabs, .hidden")).map((node) => node.className);
          });
          assert.deepEqual(wide, [], "nothing stands out of the panel");
        });
});

test("the widget is small", async () => {
  const bytes = gzipSync(readFileSync(`${WEB_ROOT}/widget.js`), { level: 9 }).length;
  assert.ok(bytes <= 24 << 10, `${bytes} bytes compressed`);
});
