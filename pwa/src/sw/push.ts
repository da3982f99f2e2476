/// <reference lib="webworker" />
/**
 * Reminders. Every push ends in a visible notification, also when its data cannot be read: a
 * phone that sees three silent pushes ends the subscription without a word. Only then is the
 * server told that it was shown.
 */
import * as api from "../api/participant.ts";
import { sendFinished } from "./outbox.ts";
import { shownReminder } from "./reminder.ts";

async function remind(
  scope: ServiceWorkerGlobalScope,
  data: PushMessageData | null,
): Promise<void> {
  const { title, options, ack } = shownReminder(data?.text() ?? "", scope.location.origin);
  await scope.registration.showNotification(title, options);
  if (ack) await api.acknowledge(ack);
  // Where no background sync exists, a reminder is the only moment in which a closed app may send.
  await sendFinished(scope).catch(() => undefined);
}

async function openApp(scope: ServiceWorkerGlobalScope, url: string): Promise<void> {
  const windows = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = windows.find((client) => !/^\/(console|tablet)/.test(new URL(client.url).pathname));
  if (!open) {
    await scope.clients.openWindow(url);
    return;
  }
  await open.focus();
  // A questionnaire that is being answered is not taken from the screen.
  if (!/\/(form|check)\//.test(open.url)) open.postMessage({ go: url });
}

async function resubscribe(scope: ServiceWorkerGlobalScope, old: PushSubscription): Promise<void> {
  const key = old.options.applicationServerKey;
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const fresh = await scope.registration.pushManager.subscribe(options);
  const { keys } = fresh.toJSON() as { keys: { p256dh: string; auth: string } };
  const { p256dh, auth } = keys;
  await api.subscribe({
    endpoint: fresh.endpoint,
    keys: { p256dh, auth },
    replaces: old.endpoint,
  });
}

export function installPush(scope: ServiceWorkerGlobalScope): void {
  scope.addEventListener("push", (event) => {
    event.waitUntil(remind(scope, event.data));
  });
  scope.addEventListener("notificationclick", (event) => {
    event.notification.close();
    const { navigate } = event.notification.data as { navigate: string };
    event.waitUntil(openApp(scope, navigate));
  });
  scope.addEventListener("pushsubscriptionchange", (event) => {
    const { oldSubscription } = event as Event & { oldSubscription: PushSubscription | null };
    if (oldSubscription) (event as ExtendableEvent).waitUntil(resubscribe(scope, oldSubscription));
  });
}
