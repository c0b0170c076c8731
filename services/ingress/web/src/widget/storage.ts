/**
 * What the widget remembers on this device, per site.  Where the browser refuses
 * storage (private mode, blocked cookies) the same calls work in memory.
 */
export interface Storage {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
  /** Keys that begin with the prefix, without it. */
  below(prefix: string): string[];
}

export function memoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get: (key) => items.get(key) ?? null,
    set: (key, value) => void items.set(key, value),
    remove: (key) => void items.delete(key),
    below: (prefix) =>
      [...items.keys()].filter((k) => k.startsWith(prefix)).map((k) => k.slice(prefix.length)),
  };
}

/** The browser's storage with memory behind it: a write that is refused is still read back. */
export function siteStorage(site: string, open: () => globalThis.Storage): Storage {
  const prefix = `tandem:${site}:`;
  const memory = memoryStorage();
  let disk: globalThis.Storage;
  try {
    disk = open();
    disk.setItem(`${prefix}probe`, "1");
    disk.removeItem(`${prefix}probe`);
  } catch {
    return memory;
  }
  return {
    get: (key) => memory.get(key) ?? disk.getItem(prefix + key),
    set(key, value) {
      try {
        disk.setItem(prefix + key, value);
        memory.remove(key);
      } catch {
        memory.set(key, value); // full
      }
    },
    remove(key) {
      memory.remove(key);
      disk.removeItem(prefix + key);
    },
    below(start) {
      const found = new Set(memory.below(start));
      for (let i = 0; i < disk.length; i++) {
        const key = disk.key(i);
        if (key?.startsWith(prefix + start)) found.add(key.slice((prefix + start).length));
      }
      return [...found];
    },
  };
}

/** For ids: from the platform where it may be used (it needs a secure page), else our own. */
export function newId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((b) => b.toString(16).padStart(2, "0"))
    .join("");
}
