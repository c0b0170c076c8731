import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Chat } from "../chat.ts";
import type { Desk } from "../desk.ts";
import type { Speech } from "../format.ts";
import { FILES_MAX, FILE_MAX, type Upload } from "../uploads.ts";
import { Icon } from "./icon.tsx";
import { Button, IconButton, useDesk } from "./ui.tsx";

/** Takes what was chosen, dropped or pasted, and says what it cannot take. */
export function attach(desk: Desk, chat: Chat, files: Iterable<File>): void {
  const { speech } = desk;
  const refused = new Set<string>();
  chat.setMode("reply");
  for (const file of files) {
    const values = { name: file.name, n: speech.number(FILES_MAX), max: speech.bytes(20e6) };
    if (file.size === 0) refused.add(speech.t("fileEmpty", values));
    else if (file.size > FILE_MAX) refused.add(speech.t("fileTooLarge", values));
    else if (!chat.uploads.add(file, file.name)) refused.add(speech.t("filesTooMany", values));
  }
  if (refused.size > 0) desk.say([...refused].join(" "), true);
  desk.changed();
}

export function AttachButton({ chat }: { chat: Chat }) {
  const desk = useDesk();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton
        class="attach"
        label={desk.speech.t("attach")}
        icon="clip"
        onClick={() => input.current?.click()}
      />
      <input
        ref={input}
        class="hidden"
        type="file"
        multiple
        tabIndex={-1}
        aria-label={desk.speech.t("attach")}
        onChange={(event) => {
          const { files } = event.currentTarget;
          if (files) attach(desk, chat, [...files]);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

/** What goes with the next message. */
export function UploadList({ chat }: { chat: Chat }) {
  const { speech } = useDesk();
  const { items } = chat.uploads;
  if (items.length === 0) return null;
  return (
    <ul class="uploads" aria-label={speech.t("files")}>
      {items.map((item) => (
        <li key={item.key} class={item.state}>
          <Icon name={item.state === "refused" ? "warn" : "file"} />
          <span class="upload-name" dir="auto" title={item.name}>
            {item.name}
          </span>
          <span class="mute upload-state" role={item.state === "refused" ? "alert" : undefined}>
            {state(item, speech)}
          </span>
          {item.state === "sending" && (
            <progress max={item.size} value={item.have} aria-label={item.name} />
          )}
          {item.state === "refused" && (
            <Button kind="quiet" label={speech.t("retry")} onClick={() => chat.uploads.retry(item)} />
          )}
          <IconButton
            label={speech.t("removeFile", { name: item.name })}
            icon="close"
            onClick={() => chat.uploads.remove(item)}
          />
        </li>
      ))}
    </ul>
  );
}

function state(item: Upload, speech: Speech): string {
  if (item.state === "there") return speech.bytes(item.size);
  if (item.state === "refused") return speech.refusal(item.error as never);
  return `${speech.number(Math.floor((item.have / item.size) * 100))} %`;
}

/** Files may be dropped on whatever lies within. */
export function DropPlace({ chat, children }: { chat: Chat; children: ComponentChildren }) {
  const desk = useDesk();
  const [depth, setDepth] = useState(0);
  const has = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  return (
    <div
      class="drop-place"
      onDragEnter={(event) => has(event) && setDepth(depth + 1)}
      onDragLeave={(event) => has(event) && setDepth(Math.max(0, depth - 1))}
      onDragOver={(event) => has(event) && event.preventDefault()}
      onDrop={(event) => {
        if (!has(event)) return;
        event.preventDefault();
        setDepth(0);
        attach(desk, chat, [...(event.dataTransfer?.files ?? [])]);
      }}
    >
      {children}
      {depth > 0 && (
        <p class="drop-here">
          <Icon name="clip" />
          {desk.speech.t("dropHere")}
        </p>
      )}
    </div>
  );
}
