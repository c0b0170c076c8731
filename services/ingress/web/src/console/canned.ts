import type { Canned } from "./types.ts";

/** Those that "/na" may mean: names that begin so, then names that hold it.  Null: no name is being typed. */
export function matching(all: Canned[], text: string): Canned[] | null {
  const typed = /^\/(\S*)$/.exec(text)?.[1]?.toLowerCase();
  if (typed === undefined || all.length === 0) return null;
  const at = ({ name }: Canned) => name.toLowerCase().indexOf(typed);
  return all.filter((reply) => at(reply) >= 0).sort((a, b) => Number(at(a) > 0) - Number(at(b) > 0));
}
