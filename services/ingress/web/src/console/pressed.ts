import type { Key } from "./strings.ts";

/** What people press, or type, instead of words; each is shown as what it does. */
const PRESSED: Record<string, Key> = {
  operator: "pressed.operator",
  human: "pressed.operator",
  reset: "pressed.reset",
  new: "pressed.reset",
  stop: "pressed.stop",
  start: "pressed.start",
  help: "pressed.help",
  lang: "pressed.lang",
};

/** Null: the text is words.  Only a language has something behind it. */
export function pressed(text: string): Key | null {
  const [, name = "", argument] = /^\/(\w+)(?:@\w+)?(?:\s+(\S.*))?\s*$/.exec(text) ?? [];
  const key = PRESSED[name.toLowerCase()];
  return key && (!argument || key === "pressed.lang") ? key : null;
}
