import type { Unsent as UnsentItem } from "../../widget/outbox.ts";
import type { Refusal } from "../api.ts";
import type { Chat } from "../chat.ts";
import type { Speech } from "../format.ts";
import type { Message, Note } from "../types.ts";
import { Attached } from "./attached.tsx";
import { Basis } from "./basis.tsx";
import { Icon } from "./icon.tsx";
import { Quoted, answerTo } from "./quote.tsx";
import { Button, IconButton, Plain, Rich, still, useDesk } from "./ui.tsx";

interface Props {
  message: Message;
  /** The first of several by one author: it has the name above it. */
  isFirst: boolean;
  isOwn: boolean;
  person: string;
  chat: Chat;
  speech: Speech;
}

export const MessageView = still(function MessageView({
  message,
  isFirst,
  isOwn,
  person,
  chat,
  speech,
}: Props) {
  const who = { person, bot: speech.t("bot"), operator: message.name ?? speech.t("operator"), platform: "" }[
    message.author
  ];
  return (
    <article
      class={`message ${message.author} ${isOwn ? "own" : ""} ${isFirst ? "first" : ""}`}
      data-seq={message.seq}
    >
      <p class={isFirst ? "who" : "hidden"}>
        {message.author === "bot" && <Icon name="robot" />}
        {isOwn ? speech.t("you") : who}
      </p>
      <div class="bubble">
        {message.reply_to && (
          <Quoted quote={message.reply_to} person={person} chat={chat} speech={speech} />
        )}
        {message.text &&
          (message.author === "person" ? (
            <Plain text={message.text} />
          ) : (
            <Rich html={message.html ?? null} text={message.text} />
          ))}
        {message.attachments?.map((file, i) => (
          <Attached key={i} file={file} speech={speech} />
        ))}
        {message.author === "bot" && <Basis message={message} speech={speech} />}
      </div>
      <p class="meta">
        <IconButton
          class="answer"
          label={speech.t("answer")}
          icon="reply"
          onClick={() => answerTo(chat, message)}
        />
        {isOwn && (
          <IconButton class="edit" label={speech.t("edit")} icon="edit" onClick={() => chat.edit(message)} />
        )}
        <span class="when">
          {message.edited_at && <span>{speech.t("edited")}</span>}
          <time dateTime={message.created_at} title={speech.moment(message.created_at)}>
            {speech.clock(message.created_at)}
          </time>
          <Delivery message={message} speech={speech} />
        </span>
      </p>
      <Failure message={message} chat={chat} isOwn={isOwn} speech={speech} />
    </article>
  );
});

function Delivery({ message, speech }: { message: Message; speech: Speech }) {
  const { delivery } = message;
  if (!delivery || message.author === "person") return null;
  const icon = {
    pending: "clock",
    sending: "clock",
    sent: "check",
    failed: "warn",
    uncertain: "warn",
  } as const;
  const words = speech.t(`delivery.${delivery}`);
  return (
    <span class={`delivery ${delivery}`} role="img" aria-label={words} title={words}>
      <Icon name={icon[delivery]} />
    </span>
  );
}

/** The person has not got it, and why; whoever wrote it may send it again. */
function Failure({
  message,
  chat,
  isOwn,
  speech,
}: {
  message: Message;
  chat: Chat;
  isOwn: boolean;
  speech: Speech;
}) {
  const { delivery, error, failure } = message;
  if (delivery !== "failed" && delivery !== "uncertain") return null;
  const words = speech.t(`delivery.${delivery}`);
  return (
    <div class="fate bad">
      <Icon name="warn" />
      {failure ? (
        <details>
          <summary>{`${words}: ${speech.of(failure)}`}</summary>
          <span class="mute" dir="auto">
            {error}
          </span>
        </details>
      ) : (
        <span>{error ? `${words}: ${error}` : words}</span>
      )}
      {isOwn && <Button kind="quiet" label={speech.t("again")} onClick={() => chat.sayAgain(message)} />}
    </div>
  );
}

/** What the platform did, or the person pressed; where we know it, in the operator's words. */
export const EventLine = still(function EventLine({ message, speech }: { message: Message; speech: Speech }) {
  return (
    <p class="event" data-seq={message.seq}>
      <span dir="auto">{eventWords(message, speech)}</span>
      <time dateTime={message.created_at}>{speech.clock(message.created_at)}</time>
    </p>
  );
});

function eventWords({ author, event, name, text }: Message, speech: Speech): string {
  if (event === "returned") return speech.t("returned");
  if (event === "closed") return speech.t("over");
  if (event === "joined" && name) return speech.t("joined", { name });
  return speech.said(author, text);
}

export const NoteView = still(function NoteView({ note, speech }: { note: Note; speech: Speech }) {
  return (
    <article class="note">
      <p class="who">
        <Icon name="lock" />
        {speech.t("noteBy", { name: note.operator ?? speech.t("operator") })}
        <span class="mute">{speech.t("onlyTeam")}</span>
        <time dateTime={note.created_at}>{speech.clock(note.created_at)}</time>
      </p>
      <Plain text={note.text} />
    </article>
  );
});

/** Written, but not confirmed by the server yet. */
export function Unsent({ item, chat }: { item: UnsentItem; chat: Chat }) {
  const { speech, mayForce } = useDesk();
  const refusal = chat.refusal(item);
  const holder = refusal?.holder ? chat.colleague : null;
  const drop = () => void chat.outbox.drop(item.id);
  const edit = () => chat.takeBack(item);
  return (
    <article class={`message operator own first unsent ${item.state}`}>
      <p class="who">{speech.t("you")}</p>
      <div class="bubble">
        {item.reply_to && (
          <Quoted quote={item.reply_to} person={chat.row ? speech.person(chat.row) : ""} chat={chat} speech={speech} />
        )}
        <Plain text={item.text} />
      </div>
      {item.state !== "held" ? (
        <p class="fate">
          <Icon name="clock" />
          <span>{speech.t(item.tries > 1 ? "queued" : "sending")}</span>
        </p>
      ) : (
        <p class="fate bad" role="alert">
          <Icon name="warn" />
          <span>{heldWords(refusal, holder, speech)}</span>
          {holder && mayForce ? (
            <Button
              label={speech.t("takeAndSend", { name: holder })}
              onClick={() => void chat.takeAndResend(item)}
            />
          ) : (
            <Button label={speech.t("again")} onClick={() => chat.resend(item)} />
          )}
          <Button kind="quiet" label={speech.t("edit")} onClick={edit} />
          <Button kind="quiet" label={speech.t("drop")} onClick={drop} />
        </p>
      )}
    </article>
  );
}

/** Why it is held.  Who had the chat then need not have it any more. */
function heldWords(refusal: Refusal | undefined, holder: string | null, speech: Speech): string {
  if (!refusal) return speech.t("heldOld");
  if (!refusal.holder) return speech.refusal(refusal);
  return holder ? speech.t("code.taken", { name: holder }) : speech.t("heldTaken");
}
