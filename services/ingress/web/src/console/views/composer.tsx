import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { matching } from "../canned.ts";
import type { Chat, Mode } from "../chat.ts";
import type { Speech } from "../format.ts";
import type { Canned, Row } from "../types.ts";
import { CannedList } from "./canned.tsx";
import { Icon, channelIcon } from "./icon.tsx";
import { QuoteStrip, quoteFrom } from "./quote.tsx";
import { Button, IconButton, useDesk } from "./ui.tsx";
import { AttachButton, UploadList, attach } from "./uploads.tsx";

const HIGH_PX = 180;
const BORDER_PX = 2;
/** There is no room for hints there. */
const NARROW = matchMedia("(max-width: 760px)");

/** Where an operator writes.  The name of who will read it stands above, always. */
export function Composer({ chat, row }: { chat: Chat; row: Row }) {
  const { speech } = useDesk();
  const { mode } = chat;
  const name = speech.person(row);
  const tab = (which: Mode, hint: string) => (
    <button
      type="button"
      aria-pressed={mode === which}
      aria-keyshortcuts={hint}
      title={`${speech.t(which)} (${hint})`}
      onClick={() => chat.setMode(which)}
    >
      {speech.t(which)}
    </button>
  );
  return (
    <section class={`composer ${mode}`}>
      <div class="composer-head">
        <div class="modes" role="group">
          {tab("reply", "Enter")}
          {tab("note", "n")}
        </div>
        <p class="addressee" id="addressee">
          {mode === "note" ? (
            <>
              <Icon name="lock" />
              <span>{speech.t("noteAbout", { name })}</span>
            </>
          ) : (
            <>
              <span class="mute">{speech.t("to")}</span> <strong dir="auto">{name}</strong>
              <span class="mute via">
                <Icon name={channelIcon(row.channel.kind)} />
                {speech.t("via", { channel: row.channel.name })}
              </span>
            </>
          )}
        </p>
      </div>
      {(chat.editing || chat.adopted) && (
        <p class="editing">
          <Icon name={chat.editing ? "edit" : "bulb"} />
          {speech.t(chat.editing ? "editing" : "suggestion")}
          <IconButton
            label={speech.t("cancel")}
            icon="close"
            hint="Esc"
            onClick={() => chat.setMode("reply")}
          />
        </p>
      )}
      {mode === "reply" && !chat.editing && chat.quoting.current && (
        <QuoteStrip quote={chat.quoting.current} chat={chat} person={name} />
      )}
      {mode === "reply" && !chat.editing && !chat.adopted && <UploadList chat={chat} />}
      <Field
        key={`${chat.id} ${mode} ${chat.editing?.seq} ${chat.adopted?.id}`}
        chat={chat}
        row={row}
      />
    </section>
  );
}

function Field({ chat, row }: { chat: Chat; row: Row }) {
  const desk = useDesk();
  const { speech } = desk;
  const special = chat.editing ?? chat.adopted;
  const [text, setText] = useState(special?.text ?? chat.draft);
  const [chosen, setChosen] = useState(0);
  const [isHidden, setHidden] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const revision = useRef(chat.revision);
  const bot = desk.bots.find((b) => b.name === row.bot);
  const takesFiles = special === null && chat.mode === "reply";
  const { uploads } = chat;
  const canSend = takesFiles && uploads.items.length > 0 ? !uploads.isHeld && !chat.busy : text.trim() !== "";
  const canned = special || chat.mode === "note" || isHidden ? null : matching(bot?.canned ?? [], text);

  useLayoutEffect(() => {
    const node = input.current as HTMLTextAreaElement;
    const form = node.parentElement as HTMLElement;
    // While it is measured nothing above may move: the log would lose its place.
    form.style.minHeight = `${form.offsetHeight}px`;
    node.style.height = "auto";
    node.style.height = `${Math.min(node.scrollHeight + BORDER_PX, HIGH_PX)}px`;
    form.style.minHeight = "";
  }, [text]);
  useLayoutEffect(() => {
    if (special) input.current?.focus();
  }, []);
  useLayoutEffect(() => {
    if (chat.revision === revision.current) return;
    revision.current = chat.revision;
    setText(special?.text ?? chat.draft);
    if (document.activeElement === document.body) input.current?.focus(); // what was pressed is gone
  });

  function write(next: string) {
    setText(next);
    setChosen(0);
    setHidden(false);
    if (special)
      special.text = next; // still there when another chat was looked at
    else chat.draft = next;
  }

  async function send() {
    const said = text.trim();
    const isOrder = special !== null || chat.mode === "note";
    if (!canSend || (isOrder && chat.busy)) return;
    write("");
    await chat.submit(said); // what could not be sent comes back by itself
  }

  function insert(reply: Canned) {
    write(speech.of(reply.text, row.lang));
    input.current?.focus();
  }

  function key(event: KeyboardEvent) {
    if (event.isComposing || event.keyCode === 229) return;
    if (choose(event)) return event.preventDefault();
    if (canned && pick(event, canned)) return event.preventDefault();
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      void send();
    } else if (event.key === "ArrowUp" && text === "" && chat.mode === "reply" && chat.lastOwn) {
      event.preventDefault();
      chat.edit(chat.lastOwn);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (special) chat.setMode("reply");
      else if (chat.mode === "reply" && chat.quoting.current) chat.answer(null);
      else input.current?.blur();
    }
  }

  /** Which message is answered: an older one, a newer one, at last none. */
  function choose(event: KeyboardEvent): boolean {
    const step = ({ ArrowUp: -1, ArrowDown: 1 } as const)[event.key];
    if (!step || !(event.ctrlKey || event.metaKey) || chat.mode !== "reply" || chat.editing) return false;
    const message = chat.quoting.beside(chat.thread.messages, step);
    chat.answer(message && quoteFrom(message));
    if (message) void chat.seek(message.seq);
    return true;
  }

  /** Keys that belong to the list of canned replies while it is shown. */
  function pick(event: KeyboardEvent, list: Canned[]): boolean {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const reply = list[chosen];
    if (step) setChosen((chosen + step + list.length) % Math.max(1, list.length));
    else if (event.key === "Escape") setHidden(true);
    else if ((event.key === "Enter" || event.key === "Tab") && reply) insert(reply);
    else return false;
    event.stopPropagation();
    return true;
  }

  const name = speech.person(row);
  return (
    <form
      class="field"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {takesFiles && <AttachButton chat={chat} />}
      {canned && <CannedList list={canned} chosen={chosen} lang={row.lang} onPick={insert} />}
      <textarea
        ref={input}
        id="composer"
        rows={1}
        dir="auto"
        maxLength={20000}
        value={text}
        placeholder={hint(chat, row, speech)}
        aria-label={speech.t(chat.mode === "note" ? "noteAbout" : "replyTo", { name })}
        aria-describedby="addressee"
        aria-controls={canned ? "canned" : undefined}
        aria-activedescendant={canned?.[chosen] ? `canned-${chosen}` : undefined}
        enterkeyhint="send"
        onKeyDown={key}
        onPaste={(event) => {
          const files = [...(event.clipboardData?.files ?? [])];
          if (!takesFiles || files.length === 0) return;
          event.preventDefault();
          attach(desk, chat, files);
        }}
        onInput={(event) => {
          write(event.currentTarget.value);
          chat.typed(event.currentTarget.value);
        }}
      />
      <Button
        type="submit"
        kind="primary"
        class="send"
        icon={chat.mode === "note" ? "note" : "send"}
        label={speech.t(chat.editing ? "save" : chat.mode === "note" ? "addNote" : "send")}
        disabled={!canSend}
      />
    </form>
  );
}

function hint(chat: Chat, row: Row, speech: Speech): string {
  if (chat.mode === "note") return speech.t("placeholderNote");
  if (chat.isMine) return speech.t(NARROW.matches ? "placeholderShort" : "placeholder");
  if (row.state === "waiting") return speech.t("placeholderAccept");
  return row.state === "operator"
    ? speech.t("placeholderOther", { name: row.operator?.name ?? "" })
    : speech.t("placeholderTake");
}
