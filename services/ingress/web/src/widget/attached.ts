import { type Child, append, h, icon } from "./dom.ts";
import { link, safeUrl } from "./sanitize.ts";
import type { Strings } from "./strings.ts";
import type { Attachment, Quote, Source } from "./types.ts";

/** What came with a message. */
export function files(list: Attachment[] | null | undefined, text: Strings, host: string): Child {
  if (!Array.isArray(list) || list.length === 0) return null;
  const node = h("div", { class: "sources", "aria-label": text.files, role: "group" });
  for (const file of list) {
    const href = file.url ? safeUrl(new URL(file.url, host).href) : null;
    const item = href ? link(href) : h("span");
    const name = nameOf(file, text);
    const inWords = () => {
      item.className = "source";
      item.replaceChildren(icon("save"), h("span", {}, name));
    };
    inWords();
    // Not every site lets it be shown or played, and it may be gone.
    if (href && isPicture(file)) {
      item.className = "picture";
      item.replaceChildren(h("img", { src: href, alt: name, loading: "lazy", error: inWords }));
    }
    if (href && isSound(file)) {
      const player = h("audio", { class: "sound", controls: true, preload: "none", src: href, "aria-label": name });
      player.addEventListener("error", () => player.replaceWith(item));
      node.append(player);
    } else node.append(item);
  }
  return node;
}

function isSound({ kind, mime }: Attachment): boolean {
  return kind === "voice" || kind === "audio" || mime?.startsWith("audio/") === true;
}

function nameOf(file: { name?: string | null; kind?: string | null }, text: Strings): string {
  return file.name || text.kinds[file.kind as keyof Strings["kinds"]] || text.kinds.document;
}

/** The beginning of what is answered, and whose words they are. */
export function quote({ text: words, file }: Quote, who: string, text: Strings, show: (() => void) | null): HTMLElement {
  const said = h("span", { class: "quoted", dir: "auto" });
  if (!words && file) append(said, icon("save"));
  append(said, words || (file && nameOf(file, text)));
  const parts = [who !== "" && h("b", { dir: "auto" }, who), said];
  if (!show) return h("div", { class: "quote" }, ...parts);
  return h("button", { class: "quote", type: "button", title: text.showQuoted, click: show }, ...parts);
}

/** SVG is a program: whoever wants it may open it. */
function isPicture({ kind, mime }: Attachment): boolean {
  return kind === "photo" || (mime?.startsWith("image/") === true && mime !== "image/svg+xml");
}

/** Those that the answer does not link to by itself. */
export function sources(list: Source[] | null | undefined, text: Strings, answer: HTMLElement): Child {
  if (!Array.isArray(list)) return null;
  const linked = new Set([...answer.querySelectorAll("a")].map((a) => a.href));
  const node = h("div", { class: "sources", "aria-label": text.sources, role: "group" });
  for (const source of list) {
    const href = source.url ? safeUrl(source.url, document.baseURI) : null;
    const title = source.title || href;
    if (!title || (href && linked.has(href))) continue;
    const item = href ? link(href) : h("span");
    item.className = "source";
    append(item, icon("doc"), h("span", {}, title));
    node.append(item);
  }
  return node.firstChild ? node : null;
}
