import { useState } from "preact/hooks";
import { auditDetail } from "../audit.ts";
import { Page, Waiting, useLoaded } from "./page.tsx";
import { Button, useDesk } from "./ui.tsx";

/** Who signed in, who failed to, and who changed what. */
export function AuditPage() {
  const desk = useDesk();
  const { speech } = desk;
  const { value, setValue, failure, again } = useLoaded(() => desk.api.audit(null));
  const [isBusy, setBusy] = useState(false);
  async function more() {
    if (!value) return;
    setBusy(true);
    try {
      const page = await desk.api.audit(value.next);
      setValue({ entries: [...value.entries, ...page.entries], next: page.next });
    } catch (error) {
      desk.complain(error);
    }
    setBusy(false);
  }
  return (
    <Page title={speech.t("audit")}>
      {!value && <Waiting failure={failure} again={() => void again()} />}
      {value?.entries.length === 0 && <p class="mute">{speech.t("emptyAudit")}</p>}
      {value && value.entries.length > 0 && (
        <table class="table">
          <thead>
            <tr>
              <th>{speech.t("when")}</th>
              <th>{speech.t("who")}</th>
              <th>{speech.t("what")}</th>
              <th>{speech.t("details")}</th>
              <th>{speech.t("address")}</th>
            </tr>
          </thead>
          <tbody>
            {value.entries.map((entry, i) => (
              <tr key={`${entry.at} ${i}`}>
                <td data-label={speech.t("when")}>
                  <time dateTime={entry.at}>{speech.moment(entry.at)}</time>
                </td>
                <td data-label={speech.t("who")}>{entry.operator ?? "–"}</td>
                <td data-label={speech.t("what")}>
                  <span class={/fail|lock/.test(entry.what) ? "bad" : ""}>
                    {speech.word("audit", entry.what)}
                  </span>
                </td>
                <td data-label={speech.t("details")} class="mute">
                  {auditDetail(entry, speech)}
                </td>
                <td data-label={speech.t("address")} class="mute">
                  {entry.address && speech.word("from", entry.address)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {value?.next && (
        <Button
          class="more"
          kind="quiet"
          disabled={isBusy}
          label={speech.t("more")}
          onClick={() => void more()}
        />
      )}
    </Page>
  );
}
