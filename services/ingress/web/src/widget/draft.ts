import type { Delta } from "./types.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The answer being written, put together from pieces that say at which byte they
 * begin.  Pieces may overlap what is known (a listener that came late is given the
 * text so far first) or leave a gap (we were away); after a gap nothing is added
 * until the answer begins anew or the finished message replaces it.
 */
export class Draft {
  answer: string | null = null;
  text = "";
  private bytes = 0;
  private broken = false;

  /** True if there is something new to show. */
  take(delta: Delta): boolean {
    if (delta.at === 0) {
      this.begin(delta.answer);
    } else if (delta.answer !== this.answer) {
      if (this.answer !== null && older(delta.answer, this.answer)) return false;
      this.begin(delta.answer);
      this.broken = true;
      return true;
    }
    if (this.broken) return false;
    return this.append(delta);
  }

  /** Only the answer that is shown can end. */
  ends(answer: string): boolean {
    return this.answer === answer;
  }

  clear(): void {
    this.answer = null;
    this.text = "";
    this.bytes = 0;
    this.broken = false;
  }

  private begin(answer: string): void {
    this.clear();
    this.answer = answer;
  }

  private append(delta: Delta): boolean {
    const piece = encoder.encode(delta.text);
    const known = this.bytes - delta.at;
    if (known < 0) {
      this.broken = true;
      return false;
    }
    if (known >= piece.length) return delta.at === 0;
    this.text += known === 0 ? delta.text : decoder.decode(piece.subarray(known));
    this.bytes += piece.length - known;
    return true;
  }
}

/** Answers are named "<job>.<attempt>", both counted up. */
function older(a: string, b: string): boolean {
  const [jobA = 0, attemptA = 0] = a.split(".").map(Number);
  const [jobB = 0, attemptB = 0] = b.split(".").map(Number);
  return jobA < jobB || (jobA === jobB && attemptA < attemptB);
}
