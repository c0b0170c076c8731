import { useState } from "preact/hooks";
import { hashOf } from "../route.ts";
import type { DeadJob } from "../types.ts";
import { Page, Waiting, useLoaded } from "./page.tsx";
import { Button, useDesk } from "./ui.tsx";

/** Work that was given up, to be tried again when its cause is mended. */
export function JobsPage() {
  const desk = useDesk();
  const { speech } = desk;
  const { value, setValue, failure, again } = useLoaded(() => desk.api.deadJobs());
  const gone = (id: number) => setValue((jobs) => (jobs ?? []).filter((job) => job.id !== id));
  return (
    <Page title={speech.t("jobs")}>
      {!value && <Waiting failure={failure} again={() => void again()} />}
      {value?.length === 0 && <p class="mute">{speech.t("emptyJobs")}</p>}
      {value && value.length > 0 && (
        <>
          <p class="mute lead">{speech.t("jobsHint")}</p>
          <table class="table">
            <thead>
              <tr>
                <th>{speech.t("when")}</th>
                <th>{speech.t("queue")}</th>
                <th>{speech.t("conversation")}</th>
                <th>{speech.t("error")}</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {value.map((job) => (
                <JobRow key={job.id} job={job} onGone={() => gone(job.id)} />
              ))}
            </tbody>
          </table>
        </>
      )}
    </Page>
  );
}

function JobRow({ job, onGone }: { job: DeadJob; onGone: () => void }) {
  const desk = useDesk();
  const { speech } = desk;
  const [isBusy, setBusy] = useState(false);
  async function retry() {
    setBusy(true);
    try {
      await desk.api.retryJob(job.id);
      onGone();
    } catch (error) {
      desk.complain(error);
      setBusy(false);
    }
  }
  return (
    <tr>
      <td data-label={speech.t("when")}>
        <time dateTime={job.created_at}>{speech.moment(job.created_at)}</time>
      </td>
      <td data-label={speech.t("queue")}>{speech.word("queue", job.queue)}</td>
      <td data-label={speech.t("conversation")}>
        {job.conversation ? (
          <a href={hashOf({ folder: "all", conversation: job.conversation })}>{job.conversation}</a>
        ) : (
          "–"
        )}
      </td>
      <td data-label={speech.t("error")} class="wrap">
        {job.error}
      </td>
      <td>
        <Button icon="again" label={speech.t("retry")} disabled={isBusy} onClick={() => void retry()} />
      </td>
    </tr>
  );
}
