/**
 * Between the phone and the server: what is to do comes down and is kept, what is finished goes
 * up. Everything here may run at any time and twice; nothing leaves the phone without a receipt.
 */
import type { Problem } from "../api/client.ts";
import * as api from "../api/participant.ts";
import { sendEntry } from "../api/send.ts";
import type { Me } from "../api/types.ts";
import { now } from "../device/clock.ts";
import {
  finishedHere,
  keep,
  keepOnlyQuestionnaires,
  kept,
  loadQuestionnaire,
  saveQuestionnaire,
} from "../device/db.ts";
import {
  afterMirror,
  changeDraft,
  drafts,
  dropDraft,
  forgetUnstored,
  isMirrored,
  type LocalDraft,
  wouldLose,
} from "../device/drafts.ts";
import { type Entry, flush, type Outcome, receipts, waiting } from "../device/outbox.ts";
import { askEarly, seeEarlyForm, takeEarlyMe } from "./early.ts";
import { neededQuestionnaires } from "./plan.ts";
import { isKnown, rememberKnown } from "./prefs.ts";
import { go, openLink, paths } from "./router.ts";
import { answering, forgetState, getState, setState } from "./state.ts";

interface KeptMe {
  me: Me;
  at: string;
}

/** Errors of the phone's database never stop the app: it goes on with the server alone. */
export async function orElse<T, F = undefined>(work: Promise<T>, fallback?: F): Promise<T | F> {
  return work.catch(() => fallback as F);
}

/** Reads what the phone knows; the first thing that runs. */
export async function readPhone(): Promise<void> {
  const known = await kept<KeptMe>("me").catch((error: DOMException) => {
    // A database that is slow to open may still come; one that is refused will not.
    if (error.name !== "TimeoutError") setState({ forgetful: true });
    return null;
  });
  // The server may have been quicker, and knows better.
  if (known && !getState().me) setState({ me: known.me, checkedAt: known.at });
  if (known) await readOutbox();
}

/** Keeps on the phone what is known about this person. */
export async function keepMe(): Promise<void> {
  const { me, checkedAt: at } = getState();
  if (me && at) await orElse(keep("me", { me, at } satisfies KeptMe));
}

/** Takes over what the server says about this person. */
export async function takeMe(me: Me): Promise<void> {
  const checkedAt = now().toISOString();
  // The screen waits for nothing more; keeping it takes a slow phone a while.
  setState({ me, checkedAt, online: true, away: false, lost: false, started: true });
  rememberKnown(true);
  await keepMe();
}

/** What a problem says about the line: no network, or a server that is there and in trouble. */
const lineAfter = (slug: string | null): { online: boolean; away: boolean } => {
  const answered = slug === null || slug === "sign-in-needed" || slug === "other-person";
  return { online: answered, away: !answered && slug !== "offline" };
};

/** Asks the server what there is to do. Offline or refused, the last answer stays. */
export async function refresh(): Promise<void> {
  const result = await (takeEarlyMe() ?? api.me());
  if (result.ok) await takeMe(result.data);
  else setState(lineAfter(result.slug));
  if (!result.ok && result.slug === "sign-in-needed") setState({ lost: true });
  // Whatever came of it: there is no more to wait for.
  setState({ started: true });
}

/** Brings the questionnaires of open and coming forms onto the phone. */
export async function prefetch(): Promise<void> {
  const { me, online, lost } = getState();
  if (!me || !online || lost) return;
  const early = await seeEarlyForm();
  if (early) await orElse(saveQuestionnaire(early.questionnaire_sha, early.questionnaire));
  const needed = neededQuestionnaires(me);
  for (const sha of needed) {
    if (await orElse(loadQuestionnaire(sha))) continue;
    const result = await api.questionnaire(sha);
    if (!result.ok) return;
    await orElse(saveQuestionnaire(sha, result.data.questionnaire));
  }
  const begun = await orElse(drafts(me.participant_code), []);
  for (const draft of begun) needed.add(draft.questionnaire_sha);
  await orElse(keepOnlyQuestionnaires(needed));
}

/** One draft to the server; asks again where another phone's answers had to be joined first. */
async function mirrorDraft(draft: LocalDraft, again: boolean): Promise<Problem | null> {
  const result = await api.saveDraft(draft.form_id, draft, draft.base?.saved_at ?? null);
  if (!result.ok) return result;
  const next = await changeDraft(draft.form_id, afterMirror(draft, result.data.draft));
  return next && again && !isMirrored(next) ? mirrorDraft(next, false) : null;
}

/** Drafts also go to the server, so that a lost phone loses nothing and another can go on. */
export async function mirrorDrafts(): Promise<void> {
  const { me, lost } = getState();
  if (!me || lost) return;
  for (const draft of await orElse(drafts(me.participant_code), [])) {
    if (isMirrored(draft) || answering.has(draft.form_id)) continue;
    const problem = await mirrorDraft(draft, true);
    if (problem?.status === 0) return;
  }
}

/** Drafts of forms that the team has received, from here or elsewhere, have done their work. */
async function dropSentDrafts(me: Me): Promise<void> {
  const received = me.occasions.flatMap(({ forms }) =>
    forms.filter(({ state }) => state === "received").map(({ id }) => id),
  );
  for (const id of received) if (!answering.has(id)) await dropDraft(id);
}

async function sendUnstored(): Promise<void> {
  for (const entry of getState().unstored) {
    const outcome = await sendEntry(entry, now());
    if (outcome.kind !== "receipt") continue;
    const { id, form_id, title } = entry;
    const { code, received_at, disposition } = outcome;
    const receipt = { id, form_id, title, code, received_at, disposition };
    const { unstored, receipts } = getState();
    setState({
      unstored: unstored.filter((one) => one.id !== id),
      receipts: [receipt, ...receipts],
    });
    await orElse(dropDraft(form_id));
  }
}

/** Sends what is finished; safe to call at any time and from several places at once. */
export async function sendAll(): Promise<void> {
  const { me } = getState();
  if (!me) return;
  setState({ sending: true });
  const stopped = await orElse(
    flush(me.participant_code, (entry: Entry): Promise<Outcome> => sendEntry(entry, now())),
    null,
  );
  await sendUnstored();
  if (stopped === "sign-in-needed") setState({ lost: true });
  setState({ ...lineAfter(stopped), sending: false });
  await readOutbox();
}

/** Reads the phone again: another window or the service worker may have changed it. */
export async function readOutbox(): Promise<void> {
  const person = getState().me?.participant_code ?? "";
  const [rows, codes, own] = await Promise.all([
    orElse(waiting(), []),
    orElse(receipts(), []),
    orElse(drafts(person), []),
  ]);
  const inMemory = getState().receipts.filter((one) => !codes.some(({ id }) => id === one.id));
  const begun = own.filter((draft) => Object.keys(draft.answers).length + draft.skipped.length > 0);
  setState({
    waiting: rows,
    receipts: [...inMemory, ...codes],
    begun: new Set(begun.map((draft) => draft.form_id)),
  });
}

/** The study team may be able to help where the server does not take what this phone holds. */
async function tellUnsent(me: Me): Promise<void> {
  const { waiting, unstored } = getState();
  const held = waiting.length + unstored.length;
  if (held !== me.unsent) await api.tellUnsent(held);
}

let running: Promise<void> | null = null;

/** The whole round: send, mirror, ask, prefetch. Calls during a round share it. */
export function syncNow(): Promise<void> {
  running ??= (async () => {
    const sendFirst = async (): Promise<void> => {
      await readOutbox();
      if (getState().waiting.length > 0 || getState().unstored.length > 0) {
        // What was asked before these were sent would say that they are still to do.
        askEarly(null);
        await sendAll();
      }
    };
    // On a phone that nobody has used, the screen need not wait for its empty database.
    const isNew = !isKnown();
    if (!isNew) await sendFirst();
    await refresh();
    if (isNew) await sendFirst();
    const { me, lost, online } = getState();
    if (me && online && !lost) {
      await orElse(dropSentDrafts(me));
      await tellUnsent(me);
    }
    await orElse(mirrorDrafts());
    await orElse(prefetch());
  })().finally(() => {
    running = null;
  });
  return running;
}

/** A round that begins now, after the one that may be running: what that one asked is outdated. */
export const syncAfresh = (): Promise<void> => (running ?? Promise.resolve()).then(syncNow);

/** Asks the browser to send in the background once there is a network, where it can. */
export async function askForBackgroundSync(): Promise<void> {
  try {
    const registration = (await navigator.serviceWorker.ready) as ServiceWorkerRegistration & {
      sync?: { register(tag: string): Promise<void> };
    };
    await registration.sync?.register("outbox");
  } catch {
    // No background sync here, or it is not allowed: the app sends when it is next in front.
  }
}

/** Back to the first screen; nothing of before is left in this window. */
export function startOver(): void {
  forgetUnstored();
  finishedHere.clear();
  forgetState();
  setState({ started: true });
  go(paths.home, { replace: true });
}

/** Every moment at which a phone may have found its network again. */
export function watch(): void {
  const round = (): void => {
    // A stranger has nothing to send and nobody to ask for.
    if (document.visibilityState === "visible" && getState().me) void syncNow();
  };
  // A round that is just failing for want of a network would swallow the news that there is one.
  addEventListener("online", () => void (getState().me && syncAfresh()));
  addEventListener("pageshow", round);
  document.addEventListener("visibilitychange", round);
  addEventListener("offline", () => setState({ online: false }));
  // The browser asks before it leaves a page that alone holds some answers.
  addEventListener("beforeunload", (event) => {
    const { unstored, waiting, forgetful } = getState();
    const held = unstored.length + (forgetful ? waiting.length : 0);
    if (held > 0 || wouldLose()) event.returnValue = true;
  });
  // Signed out in another window.
  addEventListener("storage", (event) => {
    const { key, newValue } = event as StorageEvent;
    if (key === "known" && newValue === null) startOver();
  });
  navigator.serviceWorker?.addEventListener("message", (event) => {
    if (event.data === "outbox-sent") void readOutbox();
    // A tapped reminder: its address is turned into a place in the app that is open already.
    const url = (event.data as { go?: string }).go;
    if (url) openLink(url);
  });
}
