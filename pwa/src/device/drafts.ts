/** Answers that are not sent yet: written to the phone before the screen calls them saved. */
import type { Answers } from "../core/questionnaire.ts";
import { seal, unseal, withDb } from "./db.ts";

export interface LocalDraft {
  form_id: number;
  /** Whose answers these are: another person's code on this phone must not send them. */
  person: string;
  /** The id the response will have, fixed with the first answer so that a resend is a repeat. */
  response_id: string;
  questionnaire_sha: string;
  answers: Answers;
  skipped: string[];
  at_item: string | null;
  saved_at: string;
  /** The `saved_at` that the server has; equal means mirrored. */
  mirrored_at: string | null;
}

export async function saveDraft(draft: LocalDraft): Promise<void> {
  await withDb(async (db) => {
    const sealed = await seal(db, draft);
    await db.put("drafts", sealed, draft.form_id);
  });
}

/** This person's draft of a form, or null. */
export async function loadDraft(formId: number, person: string): Promise<LocalDraft | null> {
  return withDb(async (db) => {
    const sealed = await db.get("drafts", formId);
    const draft = sealed ? await unseal<LocalDraft>(db, sealed) : null;
    return draft?.person === person ? draft : null;
  });
}

/** All readable drafts of this person. */
export async function drafts(person: string): Promise<LocalDraft[]> {
  return withDb(async (db) => {
    const all = await Promise.all(
      (await db.getAll("drafts")).map((sealed) => unseal<LocalDraft>(db, sealed)),
    );
    return all.filter((draft): draft is LocalDraft => draft?.person === person);
  });
}

export const dropDraft = (formId: number): Promise<void> =>
  withDb((db) => db.delete("drafts", formId));
