import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Desk } from "../desk.ts";
import { dress } from "../prefs.ts";
import { AuditPage } from "./audit.tsx";
import { Card } from "./card.tsx";
import { ChatView } from "./chat.tsx";
import { type DialogName, useCommands, useKeys } from "./commands.ts";
import { CloseDialog, ShortcutsDialog, TransferDialog } from "./dialogs.tsx";
import { Icon } from "./icon.tsx";
import { JobsPage } from "./jobs.tsx";
import { ProfilePage } from "./profile.tsx";
import { Sidebar } from "./sidebar.tsx";
import { SignIn } from "./signin.tsx";
import { TeamPage } from "./team.tsx";
import { DeskProvider, useDesk } from "./ui.tsx";

const SYSTEM_DARK = matchMedia("(prefers-color-scheme: dark)");
const TICK_MS = 1000;
const MINUTE_TICKS = 15;
/** Below, the card lies over the conversation instead of beside it. */
const ROOMY = matchMedia("(min-width: 1200px)");

export function App({ desk }: { desk: Desk }) {
  const [, setTurn] = useState(0);
  useLayoutEffect(() => {
    const turn = () => setTurn((n) => n + 1);
    desk.onChange = turn;
    SYSTEM_DARK.addEventListener("change", turn);
    ROOMY.addEventListener("change", turn);
    void desk.start();
  }, []);
  useLayoutEffect(() => dress(desk.prefs, SYSTEM_DARK.matches));
  useTick(desk);
  return (
    <DeskProvider value={desk}>
      {desk.phase === "loading" && (
        <p class="splash mute">{desk.speech.t(desk.listFailure ? "unreachable" : "loading")}</p>
      )}
      {desk.phase === "out" && (
        <main class="gate">
          <SignIn />
        </main>
      )}
      {desk.phase === "in" && <Console desk={desk} />}
    </DeskProvider>
  );
}

/** What passes by itself: typing, drafts that nobody finishes, "5 min". */
function useTick(desk: Desk): void {
  useEffect(() => {
    let n = 0;
    const timer = setInterval(() => {
      const isDue = ++n % MINUTE_TICKS === 0;
      if (desk.chat?.thread.sweep() || isDue) desk.changed();
    }, TICK_MS);
    return () => clearInterval(timer);
  }, []);
}

function Console({ desk }: { desk: Desk }) {
  const { speech, place, chat } = desk;
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const [wantsCard, setWantsCard] = useState<boolean | null>(null);
  const hasCard = wantsCard ?? ROOMY.matches;
  const showCard = (is: boolean) => setWantsCard(is);
  const commands = useCommands(desk, setDialog, { isShown: hasCard, isOver: !ROOMY.matches, show: showCard });
  useKeys(commands);
  useLayoutEffect(() => setDialog(null), [chat?.id]); // it asks about the chat that was open
  useEffect(() => {
    if (!ROOMY.matches) setWantsCard(null);
    const isFromList = document.activeElement?.matches("a.row");
    if (isFromList) document.querySelector<HTMLElement>(".log")?.focus({ preventScroll: true });
  }, [chat?.id]);
  useEffect(() => {
    if (chat && !document.hidden && document.hasFocus()) chat.seen();
  });
  const hasMain = chat !== null || place.page !== null;
  const isLost = desk.link === "lost" || !navigator.onLine;
  return (
    <>
      <div
        class={`app ${hasMain ? "has-main" : ""} ${chat?.row && hasCard ? "has-card" : ""}`}
        inert={desk.isExpired}
      >
        <a class="skip-link" href="#main" onClick={skip}>
          {speech.t("skip")}
        </a>
        {isLost && (
          <p class="banner" role="status">
            {speech.t(navigator.onLine ? "lost" : "offline")}
          </p>
        )}
        <Sidebar now={Date.now()} onShortcuts={() => setDialog("shortcuts")} />
        <main class="main" id="main" tabIndex={-1}>
          {place.page === "team" && <TeamPage />}
          {place.page === "audit" && <AuditPage />}
          {place.page === "jobs" && <JobsPage />}
          {place.page === "profile" && <ProfilePage />}
          {!place.page && chat && <ChatView chat={chat} now={Date.now()} commands={commands} />}
          {!place.page && !chat && <Nothing />}
        </main>
        {chat?.row && hasCard && <Card chat={chat} onClose={commands.toggleCard} />}
      </div>
      <Overlays desk={desk} dialog={dialog} onClose={() => setDialog(null)} />
    </>
  );
}

/** What lies over everything: a dialog, a word on what went wrong, and what is only heard. */
function Overlays(props: { desk: Desk; dialog: DialogName | null; onClose: () => void }) {
  const { desk, dialog, onClose } = props;
  const { chat, toast } = desk;
  return (
    <>
      {dialog === "close" && chat && <CloseDialog chat={chat} onClose={onClose} />}
      {dialog === "transfer" && chat && <TransferDialog chat={chat} onClose={onClose} />}
      {dialog === "shortcuts" && <ShortcutsDialog onClose={onClose} />}
      {toast && (
        <p
          class={`toast ${toast.isBad ? "bad" : ""}`}
          role={toast.isBad ? "alert" : "status"}
          onClick={() => desk.say("")}
        >
          {toast.text}
        </p>
      )}
      {desk.isExpired && <Again />}
      <p class="hidden" role="status">
        {desk.heard}
      </p>
    </>
  );
}

function Nothing() {
  const { speech } = useDesk();
  return (
    <div class="empty nothing">
      <Icon name="web" />
      <p>{speech.t("choose")}</p>
      <p class="mute">{speech.t("chooseHint")}</p>
    </div>
  );
}

/** Signing in again, over everything that was being done. */
function Again() {
  const { speech } = useDesk();
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  return (
    <dialog ref={ref} class="dialog again" aria-label={speech.t("signIn")} onCancel={(event) => event.preventDefault()}>
      <SignIn isAgain />
    </dialog>
  );
}

function skip(event: MouseEvent) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
