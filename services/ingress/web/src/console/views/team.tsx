import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../../widget/api.ts";
import type { Gap, Operator } from "../types.ts";
import { Icon } from "./icon.tsx";
import { Page } from "./page.tsx";
import { Avatar, Button, Dialog, Switch, trim, useDesk } from "./ui.tsx";

/** Who answers people; administrators enable them and say how many chats they hold at once. */
export function TeamPage() {
  const desk = useDesk();
  const { speech, me } = desk;
  const [isAdding, setAdding] = useState(false);
  useEffect(() => void desk.loadOperators(), []);
  const isAdmin = me?.role === "admin";
  const operators = [...desk.team.all.values()].sort(
    (a, b) => Number(b.enabled) - Number(a.enabled) || a.id - b.id,
  );
  return (
    <Page
      title={speech.t("team")}
      aside={
        isAdmin && <Button kind="primary" label={speech.t("addOperator")} onClick={() => setAdding(true)} />
      }
    >
      {isAdmin && <Gaps operators={operators} />}
      <table class="table team">
        <thead>
          <tr>
            <th>{speech.t("name")}</th>
            <th>{speech.t("duty")}</th>
            <th>{speech.t("load")}</th>
            <th>{speech.t("capacity")}</th>
            <th>{speech.t("role")}</th>
            <th>{speech.t("enabled")}</th>
          </tr>
        </thead>
        <tbody>
          {operators.map((one) => (
            <Member key={one.id} one={one} isAdmin={isAdmin} />
          ))}
        </tbody>
      </table>
      {isAdding && <AddDialog onClose={() => setAdding(false)} />}
    </Page>
  );
}

/** Bots may call certain people alone; who of them is not there is told until they are. */
function Gaps({ operators }: { operators: Operator[] }) {
  const { api, speech } = useDesk();
  const [gaps, setGaps] = useState<Gap[]>([]);
  const team = operators.map((one) => `${one.id} ${one.enabled} ${one.login} ${one.telegram}`).join();
  useEffect(() => {
    let isStale = false;
    const show = (found: Gap[]) => isStale || setGaps(found);
    void api.gaps().then(show, () => show([]));
    return () => {
      isStale = true;
    };
  }, [team]);
  if (gaps.length === 0) return null;
  return (
    <div class="warnings" role="status">
      <Icon name="warn" />
      <div>
        {gaps.map(({ bot, missing, present }) => (
          <p key={bot.name}>
            {speech.t(present > 0 ? "gapSome" : "gapAll", { bot: speech.of(bot.title) || bot.name, names: missing })}
          </p>
        ))}
        <p class="mute">{speech.t("gapHint")}</p>
      </div>
    </div>
  );
}

function Member({ one, isAdmin }: { one: Operator; isAdmin: boolean }) {
  const desk = useDesk();
  const { speech } = desk;
  const [isBusy, setBusy] = useState(false);
  async function change(what: Partial<Operator>) {
    setBusy(true);
    if (await desk.changeOperator(one.id, what)) desk.say(speech.t("saved"));
    setBusy(false);
  }
  const role = speech.t(one.role === "admin" ? "roleAdmin" : "roleOperator");
  return (
    <tr class={one.enabled ? "" : "disabled"}>
      <td data-label={speech.t("name")}>
        <span class="member">
          <Avatar name={one.name} id={one.id} small />
          <span>
            <strong>{one.name}</strong>
            <span class="mute">
              {one.login ?? speech.t("telegram")}
              {one.login && one.telegram ? ` · ${speech.t("telegram")}` : ""}
            </span>
          </span>
        </span>
      </td>
      <td data-label={speech.t("duty")}>
        <span class={`duty ${one.on_duty ? "on" : ""}`}>{speech.t(one.on_duty ? "onDuty" : "offDuty")}</span>
      </td>
      <td data-label={speech.t("load")}>{one.load}</td>
      <td data-label={speech.t("capacity")}>
        {isAdmin ? (
          <input
            type="number"
            min={1}
            max={100}
            value={one.capacity}
            disabled={isBusy}
            aria-label={`${speech.t("capacity")}: ${one.name}`}
            onChange={(event) =>
              void change({ capacity: Math.min(100, Math.max(1, Number(event.currentTarget.value) || 1)) })
            }
          />
        ) : (
          one.capacity
        )}
      </td>
      <td data-label={speech.t("role")}>
        {isAdmin ? (
          <select
            value={one.role}
            disabled={isBusy}
            aria-label={`${speech.t("role")}: ${one.name}`}
            onChange={(event) => void change({ role: event.currentTarget.value as Operator["role"] })}
          >
            <option value="operator">{speech.t("roleOperator")}</option>
            <option value="admin">{speech.t("roleAdmin")}</option>
          </select>
        ) : (
          role
        )}
      </td>
      <td data-label={speech.t("enabled")}>
        {isAdmin ? (
          <Switch
            bare
            label={`${speech.t("enabled")}: ${one.name}`}
            on={one.enabled}
            disabled={isBusy}
            onChange={(enabled) => void change({ enabled })}
          />
        ) : (
          speech.t(one.enabled ? "yes" : "no")
        )}
      </td>
    </tr>
  );
}

function AddDialog({ onClose }: { onClose: () => void }) {
  const desk = useDesk();
  const { speech } = desk;
  const [refusal, setRefusal] = useState("");
  const [isBusy, setBusy] = useState(false);
  async function submit(event: SubmitEvent) {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const value = (name: string) => String(form.get(name) ?? "");
    setBusy(true);
    setRefusal("");
    try {
      const made = {
        login: value("login"),
        name: value("name"),
        password: String(form.get("password")),
        role: value("role"),
      };
      const operator = await desk.api.addOperator(made);
      desk.team.tell(operator);
      desk.say(speech.t("saved"));
      onClose();
    } catch (error) {
      setRefusal(error instanceof ApiError ? speech.refusal(error) : String(error));
      setBusy(false);
    }
  }
  return (
    <Dialog title={speech.t("addOperator")} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <label>
          <span>{speech.t("name")}</span>
          <input name="name" required maxLength={100} autocomplete="off" autofocus onChange={trim} />
        </label>
        <label>
          <span>{speech.t("login")}</span>
          <input
            name="login"
            required
            maxLength={64}
            autocapitalize="none"
            autocomplete="off"
            spellcheck={false}
            onChange={trim}
          />
        </label>
        <label>
          <span>{speech.t("password")}</span>
          <input name="password" type="password" required minLength={10} autocomplete="new-password" />
          <small class="mute">{speech.t("passwordHint")}</small>
        </label>
        <label>
          <span>{speech.t("role")}</span>
          <select name="role">
            <option value="operator">{speech.t("roleOperator")}</option>
            <option value="admin">{speech.t("roleAdmin")}</option>
          </select>
        </label>
        {refusal && (
          <p class="bad" role="alert">
            {refusal}
          </p>
        )}
        <div class="buttons end">
          <Button kind="quiet" label={speech.t("cancel")} onClick={onClose} />
          <Button type="submit" kind="primary" label={speech.t("addOperator")} disabled={isBusy} />
        </div>
      </form>
    </Dialog>
  );
}
