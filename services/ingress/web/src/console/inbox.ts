import type { Counts, Folder, Row, RowPage } from "./types.ts";

export const FOLDERS: readonly Folder[] = ["waiting", "mine", "all", "closed"];

/** One folder as far as it is loaded, or what a search in it has found. */
interface List {
  ids: number[];
  next: string | null;
  searchedTo: string | null;
  unsearched: RowPage["unsearched"];
}

/**
 * The rows that are known, and the folders they stand in.  What happens is sorted in
 * at once by the server's own rules; the server's pages then have the last word.
 */
export class Inbox {
  readonly rows = new Map<number, Row>();
  folder: Folder = "waiting";
  query = "";
  counts: Counts = { waiting: 0, mine: 0 };
  private readonly lists = new Map<string, List>();

  /** Undefined: this folder was never loaded. */
  get list(): List | undefined {
    return this.lists.get(key(this.folder, this.query));
  }

  get shown(): Row[] {
    const ids = this.list?.ids ?? [];
    return ids.map((id) => this.rows.get(id)).filter((row): row is Row => row !== undefined);
  }

  clear(): void {
    this.rows.clear();
    this.lists.clear();
    this.counts = { waiting: 0, mine: 0 };
  }

  /** The first page of a folder, or one that continues it. */
  page(folder: Folder, query: string, page: RowPage, isFirst: boolean): void {
    for (const row of page.conversations) this.rows.set(row.id, row);
    this.counts = page.counts;
    const ids = page.conversations.map((row) => row.id);
    const old = this.lists.get(key(folder, query));
    const list = { ids, next: page.next, searchedTo: page.searched_to ?? null, unsearched: page.unsearched };
    const tail = old && isFirst && page.next !== null ? after(old.ids, ids) : [];
    if (old && isFirst && tail.length > 0) {
      // The pages behind it stay, as far as they go on from here.
      Object.assign(list, { ids: unique([...ids, ...tail]), next: old.next, searchedTo: old.searchedTo });
    } else if (old && !isFirst) {
      list.ids = unique([...old.ids, ...ids]);
    }
    this.lists.set(key(folder, query), list);
  }

  /** Something happened in a conversation.  Gives the row as it was before. */
  take(row: Row, me: number): Row | undefined {
    const old = this.rows.get(row.id);
    this.rows.set(row.id, row);
    for (const folder of FOLDERS) {
      const list = this.lists.get(key(folder, ""));
      if (list) this.place(list, folder, row, me);
    }
    return old;
  }

  private place(list: List, folder: Folder, row: Row, me: number): void {
    const rest = list.ids.filter((id) => id !== row.id);
    if (!belongs(row, folder, me)) {
      list.ids = rest;
      return;
    }
    const at = rest.findIndex((id) => {
      const other = this.rows.get(id);
      return other !== undefined && stands(row, other, folder);
    });
    if (at >= 0) rest.splice(at, 0, row.id);
    else if (list.next === null || list.ids.includes(row.id)) rest.push(row.id);
    list.ids = rest;
  }
}

function key(folder: Folder, query: string): string {
  return `${folder}\n${query}`;
}

/** What of a list stands behind a page of it; nothing where the page has another end. */
function after(list: number[], page: number[]): number[] {
  const at = list.indexOf(page.at(-1) ?? -1);
  return at < 0 ? [] : list.slice(at + 1);
}

function unique(ids: number[]): number[] {
  return [...new Set(ids)];
}

export function belongs(row: Row, folder: Folder, me: number): boolean {
  switch (folder) {
    case "waiting":
      return row.state === "waiting" || isLeft(row);
    case "mine":
      return row.state === "operator" && row.operator?.id === me;
    case "closed":
      return row.state === "closed";
    case "all":
      return true;
  }
}

/** Nobody was there, and a message was left that still wants an answer. */
export function isLeft(row: Row): boolean {
  return row.reason === "message" && row.state !== "waiting" && row.state !== "operator";
}

/** Whether one stands before the other: who waits longest comes first, elsewhere the newest. */
function stands(row: Row, other: Row, folder: Folder): boolean {
  if (folder === "waiting") return row.since < other.since;
  if (folder === "closed") return row.since > other.since;
  return heard(row) > heard(other);
}

export function heard(row: Row): string {
  return row.last?.created_at ?? row.since;
}
