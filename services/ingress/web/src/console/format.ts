import { dayKey } from "../widget/time.ts";
import { pressed } from "./pressed.ts";
import { type Key, type PluralKey, type Strings, tables } from "./strings.ts";
import type { Author, Lang, Words } from "./types.ts";

const LOCALE: Record<Lang, string> = { ru: "ru-RU", en: "en-GB" };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Words of the server's that we have words for. */
type WordKind = "reason" | "outcome" | "event" | "audit" | "file" | "lockout" | "queue" | "from";

type Values = Record<string, string | number>;

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (all, key: string) => (key in values ? String(values[key]) : all));
}

/** Words, numbers and times as one language says them. */
export class Speech {
  private readonly table: Strings;
  private readonly locale: string;
  private readonly rules: Intl.PluralRules;
  private readonly clockFormat: Intl.DateTimeFormat;

  constructor(readonly lang: Lang) {
    this.table = tables[lang];
    this.locale = LOCALE[lang];
    this.rules = new Intl.PluralRules(this.locale);
    this.clockFormat = new Intl.DateTimeFormat(this.locale, { hour: "2-digit", minute: "2-digit" });
  }

  t(key: Key, values: Values = {}): string {
    return fill(this.table[key], values);
  }

  /** A word of the server's (a reason, an outcome, an event); one we do not know stands for itself. */
  word(kind: WordKind, word: string): string {
    const found: unknown = (this.table as unknown as Record<string, unknown>)[`${kind}.${word}`];
    return typeof found === "string" ? found : word.replaceAll("_", " ");
  }

  /** What was refused, in words; a text of the server's own where we have none. */
  refusal(error: { status: number; code: string; detail: string; holder?: string | null }): string {
    const known = `code.${error.code}`;
    const holder = error.holder ?? this.t("operator");
    if (known in this.table) return this.t(known as Key, { name: holder });
    if (error.detail) return error.detail;
    return this.t(error.status === 0 ? "unreachable" : "failed");
  }

  /** Whom we talk to; who has not said their name is told from others by a number. */
  person(who: { id: number; title: string | null }): string {
    return who.title || this.t("nameless", { n: who.id });
  }

  /** What a person said; what they pressed, as what it does. */
  said(author: Author, text: string): string {
    const key = author === "person" ? pressed(text) : null;
    return key ? this.t(key) : text;
  }

  plural(key: PluralKey, n: number): string {
    const forms = this.table[key];
    const rule = this.rules.select(n) as keyof typeof forms;
    return fill(forms[rule] ?? forms.other, { n: this.number(n) });
  }

  number(n: number): string {
    return n.toLocaleString(this.locale);
  }

  /** One of the texts of a bot: in the language that is asked for, else in any. */
  of(words: Words | null | undefined, lang: string | null = this.lang): string {
    if (!words) return "";
    return words[(lang ?? this.lang) as Lang] ?? words[this.lang] ?? words.ru ?? words.en ?? "";
  }

  /** "5m", "3h", "2d"; nothing of less than a minute. */
  span(ms: number): string {
    const unit = (n: number, unit: string) =>
      new Intl.NumberFormat(this.locale, { style: "unit", unit, unitDisplay: "narrow" }).format(
        Math.floor(n),
      );
    if (ms < MINUTE) return this.lang === "ru" ? "<\u00a01\u00a0мин" : "<\u00a01m";
    if (ms < HOUR) return unit(ms / MINUTE, "minute");
    return ms < DAY ? unit(ms / HOUR, "hour") : unit(ms / DAY, "day");
  }

  /** How long ago, for the list: a span, later a date. */
  ago(iso: string, now: number): string {
    const ms = now - Date.parse(iso);
    if (Number.isNaN(ms)) return "";
    if (ms < MINUTE) return this.t("now");
    return ms < 7 * DAY ? this.span(ms) : this.date(iso, now);
  }

  since(iso: string, now: number): string {
    const ms = now - Date.parse(iso);
    return Number.isNaN(ms) ? "" : this.span(Math.max(0, ms));
  }

  clock(iso: string): string {
    const date = new Date(iso);
    return Number.isNaN(date.getTime()) ? "" : this.clockFormat.format(date);
  }

  date(iso: string, now = Date.now(), month: "short" | "long" = "short"): string {
    const date = new Date(iso);
    if (Number.isNaN(date.getTime())) return "";
    const sameYear = date.getFullYear() === new Date(now).getFullYear();
    return date.toLocaleDateString(this.locale, {
      day: "numeric",
      month,
      ...(sameYear ? {} : { year: "numeric" }),
    });
  }

  moment(iso: string): string {
    return `${this.date(iso)}, ${this.clock(iso)}`;
  }

  day(iso: string, now = new Date()): string {
    const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
    if (dayKey(iso) === dayKey(now.toISOString())) return this.t("today");
    if (dayKey(iso) === dayKey(yesterday.toISOString())) return this.t("yesterday");
    return this.date(iso, now.getTime(), "long");
  }

  bytes(n: number): string {
    const [value, unit] = n < 1e6 ? [Math.max(1, Math.round(n / 1e3)), "kilobyte"] : [n / 1e6, "megabyte"];
    return new Intl.NumberFormat(this.locale, { style: "unit", unit, maximumFractionDigits: 1 }).format(
      value,
    );
  }

  /** The name of a language, in the operator's. */
  language(tag: string): string {
    try {
      return new Intl.DisplayNames([this.locale], { type: "language" }).of(tag) ?? tag;
    } catch {
      return tag;
    }
  }
}
