/**
 * The demonstration shop: language, light or dark, and the popular questions.
 * It is loaded before the page is drawn, so that nothing changes under the reader's eyes.
 */
type Lang = "ru" | "en";
type Theme = "auto" | "light" | "dark";

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const TITLE: Record<Lang, string> = {
  ru: "Северный ветер – снаряжение для похода",
  en: "North Wind – gear for the trail",
};

function remembered(key: string): string | null {
  try {
    return localStorage.getItem(`shop:${key}`);
  } catch {
    return null;
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`shop:${key}`, value);
  } catch {
    // it lasts as long as the page
  }
}

function firstLang(): Lang {
  const asked = new URLSearchParams(location.search).get("lang") ?? remembered("lang");
  const lang = asked ?? (navigator.language.toLowerCase().startsWith("ru") ? "ru" : "en");
  return lang === "ru" ? "ru" : "en";
}

function setLang(lang: Lang): void {
  root.lang = lang;
  document.title = TITLE[lang];
  for (const button of document.querySelectorAll<HTMLElement>(".langs button")) {
    button.setAttribute("aria-pressed", String(button.dataset["lang"] === lang));
  }
}

function setTheme(theme: Theme): void {
  root.dataset["theme"] = theme;
  window.Tandem?.setTheme(theme);
}

function isDark(): boolean {
  return root.dataset["theme"] === "auto" ? dark.matches : root.dataset["theme"] === "dark";
}

/** What the bot answers best, as its owner grouped it; without an answer the heading goes too. */
async function showPopular(): Promise<void> {
  const place = document.getElementById("popular") as HTMLElement;
  const lang = root.lang;
  const query = new URLSearchParams({ site: "shop-site", lang });
  let categories: { title: string; questions: string[] }[] = [];
  try {
    const response = await fetch(`/api/v1/popular?${query}`);
    if (response.ok) categories = (await response.json()).categories;
  } catch {
    // the button below still opens the chat
  }
  if (lang !== root.lang) return;
  place.replaceChildren(...categories.map(category));
}

function category({ title, questions }: { title: string; questions: string[] }): HTMLElement {
  const heading = document.createElement("h3");
  heading.textContent = title;
  const list = document.createElement("ul");
  for (const question of questions) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = question;
    button.dataset["tandemAsk"] = question;
    const item = document.createElement("li");
    item.append(button);
    list.append(item);
  }
  const section = document.createElement("section");
  section.append(heading, list);
  return section;
}

setLang(firstLang());
setTheme((remembered("theme") as Theme | null) ?? "auto");

addEventListener("DOMContentLoaded", () => {
  setLang(root.lang as Lang);
  void showPopular();
  for (const button of document.querySelectorAll<HTMLElement>(".langs button")) {
    button.addEventListener("click", () => {
      const lang = button.dataset["lang"] as Lang;
      remember("lang", lang);
      setLang(lang);
      window.Tandem?.setLang(lang);
      void showPopular();
    });
  }
  document.querySelector(".theme")?.addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    remember("theme", theme);
    setTheme(theme);
  });
});

// The widget comes when it comes: it is told then.
addEventListener("load", () => setTheme((root.dataset["theme"] as Theme | undefined) ?? "auto"));

export {};
