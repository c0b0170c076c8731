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

export interface Message {
  seq: number;
  author: Author;
  text: string;
  /** Rendered by the server, for every author but the person.  Never trusted. */
  html?: string | null;
  sources?: Source[] | null;
  buttons?: Button[][] | null;
  created_at: string;
  /** The client's id of a person's message, if the server gives it. */
  id?: string | null;
}

export interface Category {
  title: string;
  questions: string[];
}

export interface Session {
  token: string;
  lang: Lang;
  bot: { name: string; title: string; greeting: string };
  popular: Category[];
}

export interface Page {
  messages: Message[];
  last_seq: number;
  responder?: Responder;
}

export interface Delta {
  answer: string;
  /** Bytes of UTF-8 before this piece; 0 begins the answer anew. */
  at: number;
  text: string;
}
