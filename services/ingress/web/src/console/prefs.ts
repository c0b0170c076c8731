import type { Storage } from "../widget/storage.ts";
import type { Lang } from "./types.ts";

export type Theme = "auto" | "light" | "dark";

/** What an operator has chosen for this device. */
export class Prefs {
  lang: Lang;
  theme: Theme;
  /** A chime for new chats and messages. */
  sound: boolean;

  constructor(
    private readonly storage: Storage,
    private readonly changed: () => void,
    browser: readonly string[] = [],
  ) {
    const theme = storage.get("theme");
    this.lang = pick([storage.get("lang") ?? "", ...browser]);
    this.theme = theme === "light" || theme === "dark" ? theme : "auto";
    this.sound = storage.get("sound") !== "off";
  }

  /** Whether the language was chosen here, or only guessed from the browser. */
  get choseLang(): boolean {
    return this.storage.get("lang") !== null;
  }

  setLang(lang: Lang): void {
    this.lang = lang;
    this.storage.set("lang", lang);
    this.changed();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.storage.set("theme", theme);
    this.changed();
  }

  setSound(sound: boolean): void {
    this.sound = sound;
    this.storage.set("sound", sound ? "on" : "off");
    this.changed();
  }
}

function pick(tags: string[]): Lang {
  for (const tag of tags) {
    const lang = tag.slice(0, 2).toLowerCase();
    if (lang === "ru" || lang === "en") return lang;
  }
  return "en";
}

/** Writes language and theme to the page itself, where styles and screen readers look for them. */
export function dress(prefs: Prefs, isDarkSystem: boolean): void {
  const { documentElement: root } = document;
  root.lang = prefs.lang;
  root.dataset["theme"] = prefs.theme === "auto" ? (isDarkSystem ? "dark" : "light") : prefs.theme;
}
