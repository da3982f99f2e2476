/**
 * Answers that are not sent yet: written to the phone before the screen calls them saved. Reading
 * and writing queue up behind each other across windows, so that none goes on from a draft that
 * another is just replacing.
 */
import { merge, same } from "../core/merge.ts";
import type { Answers } from "../core/questionnaire.ts";
import { type Database, seal, unseal, withDb } from "./db.ts";
import { alone } from "./locks.ts";

/** A draft as the server has it; `saved_at` is how it names this very one. */
export interface ServerDraft {
  answers: Answers;
  skipped: string[];
  at_item: string | null;
  saved_at: string;
}

export interface LocalDraft extends ServerDraft {
  form_id: number;
  /** Whose answers these are: another person's code on this phone must not send them. */
  person: string;
  /** The id the response will have, fixed with the first answer so that a resend is a repeat. */
  response_id: string;
  questionnaire_sha: string;
  /** The draft that the server had when the two last met; from there both may have gone on. */
  base: ServerDraft | null;
}

const LOCK = "sayso-drafts";

/** A draft that lies on the phone and cannot be read any more. */
export const UNREADABLE = "unreadable";

async function read(db: Database, formId: number): Promise<LocalDraft | null> {
  const sealed = await db.get("drafts", formId);
  return sealed ? unseal<LocalDraft>(db, sealed) : null;
}

/** Drafts that this phone could not store; they live as long as the page does. */
const unstored = new Map<number, LocalDraft>();

/**
 * Writes a draft; `still` is asked last, and false means that nothing is written. Throws what
 * IndexedDB throws; the draft is then kept in memory, so that leaving the form loses nothing.
 */
export async function saveDraft(draft: LocalDraft, still = () => true): Promise<void> {
  try {
    await alone(LOCK, () =>
      withDb(async (db) => {
        const sealed = await seal(db, draft);
        if (still()) await db.put("drafts", sealed, draft.form_id);
      }),
    );
    unstored.delete(draft.form_id);
  } catch (error) {
    unstored.set(draft.form_id, draft);
    throw error;
  }
}

/** This person's draft of a form, or null; "unreadable" where one lies that no key opens. */
export async function loadDraft(
  formId: number,
  person: string,
): Promise<LocalDraft | typeof UNREADABLE | null> {
  const inMemory = unstored.get(formId);
  if (inMemory?.person === person) return inMemory;
  return alone(LOCK, () =>
    withDb(async (db) => {
      const sealed = await db.get("drafts", formId);
      if (!sealed) return null;
      const draft = await unseal<LocalDraft>(db, sealed);
      if (!draft) return UNREADABLE;
      return draft.person === person ? draft : null;
    }),
  );
}

/** All readable drafts of this person, those included that live in this page alone. */
export async function drafts(person: string): Promise<LocalDraft[]> {
  const stored = await withDb(async (db) =>
    Promise.all((await db.getAll("drafts")).map((sealed) => unseal<LocalDraft>(db, sealed))),
  ).catch(() => []);
  const newest = stored.filter((draft) => !unstored.has(draft?.form_id ?? 0));
  return [...unstored.values(), ...newest].filter(
    (draft): draft is LocalDraft => draft?.person === person,
  );
}

/** Whether the server has exactly what this draft says. */
export const isMirrored = (draft: LocalDraft): boolean =>
  draft.base !== null && draft.base.at_item === draft.at_item && same(draft, draft.base);

/** Whether leaving this page would lose answers that neither the phone nor the team has. */
export const wouldLose = (): boolean => [...unstored.values()].some((one) => !isMirrored(one));

/** This draft put together with one that another phone has brought to the server. */
export function joined(draft: LocalDraft, theirs: ServerDraft): LocalDraft {
  const at_item = draft.at_item ?? theirs.at_item;
  const { answers, skipped } = merge(draft.base, draft, theirs);
  return { ...draft, answers, skipped: [...skipped], at_item, base: theirs };
}

/**
 * What becomes of a draft after the server has answered to `sent`: it knows that the server has
 * this, or it is put together with `theirs`, which lies there instead.
 */
export function afterMirror(
  { answers, skipped, at_item, saved_at }: ServerDraft,
  theirs: ServerDraft | null,
): (draft: LocalDraft) => LocalDraft {
  const base = { answers, skipped, at_item, saved_at };
  return (draft) => (theirs ? joined(draft, theirs) : { ...draft, base });
}

/** Changes a draft that is still on the phone; null when it is gone, and then it stays gone. */
export async function changeDraft(
  formId: number,
  change: (draft: LocalDraft) => LocalDraft,
): Promise<LocalDraft | null> {
  const held = unstored.get(formId);
  if (held) {
    const next = change(held);
    // The phone may have found room again; if not, the page goes on holding it.
    await saveDraft(next).catch(() => undefined);
    return next;
  }
  return alone(LOCK, () =>
    withDb(async (db) => {
      const draft = await read(db, formId);
      if (!draft) return null;
      const next = change(draft);
      await db.put("drafts", await seal(db, next), formId);
      return next;
    }),
  );
}

/** Forgets a draft, wherever it is. */
export async function dropDraft(formId: number): Promise<void> {
  unstored.delete(formId);
  await alone(LOCK, () => withDb((db) => db.delete("drafts", formId)));
}

/** Forgets what could not be stored; part of clearing the phone. */
export const forgetUnstored = (): void => unstored.clear();
