import { readEvents, type ServerEvent } from "./sse.ts";
import type { Category, Lang, Page, Session } from "./types.ts";

/** What went wrong, for the program (status, code) and for the person (detail). */
export class ApiError extends Error {
  constructor(
    /** 0: the server was not reached. */
    readonly status: number,
    readonly code = "",
    readonly detail = "",
    readonly retryAfterMs?: number,
  ) {
    super(`${status} ${code}`);
  }

  /** The same request may succeed later. */
  get temporary(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

const REQUEST_MS = 20_000;

/** Calls of the widget API.  The token travels in a header, never in an address. */
export class Api {
  token: string | null = null;

  constructor(
    readonly base: string,
    private readonly site: string,
  ) {}

  session(lang: Lang): Promise<Session> {
    const body = { site: this.site, lang, ...(this.token ? { token: this.token } : {}) };
    return this.call("POST", "/sessions", body);
  }

  send(id: string, text: string, lang: Lang): Promise<{ seq: number; duplicate?: boolean }> {
    return this.call("POST", "/messages", { id, text, lang });
  }

  /** Those after a number, the oldest first; without one, the newest. */
  messages(after: number | null, limit: number): Promise<Page> {
    return this.call("GET", `/messages?${after === null ? "" : `after=${after}&`}limit=${limit}`);
  }

  async popular(lang: Lang): Promise<Category[]> {
    const query = new URLSearchParams({ site: this.site, lang });
    const body = await this.call<{ categories: Category[] }>("GET", `/popular?${query}`);
    return body.categories;
  }

  stop(): Promise<unknown> {
    return this.call("POST", "/stop", {});
  }

  typing(): Promise<unknown> {
    return this.call("POST", "/typing", {});
  }

  /** Back from those who wait. */
  back(): Promise<unknown> {
    return this.call("POST", "/return", {});
  }

  rate(handoff: number, score: number, comment: string): Promise<unknown> {
    return this.call("POST", "/rating", { handoff, score, ...(comment ? { comment } : {}) });
  }

  /** The conversation as a file, with times as the person's clock shows them. */
  transcript(format: string, lang: Lang): Promise<Blob> {
    const query = new URLSearchParams({ format, lang, tz: String(-new Date().getTimezoneOffset()) });
    return this.call("GET", `/transcript?${query}`, undefined, (response) => response.blob());
  }

  /** Reads events until the line ends (returns), breaks (throws) or falls silent (throws). */
  events(after: number, signal: AbortSignal, on: { open(): void; event(event: ServerEvent): void }): Promise<void> {
    const open = async (ours: AbortSignal) => {
      const response = await this.fetch("GET", `/events?after=${after}`, undefined, ours);
      if (!response.ok || !response.body) throw await problem(response);
      on.open();
      return response.body;
    };
    return readEvents(open, signal, on.event);
  }

  private fetch(method: string, path: string, body: unknown, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (this.token && path !== "/sessions") headers["Authorization"] = `Bearer ${this.token}`;
    return fetch(`${this.base}/api/v1${path}`, {
      method,
      headers,
      signal,
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "strict-origin-when-cross-origin",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  private async call<T>(
    method: string,
    path: string,
    body?: unknown,
    read: (response: Response) => Promise<T> = (response) => response.json(),
  ): Promise<T> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), REQUEST_MS);
    try {
      const response = await this.fetch(method, path, body, abort.signal);
      if (!response.ok) throw await problem(response);
      return response.status === 202 || response.status === 204 ? ({} as T) : await read(response);
    } catch (error) {
      throw error instanceof ApiError ? error : new ApiError(0);
    } finally {
      clearTimeout(timer);
    }
  }
}

async function problem(response: Response): Promise<ApiError> {
  let body: { code?: unknown; detail?: unknown } = {};
  try {
    body = await response.json();
  } catch {
    // not ours: a proxy's page
  }
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return new ApiError(
    response.status,
    text(body.code),
    text(body.detail),
    Number.isFinite(seconds) ? Math.max(0, seconds) * 1000 : undefined,
  );
}
