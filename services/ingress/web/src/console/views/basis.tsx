import { safeUrl } from "../../widget/sanitize.ts";
import type { Speech } from "../format.ts";
import type { AnswerButton, Message } from "../types.ts";
import { Icon } from "./icon.tsx";

/** What a bot's answer rests on, and what it offered to press: as the person sees it. */
export function Basis({ message, speech }: { message: Message; speech: Speech }) {
  const sources = (message.sources ?? []).filter((source) => source.title || source.url);
  const buttons = (message.buttons ?? []).flat().filter((button) => !button.data?.startsWith("r:"));
  if (sources.length + buttons.length === 0) return null;
  return (
    <div class="basis">
      {sources.length > 0 && (
        <div role="group" aria-label={speech.t("sources")}>
          <span class="mute">{speech.t("sources")}</span>
          <ul>
            {sources.map(({ title, url }, i) => (
              <li key={i}>
                <Linked url={url} text={title || url || ""} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {buttons.length > 0 && (
        <div role="group" aria-label={speech.t("offered")}>
          <span class="mute">{speech.t("offered")}</span>
          <ul class="offered">
            {buttons.map((button, i) => (
              <li key={i}>
                <Offer button={button} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

/** It is the person who presses. */
function Offer({ button }: { button: AnswerButton }) {
  return button.url ? <Linked url={button.url} text={button.text} /> : <span dir="auto">{button.text}</span>;
}

function Linked({ url, text }: { url: string | null | undefined; text: string }) {
  const href = url ? safeUrl(url, document.baseURI) : null;
  if (!href) return <span dir="auto">{text}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" dir="auto">
      <Icon name="file" />
      {text}
    </a>
  );
}
