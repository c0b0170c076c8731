/**
 * The keys of the console.  Letters are told by their place on the keyboard, so that
 * they work in a Russian layout as well.
 */
export type KeyName =
  | "next"
  | "previous"
  | "open"
  | "back"
  | "search"
  | "accept"
  | "return"
  | "close"
  | "transfer"
  | "note"
  | "answer"
  | "card"
  | "help"
  | "folder1"
  | "folder2"
  | "folder3"
  | "folder4";

const CODES: Record<string, KeyName> = {
  KeyJ: "next",
  KeyK: "previous",
  KeyA: "accept",
  KeyR: "return",
  KeyX: "close",
  KeyT: "transfer",
  KeyN: "note",
  KeyQ: "answer",
  KeyI: "card",
  Digit1: "folder1",
  Digit2: "folder2",
  Digit3: "folder3",
  Digit4: "folder4",
};

interface Pressed {
  key: string;
  code: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

export function keyName(event: Pressed): KeyName | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.key === "?" || (event.code === "Slash" && event.shiftKey)) return "help";
  if (event.key === "/" || event.code === "Slash") return "search";
  if (event.key === "Escape") return "back";
  if (event.key === "Enter") return "open";
  return event.shiftKey ? null : (CODES[event.code] ?? null);
}

/** Keys typed there are words, not commands. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select") ||
    target.isContentEditable
  );
}
