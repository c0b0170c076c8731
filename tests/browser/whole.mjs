// What a person must be able to see, read, touch, reach and hear, wherever it is shown.

/**
 * What is wrong with what is shown: it sticks out, words are cut, something has no name, cannot
 * be touched, cannot be read (WCAG AA).  Host: an element whose shadow root is looked at
 * instead of the document.
 */
export async function faultsOf(page, host = null) {
  const seen = await page.evaluate(inspect, host);
  return [...seen.faults, ...(seen.controls === 0 ? ["nothing to press"] : []), ...(await nameless(page))];
}

/** The controls of what is open that do not show that they have the focus; it is put back. */
export async function ringless(page, host = null) {
  await page.keyboard.press("Shift"); // from now on the focus is the keyboard's
  const { faults, controls } = await page.evaluate(findRingless, host);
  return controls === 0 ? [...faults, "nothing takes the focus"] : faults;
}

const NAMED = ["button", "link", "textbox", "combobox", "checkbox", "radio", "switch", "dialog", "img", "image", "option", "searchbox", "spinbutton"];

/** What a screen reader would have no words for, as the browser itself sees it. */
async function nameless(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  const bad = nodes.filter((node) => !node.ignored && NAMED.includes(node.role?.value) && !node.name?.value?.trim());
  return bad.map((node) => `no name: ${node.role.value} ${node.description?.value ?? ""}`.trim());
}

/** Runs in the page. */
function inspect(hostName) {
  const root = hostName ? document.querySelector(hostName).shadowRoot : document.body;
  const faults = [];
  const isTouch = matchMedia("(pointer: coarse)").matches;
  const say = (node) => `${node.localName}.${node.getAttribute("class") ?? ""} "${(node.textContent.trim() || node.getAttribute("aria-label") || "").slice(0, 30)}"`;
  const parentOf = (node) => node.parentElement ?? node.getRootNode().host ?? null;
  const isShown = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && node.getClientRects().length > 0;
  /** For screen readers, or for the keyboard once it gets there. */
  const isAside = (node) => node.closest(".skip, .skip-link") !== null || isClipped(node);
  const isClipped = (node) => node !== null && (getComputedStyle(node).clipPath === "inset(50%)" || isClipped(node.parentElement));

  /** innerWidth is no measure: a phone makes everything smaller until it fits. */
  const screen = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > screen) faults.push("wider than the screen");

  /* --- what may be touched --- */
  const CONTROLS = "button, a[href], input, select, textarea, summary, [role=option]";
  const controls = [...root.querySelectorAll(CONTROLS)].filter((node) => isShown(node) && !isAside(node));
  /** A link among words is as high as they are. */
  const isInText = (node) => node.localName === "a" && getComputedStyle(node).display === "inline";
  const target = (node) => (node.matches("input[type=radio], input[type=checkbox], input[type=file]") ? (node.closest("label") ?? node) : node);
  const reaches = (node, x, y) => {
    const hit = node.getRootNode().elementFromPoint(x, y);
    return hit !== null && (node === hit || node.contains(hit));
  };
  for (const node of controls) {
    if (!isTouch || isInText(node) || node.disabled) continue;
    const at = target(node).getBoundingClientRect();
    const [x, y] = [at.left + at.width / 2, at.top + at.height / 2];
    const isWide = at.width >= 43.5 || (reaches(target(node), x - 21.5, y) && reaches(target(node), x + 21.5, y));
    const isHigh = at.height >= 43.5 || (reaches(target(node), x, y - 21.5) && reaches(target(node), x, y + 21.5));
    if (!isWide || !isHigh) faults.push(`too small to touch: ${say(node)} ${Math.round(at.width)}x${Math.round(at.height)}`);
  }

  /* --- words: cut off, or hard to read --- */
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (color) => {
    if (known.has(color)) return known.get(color);
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    known.set(color, [r, g, b, a / 255]);
    return known.get(color);
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = parentOf(at)) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] > 0) layers.push(color);
      if (color[3] > 0.99) break;
    }
    return layers.reduceRight((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const opacity = (node) => {
    let all = 1;
    for (let at = node; at; at = parentOf(at)) all *= Number(getComputedStyle(at).opacity);
    return all;
  };
  const light = (color) => {
    const [r, g, b] = color.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (node, color) => {
    const under = ground(node);
    const [r, g, b, a] = rgba(color);
    const [x, y] = [light(over([r, g, b, a * opacity(node)], under)), light(under)];
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  };
  const isIdle = (node) => node.closest("[aria-hidden=true], :disabled, option") !== null;

  /** The words go on where nobody can get at them. */
  const cut = (node, rects) => {
    const [left, right] = [Math.min(...rects.map((r) => r.left)), Math.max(...rects.map((r) => r.right))];
    const [top, bottom] = [Math.min(...rects.map((r) => r.top)), Math.max(...rects.map((r) => r.bottom))];
    const free = { x: false, y: false };
    for (let at = node; at && at !== document.documentElement; at = parentOf(at)) {
      const style = getComputedStyle(at);
      if (style.display === "inline") continue;
      const box = at.getBoundingClientRect();
      const isEnded = style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";
      if (style.overflowX === "auto" || style.overflowX === "scroll") free.x ||= at.scrollWidth > at.clientWidth;
      if (style.overflowY === "auto" || style.overflowY === "scroll") free.y ||= true;
      if (!free.x && style.overflowX !== "visible" && (right > box.right + 1 || left < box.left - 1)) {
        if (!isEnded) return "at the side";
        free.x = true;
      }
      if (!free.y && style.overflowY !== "visible" && (bottom > box.bottom + 4 || top < box.top - 4)) {
        if (!isEnded) return "below";
        free.y = true;
      }
      if (!free.x && at.matches("button, .button, .chip") && (right > box.right + 1 || left < box.left - 1)) return "beyond its button";
      if (style.position === "fixed") break;
    }
    return !free.x && (right > screen + 1 || left < -1) && "beyond the screen";
  };

  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!node || node.localName === "style" || !walker.currentNode.textContent.trim() || !isShown(node) || isAside(node)) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const rects = [...range.getClientRects()].filter((r) => r.width > 0);
    const how = rects.length > 0 && cut(node, rects);
    if (how) faults.push(`cut off ${how}: ${say(node)}`);
    if (isIdle(node)) continue;
    const ratio = contrast(node, getComputedStyle(node).color);
    if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${say(node)}`);
  }
  for (const node of controls) {
    const how = cut(node, [node.getBoundingClientRect()]);
    if (how) faults.push(`control ${how}: ${say(node)}`);
    if (isIdle(node)) continue;
    if (node.placeholder) {
      const ratio = contrast(node, getComputedStyle(node, "::placeholder").color);
      if (ratio < 4.5) faults.push(`contrast of the placeholder ${ratio.toFixed(2)}: ${node.placeholder}`);
    }
    // A sign that stands for words; beside words it is decoration.
    const sign = node.textContent.trim() === "" ? node.querySelector("svg") : null;
    const ratio = sign && isShown(sign) ? contrast(sign, getComputedStyle(sign).color) : 21;
    if (ratio < 3) faults.push(`contrast of the sign ${ratio.toFixed(2)}: ${say(node)}`);
  }
  return { faults, controls: controls.length };
}

/** Runs in the page: what does not change when it gets the focus. */
function findRingless(hostName) {
  const root = hostName ? document.querySelector(hostName).shadowRoot : document;
  const isShown = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && node.getClientRects().length > 0;
  const [open] = [...root.querySelectorAll("dialog[open], .menu:not([hidden])")].filter(isShown).slice(-1);
  const before = root.activeElement;
  /** The ring may be drawn around the field that it stands in, or by the words beside a radio. */
  const around = (node) => [node, node.parentElement, node.nextElementSibling, node.closest(".field, label")].filter(Boolean);
  const look = (node) => around(node).map((at) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor } = getComputedStyle(at);
    return `${outlineStyle === "none" ? "" : `${outlineWidth} ${outlineColor}`} ${boxShadow} ${borderColor}`;
  }).join("\n");
  const faults = [];
  let controls = 0;
  for (const node of (open ?? root).querySelectorAll("button, a[href], input, select, textarea, summary, [tabindex='0']")) {
    if (!isShown(node) || node.disabled || node.tabIndex < 0) continue;
    root.activeElement?.blur();
    const unseen = look(node);
    node.focus({ preventScroll: true });
    if (root.activeElement !== node) continue; // it went on elsewhere
    controls++;
    if (look(node) === unseen) faults.push(`no ring: ${node.localName}.${node.className} "${node.textContent.trim().slice(0, 30)}"`);
  }
  (before ?? document.activeElement)?.focus?.({ preventScroll: true });
  return { faults, controls };
}
