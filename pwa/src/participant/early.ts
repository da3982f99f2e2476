/**
 * The first requests, sent before the phone's own database has been read: on a slow line every
 * request that waits for another costs the person more than half a second. What comes back is
 * taken once, by whoever would have asked for it.
 */
import type { Result } from "../api/client.ts";
import * as api from "../api/participant.ts";
import type { FormDetail, Me } from "../api/types.ts";
import { isKnown } from "./prefs.ts";
import type { Route } from "./router.ts";

let me: Promise<Result<Me>> | null = null;
let form: { id: number; answer: Promise<Result<FormDetail>>; isTaken: boolean } | null = null;

/** Asks for what a start at this place needs; null asks for nothing and forgets what was asked. */
export function askEarly(route: Route | null): void {
  me = route ? api.me() : null;
  // A phone that is known has its questionnaires; only one opened cold by a reminder does not.
  const cold = route?.name === "question" && !isKnown();
  form = cold ? { id: route.form, answer: api.form(route.form), isTaken: false } : null;
}

/** The answer about this person, if it was asked for and nobody has taken it yet. */
export function takeEarlyMe(): Promise<Result<Me>> | null {
  const asked = me;
  me = null;
  return asked;
}

/** What the form asks, for those who would fetch it otherwise; null when it was not asked for. */
export async function seeEarlyForm(): Promise<FormDetail | null> {
  const result = await form?.answer;
  return result?.ok ? result.data : null;
}

/** The form, if it was asked for, came, and nobody has taken it yet. */
export async function takeEarlyForm(id: number): Promise<FormDetail | null> {
  if (form?.id !== id || form.isTaken) return null;
  form.isTaken = true;
  const result = await form.answer;
  return result.ok ? result.data : null;
}
