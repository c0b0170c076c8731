import type { Api } from "./api.ts";
import type { Operator } from "./types.ts";

type TeamApi = Pick<Api, "operators" | "changeMe" | "changeOperator">;

/** Those who answer people; what was asked for before the stream told of somebody is older. */
export class Team {
  readonly all = new Map<number, Operator>();
  /** Counts what is asked and what is told; and when each was told of last. */
  private clock = 0;
  private readonly told = new Map<number, number>();
  private changing: Promise<unknown> = Promise.resolve();

  constructor(private readonly api: TeamApi) {}

  clear(): void {
    this.all.clear();
    this.told.clear();
  }

  /** From the stream, or somebody new. */
  tell(operator: Operator): void {
    this.told.set(operator.id, ++this.clock);
    this.all.set(operator.id, operator);
  }

  async load(): Promise<void> {
    const asked = ++this.clock;
    for (const one of await this.api.operators()) if (!this.isTold(one.id, asked)) this.all.set(one.id, one);
  }

  /** One change after the other, so that the last one stays.  `id` null: of oneself. */
  change(id: number | null, change: Record<string, unknown>): Promise<Operator> {
    const done = this.changing.then(() => this.changeNow(id, change));
    this.changing = done.catch(() => {});
    return done;
  }

  private async changeNow(id: number | null, change: Record<string, unknown>): Promise<Operator> {
    const asked = ++this.clock;
    const answer = await (id === null ? this.api.changeMe(change) : this.api.changeOperator(id, change));
    // Of somebody told of meanwhile only what was changed is taken from the answer.
    const known = this.isTold(answer.id, asked) ? this.all.get(answer.id) : undefined;
    const sure = Object.entries(answer).filter(([name]) => name in change);
    this.tell(known ? { ...known, ...Object.fromEntries(sure) } : answer);
    return this.all.get(answer.id) as Operator;
  }

  private isTold(id: number, asked: number): boolean {
    return (this.told.get(id) ?? 0) > asked;
  }
}
