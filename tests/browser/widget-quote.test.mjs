// The widget: messages that answer one particular message.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { newPage, PHONE, shot, until, Widget } from "./browser.mjs";
import { browser, openWidget, question, server } from "./widget-room.mjs";

/** An operator answers the message `seq`. */
function reply(chat, seq, text, more = {}) {
  const { author, text: words } = chat.messages[seq - 1];
  return server.say(chat, { author: "operator", name: "Вера", text, html: `<p>${text}</p>`, reply_to: { seq, author, text: words }, ...more });
}

async function asked(w, text = "Which tent is for two people, and does it stand in the wind?") {
  await w.say(text);
  return until(question, "the stream");
}

const isInSight = (node) => node.evaluate((at) => {
  const [{ top, bottom }, log] = [at.getBoundingClientRect(), at.closest(".log").getBoundingClientRect()];
  return top >= log.top - 1 && bottom <= log.bottom + 1;
});

describe("quotes", () => {
  test("the reply of an operator shows whose words it answers, and a press shows those", async () => {
    const w = await openWidget();
    const chat = await asked(w);
    for (let n = 0; n < 130; n++) server.say(chat, { author: "operator", name: "Вера", text: `word ${n}`, html: `<p>word ${n}</p>` });
    reply(chat, 1, "The red one");
    const quote = w.root.locator("button.quote");
    await quote.waitFor();
    assert.equal(await quote.innerText(), "You\nWhich tent is for two people, and does it stand in the wind?");
    await w.page.reload();
    await w.open();
    await quote.waitFor();
    assert.equal(await w.root.locator("[data-seq='1']").count(), 0, "it is further back than what is loaded");
    await quote.click();
    await w.root.locator("[data-seq='1'].found").waitFor();
    assert.equal(await isInSight(w.root.locator("[data-seq='1']")), true);
  });

  test("files are quoted by their names; nothing foreign runs, nothing unknown is a button", async () => {
    const w = await openWidget();
    const chat = await asked(w);
    server.say(chat, { author: "operator", name: "Вера", text: "", html: "", attachments: [{ kind: "document", name: "bill.pdf" }] });
    reply(chat, 2, "this", { reply_to: { seq: 2, author: "operator", name: "Вера", file: { kind: "document", name: "bill.pdf" } } });
    reply(chat, 2, "that", { reply_to: { seq: 2, author: "operator", name: "Вера", file: { kind: "voice", name: null } } });
    reply(chat, 1, "", { html: "", attachments: [{ kind: "document", name: "tent.pdf" }] });
    reply(chat, 1, "The end", { reply_to: { text: "<img src=x onerror=alert(1)>" } });
    await w.root.locator(".bubble", { hasText: "The end" }).waitFor();
    assert.deepEqual(await w.texts(w.root.locator(".quote")), [
      "Вера\nbill.pdf", "Вера\nVoice message", "You\nWhich tent is for two people, and does it stand in the wind?", "<img src=x onerror=alert(1)>",
    ]);
    assert.equal(await w.root.locator("button.quote").count(), 3);
    assert.equal(await w.root.locator(".quote img").count(), 0);
  });

  for (const [name, options] of Object.entries({
    "light-ru": { locale: "ru-RU", viewport: { width: 1000, height: 760 } },
    "dark-en": { locale: "en-GB", viewport: { width: 1000, height: 760 }, colorScheme: "dark" },
    "phone-light-en": { ...PHONE, locale: "en-GB" },
    "phone-dark-ru": { ...PHONE, locale: "ru-RU", colorScheme: "dark" },
  }))
    test(`a quote takes two lines and fits: ${name}`, async () => {
      const own = await browser.newContext({ ...options, reducedMotion: "reduce" });
      const w = await new Widget(await newPage(own, `${server.url}/`)).open();
      const chat = await asked(w, "Which tent is for two people? ".repeat(20));
      reply(chat, 1, "The red one");
      reply(chat, 1, "Here is the picture", { attachments: [{ kind: "document", name: "tent.pdf" }] });
      server.say(chat, { author: "operator", name: "Вера", text: "Yes", html: "<p>Yes</p>", reply_to: { seq: 3, author: "operator", name: "Вера", file: { kind: "document", name: `${"long".repeat(30)}.pdf` } } });
      await w.root.locator(".bubble", { hasText: "Yes" }).waitFor();
      for (const quote of await w.root.locator(".quote").all()) {
        const [{ height, x, width }, log] = [await quote.boundingBox(), await w.root.locator(".log").boundingBox()];
        assert.ok(height >= 44 && height < 80, `${height} high`);
        assert.ok(x >= log.x && x + width <= log.x + log.width, "inside");
      }
      await shot(w.page, `widget-quote-${name}`);
      await own.close();
    });
});
