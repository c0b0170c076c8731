/** Making elements, without a framework and without ever writing HTML. */
export type Child = Node | string | null | undefined | false;
type Props = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(key, value as EventListener);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  append(node, ...children);
  return node;
}

export function append(node: Node, ...children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    node.appendChild(typeof child === "string" ? document.createTextNode(child) : child);
  }
}

const ICONS = {
  chat: "M4 5.5A2.5 2.5 0 0 1 6.500 3h11A2.5 2.5 0 0 1 20 5.500v8a2.5 2.5 0 0 1-2.500 2.500H11l-4.300 4.100a.6.6 0 0 1-1-.450V16A2.500 2.500 0 0 1 4 13.500z",
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9.500l6 6 6-6",
  send: "M12 19.500v-15M5.500 11L12 4.500 18.500 11",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  doc: "M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5",
  renew: "M20 11a8 8 0 1 0-2.300 6.300M20 4.500V11h-6.500",
  globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c5 5.500 5 12.500 0 18M12 3c-5 5.500-5 12.500 0 18",
  bulb: "M9 17.500h6M10 21h4M12 3a6.500 6.500 0 0 0-3.500 12v2.500h7V15A6.500 6.500 0 0 0 12 3z",
  warn: "M12 4l9 16H3zM12 10v4.500M12 17.300v.1",
  clock: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM12 7.500V12l3 2",
  human: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20.500a7.500 7.500 0 0 1 15 0",
  bot: "M5 9h14v10H5zM12 9V5M12 4.800v-.1M9.200 13.500v.6M14.800 13.500v.6M2.500 13v2.500M21.500 13v2.500",
  star: "M12 3.600l2.600 5.300 5.800.8-4.200 4.100 1 5.800-5.200-2.700-5.200 2.700 1-5.800-4.200-4.100 5.800-.8z",
  save: "M12 4v11M7 10.500l5 5 5-5M5 20h14",
  check: "M5 12.500l4.500 4.500L19 7.500",
};

const SVG = "http://www.w3.org/2000/svg";

export function icon(name: keyof typeof ICONS | "stop"): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, name === "stop" ? "rect" : "path");
  if (name === "stop") {
    for (const [k, v] of Object.entries({ x: 6.5, y: 6.5, width: 11, height: 11, rx: 2 })) {
      shape.setAttribute(k, String(v));
    }
    svg.setAttribute("class", "solid");
  } else {
    shape.setAttribute("d", ICONS[name]);
  }
  svg.appendChild(shape);
  return svg;
}

/**
 * Makes the children of `parent` those of `rows`, in that order.  A row whose key and
 * version are as before keeps its element, so what is being read or selected stays.
 */
export interface Row {
  key: string;
  version: string;
  /** Builds it, or changes the old element in place and returns it. */
  make(old: HTMLElement | undefined): HTMLElement;
}

export class Rows {
  private shown = new Map<string, { version: string; node: HTMLElement }>();

  constructor(private readonly parent: HTMLElement) {}

  /** What stood under one key goes on under another. */
  rename(from: string, to: string): void {
    const entry = this.shown.get(from);
    if (!entry || this.shown.has(to)) return;
    this.shown.delete(from);
    this.shown.set(to, { version: "", node: entry.node });
  }

  show(rows: Row[]): void {
    const next = new Map<string, { version: string; node: HTMLElement }>();
    const keys = new Set(rows.map((row) => row.key));
    for (const [key, { node }] of this.shown) {
      if (!keys.has(key)) node.remove();
    }
    let place: ChildNode | null = this.parent.firstChild;
    for (const row of rows) {
      const old = this.shown.get(row.key);
      const same = old?.version === row.version;
      const node = same && old ? old.node : row.make(old?.node);
      if (old && old.node !== node) {
        if (place === old.node) place = old.node.nextSibling;
        old.node.remove();
      }
      next.set(row.key, { version: row.version, node });
      if (place === node) place = node.nextSibling;
      else this.parent.insertBefore(node, place);
    }
    this.shown = next;
  }
}
