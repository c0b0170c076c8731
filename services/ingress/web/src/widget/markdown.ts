/**
 * Markdown while it is still being written: enough of it that the text does not jump
 * when the server's rendering takes its place.  It yields a small tree, and marks that
 * are not closed yet are taken as closed at the end.
 */
export type Inline = string | { tag: "strong" | "em" | "code" | "del" | "br"; kids: Inline[] } | Link;
export interface Link {
  tag: "a";
  href: string;
  kids: Inline[];
}
export type Block =
  | { tag: "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"; kids: Inline[] }
  | { tag: "pre"; text: string }
  | { tag: "hr" }
  | { tag: "blockquote"; blocks: Block[] }
  | { tag: "ul" | "ol"; start: number; items: Block[][] }
  | { tag: "table"; rows: Inline[][][] };

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])( +|$)/;
const HEADING = /^ {0,3}(#{1,6})(?: +|$)/;
const RULE = /^ {0,3}([-*_])( *\1){2,} *$/;
const QUOTE = /^ {0,3}> ?/;
const TABLE_RULE = /^ *\|?( *:?-+:? *\|)+( *:?-+:? *)?$/;

/** Pieces that never change again while text is only added, except for the last. */
export function blocks(source: string, depth = 0): Block[] {
  const lines = source.replace(/\r\n?/g, "\n").split("\n");
  const out: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as string;
    if (line.trim() === "") {
      at++;
      continue;
    }
    at = (depth < 8 && structure(lines, at, depth, out)) || paragraph(lines, at, out);
  }
  return out;
}

/** The line after the block that begins at `at`, or 0 if that is a paragraph. */
function structure(lines: string[], at: number, depth: number, out: Block[]): number {
  const line = lines[at] as string;
  const fence = FENCE.exec(line)?.[1];
  if (fence) return code(lines, at, fence, out);
  const heading = HEADING.exec(line);
  if (heading) {
    const text = line.slice(heading[0].length).replace(/ +#* *$/, "");
    out.push({ tag: `h${(heading[1] as string).length}` as "h1", kids: inlines(text) });
    return at + 1;
  }
  if (RULE.test(line)) {
    out.push({ tag: "hr" });
    return at + 1;
  }
  if (QUOTE.test(line)) return quote(lines, at, depth, out);
  if (ITEM.test(line)) return list(lines, at, depth, out);
  if (line.includes("|") && TABLE_RULE.test(lines[at + 1] ?? "")) return table(lines, at, out);
  return 0;
}

function code(lines: string[], at: number, fence: string, out: Block[]): number {
  const close = new RegExp(`^ {0,3}\\${fence[0]}{${fence.length},} *$`);
  const text: string[] = [];
  let i = at + 1;
  for (; i < lines.length && !close.test(lines[i] as string); i++) text.push(lines[i] as string);
  out.push({ tag: "pre", text: text.join("\n") });
  return i + 1;
}

function quote(lines: string[], at: number, depth: number, out: Block[]): number {
  const inner: string[] = [];
  let i = at;
  for (; i < lines.length && QUOTE.test(lines[i] as string); i++) {
    inner.push((lines[i] as string).replace(QUOTE, ""));
  }
  out.push({ tag: "blockquote", blocks: blocks(inner.join("\n"), depth + 1) });
  return i;
}

function list(lines: string[], at: number, depth: number, out: Block[]): number {
  const first = ITEM.exec(lines[at] as string) as RegExpExecArray;
  const ordered = /\d/.test(first[2] as string);
  const items: string[][] = [];
  let indent = 0;
  let i = at;
  for (; i < lines.length; i++) {
    const line = lines[i] as string;
    const mark = ITEM.exec(line);
    if (mark && (items.length === 0 || (mark[1] as string).length < indent)) {
      if (/\d/.test(mark[2] as string) !== ordered || RULE.test(line)) break;
      indent = Math.min(mark[0].length, (mark[1] as string).length + (mark[2] as string).length + 1);
      items.push([line.slice(mark[0].length)]);
    } else if (line.trim() === "" || line.startsWith(" ".repeat(indent))) {
      items.at(-1)?.push(line.slice(indent));
    } else if (lines[i - 1]?.trim() === "" || structureBegins(line)) {
      break;
    } else {
      items.at(-1)?.push(line); // a lazy line goes on with the paragraph
    }
  }
  out.push({
    tag: ordered ? "ol" : "ul",
    start: ordered ? Number.parseInt(first[2] as string, 10) : 1,
    items: items.map((item) => blocks(item.join("\n"), depth + 1)),
  });
  return i;
}

function table(lines: string[], at: number, out: Block[]): number {
  const rows: Inline[][][] = [];
  let i = at;
  for (; i < lines.length && (lines[i] as string).includes("|"); i++) {
    if (i === at + 1) continue;
    const row = (lines[i] as string).trim().replace(/^\||\|$/g, "");
    rows.push(row.split(/(?<!\\)\|/).map((cell) => inlines(cell.trim())));
  }
  out.push({ tag: "table", rows });
  return i;
}

function structureBegins(line: string): boolean {
  return [FENCE, HEADING, RULE, QUOTE, ITEM].some((pattern) => pattern.test(line));
}

function paragraph(lines: string[], at: number, out: Block[]): number {
  let i = at + 1;
  while (i < lines.length && lines[i]?.trim() !== "" && !structureBegins(lines[i] as string)) i++;
  const text = lines.slice(at, i).map((l) => l.trimStart());
  out.push({ tag: "p", kids: inlines(text.join("\n").trimEnd()) });
  return i;
}

const INLINE =
  /\\([!-/:-@[-`{-~])|(`+)([\s\S]*?)(?:(?<!`)\2(?!`)|$)|!?\[([^\]\n]*)\]\(([^()\s]*(?:\([^()\s]*\))?)(?:\s+"[^"]*")?\)|<?(https?:\/\/[^\s<>]*[^\s<>.,:;!?)'"\]])>?|(\*\*|__|~~)(?=\S)([\s\S]+?)(?:(?<=\S)\7|$)|(?<![\p{L}\p{N}])([*_])(?=[^\s*_])([\s\S]+?)(?:(?<=\S)\9(?![\p{L}\p{N}])|$)|( *\\?\n)/gu;

export function inlines(text: string, depth = 0): Inline[] {
  const out: Inline[] = [];
  let at = 0;
  const push = (piece: Inline) => {
    const before = out.at(-1);
    if (typeof piece === "string" && typeof before === "string") out[out.length - 1] = before + piece;
    else if (piece !== "") out.push(piece);
  };
  if (depth > 6) return [text];
  for (const m of text.matchAll(INLINE)) {
    push(text.slice(at, m.index));
    at = m.index + m[0].length;
    push(inline(m, depth));
  }
  push(text.slice(at));
  return out;
}

function inline(m: RegExpMatchArray, depth: number): Inline {
  const [, escaped, tick, code, label, href, url, strong, bold, , italic, br] = m;
  const kids = (inner: string) => inlines(inner, depth + 1);
  if (escaped) return escaped;
  if (tick) return { tag: "code", kids: [(code ?? "").trim()] };
  if (href !== undefined) return { tag: "a", href, kids: kids(label ?? "") };
  if (url) return { tag: "a", href: url, kids: [url] };
  if (bold !== undefined) return { tag: strong === "~~" ? "del" : "strong", kids: kids(bold) };
  if (italic !== undefined) return { tag: "em", kids: kids(italic) };
  return br === undefined ? m[0] : { tag: "br", kids: [] };
}
