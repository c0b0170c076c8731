/** The console's API, as ingress speaks it. */
import type { Author, Delta, Lang, Quote } from "../widget/types.ts";

export type { Author, Lang };
export type Folder = "waiting" | "mine" | "all" | "closed";
export type State = "bot" | "waiting" | "operator" | "closed";
export type Words = Partial<Record<Lang, string>>;

export interface Operator {
  id: number;
  login: string | null;
  name: string;
  role: "operator" | "admin";
  enabled: boolean;
  on_duty: boolean;
  capacity: number;
  load: number;
  lang: string;
  telegram: boolean;
}

export interface Canned {
  name: string;
  text: Words;
}

export interface Bot {
  name: string;
  title: Words;
  canned?: Canned[] | null;
}

export interface Me {
  operator: Operator;
  csrf: string;
  bots?: Bot[];
}

export interface Named {
  id: number;
  name: string;
}

/** A conversation, as one line of a folder. */
export interface Row {
  id: number;
  bot: string;
  channel: { name: string; kind: string };
  title: string | null;
  lang: string | null;
  state: State;
  operator: Named | null;
  /** Why a human was called; "message": one was left when nobody was there. */
  reason: string | null;
  /** Since when it is in this state. */
  since: string;
  last: { seq: number; author: Author; text: string; file?: string | null; created_at: string } | null;
  last_seq: number;
  unread: number;
  rating: number | null;
  reachable: boolean;
  epoch: number;
  handoff: number | null;
}

export interface Counts {
  waiting: number;
  mine: number;
}

export interface RowPage {
  conversations: Row[];
  counts: Counts;
  next: string | null;
  /** Of a search that may go on: how far back it has looked. */
  searched_to?: string | null;
  /** Messages of this time are not in the index of the search yet. */
  unsearched?: { since: string; until: string } | null;
}

export interface Identity {
  channel: string;
  kind: string;
  user: string;
  name: string | null;
}

export interface Earlier {
  id: number;
  title: string | null;
  channel: string;
  state: State;
  last_at: string;
}

export interface Person {
  name: string | null;
  identities: Identity[];
  lang: string | null;
  since: string;
  tokens: { in: number; out: number };
  earlier: Earlier[];
}

export interface CaseEvent {
  at: string;
  what: string;
  operator: string | null;
  detail: string | null;
}

/** One call for a human, from the call to its end. */
export interface Case {
  id: number;
  reason: string;
  detail: string | null;
  called_at: string;
  taken_at: string | null;
  ended_at: string | null;
  operator: Named | null;
  outcome: string | null;
  rating: number | null;
  comment: string | null;
  events: CaseEvent[];
}

export interface Note {
  id: number;
  operator: string | null;
  text: string;
  /** The message that it stands behind. */
  after: number;
  created_at: string;
}

export interface Suggestion {
  id: number;
  text: string;
  last_seq: number;
}

export interface Detail {
  conversation: Row;
  person: Person;
  handoffs: Case[];
  notes: Note[];
  suggestion: Suggestion | null;
}

export interface Attachment {
  kind: string;
  name?: string | null;
  url?: string | null;
  mime?: string | null;
  size?: number | null;
  seconds?: number | null;
  emoji?: string | null;
  latitude?: number | null;
  longitude?: number | null;
  title?: string | null;
  question?: string | null;
  phone?: string | null;
  first_name?: string | null;
}

export interface Source {
  title?: string | null;
  url?: string | null;
}

export interface AnswerButton {
  text: string;
  data?: string | null;
  url?: string | null;
}

export interface Message {
  seq: number;
  author: Author;
  name?: string | null;
  /** Whose words they are, if they are an operator's. */
  operator_id?: number | null;
  /** The order that said it from a console, by the id that was given to it there. */
  id?: string | null;
  text: string;
  /** Rendered by the server.  Never trusted. */
  html?: string | null;
  attachments?: Attachment[] | null;
  /** What the bot's answer rests on, and what it offers to press. */
  sources?: Source[] | null;
  buttons?: AnswerButton[][] | null;
  reply_to?: Quote | null;
  /** What a message of the platform is about: joined, returned, closed, ... */
  event?: string | null;
  delivery?: "pending" | "sending" | "sent" | "failed" | "uncertain" | null;
  /** Why it was not delivered: as it was said, and in words, if there are any for it. */
  error?: string | null;
  failure?: Words | null;
  created_at: string;
  edited_at?: string | null;
}

export interface MessagePage {
  messages: Message[];
  last_seq: number;
}

export type Verb =
  "take" | "skip" | "say" | "edit" | "note" | "return" | "close" | "transfer" | "use" | "discard" | "read";

export interface Order {
  verb: Verb;
  text?: string;
  seq?: number;
  operator?: number;
  suggestion?: number;
  force?: boolean;
  files?: number[];
  /** Of `say` and `use`: the message that is answered. */
  reply_to?: number;
  /** Of `say`: a message of one's own that is said once more, with its files. */
  again?: number;
}

/** An upload, as far as the server has it. */
export interface Begun {
  file: number;
  have: number;
  piece: number;
}

export interface Done {
  status: string;
  seq?: number | null;
  epoch: number;
  state: State;
}

/** A bot that calls certain operators, of whom some are not there, or not enabled. */
export interface Gap {
  bot: { name: string; title: Words | null };
  /** Names, as the bots file has them. */
  missing: string;
  present: number;
}

export interface AuditEntry {
  at: string;
  operator: string | null;
  what: string;
  /** By kind: see audit.ts. */
  detail: Record<string, unknown> | null;
  address: string | null;
}

export interface DeadJob {
  id: number;
  queue: string;
  conversation: number | null;
  error: string | null;
  created_at: string;
}

/** What the stream brings, by the name of the event. */
export interface Events {
  hello: Record<string, never>;
  conversation: Row;
  message: { conversation: number; message: Message };
  delta: { conversation: number } & Delta;
  end: { conversation: number; answer: string };
  typing: { conversation: number; who: "person" | "operator"; name?: string | null };
  note: { conversation: number } & Note;
  suggestion: { conversation: number; suggestion: Suggestion | null };
  operator: Operator;
}
