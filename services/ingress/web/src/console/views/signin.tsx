import { useState } from "preact/hooks";
import { ApiError } from "../../widget/api.ts";
import { Button, useDesk } from "./ui.tsx";

/** Login and password; also over the console, when a session ends while somebody works. */
export function SignIn({ isAgain }: { isAgain?: boolean }) {
  const desk = useDesk();
  const { speech } = desk;
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setError("");
    try {
      await desk.login(String(form.get("login")).trim(), String(form.get("password")));
    } catch (failure) {
      setError(words(failure));
    }
    setBusy(false);
  }

  function words(failure: unknown): string {
    if (!(failure instanceof ApiError)) throw failure;
    if (failure.status === 401) return speech.t("wrong");
    if (failure.status === 429)
      return speech.t("locked", { n: Math.ceil((failure.retryAfterMs ?? 60_000) / 1000) });
    return speech.refusal(failure);
  }

  return (
    <form class="signin" onSubmit={submit}>
      <img class="mark" src="/icon.svg" alt="" width="44" height="44" />
      <h1>Tandem</h1>
      <p class={isAgain ? "notice" : "mute"}>{speech.t(isAgain ? "expired" : "signInTo")}</p>
      <label>
        <span>{speech.t("login")}</span>
        <input
          name="login"
          autocomplete="username"
          autocapitalize="none"
          spellcheck={false}
          required
          autofocus={!desk.me}
          defaultValue={desk.me?.login ?? ""}
        />
      </label>
      <label>
        <span>{speech.t("password")}</span>
        <input
          name="password"
          type="password"
          autocomplete="current-password"
          autofocus={desk.me !== null}
          required
        />
      </label>
      <p class="error" role="alert">
        {error}
      </p>
      <Button type="submit" kind="primary" label={speech.t("signIn")} disabled={isBusy} />
    </form>
  );
}
