import type { VNode } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { dayKey } from "../../widget/time.ts";
import type { Chat } from "../chat.ts";
import type { Speech } from "../format.ts";
import { isLine } from "../quote.ts";
import type { Message, Note, Row } from "../types.ts";
import { Icon } from "./icon.tsx";
import { EventLine, MessageView, NoteView, Unsent } from "./message.tsx";
import { Button, Growing, useDesk } from "./ui.tsx";

/** Messages of one author within so many minutes are one paragraph. */
const TOGETHER_MS = 5 * 60_000;
const NEAR_PX = 60;
const FOUND_MS = 1600;

/** What was said, oldest first; it follows the end unless the reader is elsewhere. */
export function Log({ chat, row }: { chat: Chat; row: Row }) {
  const { speech } = useDesk();
  const scroll = useRef<HTMLDivElement>(null);
  const [missed, setMissed] = useState(false);
  const [isAway, setAway] = useState(false);
  const seen = useRef({ chat: 0, first: 0, last: 0, height: 0, top: 0, client: 0, stick: true });
  const { thread } = chat;

  useLayoutEffect(() => {
    const node = scroll.current as HTMLDivElement;
    const was = seen.current;
    const first = thread.messages[0]?.seq ?? 0;
    if (was.chat !== chat.id) {
      Object.assign(was, { chat: chat.id, stick: true, last: 0, top: 0 });
      setAway(false);
      setMissed(false);
    }
    if (!was.stick && first < was.first) node.scrollTop += node.scrollHeight - was.height;
    if (was.stick) node.scrollTop = node.scrollHeight;
    else if (was.last > 0 && thread.lastSeq > was.last) setMissed(true);
    Object.assign(was, { first, last: thread.lastSeq, height: node.scrollHeight });
    if (chat.sought === null) return;
    if (bringIntoSight(node, chat.sought)) was.stick = false;
    chat.sought = null;
  });
  useLayoutEffect(() => {
    const node = scroll.current as HTMLDivElement;
    const follow = new ResizeObserver(() => {
      seen.current.client = node.clientHeight;
      if (seen.current.stick) node.scrollTop = node.scrollHeight;
    });
    follow.observe(node);
    follow.observe(node.firstElementChild as Element);
    return () => follow.disconnect();
  }, []);

  function scrolled() {
    const node = scroll.current as HTMLDivElement;
    const was = seen.current;
    const isNear = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_PX;
    // Only a reader moves upwards, or a field below that has grown: then there is another height.
    if (isNear) was.stick = true;
    else if (node.scrollTop < was.top && node.clientHeight === was.client) was.stick = false;
    was.top = node.scrollTop;
    setAway(!was.stick);
    if (isNear) setMissed(false);
  }

  function jump() {
    const node = scroll.current as HTMLDivElement;
    seen.current.stick = true;
    node.scrollTop = node.scrollHeight;
    setMissed(false);
  }

  const name = speech.person(row);
  return (
    <div class="log-place">
      <div
        class="log"
        ref={scroll}
        role="log"
        aria-live="off"
        aria-label={speech.t("log", { name })}
        tabIndex={0}
        onScroll={scrolled}
      >
        <div class="log-list" aria-busy={!thread.loaded}>
          {thread.hasEarlier && (
            <Button
              class="more"
              kind="quiet"
              label={speech.t("earlierMessages")}
              onClick={() => void chat.loadEarlier()}
            />
          )}
          <Items chat={chat} row={row} />
        </div>
      </div>
      {isAway && (
        <button type="button" class={`jump ${missed ? "missed" : ""}`} onClick={jump}>
          <Icon name="down" />
          <span>{speech.t(missed ? "fresh" : "newest")}</span>
        </button>
      )}
    </div>
  );
}

/** In the middle, and marked for a moment.  False: it is not there, or was in sight already. */
function bringIntoSight(log: HTMLElement, seq: number): boolean {
  const node = log.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
  if (!node) return false;
  const before = log.scrollTop;
  const { top, bottom } = log.getBoundingClientRect();
  const at = node.getBoundingClientRect();
  if (at.top < top || at.bottom > bottom) node.scrollIntoView({ block: "center" });
  node.classList.add("found");
  setTimeout(() => node.classList.remove("found"), FOUND_MS);
  return log.scrollTop !== before;
}

function Items({ chat, row }: { chat: Chat; row: Row }) {
  const { speech, me } = useDesk();
  const { thread } = chat;
  const items: VNode[] = [];
  const notes = [...thread.notes];
  const from = thread.hasEarlier ? (thread.messages[0]?.seq ?? 0) : 0;
  let before: Message | null = null;
  const putNotes = (upTo: number) => {
    while (notes[0] && notes[0].after < upTo) {
      const note = notes.shift() as Note;
      if (note.after >= from || from === 0)
        items.push(<NoteView key={`n${note.id}`} note={note} speech={speech} />);
      before = null;
    }
  };
  for (const message of thread.messages) {
    putNotes(message.seq);
    const isNewDay = dayKey(message.created_at) !== (before ? dayKey(before.created_at) : lastDay(items));
    if (isNewDay) items.push(dayLine(message, speech));
    if (thread.freshFrom === message.seq)
      items.push(
        <div key="fresh" class="fresh-line">
          <span>{speech.t("fresh")}</span>
        </div>,
      );
    items.push(messageNode(message, isNewDay || !goesOn(before, message), chat, row, speech));
    before = isLine(message) ? null : message;
  }
  if (thread.loaded) putNotes(Number.POSITIVE_INFINITY);
  if (thread.draft.answer !== null) items.push(<Draft key="draft" text={thread.draft.text} row={row} />);
  for (const item of chat.outbox.items) {
    items.push(<Unsent key={`u${item.id}`} item={item} chat={chat} />);
  }
  if (thread.isPersonTyping) items.push(<Typing key="typing" name={speech.person(row)} side="person" />);
  for (const name of thread.typists(chat.isMine ? (me?.name ?? "") : ""))
    items.push(<Typing key={`t${name}`} name={name} side="operator" />);
  return <>{items}</>;
}

function messageNode(message: Message, isFirst: boolean, chat: Chat, row: Row, speech: Speech): VNode {
  if (isLine(message)) {
    return <EventLine key={message.seq} message={message} speech={speech} />;
  }
  return (
    <MessageView
      key={message.seq}
      message={message}
      isFirst={isFirst}
      isOwn={chat.isOwn(message)}
      chat={chat}
      person={speech.person(row)}
      speech={speech}
    />
  );
}

function goesOn(before: Message | null, message: Message): boolean {
  return (
    before !== null &&
    before.author === message.author &&
    before.name === message.name &&
    before.operator_id === message.operator_id &&
    Date.parse(message.created_at) - Date.parse(before.created_at) < TOGETHER_MS
  );
}

/** After a note the day goes on: it is written in the last line that names one. */
function lastDay(items: VNode[]): string {
  const lines = items.filter((item) => String(item.key).startsWith("day"));
  return String(lines.at(-1)?.key ?? "day").slice(3);
}

function dayLine(message: Message, speech: Speech): VNode {
  return (
    <div key={`day${dayKey(message.created_at)}`} class="day">
      <span>{speech.day(message.created_at)}</span>
    </div>
  );
}

/** The bot's answer while it is written. */
function Draft({ text, row }: { text: string; row: Row }) {
  const { speech, bots } = useDesk();
  const bot = bots.find((b) => b.name === row.bot);
  const name = speech.of(bot?.title) || speech.t("bot");
  return (
    <article class="message bot first draft">
      <p class="who">
        <Icon name="robot" />
        {name} <span class="mute">{speech.t("writing")}</span>
      </p>
      <div class="bubble">{text ? <Growing text={text} /> : <Dots />}</div>
    </article>
  );
}

function Typing({ name, side }: { name: string; side: "person" | "operator" }) {
  const { speech } = useDesk();
  return (
    <p class={`typing ${side}`} role="status">
      <Dots />
      {speech.t("typing", { name })}
    </p>
  );
}

function Dots() {
  return (
    <span class="dots" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}
