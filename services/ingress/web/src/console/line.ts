import { ApiError } from "../widget/api.ts";
import { Pause, backoff } from "../widget/backoff.ts";
import { readEvents, type ServerEvent } from "../widget/sse.ts";

export type Link = "connecting" | "online" | "lost";

/** Who walks through the list does not open a stream for each conversation. */
const SETTLE_MS = 200;

export interface LineHost {
  open(watch: number | null, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  /** `gap`: something may have been missed since the last event. */
  hello(gap: boolean): void;
  event(name: string, data: unknown): void;
  linked(link: Link): void;
}

/** One stream after the other, all for the same conversation. */
class Run {
  readonly abort = new AbortController();
  constructor(readonly watch: number | null) {}
}

/**
 * The stream of what happens, again after every loss.  It names the conversation whose
 * answers and typing are wanted; when that changes, the new stream must have begun
 * before the old one is let go, so that nothing is missed in between.
 */
export class Line {
  link: Link = "connecting";
  /** The one that is wanted, and the one that has begun: mostly the same. */
  private newest: Run | null = null;
  private live: Run | null = null;
  private watched: number | null = null;
  private settle: ReturnType<typeof setTimeout> | undefined;
  private readonly pause = new Pause();

  constructor(private readonly host: LineHost) {}

  start(): void {
    if (!this.newest) void this.run(new Run(this.watched));
  }

  stop(): void {
    clearTimeout(this.settle);
    for (const run of [this.newest, this.live]) run?.abort.abort();
    this.newest = this.live = null;
    this.pause.wake();
    this.set("connecting");
  }

  watch(conversation: number | null): void {
    this.watched = conversation;
    clearTimeout(this.settle);
    this.settle = setTimeout(() => {
      if (this.newest && this.newest.watch !== this.watched) void this.run(new Run(this.watched));
    }, SETTLE_MS);
  }

  /** Try now what waits for later. */
  hurry(): void {
    this.pause.wake();
  }

  private async run(run: Run): Promise<void> {
    if (this.newest !== this.live) this.newest?.abort.abort();
    this.newest = run;
    for (let attempt = 0; ; attempt++) {
      try {
        await readEvents((signal) => this.host.open(run.watch, signal), run.abort.signal, (event) => {
          if (event.event === "hello") attempt = -1;
          this.take(run, event);
        });
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return this.stop();
      }
      if (this.live === run) this.live = null;
      if (this.newest !== run) return; // its successor goes on
      if (!this.live) this.set("lost");
      await this.pause.wait(backoff(Math.max(0, attempt)));
      if (this.newest !== run) return;
    }
  }

  private take(run: Run, event: ServerEvent): void {
    if (run.abort.signal.aborted) return;
    if (event.event === "hello") return this.begun(run);
    let data: unknown;
    try {
      data = JSON.parse(event.data);
    } catch {
      return;
    }
    this.host.event(event.event, data);
  }

  private begun(run: Run): void {
    const gap = this.live === null || this.live === run; // the server says it again after a loss of its own
    if (this.live !== run) this.live?.abort.abort();
    this.live = run;
    this.set("online");
    this.host.hello(gap);
  }

  private set(link: Link): void {
    if (this.link === link) return;
    this.link = link;
    this.host.linked(link);
  }
}
