/** The widget API, as ingress speaks it. */

export type Lang = "ru" | "en";
export type Author = "person" | "bot" | "operator" | "platform";
export type Responder = "bot" | "waiting" | "operator";

export interface Source {
  title?: string;
  url?: string | null;
}

export interface Button {
  text: string;
  data?: string;
  url?: string;
}

export interface Attachment {
  kind?: string;
  name?: string | null;
  /** Of the server, from its root; or of anywhere. */
  url?: string | null;
  mime?: string | null;
}

/** What a message answers, as far as it is known. */
export interface Quote {
  seq?: number | null;
  author?: Author | null;
  name?: string | null;
  /** The beginning, as plain words. */
  text?: string | null;
  /** The first file that came with it. */
  file?: { kind?: string | null; name?: string | null } | null;
}

export interface Message {
  seq: number;
  author: Author;
  text: string;
  /** Rendered by the server, for every author but the person.  Never trusted. */
  html?: string | null;
  sources?: Source[] | null;
  buttons?: Button[][] | null;
  attachments?: Attachment[] | null;
  reply_to?: Quote | null;
  /** Of the operator who says it. */
  name?: string | null;
  /** What the platform tells of with it: "joined", "returned", "closed", ... */
  event?: string | null;
  created_at: string;
  /** The client's id of a person's message. */
  id?: string | null;
}

export interface Category {
  title: string;
  questions: string[];
}

export interface Session {
  token: string;
  lang: Lang;
  bot: { name: string; title: string; greeting: string; human?: boolean };
  popular: Category[];
}

/** Who answers, and what the person may want to know about that. */
export interface State {
  responder: Responder;
  operator?: { name: string } | null;
  queue?: { place: number; wait_s?: number | null } | null;
  /** Nobody will come now: the person may leave a message. */
  leaving?: boolean | null;
  /** A talk with a human that can be rated now. */
  rate?: number | null;
}

export interface Page extends Partial<State> {
  messages: Message[];
  last_seq: number;
}

export interface Delta {
  answer: string;
  /** Bytes of UTF-8 before this piece; 0 begins the answer anew. */
  at: number;
  text: string;
}
