/// <reference lib="webworker" />
/** Sends finished answers in the background, where the browser wakes the worker for it. */
import * as api from "../api/participant.ts";
import { sendEntry } from "../api/send.ts";
import type { Me } from "../api/types.ts";
import { now } from "../device/clock.ts";
import { kept } from "../device/db.ts";
import { flush, waiting } from "../device/outbox.ts";

const IN_VAIN: ReadonlySet<string> = new Set(["sign-in-needed", "other-person"]);

/** Sends what it can and says how much is left. Rejects when it is worth being woken again. */
export async function sendFinished(scope: ServiceWorkerGlobalScope): Promise<void> {
  const known = await kept<{ me: Me }>("me");
  if (!known) return;
  const stopped = await flush(known.me.participant_code, (entry) => sendEntry(entry, now()));
  for (const client of await scope.clients.matchAll({ type: "window" })) {
    client.postMessage("outbox-sent");
  }
  const held = (await waiting()).length;
  if (held > 0) await api.tellUnsent(held);
  // Throwing tells the browser to try again later; without a session that would be in vain.
  if (stopped && !IN_VAIN.has(stopped)) throw new Error("not sent yet");
}

export function installOutbox(scope: ServiceWorkerGlobalScope): void {
  scope.addEventListener("sync" as "push", (event) => {
    event.waitUntil(sendFinished(scope));
  });
}
