/**
 * Responses on their way. An entry is written, in one step with the removal of its draft, before
 * the screen says anything; it leaves only when the server has given a receipt for it. Entries do
 * not expire. What the server refuses is held back for the study team, never thrown away.
 */
import type { Answers } from "../core/questionnaire.ts";
import { finishedHere, keep, kept, type OutboxRow, seal, unseal, withDb } from "./db.ts";
import { alone } from "./locks.ts";

export interface Entry {
  id: string;
  form_id: number;
  title: string;
  person: string;
  questionnaire_sha: string;
  answers: Answers;
  skipped: string[];
  authored_at: string;
  authored_zone: string;
  offer_token: string | null;
}

/** What became of one attempt: stored there, refused, or to be tried again. */
export type Outcome =
  | { kind: "receipt"; code: string; received_at: string; disposition: string }
  | { kind: "refused"; slug: string }
  | { kind: "later"; slug: string };

export interface KeptReceipt {
  id: string;
  form_id: number;
  title: string;
  code: string;
  received_at: string;
  disposition: string;
}

export interface Waiting {
  id: string;
  form_id: number | null;
  title: string;
  state: "waiting" | "held";
  slug: string | null;
}

const RECEIPTS_KEPT = 60;

/** Puts a finished response into the outbox and takes its draft away, both or neither. */
export async function enqueue(entry: Entry, nowMs: number): Promise<void> {
  await withDb(async (db) => {
    const sealed = await seal(db, entry);
    const row: OutboxRow = { id: entry.id, made_at: nowMs, state: "waiting", slug: null, sealed };
    await db.all(["outbox", "drafts"], "readwrite", (store) => {
      store("outbox").put(row);
      store("drafts").delete(entry.form_id);
      return undefined;
    });
  });
  finishedHere.set(entry.id, () => enqueue(entry, nowMs));
}

/** Puts back what this page has finished and the phone has lost: cleared, or taken by the system. */
async function putBack(): Promise<void> {
  if (finishedHere.size === 0) return;
  const there = new Set<unknown>(await withDb((db) => db.getAllKeys("outbox")));
  for (const { id } of await receipts()) finishedHere.delete(id);
  for (const [id, again] of [...finishedHere]) if (!there.has(id)) await again();
}

/** What is still on this phone, oldest first, without the answers. */
export async function waiting(): Promise<Waiting[]> {
  await putBack();
  return withDb(async (db) => {
    const rows = (await db.getAll("outbox")).sort((a, b) => a.made_at - b.made_at);
    return Promise.all(
      rows.map(async ({ id, state, slug, sealed }) => {
        const entry = await unseal<Entry>(db, sealed);
        return { id, state, slug, form_id: entry?.form_id ?? null, title: entry?.title ?? "" };
      }),
    );
  });
}

export const receipts = async (): Promise<KeptReceipt[]> =>
  (await kept<KeptReceipt[]>("receipts")) ?? [];

async function settle(row: OutboxRow, entry: Entry, outcome: Outcome): Promise<void> {
  if (outcome.kind === "receipt") {
    const { id, form_id, title } = entry;
    const { code, received_at, disposition } = outcome;
    const others = (await receipts()).filter((receipt) => receipt.id !== id);
    const receipt = { id, form_id, title, code, received_at, disposition };
    // The receipt is kept first: if this stops half-way, the entry is sent again and answered
    // with the same receipt.
    await keep("receipts", [receipt, ...others].slice(0, RECEIPTS_KEPT));
    await withDb((db) => db.delete("outbox", row.id));
    finishedHere.delete(row.id);
  } else if (outcome.kind === "refused") {
    await withDb((db) => db.put("outbox", { ...row, state: "held", slug: outcome.slug }));
  }
}

/** Slugs after which trying the next entry at once is of no use. */
const STOP: ReadonlySet<string> = new Set(["offline", "sign-in-needed", "slow-down"]);

/**
 * Sends what is waiting, one by one, in order; only one window or worker of this phone at a time.
 * Returns the slug that stopped it, or null when it got to the end.
 */
export async function flush(
  person: string,
  send: (entry: Entry) => Promise<Outcome>,
): Promise<string | null> {
  return alone("sayso-outbox", async () => {
    const rows = await withDb((db) => db.getAll("outbox"));
    rows.sort((a, b) => a.made_at - b.made_at);
    let stopped: string | null = null;
    for (const row of rows) {
      if (row.state === "held") continue;
      const entry = await withDb((db) => unseal<Entry>(db, row.sealed));
      const outcome = await attempt(entry, person, send);
      if (outcome.kind === "later") stopped = outcome.slug;
      else await settle(row, entry ?? ({ id: row.id } as Entry), outcome);
      if (stopped && STOP.has(stopped)) return stopped;
    }
    return stopped;
  });
}

async function attempt(
  entry: Entry | null,
  person: string,
  send: (entry: Entry) => Promise<Outcome>,
): Promise<Outcome> {
  if (!entry) return { kind: "refused", slug: "unreadable" };
  // Another person's answers stay here untouched until that person's code is used again.
  if (entry.person !== person) return { kind: "later", slug: "other-person" };
  return send(entry);
}

/** Lets held entries try again: after a new code, or when the study team has asked for it. */
export async function release(): Promise<void> {
  await withDb(async (db) => {
    for (const row of await db.getAll("outbox")) {
      if (row.state === "held" && row.slug !== "unreadable") {
        await db.put("outbox", { ...row, state: "waiting", slug: null });
      }
    }
  });
}
