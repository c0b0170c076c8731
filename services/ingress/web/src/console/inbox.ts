import type { Counts, Folder, Row, RowPage } from "./types.ts";

export const FOLDERS: readonly Folder[] = ["waiting", "mine", "all", "closed"];

/** One folder as far as it is loaded, or what a search in it has found. */
interface List {
  ids: number[];
  next: string | null;
  searchedTo: string | null;
  unsearched: RowPage["unsearched"];
  /** When the first page of it was asked for. */
  asked: number;
}

/** A page of a folder that is being asked for; `before` continues the one that ended there. */
export interface Asked {
  at: number;
  folder: Folder;
  query: string;
  before: string | null;
}

const COUNTED = ["waiting", "mine"] as const;

/**
 * The rows that are known, and the folders they stand in.  What happens is sorted in
 * at once by the server's own rules; the server's pages then have the last word, but not
 * on what was told after they had been asked for.
 */
export class Inbox {
  readonly rows = new Map<number, Row>();
  folder: Folder = "waiting";
  query = "";
  counts: Counts = { waiting: 0, mine: 0 };
  private readonly lists = new Map<string, List>();
  /** Counts what is asked and what is told, so that one can be said to be older. */
  private clock = 0;
  /** When each row was told of last, and when somebody last came into a counted folder, or left it. */
  private readonly told = new Map<number, number>();
  private movedAt = 0;
  /** Rows as they were before something may have been missed, and when that was. */
  private readonly doubtful = new Set<number>();
  private doubtedAt = 0;

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
    this.told.clear();
    this.doubtful.clear();
    this.counts = { waiting: 0, mine: 0 };
  }

  /** Something may have been missed: only the list that is fetched anew is known, and no row for sure. */
  doubt(): void {
    this.doubtedAt = ++this.clock;
    for (const id of this.rows.keys()) this.doubtful.add(id);
    const shown = key(this.folder, this.query);
    for (const name of this.lists.keys()) if (name !== shown) this.lists.delete(name);
  }

  /** Now: to be remembered with what is asked for. */
  ask(): number {
    return ++this.clock;
  }

  askFor(before: string | null): Asked {
    return { at: this.ask(), folder: this.folder, query: this.query, before };
  }

  /** The first page of a folder, or one that continues it. */
  page(asked: Asked, page: RowPage, me: number): void {
    const name = key(asked.folder, asked.query);
    const old = this.lists.get(name);
    const isFirst = asked.before === null;
    if (isFirst ? old && asked.at < old.asked : old?.next !== asked.before) return; // the list is another by now
    for (const row of page.conversations) {
      if (this.isOld(row, asked.at)) continue;
      this.rows.set(row.id, row);
      if (asked.at > this.doubtedAt) this.doubtful.delete(row.id);
    }
    if (this.movedAt < asked.at) this.counts = page.counts;
    const list = joined(old, page, asked);
    this.lists.set(name, list);
    if (asked.query !== "") return;
    for (const [id, at] of this.told) {
      const row = this.rows.get(id);
      if (at > asked.at && row) this.place(list, asked.folder, row, me);
    }
  }

  /** Something happened in a conversation.  Gives the row as it was before. */
  take(row: Row, me: number): Row | undefined {
    const old = this.rows.get(row.id);
    if (old && (isOlder(row, old) || isOlder(old, row))) this.doubtful.delete(row.id);
    this.told.set(row.id, ++this.clock);
    this.rows.set(row.id, row);
    this.count(old, row, me);
    for (const folder of FOLDERS) {
      const list = this.lists.get(key(folder, ""));
      if (list) this.place(list, folder, row, me);
    }
    return old;
  }

  /** What was asked for then; something newer may have been told since. */
  learn(row: Row, asked: number, me: number): void {
    if (!this.isOld(row, asked)) this.take(row, me);
  }

  /** From the stream: what is known is newer, unless a database was restored since. */
  isOutdated(row: Row): boolean {
    const known = this.rows.get(row.id);
    return known !== undefined && !this.doubtful.has(row.id) && isOlder(row, known);
  }

  /** Of what is known, something is newer than this row is, as it was asked for then. */
  private isOld(row: Row, asked: number): boolean {
    const known = this.rows.get(row.id);
    if (!known || (asked > this.doubtedAt && this.doubtful.has(row.id))) return false;
    return isOlder(row, known) || (!isOlder(known, row) && (this.told.get(row.id) ?? 0) > asked);
  }

  private count(old: Row | undefined, row: Row, me: number): void {
    for (const folder of COUNTED) {
      const is = belongs(row, folder, me);
      // Somebody who was not known: was not there, if all who are there are known.
      const was = old ? belongs(old, folder, me) : is && !this.isComplete(folder);
      if (is === was) continue;
      this.movedAt = this.clock;
      this.counts = { ...this.counts, [folder]: Math.max(0, this.counts[folder] + (is ? 1 : -1)) };
    }
  }

  private isComplete(folder: Folder): boolean {
    return this.lists.get(key(folder, ""))?.next === null;
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

/** A page, and what of the list goes on from there, or what it goes on from. */
function joined(old: List | undefined, page: RowPage, asked: Asked): List {
  const ids = page.conversations.map((row) => row.id);
  const list = { ids, next: page.next, searchedTo: page.searched_to ?? null, unsearched: page.unsearched };
  if (!old) return { ...list, asked: asked.at };
  if (asked.before !== null) return { ...list, ids: unique([...old.ids, ...ids]), asked: old.asked };
  const tail = page.next === null ? [] : after(old.ids, ids);
  if (tail.length === 0) return { ...list, asked: asked.at };
  const { next, searchedTo } = old;
  return { ...list, ids: unique([...ids, ...tail]), next, searchedTo, asked: asked.at };
}

/** Both count upwards, as long as the database is the same. */
function isOlder(row: Row, other: Row): boolean {
  return row.epoch < other.epoch || (row.epoch === other.epoch && row.last_seq < other.last_seq);
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
