import { useLayoutEffect, useRef } from "preact/hooks";
import type { Canned } from "../types.ts";
import { useDesk } from "./ui.tsx";

/** Those that "/na" may mean: names that begin so, then names that hold it.  Null: no name is being typed. */
export function matching(all: Canned[], text: string): Canned[] | null {
  const typed = /^\/(\S*)$/.exec(text)?.[1]?.toLowerCase();
  if (typed === undefined || all.length === 0) return null;
  const at = ({ name }: Canned) => name.toLowerCase().indexOf(typed);
  return all.filter((reply) => at(reply) >= 0).sort((a, b) => Number(at(a) > 0) - Number(at(b) > 0));
}

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
        <li key={reply.name} id={`canned-${i}`} role="option" aria-selected={i === chosen}
          onMouseDown={(event) => { event.preventDefault(); onPick(reply); }}>
          <b>/{reply.name}</b>
          <span class="mute">{speech.of(reply.text, lang)}</span>
        </li>
      ))}
    </ul>
  );
}
