/** Server-sent events, read from text that may be cut anywhere. */
export interface ServerEvent {
  event: string;
  data: string;
  id: string | null;
}

export class EventParser {
  private rest = "";
  private data: string[] = [];
  private event = "";
  private id: string | null = null;

  constructor(private readonly emit: (event: ServerEvent) => void) {}

  feed(text: string): void {
    this.rest += text;
    for (;;) {
      const end = this.rest.search(/[\r\n]/);
      if (end < 0) return;
      const cr = this.rest[end] === "\r";
      if (cr && end + 1 === this.rest.length) return; // its newline may be still to come
      const line = this.rest.slice(0, end);
      this.rest = this.rest.slice(end + (cr && this.rest[end + 1] === "\n" ? 2 : 1));
      this.line(line);
    }
  }

  private line(line: string): void {
    if (line === "") {
      this.dispatch();
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment: a heart-beat
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.data.push(value);
    else if (field === "event") this.event = value;
    else if (field === "id") this.id = value;
  }

  private dispatch(): void {
    if (this.data.length > 0) {
      this.emit({ event: this.event || "message", data: this.data.join("\n"), id: this.id });
    }
    this.data = [];
    this.event = "";
    this.id = null;
  }
}

/** The server sends a heart-beat every 15 s; a stream that is silent for longer is dead. */
const SILENCE_MS = 40_000;
const LOOK_MS = 2000;

/** Reads events until the stream ends (returns), breaks (throws) or falls silent (throws). */
export async function readEvents(
  open: (signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>,
  signal: AbortSignal,
  take: (event: ServerEvent) => void,
): Promise<void> {
  const ours = new AbortController();
  const abort = () => ours.abort();
  signal.addEventListener("abort", abort);
  // Timers stand still while a device sleeps, and the line dies meanwhile: its clock goes on.
  let heard = Date.now();
  const watchdog = setInterval(() => {
    if (Math.abs(Date.now() - heard) > SILENCE_MS) abort();
  }, LOOK_MS);
  const parser = new EventParser(take);
  const decoder = new TextDecoder();
  try {
    const reader = (await open(ours.signal)).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard = Date.now();
      parser.feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    clearInterval(watchdog);
    signal.removeEventListener("abort", abort);
    ours.abort();
  }
}
