import { useEffect, useRef, useState } from "preact/hooks";
import { FOLDERS } from "../inbox.ts";
import { hashOf } from "../route.ts";
import type { Folder } from "../types.ts";
import { Icon } from "./icon.tsx";
import { Menu } from "./menu.tsx";
import { RowView } from "./row.tsx";
import { Button, IconButton, Switch, useDesk } from "./ui.tsx";

const SEARCH_AFTER_MS = 250;

/** The left side: who we are, the folders, and the conversations in the chosen one. */
export function Sidebar({ now, onShortcuts }: { now: number; onShortcuts: () => void }) {
  const desk = useDesk();
  const { speech, me } = desk;
  return (
    <nav class="side" aria-label={speech.t("inbox")}>
      <header class="side-head">
        <Switch
          label={speech.t(me?.on_duty ? "onDuty" : "offDuty")}
          on={me?.on_duty ?? false}
          onChange={(on) => void desk.changeMe({ on_duty: on })}
        />
        {me && (
          <span class="load" title={speech.t("capacity")}>
            {me.load}/{me.capacity}
          </span>
        )}
        <Menu onShortcuts={onShortcuts} />
      </header>
      <Search />
      <Folders />
      <Rows now={now} />
    </nav>
  );
}

function Search() {
  const desk = useDesk();
  const { speech, inbox } = desk;
  const [text, setText] = useState(inbox.query);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (text.trim() === inbox.query) return undefined;
    const timer = setTimeout(() => desk.search(text), SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  function clear() {
    setText("");
    input.current?.focus();
  }
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        ref={input}
        id="search"
        type="search"
        value={text}
        placeholder={speech.t("search")}
        aria-label={speech.t("search")}
        aria-keyshortcuts="/"
        autocomplete="off"
        enterkeyhint="search"
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {text ? (
        <IconButton label={speech.t("clear")} icon="close" onClick={clear} />
      ) : (
        <kbd aria-hidden="true">/</kbd>
      )}
    </div>
  );
}

function Folders() {
  const desk = useDesk();
  const { speech, inbox } = desk;
  const count = (folder: Folder) => (folder === "waiting" || folder === "mine" ? inbox.counts[folder] : 0);
  return (
    <ul class="folders" aria-label={speech.t("folders")}>
      {FOLDERS.map((folder) => (
        <li key={folder}>
          <a
            href={hashOf({ folder })}
            class={folder}
            aria-current={inbox.folder === folder ? "page" : undefined}
          >
            <span>{speech.t(folder)}</span>
            {count(folder) > 0 && <b class="count">{count(folder)}</b>}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Rows({ now }: { now: number }) {
  const desk = useDesk();
  const { speech, inbox } = desk;
  const { list, shown, folder } = inbox;
  if (!list) {
    return desk.listFailure ? (
      <Failure />
    ) : (
      <ul class="rows" aria-busy="true">
        {[1, 2, 3, 4].map((n) => (
          <li key={n} class="ghost" />
        ))}
      </ul>
    );
  }
  if (shown.length === 0) return <Empty />;
  return (
    <div class="rows-scroll">
      <Unsearched />
      <ul class="rows">
        {shown.map((row) => (
          <RowView
            key={row.id}
            row={row}
            me={desk.me?.id ?? 0}
            speech={speech}
            minute={Math.floor(now / 15_000)}
            href={hashOf({ folder, conversation: row.id })}
            isOpen={desk.place.conversation === row.id}
            isSkipped={row.handoff !== null && desk.skipped.has(row.handoff)}
            hasDraft={desk.hasDraft(row.id)}
          />
        ))}
      </ul>
      <Older />
    </div>
  );
}

/** There is more; of a search, how far back it has looked. */
function Older() {
  const desk = useDesk();
  const { speech, inbox } = desk;
  const { list, query } = inbox;
  if (!list?.next) return null;
  return (
    <div class="older">
      {query && list.searchedTo && (
        <p class="mute">{speech.t("searchedTo", { time: speech.moment(list.searchedTo) })}</p>
      )}
      <Button
        class="more"
        kind="quiet"
        label={speech.t(query ? "searchOlder" : "more")}
        onClick={() => void desk.loadRows(list.next)}
      />
    </div>
  );
}

/** What the search does not find yet. */
function Unsearched() {
  const { speech, inbox } = useDesk();
  const gap = inbox.query ? inbox.list?.unsearched : null;
  if (!gap) return null;
  return (
    <p class="unsearched" role="status">
      <Icon name="clock" />
      {speech.t("unsearched", { since: speech.moment(gap.since), until: speech.moment(gap.until) })}
    </p>
  );
}

function Failure() {
  const desk = useDesk();
  return (
    <div class="empty">
      <p>{desk.speech.t("unreachable")}</p>
      <Button label={desk.speech.t("retry")} onClick={() => void desk.loadRows()} />
    </div>
  );
}

function Empty() {
  const desk = useDesk();
  const { speech, inbox, me } = desk;
  if (inbox.query) {
    return (
      <div class="empty">
        <p>{speech.t(inbox.list?.next ? "emptySoFar" : "emptySearch")}</p>
        {!inbox.list?.next && <p class="mute">{speech.t("emptySearchHint")}</p>}
        {inbox.folder !== "all" && (
          <a class="button" href={hashOf({ folder: "all" })}>
            {speech.t("searchAll")}
          </a>
        )}
        <Unsearched />
        <Older />
      </div>
    );
  }
  const isOff = inbox.folder === "waiting" && me && !me.on_duty;
  const hint = { waiting: "emptyWaitingHint", mine: "emptyMineHint", all: null, closed: null } as const;
  const title = {
    waiting: "emptyWaiting",
    mine: "emptyMine",
    all: "emptyAll",
    closed: "emptyClosed",
  } as const;
  const key = hint[inbox.folder];
  return (
    <div class="empty">
      <p>{speech.t(title[inbox.folder])}</p>
      {isOff ? <p class="mute">{speech.t("dutyHint")}</p> : key && <p class="mute">{speech.t(key)}</p>}
      {isOff && <Button label={speech.t("goOnDuty")} onClick={() => void desk.changeMe({ on_duty: true })} />}
    </div>
  );
}
