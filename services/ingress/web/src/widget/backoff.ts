/**
 * How long to wait before trying again: doubling from a second to half a minute,
 * the second half of it random, so that a restarted server is not met by all at once.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(30_000, 1000 * 2 ** Math.min(attempt, 10));
  return Math.round(full / 2 + (full / 2) * random());
}

/** A pause that can be cut short, by whoever learns that waiting has become pointless. */
export class Pause {
  private wakeUp: (() => void) | null = null;

  wait(ms: number): Promise<void> {
    this.wake();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake(), ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        this.wakeUp = null;
        resolve();
      };
    });
  }

  wake(): void {
    this.wakeUp?.();
  }
}
