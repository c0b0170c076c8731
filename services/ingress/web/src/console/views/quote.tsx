import { sanitize } from "../../widget/sanitize.ts";
import type { Quote } from "../../widget/types.ts";
import type { Chat } from "../chat.ts";
import type { Speech } from "../format.ts";
import { quoteOf } from "../quote.ts";
import type { Message } from "../types.ts";
import { Icon } from "./icon.tsx";
import { IconButton, still, useDesk } from "./ui.tsx";

/** Whose words these are. */
function whose({ author, name }: Quote, person: string, speech: Speech): string {
  if (author === "person") return name || person;
  if (author === "operator") return name || speech.t("operator");
  return author === "bot" ? speech.t("bot") : "";
}

function Words({ quote, person, speech }: { quote: Quote; person: string; speech: Speech }) {
  const { text, file } = quote;
  const who = whose(quote, person, speech);
  return (
    <>
      {who && (
        <span class="quote-who" dir="auto">
          {who}
        </span>
      )}
      <span class="quote-words" dir="auto">
        {!text && file && <Icon name="clip" />}
        {text || file?.name || (file && speech.word("file", file.kind ?? "document"))}
      </span>
    </>
  );
}

/** Above a message: what it answers.  A press shows that in its place. */
export const Quoted = still(function Quoted(props: {
  quote: Quote;
  person: string;
  chat: Chat;
  speech: Speech;
}) {
  const { quote, person, chat, speech } = props;
  const { seq } = quote;
  const words = <Words quote={quote} person={person} speech={speech} />;
  if (!seq) return <blockquote class="quote">{words}</blockquote>;
  return (
    <button type="button" class="quote" title={speech.t("showQuoted")} onClick={() => void chat.seek(seq)}>
      {words}
    </button>
  );
});

/** Above the field: what the next words answer. */
export function QuoteStrip({ quote, chat, person }: { quote: Quote; chat: Chat; person: string }) {
  const { speech } = useDesk();
  return (
    <div class="answering" role="group" aria-label={speech.t("answering")}>
      <Icon name="reply" />
      <Quoted quote={quote} person={person} chat={chat} speech={speech} />
      <IconButton
        label={speech.t("dropQuote")}
        icon="close"
        hint="Esc"
        onClick={() => {
          chat.answer(null);
          focusComposer();
        }}
      />
    </div>
  );
}

export function focusComposer(): void {
  queueMicrotask(() => document.getElementById("composer")?.focus());
}

/** As it is read: what is Markdown without its marks. */
export function quoteFrom(message: Message): Quote {
  return message.html ? quoteOf(message, sanitize(message.html).textContent ?? "") : quoteOf(message);
}

export function answerTo(chat: Chat, message: Message): void {
  chat.answer(quoteFrom(message));
  focusComposer();
}
