import { safeUrl } from "../../widget/sanitize.ts";
import type { Speech } from "../format.ts";
import type { Attachment } from "../types.ts";
import { Icon } from "./icon.tsx";

/** What came with a message besides words: pictures and sounds are shown, the rest is a link. */
export function Attached({ file, speech }: { file: Attachment; speech: Speech }) {
  const href = file.url ? safeUrl(file.url, document.baseURI) : null;
  if (href && isPicture(file)) {
    return (
      <a class="picture" href={href} target="_blank" rel="noopener noreferrer">
        <img src={href} alt={file.name || speech.word("file", file.kind)} loading="lazy" decoding="async" />
      </a>
    );
  }
  if (href && (file.kind === "voice" || file.kind === "audio" || file.mime?.startsWith("audio/"))) {
    return (
      <audio class="sound" controls preload="none" src={href} aria-label={speech.word("file", file.kind)} />
    );
  }
  if (href && (file.kind === "video" || file.kind === "video_note")) {
    return (
      <video class="film" controls preload="metadata" playsInline src={href} aria-label={file.name || speech.word("file", file.kind)} />
    );
  }
  const words = (
    <>
      <Icon name="file" />
      <span>
        <span class="file-name" dir="auto">
          {label(file, speech)}
        </span>{" "}
        {file.size ? <span class="mute">{speech.bytes(file.size)}</span> : null}
      </span>
    </>
  );
  const target = href ?? place(file);
  return target ? (
    <a class="file" href={target} target="_blank" rel="noopener noreferrer">
      {words}
    </a>
  ) : (
    <span class="file">{words}</span>
  );
}

/** SVG is a program: it is opened by whoever wants it, never shown. */
function isPicture({ kind, mime }: Attachment): boolean {
  if (mime === "image/svg+xml" || kind === "video") return false;
  return kind === "photo" || (mime?.startsWith("image/") ?? false);
}

function label(file: Attachment, speech: Speech): string {
  const who = [file.first_name, file.phone].filter(Boolean).join(", ");
  const own = file.name || file.title || file.question || who || file.emoji;
  return own ? own : speech.word("file", file.kind);
}

function place({ latitude, longitude }: Attachment): string | null {
  if (typeof latitude !== "number" || typeof longitude !== "number") return null;
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
}
