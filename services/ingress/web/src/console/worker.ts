/**
 * Phones show notifications from a worker only; this one does nothing else.  A press brings
 * the console to the front, at the conversation the notification is about.
 */
interface Shown {
  close(): void;
  data: string;
}
interface Window {
  url: string;
  focus(): Promise<unknown>;
  postMessage(hash: string): void;
}
interface Pressed extends Event {
  notification: Shown;
  waitUntil(done: Promise<unknown>): void;
}
interface Worker {
  clients: {
    matchAll(which: { type: "window"; includeUncontrolled: true }): Promise<Window[]>;
    openWindow(url: string): Promise<unknown>;
  };
  addEventListener(kind: "notificationclick", listener: (event: Pressed) => void): void;
}

const worker = globalThis as unknown as Worker;

async function show(hash: string): Promise<void> {
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = windows.find((window) => new URL(window.url).pathname.startsWith("/console"));
  if (!open) return void (await worker.clients.openWindow(`/console${hash}`));
  open.postMessage(hash);
  await open.focus();
}

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data));
});

export {};
