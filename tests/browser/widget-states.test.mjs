// The widget in every state that a visitor may meet: whole, readable, large enough for a thumb.
// With SHOTS=folder each is kept as a picture; LOOKS=all walks all combinations.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { newPage, shot, until, Widget } from "./browser.mjs";
import { looks } from "./looks.mjs";
import { problem } from "./page-server.mjs";
import { browser, server } from "./widget-room.mjs";
import { faultsOf, ringless } from "./whole.mjs";

const HOST = "tandem-chat";
const DAY = 86_400_000;
const LONG = "Сверхдлинноесловобезпробеловкотороенеможетбытьперенесено".repeat(2);
const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="800"><rect width="1200" height="800" fill="#9cc"/><path d="M300 650L600 200l300 450z" fill="#c63"/></svg>`;

const WORDS = {
  ru: {
    question: "Сколько стоит доставка палатки и что взять с собой?",
    answer: "Доставка стоит **390 ₽**:\n\n1. курьером – завтра\n2. в пункт выдачи – за 2–",
    called: "Переключаю на человека. Ваше место в очереди: 3.",
    closedHours: "Сейчас нерабочее время: откроемся завтра в 09:00. Оставьте сообщение: вам ответят здесь же.",
    joined: "С вами говорит Анна.",
    over: "Чат окончен.",
    hello: "Здравствуйте! Сейчас посмотрю ваш заказ.",
    file: "Вот накладная и фото:",
    wrote: "Спасибо, а когда он приедет?",
    comment: "Быстро и по делу",
    fresh: "Начинаем заново. Что вас интересует?",
    tooLong: "Сообщение слишком длинное: можно до 4000 знаков. Пришлите его частями.",
    buttons: ["Где мой заказ?", "Позвать человека", "Правила возврата"],
    sources: ["Доставка по Москве и области", "Пункты выдачи"],
    html: `<h3>Что взять</h3><p>Доставка стоит <strong>390 ₽</strong>, <a href="https://example.com/terms">условия здесь</a>. Номер заказа пишите так: <code>N-4417</code>.</p>
      <ul><li>палатка – 2,3 кг</li><li>спальник с комфортом до −5 °C</li></ul><blockquote>Груз свыше 15 кг возит только курьер.</blockquote>
      <table><thead><tr><th>Способ</th><th>Срок</th><th>Цена</th><th>Где получить заказ</th></tr></thead><tbody><tr><td>Курьер</td><td>1–2 дня</td><td>390 ₽</td><td>По вашему адресу</td></tr><tr><td>Пункт выдачи</td><td>2–7 дней</td><td>от 250 ₽</td><td>Ближайший пункт</td></tr></tbody></table>
      <pre><code>curl https://example.com/api/v1/orders/4417/track?format=json&amp;lang=ru</code></pre>`,
  },
  en: {
    question: "How much is delivery of a tent, and what should I bring?",
    answer: "Delivery costs **390 ₽**:\n\n1. by courier, tomorrow\n2. to a pick-up point, in 2–",
    called: "Connecting you to a human. Your place in the queue: 3.",
    closedHours: "We are closed at the moment: we open tomorrow at 09:00. Leave a message, and somebody will answer you here.",
    joined: "You are talking to Anna now.",
    over: "The chat is over.",
    hello: "Hello! Let me look at your order.",
    file: "Here are the bill and a picture:",
    wrote: "Thanks, and when will it arrive?",
    comment: "Quick and to the point",
    fresh: "A fresh start. How can I help?",
    tooLong: "The message is too long: up to 4000 characters. Please send it in parts.",
    buttons: ["Where is my order?", "Call a human", "Terms of return"],
    sources: ["Delivery in Moscow and its region", "Pick-up points"],
    html: `<h3>What to bring</h3><p>Delivery costs <strong>390 ₽</strong>, <a href="https://example.com/terms">the terms are here</a>. Write the order as <code>N-4417</code>.</p>
      <ul><li>a tent of 2.3 kg</li><li>a sleeping bag for −5 °C</li></ul><blockquote>More than 15 kg goes by courier only.</blockquote>
      <table><thead><tr><th>How</th><th>When</th><th>Price</th><th>Where you get the order</th></tr></thead><tbody><tr><td>Courier</td><td>1–2 days</td><td>390 ₽</td><td>At your address</td></tr><tr><td>Pick-up point</td><td>2–7 days</td><td>from 250 ₽</td><td>The nearest point</td></tr></tbody></table>
      <pre><code>curl https://example.com/api/v1/orders/4417/track?format=json&amp;lang=en</code></pre>`,
  },
};

const ago = (ms) => new Date(Date.now() - ms).toISOString();
const isPost = (req, url) => req.method === "POST" && url.pathname === "/api/v1/messages";

function settled(chat) {
  return until(() => chat.streams.size > 0, "the stream");
}

function platform(chat, text, event) {
  server.say(chat, { author: "platform", text, html: `<p>${text}</p>`, event });
}

function operator(chat, text, more = {}) {
  server.say(chat, { author: "operator", name: "Анна", text, html: text && `<p>${text}</p>`, ...more });
}

/** Yesterday's talk, longer than a page of history. */
function longTalk(chat) {
  for (let i = chat.messages.length; i < 64; i++) {
    const author = i % 2 ? "bot" : "person";
    chat.messages.push({ seq: i + 1, author, text: `№ ${i + 1}`, html: `<p>№ ${i + 1}</p>`, created_at: ago(2 * DAY - i * 60_000) });
  }
}

async function openAgain({ w, page }) {
  await page.reload();
  await w.open();
  await settled(server.only());
}

/** One after the other; each goes on from the one before. */
const STATES = [
  ["closed", ({ w }) => w.launcher.waitFor()],
  ["greeting", async ({ w }) => {
    await w.open();
    await w.root.locator(".popular").waitFor();
    await settled(server.only());
  }],
  ["menu", ({ w }) => w.root.locator(".menu-place button").first().click()],
  ["sending", async ({ w, page, words }) => {
    await page.keyboard.press("Escape");
    server.interfere = (req, _res, url) => isPost(req, url) && new Promise((resolve) => (server.letGo = () => resolve(false)));
    await w.say(words.question);
    await w.root.locator(".unsent .fate").waitFor();
  }],
  ["typing", async ({ w }) => {
    await until(() => server.letGo, "it is being sent");
    server.interfere = () => false;
    server.letGo();
    await w.root.locator(".row.bot .dots").waitFor();
  }],
  ["streaming", async ({ w, words }) => {
    server.emit(server.only(), "delta", { answer: "1.1", at: 0, text: words.answer });
    await w.draft.waitFor();
  }],
  ["answer", async ({ w, words }) => {
    server.say(server.only(), {
      author: "bot", text: "x", html: words.html, sources: [{ title: words.sources[0], url: "https://example.com/delivery" }, { title: words.sources[1] }],
      buttons: [[{ text: words.buttons[0], data: "q:0:1" }, { text: words.buttons[1], data: "c:operator" }], [{ text: words.buttons[2], url: "https://example.com/return" }]],
    });
    await until(async () => (await w.draft.count()) === 0, "the message in its place");
  }],
  ["answer-top", ({ w }) => w.root.locator(".row.bot[data-seq]").first().scrollIntoViewIfNeeded()],
  ["long-words", async ({ w }) => {
    const chat = server.only();
    server.say(chat, { author: "person", text: `${LONG} https://example.com/a/very/long/address/that/does/not/end?with=parameters&and=more` });
    server.say(chat, { author: "bot", text: "x", html: `<p>${LONG} <a href="https://example.com/">https://example.com/${"a".repeat(80)}</a></p>`, sources: [{ title: LONG, url: "https://example.com/x" }], buttons: [[{ text: LONG, data: "q:0:0" }]] });
    await w.root.locator(".row.bot .bubble", { hasText: LONG }).waitFor();
    await w.root.locator(".row").last().scrollIntoViewIfNeeded();
  }],
  ["waiting", async ({ w, words }) => {
    const chat = server.only();
    server.say(chat, { author: "person", text: "/operator" });
    platform(chat, words.called, "called");
    server.become(chat, { responder: "waiting", queue: { place: 3, wait_s: 240 } });
    await w.root.locator(".queue").waitFor();
  }],
  ["next", ({ w }) => {
    server.become(server.only(), { responder: "waiting", queue: { place: 1, wait_s: 30 } });
    return until(async () => !/3/.test(await w.root.locator(".queue").innerText()), "another place");
  }],
  ["out-of-hours", async ({ w, words }) => {
    const chat = server.only();
    platform(chat, words.closedHours, "closed_hours");
    server.become(chat, { responder: "waiting", leaving: true });
    await w.root.locator(".queue .dots").waitFor({ state: "hidden" });
  }],
  ["operator-types", async ({ w, words }) => {
    const chat = server.only();
    server.become(chat, { responder: "operator", operator: { name: "Анна" } });
    platform(chat, words.joined, "joined");
    server.emit(chat, "typing", {});
    await w.root.locator(".row.operator .dots").waitFor();
  }],
  ["operator", async ({ w, words }) => {
    const chat = server.only();
    operator(chat, words.hello, { reply_to: { seq: 1, author: "person", text: words.question } });
    operator(chat, words.file, { attachments: [{ kind: "photo", url: "/picture.svg" }, { kind: "document", name: "nakladnaya-4417-na-palatku-i-spalnik-2026-11.pdf", url: "/x", mime: "application/pdf", size: 184_320 }] });
    operator(chat, "", { attachments: [{ kind: "voice", url: "/x", size: 20_480 }, { kind: "photo", url: "/gone.png" }] });
    server.say(chat, { author: "person", text: words.wrote });
    await w.root.locator(".picture img").first().evaluate((image) => image.decode());
    await until(async () => (await w.root.locator(".picture").count()) === 1, "the other is gone");
  }],
  ["operator-top", ({ w, words }) => w.root.locator(".row.operator", { hasText: words.hello }).scrollIntoViewIfNeeded()],
  ["rating", async ({ w, words }) => {
    const chat = server.only();
    platform(chat, words.over, "closed");
    server.become(chat, { responder: "bot", rate: 7 });
    await w.root.locator(".rating").waitFor();
    await w.root.locator(".rating").scrollIntoViewIfNeeded();
  }],
  ["rated", async ({ w }) => {
    await w.root.locator(".stars button").nth(3).click();
    await w.root.locator(".more textarea").waitFor();
    await w.root.locator(".more button").scrollIntoViewIfNeeded();
  }],
  ["explained", async ({ w, words }) => {
    await w.root.locator(".more textarea").fill(words.comment);
    await w.root.locator(".more button").click();
    await w.root.locator(".more").waitFor({ state: "hidden" });
  }],
  ["anew", async ({ w, page, words }) => {
    server.say(server.only(), { author: "person", text: "/reset" });
    server.say(server.only(), { author: "platform", text: words.fresh, html: `<p>${words.fresh}</p>` });
    await w.root.locator(".renewed").waitFor();
    await w.root.locator(".popular").waitFor();
    await page.evaluate((host) => document.querySelector(host).shadowRoot.querySelector(".log").scrollTo(0, 1e6), HOST);
  }],
  ["too-long", async ({ w, words }) => {
    server.interfere = (req, res, url) => isPost(req, url) && (problem(res, 413, "too_long", words.tooLong), true);
    await w.say(words.question);
    await w.root.locator(".unsent.held").waitFor();
  }],
  ["too-many", async ({ w, words }) => {
    await w.root.locator(".unsent.held .fate button").last().click();
    server.interfere = (req, res, url) => isPost(req, url) && (problem(res, 429, "too_many", "", { "Retry-After": "90" }), true);
    await w.say(words.wrote);
    await until(async () => /\d+/.test(await w.root.locator(".fate").innerText()), "the seconds");
  }],
  ["written", ({ w, words }) => w.input.fill(`${words.question}\n${words.wrote}\n\n${words.question}\n${words.comment}\n${words.question}`)],
  ["badge", async ({ w, page }) => {
    await w.input.fill("");
    await page.keyboard.press("Escape");
    for (let i = 0; i < 11; i++) server.say(server.only(), { author: "bot", text: `${i}`, html: `<p>${i}</p>` });
    await until(async () => (await w.root.locator(".badge").innerText()) === "9+", "the badge");
  }],
  ["old-unsent", async (it) => {
    server.interfere = () => false;
    await it.page.evaluate((text) => {
      const key = Object.keys(localStorage).find((k) => k.includes(":out:"));
      localStorage.setItem(key, JSON.stringify({ text, at: Date.now() - 7_200_000 }));
    }, it.words.wrote);
    longTalk(server.only());
    await openAgain(it);
    await it.w.root.locator(".unsent.held").waitFor();
  }],
  ["history", async ({ w }) => {
    await w.root.locator(".unsent .fate button").last().click();
    await w.root.locator(".log").evaluate((log) => log.scrollTo(0, 0));
    await w.root.locator(".earlier").waitFor();
  }],
  ["jump", async ({ w, page, words }) => {
    await page.waitForTimeout(100); // it notices that the reader is elsewhere
    operator(server.only(), words.hello);
    await w.root.locator(".jump").waitFor();
  }],
  ["lost", async ({ w, words }) => {
    await w.root.locator(".jump").click();
    await server.stop();
    await w.say(words.wrote);
    await w.notice.waitFor();
    await until(async () => /\S/.test(await w.root.locator(".unsent .fate").innerText()), "what becomes of it");
  }],
  ["restored", async ({ w }) => {
    await server.restart();
    await w.root.locator(".notice.good").waitFor();
  }],
  ["offline", async ({ w, own }) => {
    await own.setOffline(true);
    await w.root.locator(".notice:not(.good)").waitFor();
  }],
  ["expired", async ({ w, own, words }) => {
    await own.setOffline(false);
    await settled(server.only());
    server.chats.clear();
    await w.say(words.question);
    await until(() => server.only()?.messages.length === 1, "a new conversation");
    await until(async () => (await w.texts(w.own)).length === 1, "and nothing else");
    await settled(server.only());
  }],
  ["not-back", async ({ w }) => {
    server.become(server.only(), { responder: "waiting" });
    await w.root.locator(".queue").waitFor();
    server.interfere = (_req, res, url) => url.pathname === "/api/v1/return" && (problem(res, 422, "no", "No."), true);
    await w.root.locator(".queue button").click();
    await until(async () => /Попробуйте|try again/.test(await w.notice.innerText()), "it is said");
  }],
  ["no-file", async ({ w }) => {
    server.interfere = (_req, res, url) => url.pathname === "/api/v1/transcript" && (problem(res, 500, "no", "No."), true);
    await w.root.locator(".menu-place button").first().click();
    await w.root.locator(".menu .choice button").first().click();
    await until(async () => /[Сс]охранить|saved/.test(await w.notice.innerText()), "it is said");
  }],
  ["refused", async (it) => {
    server.chats.clear();
    server.interfere = (_req, res, url) => url.pathname === "/api/v1/sessions" && (problem(res, 403, "origin_not_allowed", "No."), true);
    await it.page.reload();
    await it.w.open();
    await it.w.notice.waitFor();
  }],
];

/** Where the focus may go everywhere without changing what comes next. */
const RINGED = ["closed", "greeting", "menu", "answer", "waiting", "rated", "too-long"];

/** Each of the six once; the console walks any two together in the same clothes. */
const FEW = ["desk-light-ru", "phone-dark-en"];

async function walk(name, options) {
  const own = await browser.newContext(options);
  const page = await newPage(own, server.url);
  const lang = options.locale.slice(0, 2);
  const it = { w: new Widget(page), page, own, lang, words: WORDS[lang] };
  await page.route("**/picture.svg", (route) => route.fulfill({ contentType: "image/svg+xml", body: PICTURE }));
  const faults = {};
  for (const [state, enter] of STATES) {
    await enter(it);
    await shot(page, `widget-${state}-${name}`);
    const found = [...(await faultsOf(page, HOST)), ...(RINGED.includes(state) ? await ringless(page, HOST) : [])];
    if (state === "closed") found.push(...(await faultsOf(page)), ...(await ringless(page)));
    if (found.length > 0) faults[state] = found;
  }
  assert.deepEqual(faults, {});
  assert.deepEqual(page.complaints.splice(0).filter((words) => !words.includes("origin_not_allowed")), []);
  await own.close();
}

describe("every state is whole", () => {
  for (const [name, options] of looks(FEW)) test(name, () => walk(name, options));
});
