// The widget against a server that is slow, gone or forgetful.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { shot, until } from "./browser.mjs";
import { problem } from "./page-server.mjs";
import { answerWith, context, openWidget, question, server } from "./widget-room.mjs";

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
    await until(async () => /Sending in [12]\ss/.test(await w.root.locator(".fate").innerText()), "the countdown");
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
    await until(async () => (await w.texts()).at(-1) === "Yes.", "an answer");
    await w.page.keyboard.press("Escape");
    await until(() => server.only()?.streams.size, "the stream");
    server.say(server.only(), { author: "bot", text: "x", html: "<p>x</p>" });
    await until(async () => (await w.root.locator(".badge").innerText()) === "1", "the badge");
  });

  test("a token that two requests find void at once is renewed all the same", async () => {
    answerWith("Yes.");
    const w = await openWidget();
    await w.say("one");
    await until(async () => (await w.texts()).at(-1) === "Yes.", "an answer");
    let held;
    server.interfere = (req, res, url) => {
      if (held || req.method !== "GET" || url.pathname !== "/api/v1/messages") return false;
      held = res;
      return true;
    };
    await w.page.reload();
    await w.open();
    await until(() => held, "what was said is asked for");
    server.chats.clear();
    const refused = w.page.waitForResponse((r) => r.request().method() === "POST" && r.status() === 401);
    await w.say("two");
    await refused;
    problem(held, 401, "bad_token", "Begin anew.");
    await until(async () => (await w.texts(w.own)).join() === "two", "a new conversation");
  });

  for (const isCrowded of [false, true])
    test(`what a restored server has forgotten goes, ${isCrowded ? "also where it asks from time to time" : "and it goes on from there"}`, async () => {
      answerWith("Yes.");
      const w = await openWidget();
      for (const text of ["one", "two"]) {
        await w.say(text);
        await until(async () => (await w.texts()).at(-1) === "Yes.", "an answer");
      }
      const chat = server.only();
      server.interfere = (_req, res, url) => {
        if (!isCrowded || url.pathname !== "/api/v1/events") return false;
        problem(res, 429, "too_many_requests", "Too many streams.", { "Retry-After": "1" });
        return true;
      };
      chat.messages.length = 2;
      if (isCrowded) for (const stream of chat.streams) stream.end();
      else server.emit(chat, "reload", {}, 2);
      await until(async () => (await w.texts(w.own)).join() === "one", "the end is gone");
      if (!isCrowded) await until(() => chat.streams.size === 1, "the stream");
      server.say(chat, { author: "bot", text: "x", html: "<p>x</p>" });
      await until(async () => (await w.texts()).at(-1) === "x", "what is new");
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
