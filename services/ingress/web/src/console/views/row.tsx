import type { Speech } from "../format.ts";
import { heard, isLeft } from "../inbox.ts";
import type { Row } from "../types.ts";
import { Icon, channelIcon } from "./icon.tsx";
import { Avatar, still } from "./ui.tsx";

interface Props {
  row: Row;
  me: number;
  speech: Speech;
  /** Changes when "5 min" may have to become "6 min". */
  minute: number;
  href: string;
  isOpen: boolean;
  isSkipped: boolean;
  hasDraft: boolean;
}

/** One line of a folder: who, since when, what was said last, and who answers. */
export const RowView = still(function RowView({ row, me, speech, href, isOpen, isSkipped, hasDraft }: Props) {
  const name = speech.person(row);
  const isCalling = row.state === "waiting" || isLeft(row);
  const time = row.state === "waiting" ? row.since : heard(row);
  return (
    <li>
      <a
        href={href}
        class={`row ${row.state} ${row.unread > 0 ? "unread" : ""} ${isSkipped ? "skipped" : ""}`}
        aria-current={isOpen ? "true" : undefined}
        data-id={row.id}
      >
        <Avatar name={name} id={row.id} />
        <span class="row-text">
          <span class="row-top">
            <strong class="row-name" dir="auto">
              {name}
            </strong>
            <span class={`row-time ${urgency(row)}`}>{speech.ago(time, Date.now())}</span>
          </span>
          <span class="row-words" dir="auto">
            {hasDraft && <Icon name="edit" />}
            {row.last && <Said row={row} me={me} speech={speech} />}
          </span>
          <span class="row-foot">
            <span class="row-channel">
              <Icon name={channelIcon(row.channel.kind)} />
              {row.channel.name}
            </span>
            {isCalling && row.reason && <span class="chip calling">{speech.word("reason", row.reason)}</span>}
            <Holder row={row} me={me} speech={speech} />
          </span>
        </span>
        {row.unread > 0 && (
          <b class="count" aria-label={speech.plural("unread", row.unread)}>
            {row.unread < MANY ? row.unread : `${MANY}+`}
          </b>
        )}
      </a>
    </li>
  );
});

function Said({ row, speech }: { row: Row; me: number; speech: Speech }) {
  const { last } = row;
  if (!last) return null;
  const who = last.author === "person" ? "" : `${speech.t(last.author)}: `;
  return (
    <>
      {who && <span class="row-who">{who}</span>}
      {plain(speech.said(last.author, last.text)) || (last.file ? speech.word("file", last.file) : "…")}
    </>
  );
}

function Holder({ row, me, speech }: { row: Row; me: number; speech: Speech }) {
  if (row.state === "operator" && row.operator) {
    return <span class="chip held">{row.operator.id === me ? speech.t("you") : row.operator.name}</span>;
  }
  if (row.state === "bot" && !isLeft(row))
    return (
      <span class="chip">
        <Icon name="robot" />
        {speech.t("bot")}
      </span>
    );
  if (row.rating)
    return (
      <span class="chip rating">
        <Icon name="star" />
        {row.rating}
      </span>
    );
  return null;
}

/** The server counts no further. */
const MANY = 99;

const SOON_MS = 120_000;

/** Who waits for more than two minutes is written so that it is seen. */
function urgency(row: Row): string {
  if (row.state !== "waiting") return "";
  return Date.now() - Date.parse(row.since) > SOON_MS ? "late" : "calling";
}

/** Markdown's marks would be noise in one line. */
function plain(text: string): string {
  return text
    .replace(/[*_`#>]+/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}
