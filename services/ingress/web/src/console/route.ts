import { FOLDERS } from "./inbox.ts";
import type { Folder } from "./types.ts";

export const PAGES = ["team", "audit", "jobs", "profile"] as const;
export type PageName = (typeof PAGES)[number];

/** Where in the console one is; it stands behind the # of the address. */
export interface Place {
  folder: Folder;
  conversation: number | null;
  page: PageName | null;
}

export function parsePlace(hash: string, before: Folder = "waiting"): Place {
  const [first = "", second = ""] = hash.replace(/^#\/?/, "").split("/");
  const page = PAGES.find((name) => name === first) ?? null;
  const folder = FOLDERS.find((name) => name === first) ?? before;
  const id = /^\d{1,15}$/.test(second) ? Number(second) : null;
  return { folder, page, conversation: page ? null : id };
}

export function hashOf(place: { folder: Folder; conversation?: number | null } | PageName): string {
  if (typeof place === "string") return `#/${place}`;
  return `#/${place.folder}${place.conversation ? `/${place.conversation}` : ""}`;
}
