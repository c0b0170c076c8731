import type { Speech } from "./format.ts";
import type { AuditEntry } from "./types.ts";

type Detail = Record<string, unknown>;

const has = (value: unknown): boolean => value !== null && value !== undefined && value !== "";
const joined = (parts: string[], by = ", "): string => parts.filter(Boolean).join(by);

/** A label, as it stands within a sentence. */
const small = (label: string): string => label.charAt(0).toLowerCase() + label.slice(1);
const labelled = (label: string, value: unknown): string => `${small(label)}: ${value}`;

function role(value: unknown, speech: Speech): string {
  return small(speech.t(value === "admin" ? "roleAdmin" : "roleOperator"));
}

/** Who it is about: by their name, and by the login where that is another. */
function about(detail: Detail): string {
  const { name = "", login = "" } = (detail.operator ?? {}) as { name?: string; login?: string };
  return name && login && name !== login ? `${name} (${login})` : name || login;
}

/** What is new of an operator, one by one. */
const changes: Record<string, (value: unknown, speech: Speech) => string> = {
  enabled: (on, speech) => speech.t(on ? "auditEnabled" : "auditDisabled"),
  role: (value, speech) => labelled(speech.t("role"), role(value, speech)),
  capacity: (n, speech) => labelled(speech.t("capacity"), n),
  name: (name, speech) => labelled(speech.t("name"), name),
  login: (login, speech) => labelled(speech.t("login"), login),
  telegram: (_, speech) => speech.t("auditLinked"),
};

function changed(change: Detail, speech: Speech): string {
  return joined(
    Object.entries(change).map(([key, value]) => changes[key]?.(value, speech) ?? anything({ [key]: value })),
  );
}

function retried(detail: Detail, speech: Speech): string {
  const { queue, conversation, title } = detail as { queue: string; conversation?: number; title?: string };
  const who = conversation ? speech.person({ id: conversation, title: title ?? null }) : "";
  return joined([speech.word("queue", queue), who], ": ");
}

/** What we have no words for can be read all the same. */
function anything(value: unknown): string {
  if (!has(value)) return "";
  if (Array.isArray(value)) return joined(value.map(anything));
  if (typeof value !== "object") return String(value);
  const { name, ...rest } = value as Detail;
  const pairs = Object.entries(rest).filter(([key, one]) => has(one) && !(name && key === "id"));
  return joined([anything(name), ...pairs.map(([key, one]) => `${key.replaceAll("_", " ")}: ${anything(one)}`)]);
}

/** By kind.  Those without details are here, too: a test compares this with what the schema allows. */
export const details: Record<string, (detail: Detail, speech: Speech) => string> = {
  signed_in: anything,
  signed_out: anything,
  sign_in_failed: anything,
  locked_out: (d, speech) =>
    `${speech.word("lockout", String(d.by))}: ${speech.plural("failures", Number(d.failures))}`,
  password_changed: about,
  operator_added: (d, speech) => joined([about(d), has(d.role) ? role(d.role, speech) : ""]),
  operator_changed: (d, speech) => joined([about(d), changed((d.change ?? {}) as Detail, speech)], ": "),
  job_retried: retried,
};

/** The details of an entry, in words. */
export function auditDetail({ what, detail }: AuditEntry, speech: Speech): string {
  return detail ? (details[what] ?? anything)(detail, speech) : "";
}
