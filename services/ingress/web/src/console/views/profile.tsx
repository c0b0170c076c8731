import { Page } from "./page.tsx";
import { Button, trim, useDesk } from "./ui.tsx";

/** The operator's own name and password. */
export function ProfilePage() {
  const desk = useDesk();
  const { speech, me } = desk;
  async function submit(event: SubmitEvent) {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const change = Object.fromEntries(new FormData(form));
    if (!(await desk.changeMe(change))) return;
    desk.say(speech.t("saved"));
    if ("password" in change) form.reset();
  }
  return (
    <Page title={speech.t("profile")}>
      <form class="form" onSubmit={submit}>
        <label>
          <span>{speech.t("name")}</span>
          <input
            name="name"
            required
            maxLength={100}
            defaultValue={me?.name ?? ""}
            autocomplete="name"
            onChange={trim}
          />
        </label>
        <div class="buttons">
          <Button type="submit" label={speech.t("save")} />
        </div>
      </form>
      <form class="form" onSubmit={submit}>
        <h2>{speech.t("changePassword")}</h2>
        <input
          class="hidden"
          type="text"
          autocomplete="username"
          value={me?.login ?? ""}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        <label>
          <span>{speech.t("oldPassword")}</span>
          <input name="old_password" type="password" required autocomplete="current-password" />
        </label>
        <label>
          <span>{speech.t("newPassword")}</span>
          <input name="password" type="password" required minLength={10} autocomplete="new-password" />
          <small class="mute">{speech.t("passwordHint")}</small>
        </label>
        <div class="buttons">
          <Button type="submit" label={speech.t("changePassword")} />
        </div>
      </form>
    </Page>
  );
}
