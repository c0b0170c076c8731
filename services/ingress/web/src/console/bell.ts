import type { Alerts } from "./alerts.ts";
import type { Desk } from "./desk.ts";
import { belongs } from "./inbox.ts";
import { hashOf } from "./route.ts";
import type { Message, Row } from "./types.ts";

type Said = Pick<Message, "author" | "text">;

/** Decides what is worth an operator's attention: new calls, chats given to them, words in theirs. */
export class Bell {
  constructor(
    private readonly desk: Desk,
    private readonly alerts: Alerts,
  ) {}

  /** A conversation has become another; `old` is what was known of it. */
  changed(old: Row | undefined, row: Row): void {
    const { me, skipped } = this.desk;
    if (!me) return;
    const isCall = row.state === "waiting" && (old?.state !== "waiting" || old.handoff !== row.handoff);
    if (isCall && (me.on_duty || me.role === "admin") && !skipped.has(row.handoff ?? 0)) {
      this.alerts.chime("waiting");
      this.show("alertWaiting", row, row.last ?? undefined);
    }
    const isGiven = old !== undefined && belongs(row, "mine", me.id) && !belongs(old, "mine", me.id);
    if (isGiven && !this.isLookedAt(row.id)) {
      this.alerts.chime("waiting");
      this.show("alertGiven", row, row.last ?? undefined);
    }
  }

  /** A person has written in a chat of ours. */
  said(row: Row, message: Message): void {
    if (this.isLookedAt(row.id)) return;
    this.alerts.chime("message");
    this.show("alertMessage", row, message);
  }

  private show(key: "alertWaiting" | "alertGiven" | "alertMessage", row: Row, last?: Said): void {
    const { speech } = this.desk;
    const words = last ? speech.said(last.author, last.text) : "";
    const title = speech.t(key, { name: speech.person(row) });
    this.alerts.notify(title, words, `tandem-${row.id}`, hashOf({ folder: "all", conversation: row.id }));
  }

  private isLookedAt(conversation: number): boolean {
    return this.desk.chat?.id === conversation && !document.hidden && document.hasFocus();
  }
}
