import type { Chat } from "../chat.ts";
import type { Speech } from "../format.ts";
import { hashOf } from "../route.ts";
import type { Case, CaseEvent, Person } from "../types.ts";
import { Icon, channelIcon } from "./icon.tsx";
import { IconButton, useDesk } from "./ui.tsx";

/** Who the person is, what else they talked about, and when they called a human. */
export function Card({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const { speech } = useDesk();
  const { person, cases } = chat.thread;
  return (
    <aside class="card" aria-label={speech.t("card")}>
      <header>
        <h2>{speech.t("card")}</h2>
        <IconButton label={speech.t("close")} icon="close" hint="i" onClick={onClose} />
      </header>
      {person ? (
        <div class="card-body">
          <Facts person={person} speech={speech} />
          <Cases cases={cases} speech={speech} />
          <EarlierList person={person} />
        </div>
      ) : (
        <p class="mute card-body">{speech.t("loading")}</p>
      )}
    </aside>
  );
}

function Facts({ person, speech }: { person: Person; speech: Speech }) {
  const { tokens } = person;
  return (
    <section>
      <dl class="facts">
        <dt>{speech.t("channels")}</dt>
        {person.identities.map(({ channel, kind, user, name }) => (
          <dd key={`${channel} ${user}`}>
            <Icon name={channelIcon(kind)} />
            <span title={user}>
              <span dir="auto">{name ?? short(user)}</span> <span class="mute">{channel}</span>
            </span>
          </dd>
        ))}
        {person.lang && (
          <>
            <dt>{speech.t("language")}</dt>
            <dd>{speech.language(person.lang)}</dd>
          </>
        )}
        <dt>{speech.t("since")}</dt>
        <dd>{speech.moment(person.since)}</dd>
        <dt>{speech.t("tokens")}</dt>
        <dd>{speech.t("tokensOf", { in: speech.number(tokens.in), out: speech.number(tokens.out) })}</dd>
      </dl>
    </section>
  );
}

function Cases({ cases, speech }: { cases: Case[]; speech: Speech }) {
  return (
    <section>
      <h3>{speech.t("cases")}</h3>
      {cases.length === 0 && <p class="mute">{speech.t("noCases")}</p>}
      {cases.map((one, i) => (
        <details key={one.id} class="case" open={i === 0}>
          <summary>
            <span class="case-title">{capital(speech.word("reason", one.reason))}</span>
            <span class="mute">{speech.moment(one.called_at)}</span>
          </summary>
          {one.detail && (
            <p class="case-detail" dir="auto">
              {one.detail}
            </p>
          )}
          <p class="mute">{summary(one, speech)}</p>
          {one.rating !== null && <Rating stars={one.rating} comment={one.comment} speech={speech} />}
          <ol class="events">
            {one.events.map((event, n) => (
              <EventItem key={n} event={event} speech={speech} />
            ))}
          </ol>
        </details>
      ))}
    </section>
  );
}

function EventItem({ event, speech }: { event: CaseEvent; speech: Speech }) {
  return (
    <li>
      <time dateTime={event.at}>{speech.clock(event.at)}</time>
      <span>
        {speech.word("event", event.what)}
        {event.operator && <> · {event.operator}</>}
        {event.detail && <span class="mute"> · {detailOf(event, speech)}</span>}
      </span>
    </li>
  );
}

/** Why, how many, or how it was rated. */
function detailOf({ what, detail }: CaseEvent, speech: Speech): string {
  return what === "called" ? speech.word("reason", detail ?? "") : (detail ?? "");
}

function Rating({ stars, comment, speech }: { stars: number; comment: string | null; speech: Speech }) {
  return (
    <p class="stars">
      <span role="img" aria-label={speech.t("rated", { n: stars })}>
        {[1, 2, 3, 4, 5].map((n) => (
          <span key={n} class={n <= stars ? "on" : ""}>
            <Icon name="star" />
          </span>
        ))}
      </span>
      {comment && <q dir="auto">{comment}</q>}
    </p>
  );
}

/** "Anna · taken after 2 min · lasted 12 min · closed". */
function summary(one: Case, speech: Speech): string {
  const [called, taken, ended] = [one.called_at, one.taken_at, one.ended_at].map((iso) =>
    iso ? Date.parse(iso) : null,
  );
  const parts = [one.operator?.name ?? ""];
  if (!taken) parts.push(speech.t("untaken"));
  if (taken && called) parts.push(speech.t("tookAfter", { time: speech.span(taken - called) }));
  if (taken && ended) parts.push(speech.t("lasted", { time: speech.span(ended - taken) }));
  if (one.outcome) parts.push(speech.word("outcome", one.outcome));
  return parts.filter(Boolean).join(" · ");
}

function EarlierList({ person }: { person: Person }) {
  const { speech } = useDesk();
  if (person.earlier.length === 0) return null;
  return (
    <section>
      <h3>{speech.t("earlier")}</h3>
      <ul class="earlier-list">
        {person.earlier.map((other) => (
          <li key={other.id}>
            <a href={hashOf({ folder: "all", conversation: other.id })}>
              <span dir="auto">{speech.person(other)}</span>
              <span class="mute">
                {other.channel} · {speech.date(other.last_at)}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The key of a visitor without a name says little, and is long. */
function short(user: string): string {
  return user.length > 14 ? `${user.slice(0, 12)}…` : user;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
