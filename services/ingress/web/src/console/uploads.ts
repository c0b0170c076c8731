import { ApiError } from "../widget/api.ts";
import { Pause, backoff } from "../widget/backoff.ts";
import { type Storage, newId } from "../widget/storage.ts";
import type { Begun } from "./types.ts";

const KEY = "files";
export const FILE_MAX = 20 * 1024 * 1024;
export const FILES_MAX = 10;
/** Kept so long by the server; older ones are not offered any more. */
const KEPT_MS = 20 * 3600_000;

/** A file on its way to the server, or there already and waiting for the message it goes with. */
export interface Upload {
  key: string;
  name: string;
  mime: string;
  size: number;
  at: number;
  have: number;
  /** The server's number of it. */
  file: number | null;
  state: "sending" | "there" | "refused";
  error?: unknown;
}

export interface UploadHost {
  begin(told: { id: string; name: string; mime: string; size: number }): Promise<Begun>;
  piece(file: number, at: number, bytes: Blob): Promise<number>;
  drop(file: number): Promise<void>;
  changed(): void;
}

/** Files of one conversation that are not sent yet.  Those that are there survive a reload. */
export class Uploads {
  readonly items: Upload[];
  private readonly blobs = new Map<string, Blob>();
  private readonly pause = new Pause();
  private isOver = false;

  constructor(
    private readonly storage: Storage,
    private readonly host: UploadHost,
  ) {
    this.items = restore(storage, Date.now());
  }

  /** True while something is under way, or was refused and has to be put away first. */
  get isHeld(): boolean {
    return this.items.some((item) => item.state !== "there");
  }

  get files(): number[] {
    return this.items.flatMap((item) => (item.state === "there" && item.file !== null ? [item.file] : []));
  }

  /** False: there would be too many. */
  add(blob: Blob, name: string): boolean {
    if (this.items.length >= FILES_MAX) return false;
    const item: Upload = {
      key: newId(),
      name: fileName(name),
      mime: blob.type,
      size: blob.size,
      at: Date.now(),
      have: 0,
      file: null,
      state: "sending",
    };
    this.items.push(item);
    this.blobs.set(item.key, blob);
    void this.send(item, blob);
    return true;
  }

  retry(item: Upload): void {
    const blob = this.blobs.get(item.key);
    if (!blob || item.state !== "refused") return;
    item.state = "sending";
    item.error = undefined;
    void this.send(item, blob);
  }

  remove(item: Upload): void {
    this.take(item);
    if (item.file !== null) this.host.drop(item.file).catch(() => {}); // the server forgets it by itself, too
  }

  /** They are part of a message now. */
  sent(files: readonly number[]): void {
    for (const item of this.items.filter((i) => i.file !== null && files.includes(i.file))) this.take(item);
  }

  /** Try now what waits for later. */
  hurry(): void {
    this.pause.wake();
  }

  /** Nothing more is sent. */
  end(): void {
    this.isOver = true;
    this.pause.wake();
  }

  private take(item: Upload): void {
    const at = this.items.indexOf(item);
    if (at >= 0) this.items.splice(at, 1);
    this.blobs.delete(item.key);
    this.keep();
    this.host.changed();
  }

  private async send(item: Upload, blob: Blob): Promise<void> {
    for (let tries = 0; this.isWanted(item); tries++) {
      this.host.changed();
      try {
        await this.sendOnce(item, blob, () => {
          tries = 0;
        });
        break;
      } catch (error) {
        const failure = error instanceof ApiError ? error : new ApiError(0);
        if (!failure.temporary && failure.status !== 401) {
          item.state = "refused";
          item.error = failure;
          break;
        }
        await this.pause.wait(failure.retryAfterMs ?? backoff(tries));
      }
    }
    this.keep();
    this.host.changed();
  }

  /** From where the server has it, to the end. */
  private async sendOnce(item: Upload, blob: Blob, moved: () => void): Promise<void> {
    const { key, name, mime, size } = item;
    const begun = await this.host.begin({ id: key, name, mime, size });
    item.file = begun.file;
    item.have = begun.have;
    while (item.have < size && this.isWanted(item)) {
      const bytes = blob.slice(item.have, item.have + begun.piece);
      item.have = await this.host.piece(begun.file, item.have, bytes);
      moved();
      this.host.changed();
    }
    if (this.isOver) return;
    if (this.items.includes(item)) item.state = "there";
    else await this.host.drop(begun.file).catch(() => {});
  }

  private isWanted(item: Upload): boolean {
    return !this.isOver && this.items.includes(item);
  }

  private keep(): void {
    const there = this.items.filter((item) => item.state === "there");
    if (there.length === 0) this.storage.remove(KEY);
    else this.storage.set(KEY, JSON.stringify(there));
  }
}

function restore(storage: Storage, now: number): Upload[] {
  try {
    const list: Upload[] = JSON.parse(storage.get(KEY) ?? "[]");
    return list.filter((item) => typeof item.file === "number" && now - item.at < KEPT_MS);
  } catch {
    storage.remove(KEY);
    return [];
  }
}

/** As the server takes it: at most 255 bytes, without slashes and control characters; the ending stays. */
export function fileName(name: string): string {
  const plain = name.replace(/[\u0000-\u001f\u007f/\\]/g, "_").trim() || "file";
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  const ending = /\.[\w]{1,10}$/.exec(plain)?.[0] ?? "";
  let stem = [...plain.slice(0, plain.length - ending.length)];
  while (bytes(stem.join("")) + ending.length > 255) stem = stem.slice(0, -1);
  return stem.join("") + ending;
}
