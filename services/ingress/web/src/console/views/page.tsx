import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button, IconButton, useDesk } from "./ui.tsx";

/** The frame of a page that is not a conversation. */
export function Page({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  const desk = useDesk();
  return (
    <>
      <header class="page-head">
        <IconButton
          class="back"
          label={desk.speech.t("back")}
          icon="back"
          hint="Esc"
          onClick={() => desk.back()}
        />
        <h1>{title}</h1>
        {aside}
      </header>
      <div class="page" tabIndex={-1}>
        {children}
      </div>
    </>
  );
}

/** Loads once, and again on demand; what went wrong is shown with a button. */
export function useLoaded<T>(load: () => Promise<T>) {
  const [value, setValue] = useState<T | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const again = () =>
    load().then(
      (loaded) => {
        setValue(() => loaded);
        setFailure(null);
      },
      (error: unknown) => setFailure(error ?? true),
    );
  useEffect(() => void again(), []);
  return { value, setValue, failure, again };
}

export function Waiting({ failure, again }: { failure: unknown; again: () => void }) {
  const { speech } = useDesk();
  if (failure === null) return <p class="mute">{speech.t("loading")}</p>;
  return (
    <div class="empty">
      <p>{speech.t("failed")}</p>
      <Button label={speech.t("retry")} onClick={again} />
    </div>
  );
}
