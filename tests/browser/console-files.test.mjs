// The console: files, both ways.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { shot, until } from "./browser.mjs";
import { desk, openMine, person } from "./console-room.mjs";
import { problem } from "./page-server.mjs";

describe("files", () => {
  test("what came with a message is shown as what it is", async () => {
    const console = await openMine();
    const files = [
      { kind: "photo", url: "/icon.svg", name: "tent.png", mime: "image/png" },
      { kind: "image", url: "/icon.svg", name: "evil.svg", mime: "image/svg+xml" },
      { kind: "voice", url: "/console/api/files/7/2/2", seconds: 4 },
      { kind: "document", url: "/console/api/files/7/2/3", name: "bill.pdf", size: 2_400_000 },
      { kind: "location", latitude: 55.75, longitude: 37.61 },
      { kind: "contact", first_name: "Ivan", phone: "+7900" },
    ];
    desk.say(7, "person", "Look", { attachments: files, reply_to: { text: "Which tent is it?" } });
    const bubble = console.messages.last().locator(".bubble");
    await bubble.getByText("bill.pdf").waitFor();
    assert.deepEqual(await bubble.locator("img").evaluateAll((all) => all.map((img) => img.alt)), ["tent.png"]);
    assert.equal(await bubble.locator("audio").getAttribute("preload"), "none");
    assert.deepEqual(await bubble.locator(".file").allInnerTexts(), ["evil.svg", "bill.pdf 2.4 MB", "Location", "Ivan, +7900"]);
    assert.equal(await bubble.locator("blockquote").innerText(), "Which tent is it?");
    await shot(console.page, "console-files");
  });

  const picture = { name: "tent.png", mimeType: "image/png", buffer: Buffer.alloc(3500, "x") };
  const paper = { name: "bill.pdf", mimeType: "application/pdf", buffer: Buffer.from("paper") };
  const choose = (console, files) => console.page.locator("input[type=file]").setInputFiles(files);
  const chips = (console) => console.page.locator(".uploads li");

  test("files are chosen, uploaded in pieces, and sent with words or without", async () => {
    const console = await openMine();
    await choose(console, [picture, paper]);
    await chips(console).filter({ hasText: "4 kB" }).waitFor();
    await shot(console.page, "console-uploads");
    await console.write("Here it is");
    await console.message("Here it is").locator("img").waitFor();
    assert.equal(await console.message("Here it is").locator("img").getAttribute("alt"), "tent.png");
    const [{ text, files }] = desk.orders("say"); // both were begun at once: their numbers may be either way round
    assert.deepEqual([text, files.map((n) => desk.files[n - 1].name)], ["Here it is", ["tent.png", "bill.pdf"]]);
    assert.deepEqual(files.map((n) => desk.files[n - 1].bytes), [picture.buffer, paper.buffer]);
    assert.equal(await chips(console).count(), 0);
    await choose(console, paper);
    await until(() => console.button("Send", true).isEnabled(), "it may be sent without words");
    await console.button("Send", true).click();
    await until(() => desk.orders("say").length === 2, "sent");
    assert.equal(desk.orders("say")[1].text, undefined);
  });

  test("a message with a file that did not arrive is sent again, with the file", async () => {
    const console = await openMine();
    await choose(console, picture);
    await chips(console).filter({ hasText: "4 kB" }).waitFor();
    await console.write("Here it is");
    await console.message("Here it is").waitFor();
    const message = desk.chats.get(7).messages.at(-1);
    Object.assign(message, { delivery: "failed", error: "too slow" });
    desk.emit("message", { conversation: 7, message });
    await console.button("Send again").click();
    await until(() => desk.orders("say").length === 2, "a second order");
    assert.deepEqual([desk.orders("say")[1].again, desk.orders("say")[1].files], [message.seq, undefined]);
    await until(async () => (await console.message("Here it is").locator("img").count()) === 2, "both");
  });

  test("an upload goes on after the line was down, and what is there survives a reload", async () => {
    const console = await openMine();
    let isDown = false;
    desk.interfere = ({ path, res }) => {
      if (path.endsWith("/pieces/2000")) isDown ||= path;
      return isDown === path && (res.destroy(), (isDown = true));
    };
    await choose(console, picture);
    await until(() => desk.files[0]?.bytes.equals(picture.buffer), "all of it, once");
    assert.equal(desk.files.length, 1);
    await until(() => console.button("Send", true).isEnabled(), "ready");
    await console.page.reload();
    await chips(console).getByText("tent.png").waitFor();
    await console.button("Send", true).click();
    await until(() => desk.orders("say").length === 1, "sent");
    assert.deepEqual(desk.orders("say")[0].files, [1]);
  });

  test("what was refused says why, and holds the message back until it is put away", async () => {
    const console = await openMine();
    desk.interfere = ({ path, res }) => path === "/conversations/7/files" && (problem(res, 409, "files_unsent", "Too many files."), true);
    await choose(console, paper);
    await chips(console).getByText("Too many files.").waitFor();
    await console.composer.fill("words");
    assert.equal(await console.button("Send", true).isDisabled(), true);
    await console.isWhole("a refused file");
    await shot(console.page, "console-upload-refused");
    desk.interfere = () => false;
    await chips(console).getByRole("button", { name: "Try again" }).click();
    await until(() => console.button("Send", true).isEnabled(), "ready");
    await console.button("Remove bill.pdf").click();
    await until(() => desk.files[0].isDropped, "the server forgets it");
    assert.equal(await chips(console).count(), 0);
  });

  test("what is too large or empty is not taken, and says so", async () => {
    const console = await openMine();
    await console.page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(21 * 1024 * 1024)], "film.mp4", { type: "video/mp4" }));
      const input = document.querySelector("input[type=file]");
      input.files = data.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    await console.page.getByText("“film.mp4” is too large: up to 20 MB can be sent.").waitFor();
    await choose(console, ["one.txt", "two.txt"].map((name) => ({ name, mimeType: "text/plain", buffer: Buffer.alloc(0) })));
    await console.page.getByText("“one.txt” is empty. “two.txt” is empty.").waitFor();
    const told = console.page.getByText("A message can carry up to 10 files.").waitFor(); // it does not stay
    await choose(console, Array.from({ length: 11 }, (_, i) => ({ ...paper, name: `${i}.pdf` })));
    await told;
    assert.equal(await chips(console).count(), 10);
  });

  test("files are dropped and pasted", async () => {
    const console = await openMine();
    await console.page.evaluate(() => {
      const carry = (name, type) => {
        const data = new DataTransfer();
        data.items.add(new File(["bytes"], name, { type }));
        return data;
      };
      const log = document.querySelector(".log");
      const send = (kind) => log.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carry("dropped.txt", "text/plain") }));
      globalThis.finish = () => send("drop");
      send("dragenter");
      const clipboardData = carry("pasted.png", "image/png");
      document.querySelector("#composer").dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData }));
    });
    await console.page.getByText("Drop files here to attach them").waitFor();
    await shot(console.page, "console-drop");
    await console.page.evaluate(() => globalThis.finish());
    await chips(console).getByText("dropped.txt").waitFor();
    await chips(console).getByText("pasted.png").waitFor();
    assert.equal(await console.page.getByText("Drop files here to attach them").count(), 0);
  });

  test("files stay with the conversation they were chosen in, and notes carry none", async () => {
    person(8, "Olga", "Me too");
    const console = await openMine();
    await choose(console, paper);
    await chips(console).getByText("bill.pdf").waitFor();
    await console.button("Note", true).click();
    assert.equal(await chips(console).count(), 0);
    await console.go("#/all/8");
    await console.addressee.getByText("Olga").waitFor();
    assert.equal(await chips(console).count(), 0);
    await console.go("#/mine/7");
    await console.button("Reply", true).click();
    await chips(console).getByText("bill.pdf").waitFor();
  });
});
