import { useEffect } from "preact/hooks";
import type { Chat } from "../chat.ts";
import type { Key } from "../strings.ts";
import { Icon } from "./icon.tsx";
import { Avatar, Button, Dialog, useDesk } from "./ui.tsx";

export function CloseDialog({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const { speech } = useDesk();
  const name = chat.row ? speech.person(chat.row) : "";
  const close = () => {
    onClose();
    void chat.order({ verb: "close" });
  };
  return (
    <Dialog title={speech.t("closeTitle", { name })} onClose={onClose}>
      <p class="mute">{speech.t("closeText")}</p>
      <div class="buttons end">
        <Button kind="quiet" label={speech.t("cancel")} onClick={onClose} />
        <Button kind="primary" autofocus label={speech.t("closeChat")} onClick={close} />
      </div>
    </Dialog>
  );
}

/** Colleagues who may take the chat: those on duty and free first. */
export function TransferDialog({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const desk = useDesk();
  const { speech, me } = desk;
  useEffect(() => void desk.loadOperators(), []);
  const others = [...desk.team.all.values()].filter((o) => o.enabled && o.id !== me?.id);
  const worth = (o: (typeof others)[number]) => Number(o.on_duty) * 2 + Number(o.load < o.capacity);
  others.sort((a, b) => worth(b) - worth(a) || a.load - b.load || a.name.localeCompare(b.name));
  const transfer = (to: { operator?: number }) => {
    onClose();
    void chat.order({ verb: "transfer", ...to });
  };
  return (
    <Dialog
      title={speech.t("transferTitle", { name: chat.row ? speech.person(chat.row) : "" })}
      onClose={onClose}
    >
      {others.length === 0 && <p class="mute">{speech.t("transferNobody")}</p>}
      <ul class="choices">
        {others.map((o, i) => (
          <li key={o.id}>
            <button type="button" autofocus={i === 0} onClick={() => transfer({ operator: o.id })}>
              <Avatar name={o.name} id={o.id} small />
              <span>{o.name}</span>
              <span class={`duty ${o.on_duty ? "on" : ""}`}>
                {speech.t(o.on_duty ? "onDuty" : "offDuty")}
              </span>
              <span class="mute">
                {o.load < o.capacity ? speech.plural("free", o.capacity - o.load) : speech.t("full")}
              </span>
            </button>
          </li>
        ))}
        <li>
          <button type="button" onClick={() => transfer({})}>
            <span class="to-queue">
              <Icon name="back" />
            </span>
            <span>{speech.t("toQueue")}</span>
          </button>
        </li>
      </ul>
    </Dialog>
  );
}

const KEYS: [string[], Key][] = [
  [["j", "k"], "keyMove"],
  [["Enter"], "keyOpen"],
  [["Esc"], "keyBack"],
  [["1", "2", "3", "4"], "keyFolder"],
  [["/"], "keySearch"],
  [["a"], "keyAccept"],
  [["r"], "keyReturn"],
  [["t"], "keyTransfer"],
  [["x"], "keyClose"],
  [["Enter"], "keyReply"],
  [["q"], "keyAnswer"],
  [["Ctrl+↑", "Ctrl+↓"], "keyAnswerOther"],
  [["n"], "keyNote"],
  [["i"], "keyCard"],
  [["Enter", "Ctrl+Enter"], "keySend"],
  [["Shift+Enter"], "keyLine"],
  [["/"], "keyCanned"],
  [["↑"], "keyEdit"],
  [["?"], "keyHelp"],
];

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { speech } = useDesk();
  return (
    <Dialog title={speech.t("shortcuts")} class="wide" onClose={onClose}>
      <dl class="keys">
        {KEYS.map(([keys, words]) => (
          <div key={words}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{speech.t(words)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
