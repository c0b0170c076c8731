import { useLayoutEffect } from "preact/hooks";
import type { Desk } from "../desk.ts";
import { FOLDERS } from "../inbox.ts";
import { type KeyName, isWriting, keyName } from "../keys.ts";
import { isLine } from "../quote.ts";
import { hashOf } from "../route.ts";
import { answerTo, focusComposer } from "./quote.tsx";

export type DialogName = "close" | "transfer" | "shortcuts";

/** What can be done with the open chat, by a button or by a key. */
export interface Commands {
  accept(): void;
  skip(): void;
  giveBack(): void;
  transfer(): void;
  close(): void;
  note(): void;
  reply(): void;
  answer(): void;
  back(): void;
  toggleCard(): void;
  help(): void;
  folder(at: number): void;
}

interface CardState {
  isShown: boolean;
  /** It lies over the conversation. */
  isOver: boolean;
  show(is: boolean): void;
}

export function useCommands(desk: Desk, ask: (dialog: DialogName) => void, card: CardState): Commands {
  const ours = () => (desk.chat?.isMine ? desk.chat : null);
  const write = (mode: "reply" | "note") => {
    desk.chat?.setMode(mode);
    focusComposer();
  };
  /** The focus goes along into a card that covers the rest, and comes back from one that goes away. */
  const toggleCard = () => {
    const { isShown, isOver, show } = card;
    const goesAlong = isShown ? document.activeElement?.closest("aside.card") : isOver;
    show(!isShown);
    if (goesAlong) focusLater(isShown ? ".card-toggle" : "aside.card button");
  };
  return {
    accept: () => void desk.accept(),
    skip: () => void desk.skip(),
    giveBack: () => void ours()?.order({ verb: "return" }),
    transfer: () => ours() && ask("transfer"),
    close: () => ours() && ask("close"),
    answer() {
      const words = desk.chat?.thread.messages.filter((m) => !isLine(m)) ?? [];
      const newest = words.filter((m) => m.author === "person").at(-1) ?? words.at(-1);
      if (desk.chat && newest) answerTo(desk.chat, newest);
    },
    note: () => write("note"),
    reply: () => write("reply"),
    help: () => ask("shortcuts"),
    toggleCard,
    folder: (at) => desk.go(hashOf({ folder: FOLDERS[at] ?? "waiting" })),
    back() {
      if (card.isOver && card.isShown) return toggleCard();
      const { conversation } = desk.place;
      desk.back();
      focusLater(`a.row[data-id="${conversation}"]`);
    },
  };
}

/**
 * Rendering is a microtask that stands in line already; the next key comes later than both.
 * On a phone the list stays where it was.
 */
function focusLater(selector: string): void {
  const preventScroll = matchMedia("(max-width: 760px)").matches;
  queueMicrotask(() => document.querySelector<HTMLElement>(selector)?.focus({ preventScroll }));
}

/** Keys pressed outside of fields and dialogs; from the moment at which one sees where one is. */
export function useKeys(commands: Commands): void {
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      const name = keyName(event);
      if (!name || event.defaultPrevented || document.querySelector("dialog[open]")) return;
      if (!isWriting(event.target)) {
        if (obey(name, commands)) event.preventDefault();
      } else if (name === "back") {
        (event.target as HTMLElement).blur();
      }
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
}

/** False if the key belongs to what has the focus: Enter, to a button or a link. */
function obey(name: KeyName, commands: Commands): boolean {
  if (name === "open" && document.activeElement?.closest("a, button, summary")) return false;
  const acts: Record<KeyName, () => void> = {
    open: commands.reply,
    next: () => move(1),
    previous: () => move(-1),
    back: commands.back,
    search: () => document.getElementById("search")?.focus(),
    accept: commands.accept,
    return: commands.giveBack,
    close: commands.close,
    transfer: commands.transfer,
    note: commands.note,
    answer: commands.answer,
    card: commands.toggleCard,
    help: commands.help,
    folder1: () => commands.folder(0),
    folder2: () => commands.folder(1),
    folder3: () => commands.folder(2),
    folder4: () => commands.folder(3),
  };
  acts[name]();
  return true;
}

/** The next row has the focus: the one after that which has it now, or after the open one. */
function move(step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("a.row")];
  const focused = rows.findIndex((row) => row === document.activeElement);
  const at = focused >= 0 ? focused : rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const first = step > 0 ? 0 : rows.length - 1;
  rows[at < 0 ? first : Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
}
