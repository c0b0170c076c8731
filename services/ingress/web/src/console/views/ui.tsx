import { Component, type ComponentChildren, type ComponentType, createContext, h } from "preact";
import { useContext, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { safeUrl, sanitize } from "../../widget/sanitize.ts";
import { Writing } from "../../widget/markup.ts";
import type { Desk } from "../desk.ts";
import { type IconName, Icon } from "./icon.tsx";

const Place = createContext<Desk | null>(null);
export const DeskProvider = Place.Provider;

/** The one desk; the root renders anew whenever it changes. */
export function useDesk(): Desk {
  const desk = useContext(Place);
  if (!desk) throw new Error("there is no desk here");
  return desk;
}

/** Renders again only when one of its properties is another one. */
export function still<P extends object>(View: ComponentType<P>): ComponentType<P> {
  return class Still extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const keys = Object.keys({ ...this.props, ...next }) as (keyof P)[];
      return keys.some((key) => this.props[key] !== next[key]);
    }

    override render() {
      return h(View as ComponentType<object>, this.props);
    }
  };
}

interface ButtonProps {
  label: string;
  icon?: IconName;
  kind?: "primary" | "plain" | "danger" | "quiet";
  /** The key that does the same, for the tooltip. */
  hint?: string;
  disabled?: boolean;
  onClick?: () => void;
  type?: "button" | "submit";
  class?: string;
  /** Of a dialog: the focus begins there. */
  autofocus?: boolean;
}

export function Button({
  label,
  icon,
  kind = "plain",
  hint,
  type = "button",
  class: extra,
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      class={`button ${kind} ${extra ?? ""}`}
      title={hint ? `${label} (${hint})` : undefined}
      aria-keyshortcuts={hint}
      {...rest}
    >
      {icon && <Icon name={icon} />}
      <span>{label}</span>
    </button>
  );
}

interface IconButtonProps {
  label: string;
  icon: IconName;
  hint?: string;
  class?: string;
  disabled?: boolean;
  pressed?: boolean;
  expanded?: boolean;
  type?: "button" | "submit";
  onClick?: (event: MouseEvent) => void;
}

export function IconButton(props: IconButtonProps) {
  const { label, icon, hint, pressed, expanded, type = "button", class: extra = "", ...rest } = props;
  return (
    <button
      type={type}
      class={`icon-button ${extra}`}
      aria-label={label}
      title={hint ? `${label} (${hint})` : label}
      aria-keyshortcuts={hint}
      aria-pressed={pressed}
      aria-expanded={expanded}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}

const HUES = 6;

export function Avatar({ name, id, small }: { name: string; id: number; small?: boolean }) {
  const letters = name
    .split(/\s+/)
    .slice(0, 2)
    .map((part) => [...part][0] ?? "")
    .join("")
    .toUpperCase();
  return (
    <span class={`avatar hue-${id % HUES} ${small ? "small" : ""}`} aria-hidden="true">
      {letters || "?"}
    </span>
  );
}

/** HTML of the server, through the gate; or Markdown where there is none. */
export const Rich = still(function Rich({ html, text }: { html: string | null; text: string }) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const node = ref.current as HTMLDivElement;
    node.replaceChildren();
    if (html !== null) node.append(sanitize(html));
    else new Writing(node).show(text);
  }, [html, text]);
  return <div class="rich" dir="auto" ref={ref} />;
});

/** An answer that grows: what is there already is left alone. */
export function Growing({ text }: { text: string }) {
  const ref = useRef<HTMLDivElement>(null);
  const writing = useRef<Writing | null>(null);
  useLayoutEffect(() => {
    writing.current ??= new Writing(ref.current as HTMLDivElement);
    writing.current.show(text);
  }, [text]);
  return <div class="rich" dir="auto" ref={ref} />;
}

const ADDRESS = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g;

/** A person's words as they were typed, with the addresses in them to be followed. */
export function Plain({ text }: { text: string }) {
  const parts = text.split(ADDRESS).map((part, i) => {
    const href = i % 2 === 1 ? safeUrl(part) : null;
    return href ? (
      <a key={i} href={href} target="_blank" rel="noopener noreferrer nofollow">
        {part}
      </a>
    ) : (
      part
    );
  });
  return (
    <div class="rich plain-text" dir="auto">
      {parts}
    </div>
  );
}

/** A native dialog: it keeps the focus inside and gives it back. */
export function Dialog(props: {
  title: string;
  onClose: () => void;
  class?: string;
  children: ComponentChildren;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const { speech } = useDesk();
  useLayoutEffect(() => {
    const dialog = ref.current as HTMLDialogElement;
    const before = document.activeElement;
    dialog.showModal();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const outside = (event: MouseEvent) => {
    if (event.target === ref.current) props.onClose();
  };
  const cancelled = (event: Event) => {
    event.preventDefault();
    props.onClose();
  };
  return (
    <dialog
      ref={ref}
      class={`dialog ${props.class ?? ""}`}
      aria-labelledby="dialog-title"
      onCancel={cancelled}
      onClick={outside}
    >
      <div class="dialog-body">
        <header>
          <h2 id="dialog-title">{props.title}</h2>
          <IconButton label={speech.t("close")} icon="close" onClick={props.onClose} />
        </header>
        {props.children}
      </div>
    </dialog>
  );
}

/** Open or closed; a press elsewhere or Escape closes it, and the button has the focus again. */
export function usePopover() {
  const [isOpen, setOpen] = useState(false);
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    const press = (event: Event) => {
      if (!ref.current?.contains(event.target as Node)) setOpen(false);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      setOpen(false);
      ref.current?.querySelector<HTMLElement>("[aria-expanded]")?.focus();
    };
    document.addEventListener("pointerdown", press);
    document.addEventListener("keydown", key, true);
    return () => {
      document.removeEventListener("pointerdown", press);
      document.removeEventListener("keydown", key, true);
    };
  }, [isOpen]);
  return { isOpen, setOpen, ref };
}

/** Spaces alone are nothing: a field that must be filled says so, in the browser's words. */
export function trim(event: { currentTarget: HTMLInputElement }): void {
  event.currentTarget.value = event.currentTarget.value.trim();
}

/** A switch with its words beside it. */
export function Switch(props: {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
  disabled?: boolean;
  bare?: boolean;
}) {
  return (
    <button
      type="button"
      role="switch"
      class="switch"
      aria-checked={props.on}
      aria-label={props.bare ? props.label : undefined}
      disabled={props.disabled}
      onClick={() => props.onChange(!props.on)}
    >
      <span class="track" aria-hidden="true">
        <span class="thumb" />
      </span>
      {!props.bare && <span>{props.label}</span>}
    </button>
  );
}
