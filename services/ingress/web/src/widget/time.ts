import type { Strings } from "./strings.ts";
import type { Lang } from "./types.ts";

const LOCALE: Record<Lang, string> = { ru: "ru-RU", en: "en-GB" };

/** A day of the reader's calendar, as a key. */
export function dayKey(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? "" : `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

export function dayName(iso: string, lang: Lang, text: Strings, now = new Date()): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "";
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (dayKey(iso) === dayKey(now.toISOString())) return text.today;
  if (dayKey(iso) === dayKey(yesterday.toISOString())) return text.yesterday;
  const sameYear = date.getFullYear() === now.getFullYear();
  return date.toLocaleDateString(LOCALE[lang], {
    day: "numeric",
    month: "long",
    ...(sameYear ? {} : { year: "numeric" }),
  });
}

export function clockTime(iso: string, lang: Lang): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "";
  return date.toLocaleTimeString(LOCALE[lang], { hour: "2-digit", minute: "2-digit" });
}
