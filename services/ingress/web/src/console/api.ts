import { ApiError } from "../widget/api.ts";
import { newId } from "../widget/storage.ts";
import type {
  AuditEntry,
  Begun,
  DeadJob,
  Detail,
  Done,
  Folder,
  Gap,
  Me,
  MessagePage,
  Operator,
  Order,
  RowPage,
} from "./types.ts";

/** A refusal of the console's API; `holder` has the chat that was asked for. */
export class Refusal extends ApiError {
  constructor(
    status: number,
    code = "",
    detail = "",
    retryAfterMs?: number,
    readonly holder: string | null = null,
  ) {
    super(status, code, detail, retryAfterMs);
  }
}

const BASE = "/console/api";
const REQUEST_MS = 20_000;
const TRIES = 3;

/** Calls of the console's API.  The session is a cookie; changes carry the token of `me` as well. */
export class Api {
  /** In which the server says what it refuses. */
  lang = "en";
  private csrf = "";
  /** Called whenever the server does not know us any more. */
  onSignedOut: () => void = () => {};
  /** Called whenever the server has done something. */
  onReached: () => void = () => {};

  async login(login: string, password: string): Promise<Operator> {
    const me = await this.call<Me>("POST", "/login", { login, password });
    this.csrf = me.csrf;
    return me.operator;
  }

  async me(): Promise<Me> {
    const me = await this.call<Me>("GET", "/me");
    this.csrf = me.csrf;
    return me;
  }

  async changeMe(change: Record<string, unknown>): Promise<Operator> {
    return (await this.call<Me>("POST", "/me", change)).operator;
  }

  logout(): Promise<void> {
    return this.call("POST", "/logout", {});
  }

  rows(folder: Folder, query: string, before: string | null): Promise<RowPage> {
    const asked = new URLSearchParams({ folder, limit: "50" });
    if (query) asked.set("q", query);
    if (before) asked.set("before", before);
    return this.call("GET", `/conversations?${asked}`);
  }

  detail(id: number): Promise<Detail> {
    return this.call("GET", `/conversations/${id}`);
  }

  messages(id: number, before: number | null, limit: number): Promise<MessagePage> {
    const page = before === null ? "" : `before=${before}&`;
    return this.call("GET", `/conversations/${id}/messages?${page}limit=${limit}`);
  }

  /** Sent again under the same id while the server is not reached: it is done once. */
  async order(conversation: number, order: Order, id = newId()): Promise<Done> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.orderOnce(conversation, order, id);
      } catch (error) {
        const again = error instanceof ApiError && (error.status === 0 || error.status >= 502);
        if (!again || tries === TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500 * tries));
      }
    }
  }

  orderOnce(conversation: number, order: Order, id: string): Promise<Done> {
    return this.call("POST", `/conversations/${conversation}/orders`, { id, ...order });
  }

  typing(id: number): Promise<void> {
    return this.call("POST", `/conversations/${id}/typing`, {});
  }

  beginFile(
    conversation: number,
    told: { id: string; name: string; mime: string; size: number },
  ): Promise<Begun> {
    return this.call("POST", `/conversations/${conversation}/files`, told);
  }

  /** From where to go on. */
  async putPiece(file: number, at: number, bytes: Blob): Promise<number> {
    return (await this.call<{ have: number }>("POST", `/files/${file}/pieces/${at}`, bytes)).have;
  }

  dropFile(file: number): Promise<void> {
    return this.call("POST", `/files/${file}/drop`, {});
  }

  async operators(): Promise<Operator[]> {
    return (await this.call<{ operators: Operator[] }>("GET", "/operators")).operators;
  }

  async gaps(): Promise<Gap[]> {
    return (await this.call<{ gaps: Gap[] }>("GET", "/operators/gaps")).gaps;
  }

  async changeOperator(id: number, change: Record<string, unknown>): Promise<Operator> {
    return operatorIn(await this.call("POST", `/operators/${id}`, change));
  }

  async addOperator(made: {
    login: string;
    name: string;
    password: string;
    role: string;
  }): Promise<Operator> {
    return operatorIn(await this.call("POST", "/operators", made));
  }

  audit(before: string | null): Promise<{ entries: AuditEntry[]; next: string | null }> {
    return this.call("GET", `/audit${before ? `?before=${encodeURIComponent(before)}` : ""}`);
  }

  async deadJobs(): Promise<DeadJob[]> {
    return (await this.call<{ jobs: DeadJob[] }>("GET", "/jobs/dead")).jobs;
  }

  retryJob(id: number): Promise<void> {
    return this.call("POST", `/jobs/${id}/retry`, {});
  }

  /** The stream; who reads it is line.ts. */
  async events(watch: number | null, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const response = await fetch(`${BASE}/events${watch === null ? "" : `?watch=${watch}`}`, {
      signal,
      cache: "no-store",
      headers: { Accept: "text/event-stream" },
    });
    if (!response.ok || !response.body) throw await this.refusal(response, "/events");
    return response.body;
  }

  /** Another tab may have signed in anew: then the token of this one is out of date. */
  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    try {
      return await this.once(method, path, body);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "csrf") throw error;
      await this.me();
      return this.once(method, path, body);
    }
  }

  private async once<T>(method: string, path: string, body?: unknown): Promise<T> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), REQUEST_MS);
    const headers: Record<string, string> = { "Accept-Language": this.lang };
    if (body !== undefined)
      headers["Content-Type"] = body instanceof Blob ? "application/octet-stream" : "application/json";
    if (method !== "GET") headers["X-CSRF-Token"] = this.csrf;
    const content =
      body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) };
    try {
      const response = await fetch(BASE + path, {
        method,
        headers,
        signal: abort.signal,
        cache: "no-store",
        ...content,
      });
      if (!response.ok) throw await this.refusal(response, path);
      this.onReached();
      return response.status === 204 ? (undefined as T) : await response.json();
    } catch (error) {
      throw error instanceof ApiError ? error : new Refusal(0);
    } finally {
      clearTimeout(timer);
    }
  }

  private async refusal(response: Response, path: string): Promise<Refusal> {
    let body: Record<string, unknown> = {};
    try {
      body = await response.json();
    } catch {
      // not ours: a proxy's page
    }
    if (response.status === 401 && path !== "/login") this.onSignedOut();
    const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
    return new Refusal(
      response.status,
      text(body["code"]),
      text(body["detail"]),
      Number.isFinite(seconds) ? Math.max(0, seconds) * 1000 : undefined,
      nameOf(body["holder"]),
    );
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The holder is told by name, or as {"id","name"}. */
function nameOf(holder: unknown): string | null {
  if (typeof holder === "string") return holder;
  return holder && typeof holder === "object" ? text((holder as { name?: unknown }).name) || null : null;
}

function operatorIn(body: Operator | { operator: Operator }): Operator {
  return "operator" in body ? body.operator : body;
}
