/**
 * The last gate before the page: HTML from the server is parsed in a document that
 * runs nothing, and what is on the list is built anew, node by node.  Attributes are
 * never copied; a link's address is judged and set again.
 */
const ALLOWED = new Set(
  (
    "p br strong b em i del s u code pre ul ol li blockquote hr " +
    "h1 h2 h3 h4 h5 h6 table thead tbody tr th td a"
  ).split(" "),
);
/** Not even what is inside. */
const DROPPED = new Set(
  (
    "script style template iframe frame frameset object embed applet svg math noscript " +
    "title textarea select option button input form audio video canvas link meta base xmp plaintext"
  ).split(" "),
);
const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:"]);
const DEEP = 40;

/** The address if a click on it is harmless, else null. */
export function safeUrl(url: string, base = "https://invalid.invalid/"): string | null {
  try {
    const parsed = new URL(url, base);
    return SCHEMES.has(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** What becomes of an element: kept, replaced by its children, or dropped with them. */
export function fate(tag: string): "keep" | "unwrap" | "drop" {
  if (ALLOWED.has(tag)) return "keep";
  return DROPPED.has(tag) ? "drop" : "unwrap";
}

export function link(href: string): HTMLAnchorElement {
  const a = document.createElement("a");
  a.href = href;
  a.target = "_blank";
  a.rel = "noopener noreferrer nofollow";
  return a;
}

export function sanitize(html: string): DocumentFragment {
  const out = document.createDocumentFragment();
  copyChildren(parse(html), out, 0);
  return out;
}

function copyChildren(from: Node, to: Node, depth: number): void {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      to.appendChild(document.createTextNode(node.nodeValue ?? ""));
    } else if (node.nodeType === Node.ELEMENT_NODE && depth < DEEP) {
      copyElement(node as Element, to, depth);
    }
  }
}

function copyElement(from: Element, to: Node, depth: number): void {
  const tag = from.localName;
  const verdict = from.namespaceURI === "http://www.w3.org/1999/xhtml" ? fate(tag) : "drop";
  if (verdict === "drop") return;
  if (verdict === "unwrap") {
    copyChildren(from, to, depth + 1);
    return;
  }
  const href = tag === "a" ? safeUrl(from.getAttribute("href") ?? "", document.baseURI) : null;
  if (tag === "a" && !href) {
    copyChildren(from, to, depth + 1);
    return;
  }
  const made = href ? link(href) : document.createElement(tag);
  const start = Number(from.getAttribute("start"));
  if (tag === "ol" && Number.isInteger(start) && start > 1) (made as HTMLOListElement).start = start;
  copyChildren(from, made, depth + 1);
  to.appendChild(made);
}

interface Policy {
  createHTML(html: string): string;
}
let policy: Policy | null | undefined;

/** Sites that enforce Trusted Types let nobody parse HTML without a named policy. */
function trusted(html: string): string {
  if (policy === undefined) {
    const types = (globalThis as { trustedTypes?: { createPolicy(n: string, p: Policy): Policy } })
      .trustedTypes;
    try {
      policy = types?.createPolicy("tandem", { createHTML: (text) => text }) ?? null;
    } catch {
      policy = null;
    }
  }
  return policy ? policy.createHTML(html) : html;
}

function parse(html: string): HTMLElement {
  return new DOMParser().parseFromString(trusted(html), "text/html").body;
}
