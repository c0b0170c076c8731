// The widget against a server that is slow, gone, forgetful or hostile.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { launch, newPage, PHONE, shot, until, Widget } from "./browser.mjs";
import { HostileServer, problem } from "./hostile.mjs";

const WEB_ROOT = process.env.WEB_ROOT ?? new URL("../../build/web", import.meta.url).pathname;

let browser;
let server;
let context;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

beforeEach(async () => {
  server = await new HostileServer(WEB_ROOT).start();
  context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 } });
});
afterEach(async () => {
  const complaints = context.pages().flatMap((page) => page.complaints);
  await context.close();
  await server.stop();
  assert.deepEqual(complaints, [], "a page complained");
});

async function openWidget(path = "/", from = context) {
  const page = await newPage(from, server.url + path);
  return new Widget(page).open();
}

/** Answers every question with the same words, after the pieces a test wants to see. */
function answerWith(text, html = `<p>${text}</p>`, more = {}) {
  server.onMessage = (chat) => server.say(chat, { author: "bot", text, html, ...more });
}

/** The chat in which the first question was asked, once somebody listens to its answer. */
function question() {
  const chat = server.only();
  return chat?.messages.length === 1 && chat.streams.size > 0 && chat;
}

const post = () => server.seen.filter((line) => line === "POST /api/v1/messages").length;

describe("sending", () => {
  test("a question is shown at once and answered", async () => {
    const sources = [
      { title: "Delivery", url: "https://example.com/delivery" },
      { title: "Prices", url: "https://example.com/prices" },
      { title: "Pick-up", slug: "pickup" },
    ];
    answerWith("It is **390 ₽**.", "<p>It is <strong>390 ₽</strong>, see <a href='https://example.com/prices'>here</a>.</p>", { sources });
    const w = await openWidget();
    await w.say("How much is delivery?");
    await until(async () => (await w.texts()).length === 3, "greeting, question, answer");
    assert.deepEqual(await w.texts(w.root.locator(".source")), ["Delivery", "Pick-up"]);
    assert.deepEqual((await w.texts()).slice(1), ["How much is delivery?", "It is 390 ₽, see here."]);
    assert.equal(await w.answers.locator("strong").innerText(), "390 ₽");
  });

  test("a message written while the server is down is delivered once when it returns", async () => {
    const w = await openWidget();
    await until(() => server.only()?.streams.size, "the stream");
    await server.stop();
    await w.say("Are you there?");
    await until(() => w.notice.isVisible(), "the notice");
    assert.match(await w.notice.innerText(), /Connection lost/);
    await shot(w.page, "widget-lost");
    await server.restart();
    await until(() => server.only().messages.length === 1, "the delivery");
    await until(async () => (await w.root.locator(".unsent").count()) === 0, "the mark is gone");
    assert.deepEqual(await w.texts(w.own), ["Are you there?"]);
    assert.equal(server.only().messages.length, 1);
  });

  test("a message whose confirmation was lost is sent again under the same id", async () => {
    let lost = 0;
    const ids = new Set();
    server.interfere = (req, res, url, body) => {
      if (req.method !== "POST" || url.pathname !== "/api/v1/messages") return false;
      ids.add(body.id);
      if (lost++ > 0) return false;
      const chat = server.only();
      chat.ids.set(body.id, server.say(chat, { author: "person", text: body.text }).seq);
      res.destroy();
      return true;
    };
    const w = await openWidget();
    await w.say("Once, please");
    await until(() => lost === 2, "the second try");
    await until(async () => (await w.root.locator(".unsent").count()) === 0, "the confirmation");
    assert.equal(ids.size, 1);
    assert.deepEqual(await w.texts(w.own), ["Once, please"]);
  });

  test("what was not sent survives a reload, under the same id", async () => {
    const ids = new Set();
    let refuse = true;
    server.interfere = (req, res, url, body) => {
      if (req.method !== "POST" || url.pathname !== "/api/v1/messages") return false;
      ids.add(body.id);
      if (refuse) res.destroy();
      return refuse;
    };
    const w = await openWidget();
    await w.say("Remember me");
    await until(() => ids.size === 1, "the first try");
    await w.page.reload();
    refuse = false;
    await w.open();
    await until(() => server.only().messages.length === 1, "the delivery");
    await until(async () => (await w.texts(w.own)).length === 1, "one bubble");
    assert.equal(ids.size, 1);
  });

  test("quick messages arrive in the order they were written", async () => {
    let calls = 0;
    server.interfere = async (req, _res, url) => {
      if (req.method !== "POST" || url.pathname !== "/api/v1/messages") return false;
      await new Promise((resolve) => setTimeout(resolve, 200 / ++calls));
      return false;
    };
    const w = await openWidget();
    const said = ["one", "two", "three", "four", "five"];
    for (const text of said) await w.say(text);
    await until(async () => (await w.texts(w.own)).join() === said.join(), "all five are shown");
    await until(() => server.only().messages.length === 5, "all five");
    assert.deepEqual(server.only().messages.map((m) => m.text), said);
    await until(async () => (await w.root.locator(".unsent").count()) === 0, "all confirmed");
    assert.deepEqual(await w.texts(w.own), said);
  });

  test("too many messages: the wait is counted down and the message is sent by itself", async () => {
    let refused = 0;
    server.interfere = (req, res, url) => {
      if (req.method !== "POST" || url.pathname !== "/api/v1/messages" || refused++ > 0) return false;
      problem(res, 429, "too_many_requests", "Slow down.", { "Retry-After": "2" });
      return true;
    };
    const w = await openWidget();
    await w.say("Hurry");
    await until(async () => /Sending in [12] s/.test(await w.root.locator(".fate").innerText()), "the countdown");
    await until(() => server.only().messages.length === 1, "the delivery");
    assert.equal(post(), 2);
  });

  test("a message that is too long says why and can be edited", async () => {
    server.interfere = (req, res, url, body) => {
      if (req.method !== "POST" || url.pathname !== "/api/v1/messages" || body.text.length < 50) return false;
      problem(res, 413, "too_long", "At most 50 characters, please.");
      return true;
    };
    const w = await openWidget();
    await w.say("long ".repeat(20));
    await until(() => w.root.getByText("At most 50 characters").isVisible(), "the reason");
    await shot(w.page, "widget-refused");
    await w.root.getByRole("button", { name: "Edit" }).click();
    assert.match(await w.input.inputValue(), /^long long/);
    await until(async () => (await w.own.count()) === 0, "it is taken back");
    await w.say("short");
    await until(() => server.only().messages.length === 1, "the delivery");
  });

  test("a session that ran out is renewed and the message still arrives", async () => {
    const w = await openWidget();
    await until(() => server.only()?.streams.size, "the stream");
    server.chats.clear();
    await w.say("Still here");
    await until(() => server.only()?.messages.length === 1, "the delivery");
    await until(async () => (await w.texts(w.own)).join() === "Still here", "one bubble");
  });
});

describe("the answer being written", () => {
  test("it grows from pieces and is replaced in place by the message", async () => {
    const w = await openWidget();
    await w.say("Hello");
    const chat = await until(() => question(), "the question");
    server.emit(chat, "delta", { answer: "1.1", at: 0, text: "Доставка **курь" });
    await until(async () => (await w.draft.innerText()) === "Доставка курь", "the first piece");
    server.emit(chat, "delta", { answer: "1.1", at: 27, text: "ером** есть" });
    await until(async () => (await w.draft.innerText()) === "Доставка курьером есть", "the second piece");
    await w.draft.evaluate((node) => {
      node.parentElement.mark = true;
    });
    server.say(chat, { author: "bot", text: "x", html: "<p>Доставка <strong>курьером</strong> есть.</p>" });
    await until(async () => (await w.answers.count()) === 1, "the message");
    assert.equal(await w.draft.count(), 0);
    assert.equal(await w.answers.evaluate((node) => node.parentElement.mark), true, "the same element");
  });

  test("a reload in the middle goes on where the text is", async () => {
    const w = await openWidget();
    await w.say("Hello");
    const chat = await until(() => question(), "the question");
    server.emit(chat, "delta", { answer: "1.1", at: 0, text: "One two" });
    await w.draft.waitFor();
    await w.page.reload();
    await w.open();
    await until(() => chat.streams.size > 0, "the new stream");
    server.emit(chat, "delta", { answer: "1.1", at: 0, text: "One two three" });
    server.emit(chat, "delta", { answer: "1.1", at: 8, text: "three four" });
    await until(async () => (await w.draft.innerText()) === "One two three four", "the whole text");
  });

  test("Stop is offered while it grows, and asks the server", async () => {
    const w = await openWidget();
    await w.say("Hello");
    const chat = await until(() => question(), "the question");
    server.emit(chat, "delta", { answer: "1.1", at: 0, text: "A long story" });
    await w.root.getByRole("button", { name: "Stop the answer" }).click();
    await until(() => chat.stopped, "the request");
    server.emit(chat, "end", { answer: "1.1" });
    server.say(chat, { author: "bot", text: "A long story", html: "<p>A long story</p>" });
    await until(async () => (await w.answers.count()) === 1, "what was said is kept");
    assert.equal(await w.root.getByRole("button", { name: "Stop the answer" }).isVisible(), false);
  });

  test("an answer that was dropped goes away", async () => {
    const w = await openWidget();
    await w.say("Hello");
    const chat = await until(() => question(), "the question");
    server.emit(chat, "delta", { answer: "1.1", at: 0, text: "Never mind" });
    await w.draft.waitFor();
    server.emit(chat, "end", { answer: "1.1" });
    await until(async () => (await w.draft.count()) === 0, "the draft is gone");
  });

  test("a reader who scrolled up is left in peace", async () => {
    const w = await openWidget();
    await until(() => server.only()?.streams.size, "the stream");
    const chat = server.only();
    for (let i = 0; i < 12; i++) server.say(chat, { author: "bot", text: "", html: `<p>Paragraph ${i}</p><p>more</p>` });
    await until(async () => (await w.answers.count()) === 12, "twelve answers");
    const log = w.root.locator(".log");
    await until(() => log.evaluate((n) => n.scrollHeight - n.scrollTop - n.clientHeight < 5), "the end is in view");
    await log.evaluate((n) => n.scrollTo(0, 100));
    await w.page.waitForTimeout(100);
    server.say(chat, { author: "bot", text: "", html: "<p>News</p>" });
    const jump = w.root.getByRole("button", { name: "New messages" });
    await jump.waitFor();
    assert.equal(await log.evaluate((n) => n.scrollTop), 100);
    await jump.click();
    await until(() => log.evaluate((n) => n.scrollHeight - n.scrollTop - n.clientHeight < 5), "the end again");
    assert.equal(await jump.isVisible(), false);
  });
});

describe("staying in step", () => {
  test("each message once and in order across broken connections", async () => {
    const w = await openWidget();
    await until(() => server.only()?.streams.size, "the stream");
    const chat = server.only();
    for (let i = 1; i <= 30; i++) {
      server.say(chat, { author: "bot", text: `${i}`, html: `<p>n${i}</p>` });
      if (i % 10 === 0) {
        for (const stream of chat.streams) stream.destroy();
        await until(() => chat.streams.size === 0, "the line is cut");
        server.say(chat, { author: "bot", text: "missed", html: `<p>missed${i}</p>` });
        await until(() => chat.streams.size > 0, "the line is back");
      }
    }
    await until(async () => (await w.answers.count()) === 33, "all of them");
    const expected = chat.messages.map((m) => m.html.replace(/<\/?p>/g, ""));
    assert.deepEqual(await w.texts(w.answers), expected);
  });

  test("a second tab shows the same, and both stay live", async () => {
    answerWith("Yes.");
    const one = await openWidget();
    await one.say("From the first tab");
    await until(async () => (await one.answers.count()) === 1, "an answer");
    const two = await openWidget();
    await until(async () => (await two.texts()).join() === (await one.texts()).join(), "the same history");
    await two.say("From the second tab");
    await until(async () => (await one.texts(one.own)).length === 2 && (await one.answers.count()) === 2, "both live");
    assert.deepEqual(await one.texts(), await two.texts());
    assert.equal(server.chats.size, 1);
  });

  test("a long history opens at its end, and earlier pages come on request", async () => {
    const w = await openWidget();
    await until(() => server.only()?.streams.size, "the stream");
    const chat = server.only();
    for (let i = 1; i <= 120; i++) chat.messages.push({ seq: i, author: i % 2 ? "person" : "bot", text: `m${i}`, html: `<p>m${i}</p>`, created_at: new Date().toISOString() });
    await w.page.reload();
    await w.open();
    await until(async () => (await w.texts()).at(-1) === "m120", "the newest");
    const before = (await w.texts()).length;
    assert.ok(before <= 100, `${before} rows`);
    for (let left = 4; left > 0 && (await w.root.locator(".earlier").count()) > 0; left--) {
      const shown = await w.rows.count();
      await w.root.locator(".earlier").click();
      await until(async () => (await w.rows.count()) > shown, "an earlier page");
    }
    const texts = (await w.texts()).filter((t) => /^m\d+$/.test(t));
    assert.deepEqual(texts, Array.from({ length: 120 }, (_, i) => `m${i + 1}`));
  });

  test("where too many tabs listen, one more asks from time to time", async () => {
    server.interfere = (_req, res, url) => {
      if (url.pathname !== "/api/v1/events") return false;
      problem(res, 429, "too_many_requests", "Too many streams.", { "Retry-After": "1" });
      return true;
    };
    answerWith("Yes.");
    const w = await openWidget();
    await w.say("Hello");
    await until(async () => (await w.answers.count()) === 1, "an answer");
    assert.equal(await w.notice.isVisible(), false);
  });

  test("messages that come while it is closed are counted", async () => {
    answerWith("Yes.");
    const w = await openWidget();
    await w.say("Hello");
    await until(async () => (await w.answers.count()) === 1, "an answer");
    await w.page.keyboard.press("Escape");
    assert.equal(await w.panel.isVisible(), false);
    server.say(server.only(), { author: "operator", text: "Hi", html: "<p>Hi</p>" });
    await until(async () => (await w.root.locator(".badge").innerText()) === "1", "the badge");
    assert.match(await w.launcher.getAttribute("aria-label"), /Unread messages: 1/);
    await w.open();
    assert.equal(await w.root.locator(".badge").isVisible(), false);
  });

  test("a conversation that the server no longer knows is begun anew, and counted anew", async () => {
    answerWith("Yes.");
    const w = await openWidget();
    for (const text of ["one", "two"]) {
      await w.say(text);
      await until(async () => (await w.texts()).at(-1) === "Yes.", "an answer");
    }
    server.chats.clear();
    await w.say("three");
    await until(async () => (await w.texts(w.own)).join() === "three", "a new conversation");
    await w.page.keyboard.press("Escape");
    await until(() => server.only()?.streams.size, "the stream");
    server.say(server.only(), { author: "bot", text: "x", html: "<p>x</p>" });
    await until(async () => (await w.root.locator(".badge").innerText()) === "1", "the badge");
  });

  test("it works where the browser refuses storage", async () => {
    await context.addInitScript(() => {
      Object.defineProperty(window, "localStorage", {
        get() {
          throw new DOMException("refused", "SecurityError");
        },
      });
    });
    answerWith("Yes.");
    const w = await openWidget();
    await w.say("No storage");
    await until(async () => (await w.answers.count()) === 1, "an answer");
  });

  test("it says so when the site may not use the chat", async () => {
    server.interfere = (_req, res, url) => {
      if (url.pathname !== "/api/v1/sessions") return false;
      problem(res, 403, "origin_not_allowed", "This site may not use the chat.");
      return true;
    };
    const w = await openWidget();
    await until(async () => (await w.notice.innerText()) === "The chat is not available on this page.", "the notice");
    assert.match(w.page.complaints.pop(), /403 origin_not_allowed This site may not use the chat/);
  });
});

describe("hostile content", () => {
  const ATTACKS = [
    "<img src=x onerror='window.pwned=1'>",
    "<script>window.pwned=1</script>",
    "<svg><script>window.pwned=1</script><a href='javascript:window.pwned=1'>x</a></svg>",
    "<svg onload='window.pwned=1'></svg>",
    "<a href='javascript:window.pwned=1'>click</a>",
    "<a href='  java\tscript:window.pwned=1'>click</a>",
    "<a href='data:text/html,<script>parent.pwned=1</script>'>click</a>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=window.pwned=1&gt;'>",
    "<p onclick='window.pwned=1' style='position:fixed;inset:0' id='x' class='launcher'>cover</p>",
    "<form action='https://evil.example'><input name=a><button>go</button></form>",
    "<details open ontoggle='window.pwned=1'>d</details>",
    "<style>*{display:none}</style><p>seen</p>",
    "<template><img src=x onerror='window.pwned=1'></template>",
    "<noscript><p title='</noscript><img src=x onerror=window.pwned=1>'></noscript>",
    "<object data='javascript:window.pwned=1'></object><embed src='javascript:window.pwned=1'>",
    "<base href='https://evil.example/'><link rel=stylesheet href='https://evil.example/x.css'>",
    `${"<div>".repeat(3000)}<b>deep</b>`,
  ];

  test("nothing of it runs, loads or covers, and honest marks stay", async () => {
    server.policy = null; // most sites have none, so none may be needed
    const asked = [];
    const w = await openWidget();
    w.page.on("request", (request) => asked.push(request.url()));
    await until(() => server.only()?.streams.size, "the stream");
    const chat = server.only();
    for (const html of ATTACKS) server.say(chat, { author: "bot", text: "x", html, sources: [{ title: "<b>s</b>", url: "javascript:window.pwned=1" }], buttons: [[{ text: "<i>b</i>", url: "javascript:window.pwned=1" }]] });
    server.say(chat, { author: "bot", text: "x", html: "<h2>T</h2><p><a href='https://example.com/a?b=c'>ok</a> <code>x&lt;y</code></p><ol start='3'><li>three</li></ol><table><thead><tr><th>h</th></tr></thead><tbody><tr><td>d</td></tr></tbody></table>" });
    await until(async () => (await w.answers.count()) === ATTACKS.length + 1, "all messages");
    const inside = await w.root.locator(".list").evaluate((list) => {
      const bad = [...list.querySelectorAll(".bubble script, .bubble style, .bubble img, .bubble svg, .bubble iframe, .bubble form, .bubble input, .bubble object, .bubble math, .bubble [id], .bubble [style], .bubble [onclick], .bubble [class]:not(.wide):not(.bubble)")];
      const links = [...list.querySelectorAll("a")].map((a) => `${a.protocol} ${a.rel} ${a.target}`);
      return { bad: bad.map((n) => n.outerHTML), links: [...new Set(links)] };
    });
    assert.deepEqual(inside.bad, []);
    assert.deepEqual(inside.links, ["https: noopener noreferrer nofollow _blank"]);
    for (const a of await w.answers.locator("a").all()) await a.dispatchEvent("mouseover");
    assert.equal(await w.page.evaluate(() => window.pwned), undefined);
    assert.deepEqual(asked.filter((url) => !url.startsWith(server.url)), []);
    assert.equal(await w.answers.last().locator("ol").getAttribute("start"), "3");
  });

  test("neither do questions, drafts, greetings or popular questions", async () => {
    server.policy = null;
    const evil = "<img src=x onerror='window.pwned=1'>[a](javascript:window.pwned=1)";
    server.interfere = (_req, res, url) => {
      if (url.pathname !== "/api/v1/sessions") return false;
      const chat = { token: "t", messages: [], ids: new Map(), streams: new Set() };
      if (!server.chats.has("t")) server.chats.set("t", chat);
      res.writeHead(201, { "Content-Type": "application/json" });
      res.end(JSON.stringify({ token: "t", lang: "en", bot: { name: "n", title: evil, greeting: evil }, popular: [{ title: evil, questions: [evil] }] }));
      return true;
    };
    const w = await openWidget();
    await w.say(evil);
    const chat = await until(() => question(), "the question");
    server.emit(chat, "delta", { answer: "1.1", at: 0, text: `${evil} [b](data:text/html,x) <script>window.pwned=1</script>` });
    await w.draft.waitFor();
    assert.equal(await w.own.innerText(), evil);
    assert.equal(await w.root.locator(".list img, .list script, .list a").count(), 0);
    assert.equal(await w.page.evaluate(() => window.pwned), undefined);
  });
});

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
