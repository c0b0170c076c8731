import type { Chat } from "../chat.ts";
import type { Suggestion } from "../types.ts";
import { Icon } from "./icon.tsx";
import { Button, Rich, useDesk } from "./ui.tsx";

/** What the bot would answer: to be sent, made into something better, or put away. */
export function SuggestionCard({ chat, suggestion }: { chat: Chat; suggestion: Suggestion }) {
  const { speech } = useDesk();
  const isBusy = chat.busy !== null;
  if (chat.adopted?.id === suggestion.id) return null;
  return (
    <section class="suggestion" aria-label={speech.t("suggestion")}>
      <p class="who">
        <Icon name="bulb" />
        {speech.t("suggestion")}
      </p>
      <Rich html={null} text={suggestion.text} />
      <div class="buttons">
        <Button
          label={speech.t("send")}
          icon="send"
          disabled={isBusy}
          onClick={() => void chat.order({ verb: "use", suggestion: suggestion.id })}
        />
        <Button kind="quiet" label={speech.t("edit")} icon="edit" onClick={() => chat.adopt(suggestion)} />
        <Button
          kind="quiet"
          label={speech.t("discard")}
          disabled={isBusy}
          onClick={() => void chat.order({ verb: "discard", suggestion: suggestion.id })}
        />
      </div>
    </section>
  );
}
