// Who looks at every screen must see: each fault on a page that has it, and none on one that has none.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, PHONE } from "./browser.mjs";
import { faultsOf, ringless } from "./whole.mjs";

let browser;
let page;

before(async () => {
  browser = await launch();
  page = await (await browser.newContext(PHONE)).newPage();
});
after(() => browser?.close());

const STYLE = "<meta name=viewport content='width=device-width'><style>body { margin: 0 } button { width: 90px; height: 44px; color: #000; background: #fff }</style>";
const GOOD = "<button>Go</button>";

async function faults(html) {
  await page.setContent(`<!doctype html><title>t</title>${STYLE}${GOOD}${html}`);
  return faultsOf(page);
}

describe("what is wrong is seen", () => {
  for (const [what, html, expected] of [
    ["nothing", "<p>Words, <a href='#x'>a link</a></p>", []],
    ["grey on white", "<p style='color: #999'>Words</p>", [/^contrast 2\.\d+: p\. "Words"/]],
    ["half of black on white", "<p style='opacity: .4'>Words</p>", [/^contrast 2\.\d+/]],
    ["white on a faint layer", "<div style='background: #0003'><p style='color: #fff'>Words</p></div>", [/^contrast 1\.\d+/]],
    ["a pale placeholder", "<style>input { width: 90px; height: 44px } ::placeholder { color: #bbb }</style><input aria-label=a placeholder=Name>", [/^contrast of the placeholder/]],
    ["a pale sign", "<button aria-label=a style='color: #ccc'><svg width=20 height=20></svg></button>", [/^contrast of the sign/]],
    ["a small button", "<button style='height: 30px'>Up</button>", [/^too small to touch: button\. "Up" 90x30/]],
    ["a narrow one", "<button style='width: 30px'>Up</button>", [/^too small to touch: .* 30x44/]],
    ["a button without a name", "<button></button>", [/^no name: button/]],
    ["a field without a name", "<input style='height: 44px'>", [/^no name: textbox/]],
    ["a picture without a name", "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' width=9 height=9>", [/^no name: image/]],
    ["a page that is too wide", "<p style='width: 900px'>Words</p>", [/^wider than the screen/]],
    ["words beyond the screen", "<p style='position: fixed; left: 380px; white-space: nowrap'>Many words</p>", [/^cut off beyond the screen/]],
    ["words that end in the middle", "<p style='width: 50px; overflow: hidden; white-space: nowrap'>Many words</p>", [/^cut off at the side/]],
    ["words that end in dots", "<p style='width: 50px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis'>Many words</p>", []],
    ["words that are scrolled", "<p style='width: 50px; overflow: auto; white-space: nowrap'>Many words</p>", []],
    ["lines that are missing", "<div style='height: 20px; overflow: hidden'>One<br><i>two</i></div>", [/^cut off below: i\. "two"/]],
    ["words wider than their button", "<button style='white-space: nowrap'>A very long name</button>", [/^cut off beyond its button/]],
    ["a sign that sticks out", "<div style='width: 60px; overflow: hidden'><button aria-label=a></button></div>", [/^control at the side/]],
  ])
    test(what, async () => {
      const found = await faults(html);
      assert.equal(found.length, expected.length, found.join("\n"));
      found.forEach((fault, i) => assert.match(fault, expected[i]));
    });

  test("an empty page", async () => {
    await page.setContent("<!doctype html><p>Words</p>");
    assert.deepEqual(await faultsOf(page), ["nothing to press"]);
    assert.deepEqual(await ringless(page), ["nothing takes the focus"]);
  });

  test("a focus that cannot be seen", async () => {
    await page.setContent(`<!doctype html>${STYLE}${GOOD}<button style="outline: none">No</button><a href="#x">x</a>`);
    assert.deepEqual(await ringless(page), ['no ring: button. "No"']);
  });

  test("behind a shadow root", async () => {
    await page.setContent("<!doctype html><x-y></x-y>");
    await page.evaluate(() => {
      document.querySelector("x-y").attachShadow({ mode: "open" }).innerHTML = "<button style='height: 10px; background: #fff; color: #fff; outline: none'>Go</button>";
    });
    const found = await faultsOf(page, "x-y");
    assert.equal(found.length, 2, found.join("\n"));
    assert.deepEqual(await ringless(page, "x-y"), ['no ring: button. "Go"']);
  });
});
