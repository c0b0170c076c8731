/** Forms by Intl.PluralRules; {n} is the number. */
export interface Plural {
  one: string;
  few?: string;
  many?: string;
  other: string;
}
