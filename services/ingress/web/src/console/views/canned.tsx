import { useLayoutEffect, useRef } from "preact/hooks";
import type { Canned } from "../types.ts";
import { useDesk } from "./ui.tsx";

interface Props {
  list: Canned[];
  chosen: number;
  /** The language of who will read it. */
  lang: string | null;
  onPick: (reply: Canned) => void;
}

export function CannedList({ list, chosen, lang, onPick }: Props) {
  const { speech } = useDesk();
  const ref = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => ref.current?.children[chosen]?.scrollIntoView({ block: "nearest" }), [chosen]);
  if (list.length === 0) return <p class="canned none mute">{speech.t("noCanned")}</p>;
  return (
    <ul class="canned" id="canned" role="listbox" aria-label={speech.t("canned")} ref={ref}>
      {list.map((reply, i) => (
        <li
          key={reply.name}
          id={`canned-${i}`}
          role="option"
          aria-selected={i === chosen}
          onMouseDown={(event) => {
            event.preventDefault();
            onPick(reply);
          }}
        >
          <b>/{reply.name}</b>
          <span class="mute">{speech.of(reply.text, lang)}</span>
        </li>
      ))}
    </ul>
  );
}
