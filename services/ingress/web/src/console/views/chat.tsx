import { ApiError } from "../../widget/api.ts";
import type { Chat } from "../chat.ts";
import type { Speech } from "../format.ts";
import { isLeft } from "../inbox.ts";
import type { Row } from "../types.ts";
import type { Commands } from "./commands.ts";
import { Composer } from "./composer.tsx";
import { type IconName, channelIcon, Icon } from "./icon.tsx";
import { Log } from "./log.tsx";
import { SuggestionCard } from "./suggestion.tsx";
import { Avatar, Button, IconButton, useDesk, usePopover } from "./ui.tsx";
import { DropPlace } from "./uploads.tsx";

/** One conversation: who it is, what was said, and where to answer. */
export function ChatView({ chat, now, commands }: { chat: Chat; now: number; commands: Commands }) {
  const desk = useDesk();
  const { speech } = desk;
  const { row } = chat;
  const isGone = chat.failure instanceof ApiError && chat.failure.status === 404;
  if (!row) {
    return (
      <div class="empty">
        <IconButton class="back" label={speech.t("back")} icon="back" onClick={() => desk.back()} />
        {chat.failure ? (
          <p>{speech.t(isGone ? "noChat" : "failed")}</p>
        ) : (
          <p class="mute">{speech.t("loading")}</p>
        )}
        {chat.failure !== null && !isGone && <Button label={speech.t("retry")} onClick={() => void chat.load()} />}
      </div>
    );
  }
  return (
    <DropPlace chat={chat}>
      <Head chat={chat} row={row} now={now} commands={commands} />
      <Log chat={chat} row={row} />
      <Notices chat={chat} row={row} />
      {chat.thread.suggestion && chat.isMine && (
        <SuggestionCard chat={chat} suggestion={chat.thread.suggestion} />
      )}
      <Composer chat={chat} row={row} />
    </DropPlace>
  );
}

function Head({ chat, row, now, commands }: { chat: Chat; row: Row; now: number; commands: Commands }) {
  const desk = useDesk();
  const { speech } = desk;
  const name = speech.person(row);
  return (
    <header class="chat-head">
      <IconButton class="back" label={speech.t("back")} icon="back" hint="Esc" onClick={commands.back} />
      <Avatar name={name} id={row.id} />
      <div class="chat-names">
        <h1 dir="auto">{name}</h1>
        <p class="mute">
          <span class={`state ${isLeft(row) ? "waiting" : row.state}`}>
            {stateWords(row, desk.me?.id ?? 0, speech, now)}
          </span>
          <span class="chat-channel">
            <Icon name={channelIcon(row.channel.kind)} />
            {row.channel.name}
          </span>
        </p>
      </div>
      <Actions chat={chat} row={row} commands={commands} />
      <IconButton
        class="card-toggle"
        label={speech.t("card")}
        icon="card"
        hint="i"
        onClick={commands.toggleCard}
      />
    </header>
  );
}

export function stateWords(row: Row, me: number, speech: Speech, now: number): string {
  if (isLeft(row)) return speech.word("reason", "message");
  if (row.state === "operator") {
    return row.operator?.id === me
      ? speech.t("stateYou")
      : speech.t("stateOther", { name: row.operator?.name ?? "" });
  }
  if (row.state === "closed") return speech.t("stateClosed");
  if (row.state === "bot") return speech.t("stateBot");
  const reason = row.reason ? `, ${speech.word("reason", row.reason)}` : "";
  return speech.t("waitingFor", { time: speech.since(row.since, now) }) + reason;
}

interface Action {
  label: string;
  icon: IconName;
  hint: string;
  run: () => void;
}

function Actions({ chat, row, commands }: { chat: Chat; row: Row; commands: Commands }) {
  const { speech, skipped, mayForce } = useDesk();
  const isBusy = chat.busy !== null;
  if (row.state === "operator" && !chat.isMine) {
    if (!mayForce) return null;
    const label = speech.t("takeFrom", { name: row.operator?.name ?? speech.t("operator") });
    return (
      <div class="actions">
        <Button label={label} hint="a" disabled={isBusy} onClick={commands.accept} />
      </div>
    );
  }
  if (!chat.isMine) {
    const isWaiting = row.state === "waiting";
    const canSkip = isWaiting && !(row.handoff !== null && skipped.has(row.handoff));
    return (
      <div class="actions">
        {canSkip && (
          <Button kind="quiet" label={speech.t("pass")} disabled={isBusy} onClick={commands.skip} />
        )}
        <Button
          kind="primary"
          icon={isWaiting ? "check" : "person"}
          label={speech.t(isWaiting ? "accept" : "take")}
          hint="a"
          disabled={isBusy}
          onClick={commands.accept}
        />
      </div>
    );
  }
  const mine: Action[] = [
    { label: speech.t("returnToBot"), icon: "robot", hint: "r", run: commands.giveBack },
    { label: speech.t("transfer"), icon: "transfer", hint: "t", run: commands.transfer },
    { label: speech.t("closeChat"), icon: "check", hint: "x", run: commands.close },
  ];
  return (
    <>
      <div class="actions wide-only">
        {mine.map(({ label, icon, hint, run }) => (
          <Button key={hint} label={label} icon={icon} hint={hint} disabled={isBusy} onClick={run} />
        ))}
      </div>
      <More actions={mine} isBusy={isBusy} />
    </>
  );
}

/** The same where there is no room for words. */
function More({ actions, isBusy }: { actions: Action[]; isBusy: boolean }) {
  const { speech } = useDesk();
  const { isOpen, setOpen, ref } = usePopover();
  return (
    <div class="menu-place narrow-only" ref={ref}>
      <IconButton
        label={speech.t("actions")}
        icon="more"
        expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      />
      {isOpen && (
        <div class="menu" role="group" aria-label={speech.t("actions")}>
          {actions.map(({ label, icon, run }) => (
            <button
              type="button"
              key={label}
              class="menu-item"
              disabled={isBusy}
              onClick={() => {
                setOpen(false);
                run();
              }}
            >
              <Icon name={icon} />
              {label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** What stands in the way: somebody else has the chat, or the person is gone. */
function Notices({ chat, row }: { chat: Chat; row: Row }) {
  const { speech, mayForce } = useDesk();
  return (
    <>
      {!row.reachable && (
        <p class="strip warn">
          <Icon name="warn" />
          <span>{speech.t("unreachablePerson")}</span>
        </p>
      )}
      {chat.holder !== null && (
        <div class="strip warn" role="alert">
          <Icon name="lock" />
          <span>{speech.t("hasChat", { name: chat.holder })}</span>
          {mayForce && (
            <Button
              label={speech.t("takeFrom", { name: chat.holder })}
              onClick={() => void chat.order({ verb: "take", force: true })}
            />
          )}
        </div>
      )}
    </>
  );
}
