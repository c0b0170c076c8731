import type { Lang } from "./types.ts";
import { en } from "./words/en.ts";
import type { Plural } from "./words/plural.ts";
import { ru } from "./words/ru.ts";

/** One table: what one language says, the other must say as well. */
export type Strings = typeof en;
export type Key = { [K in keyof Strings]: Strings[K] extends string ? K : never }[keyof Strings];
export type PluralKey = { [K in keyof Strings]: Strings[K] extends Plural ? K : never }[keyof Strings];

export const tables: Record<Lang, Strings> = { en, ru };
