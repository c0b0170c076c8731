/** What reaches an operator who looks elsewhere: a chime, a notification, a number in the title. */

type Chime = "waiting" | "message";

/** Hertz and seconds: two notes up for who waits, one soft one for a message. */
const NOTES: Record<Chime, [number, number][]> = {
  waiting: [
    [660, 0],
    [880, 0.14],
  ],
  message: [[740, 0]],
};
const TAB_LOCK = "tandem-console-chime";

export class Alerts {
  private audio: AudioContext | null = null;

  constructor(private readonly isLoud: () => boolean) {
    navigator.serviceWorker?.addEventListener("message", ({ data }) => {
      if (typeof data === "string") location.hash = data;
    });
    // Browsers let a page sound only after somebody has touched it.
    for (const kind of ["pointerdown", "keydown"])
      addEventListener(kind, () => this.unlock(), { once: true });
  }

  get permission(): NotificationPermission {
    return typeof Notification === "undefined" ? "denied" : Notification.permission;
  }

  async ask(): Promise<void> {
    if (typeof Notification !== "undefined") await Notification.requestPermission();
  }

  /** In one tab only, though all of them hear of it. */
  chime(kind: Chime): void {
    if (!this.isLoud()) return;
    const alone = async (lock: Lock | null) => {
      if (!lock) return;
      this.play(kind);
      await new Promise((resolve) => setTimeout(resolve, 800));
    };
    if (navigator.locks) void navigator.locks.request(TAB_LOCK, { ifAvailable: true }, alone);
    else this.play(kind);
  }

  /** The tag makes one of what several tabs show; a press leads to the place. */
  notify(title: string, body: string, tag: string, hash: string): void {
    if (this.permission !== "granted" || (!document.hidden && document.hasFocus())) return;
    const options = { body: body.slice(0, 160), tag, icon: "/icon.svg", data: hash };
    try {
      const shown = new Notification(title, options);
      shown.onclick = () => {
        window.focus();
        shown.close();
        location.hash = hash;
      };
    } catch {
      void this.notifyFromWorker(title, options); // as phones want it
    }
  }

  private async notifyFromWorker(title: string, options: NotificationOptions): Promise<void> {
    try {
      const registration = await navigator.serviceWorker.register("/console/worker.js");
      await begun(registration);
      await registration.showNotification(title, options);
    } catch {
      // the chime and the title remain
    }
  }

  title(text: string, n: number): void {
    const title = n > 0 ? `(${n > 99 ? "99+" : n}) ${text}` : text;
    if (document.title !== title) document.title = title;
  }

  private unlock(): void {
    this.audio ??= typeof AudioContext === "undefined" ? null : new AudioContext();
    if (this.audio?.state === "suspended") void this.audio.resume();
  }

  private play(kind: Chime): void {
    const { audio } = this;
    if (!audio || audio.state !== "running") return;
    for (const [hertz, after] of NOTES[kind]) {
      const at = audio.currentTime + after;
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.12, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.35);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.4);
    }
  }
}

/** Only a worker that runs may show something. */
function begun(registration: ServiceWorkerRegistration): Promise<void> {
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  if (!worker || worker.state === "activated") return Promise.resolve();
  return new Promise((resolve) => {
    worker.addEventListener("statechange", () => worker.state === "activated" && resolve());
  });
}
