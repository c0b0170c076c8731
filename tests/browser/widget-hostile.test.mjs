// The widget against a server that means harm.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "./browser.mjs";
import { openWidget, question, server } from "./widget-room.mjs";

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
