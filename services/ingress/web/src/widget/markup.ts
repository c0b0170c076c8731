import { h } from "./dom.ts";
import { type Block, type Inline, blocks } from "./markdown.ts";
import { link, safeUrl } from "./sanitize.ts";

/** The text being written, as elements; blocks that did not change keep theirs. */
export class Writing {
  private shown: { source: string; node: HTMLElement }[] = [];

  constructor(private readonly parent: HTMLElement) {}

  show(text: string): void {
    const next = blocks(text);
    for (const [i, block] of next.entries()) {
      const source = JSON.stringify(block);
      const old = this.shown[i];
      if (old?.source === source) continue;
      const node = element(block);
      if (old) old.node.replaceWith(node);
      else this.parent.appendChild(node);
      this.shown[i] = { source, node };
    }
    for (const { node } of this.shown.splice(next.length)) node.remove();
  }
}

function element(block: Block): HTMLElement {
  switch (block.tag) {
    case "pre":
      return h("pre", {}, h("code", {}, block.text));
    case "hr":
      return h("hr");
    case "blockquote":
      return h("blockquote", {}, ...block.blocks.map(element));
    case "ul":
    case "ol":
      return list(block.tag, block.start, block.items);
    case "table":
      return table(block.rows);
    default:
      return h(block.tag, {}, ...block.kids.map(inline));
  }
}

function list(tag: "ul" | "ol", start: number, items: Block[][]): HTMLElement {
  const rows = items.map((item) => {
    const only = item.length > 0 && item[0]?.tag === "p" ? item[0] : null; // a tight list has no paragraphs
    const head = only && "kids" in only ? only.kids.map(inline) : [];
    return h("li", {}, ...head, ...item.slice(only ? 1 : 0).map(element));
  });
  return h(tag, { start: tag === "ol" && start > 1 ? start : null }, ...rows);
}

function table(rows: Inline[][][]): HTMLElement {
  const row = (cells: Inline[][], tag: "th" | "td") =>
    h("tr", {}, ...cells.map((cell) => h(tag, {}, ...cell.map(inline))));
  const [head = [], ...body] = rows;
  return h(
    "table",
    {},
    h("thead", {}, row(head, "th")),
    h("tbody", {}, ...body.map((cells) => row(cells, "td"))),
  );
}

function inline(piece: Inline): Node {
  if (typeof piece === "string") return document.createTextNode(piece);
  const kids = piece.kids.map(inline);
  if (piece.tag !== "a") return h(piece.tag, {}, ...kids);
  const href = safeUrl(piece.href, document.baseURI);
  const node = href ? link(href) : h("span");
  node.append(...kids);
  return node;
}
