/**
 * Two drafts of one form, put together answer by answer. Clocks of phones are wrong too often to
 * say which answer came last, so none is asked: what counts is who has changed an answer since the
 * two were last the same. Where both have, the phone in the person's hand has the word; she sees
 * every answer again before she sends them.
 */
import type { Answers, Value } from "./questionnaire.ts";

export interface Answered {
  readonly answers: Answers;
  readonly skipped: readonly string[];
}

/** What a draft says about an item, as one comparable word; "" when it says nothing. */
function word({ answers, skipped }: Answered, item: string): string {
  if (skipped.includes(item)) return "skipped";
  return answers[item] === undefined ? "" : JSON.stringify(answers[item]);
}

/**
 * The draft of this phone (`mine`) with what another one has answered (`theirs`); `base` is the
 * draft from which both went on, null when this phone never had one from the server.
 */
export function merge(base: Answered | null, mine: Answered, theirs: Answered): Answered {
  const before = base ?? { answers: {}, skipped: [] };
  const all = [mine, theirs].flatMap((one) => [...Object.keys(one.answers), ...one.skipped]);
  const answers: Record<string, Value> = {};
  const skipped: string[] = [];
  for (const item of new Set(all)) {
    const from = word(mine, item) === word(before, item) ? theirs : mine;
    if (from.skipped.includes(item)) skipped.push(item);
    else if (from.answers[item] !== undefined) answers[item] = from.answers[item] as Value;
  }
  return { answers, skipped };
}

/** Whether two drafts say the same. */
export function same(one: Answered, other: Answered): boolean {
  const items = new Set(
    [one, other].flatMap((draft) => [...Object.keys(draft.answers), ...draft.skipped]),
  );
  return [...items].every((item) => word(one, item) === word(other, item));
}
