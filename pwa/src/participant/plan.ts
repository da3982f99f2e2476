/**
 * What there is to do, from what the server last said, what has been sent since and the date on
 * this phone: a form that was "upcoming" when the network went away opens all the same.
 */
import type { FormCard, Me, Occasion } from "../api/types.ts";
import { dateIn, daysBetween } from "../core/dates.ts";
import type { State } from "./state.ts";

export interface Todo {
  occasion: Occasion;
  forms: FormCard[];
}

/** Ids of forms that are finished on this phone, whatever the server last said. */
export function finished(on: Pick<State, "waiting" | "unstored" | "receipts">): Set<number> {
  const ids = [...on.waiting, ...on.unstored, ...on.receipts].map((one) => one.form_id);
  return new Set(ids.filter((id): id is number => id !== null));
}

/** Whether the occasion's window contains this local date. */
export function isOpen(occasion: Occasion, today: string): boolean {
  if (occasion.state === "open") return true;
  return occasion.state === "upcoming" && occasion.opens_on <= today && today <= occasion.closes_on;
}

/**
 * Forms to fill in now, the occasion that closes first on top. What was begun on this phone stays
 * here after its last day: late answers are taken too.
 */
export function todo(
  me: Me,
  done: ReadonlySet<number>,
  today: string,
  begun: ReadonlySet<number>,
): Todo[] {
  if (me.exempt) return [];
  const wanted = (form: FormCard, open: boolean): boolean =>
    (open && (form.state === "open" || form.state === "upcoming")) ||
    (form.state === "missing" && begun.has(form.id));
  return me.occasions
    .map((occasion) => {
      const open = isOpen(occasion, today);
      const forms = occasion.forms.filter((form) => wanted(form, open) && !done.has(form.id));
      return { occasion, forms };
    })
    .filter(({ forms }) => forms.length > 0)
    .sort((a, b) => a.occasion.closes_on.localeCompare(b.occasion.closes_on));
}

/** The next form of the same occasion, then of any other, after one has been sent. */
export function nextForm(list: readonly Todo[], after: number | null, me: Me): FormCard | null {
  const same = me.occasions.find((occasion) => occasion.forms.some((form) => form.id === after));
  const inSame = list.find(({ occasion }) => occasion.timepoint === same?.timepoint);
  return (inSame ?? list[0])?.forms[0] ?? null;
}

/** The card of a form and its occasion, or null. */
export function findForm(me: Me, id: number): { form: FormCard; occasion: Occasion } | null {
  for (const occasion of me.occasions) {
    const form = occasion.forms.find((one) => one.id === id);
    if (form) return { form, occasion };
  }
  return null;
}

/** Upcoming occasions that have not opened yet, soonest first. */
export function upcoming(me: Me, today: string): Occasion[] {
  return me.occasions
    .filter((occasion) => occasion.state === "upcoming" && !isOpen(occasion, today))
    .sort((a, b) => a.opens_on.localeCompare(b.opens_on));
}

/** Questionnaires that must be on the phone before the network goes away. */
export function neededQuestionnaires(me: Me): Set<string> {
  const shas = me.occasions
    .filter((occasion) => occasion.state === "open" || occasion.state === "upcoming")
    .flatMap((occasion) => occasion.forms.map((form) => form.questionnaire_sha));
  return new Set(shas);
}

/** Whether the phone's date is plainly wrong beside the server's, when they just talked. */
export function clockIsWrong(serverTime: string, phoneMs: number): boolean {
  return Math.abs(Date.parse(serverTime) - phoneMs) > 10 * 60_000;
}

/**
 * The date where this person is. A phone whose clock was found wrong at its last talk with the
 * server (at `checkedAt`, by the phone) is put right by as much: days, windows and the limits of
 * date questions then hold all the same.
 */
export function todayOf(me: Me, checkedAt: string | null, phone: Date): string {
  const then = Date.parse(checkedAt ?? me.server_time);
  const off = clockIsWrong(me.server_time, then) ? Date.parse(me.server_time) - then : 0;
  return dateIn(me.zone, new Date(phone.getTime() + off));
}

/** Days left in an occasion, 0 on the last day. */
export const daysLeft = (occasion: Occasion, today: string): number =>
  daysBetween(today, occasion.closes_on);
