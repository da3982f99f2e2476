/**
 * The acts on one participant, as data: fields, and what is sent. Each returns
 * the requests to make, so that a view needs one panel for all of them and a
 * test can read what would be sent without a browser.
 */
import { studyPath } from "../api/client";
import type { Choice, ParticipantView, Study } from "../api/types";
import type { FieldSpec, Option, Values } from "../parts/form";

export interface Sending {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Act {
  readonly name: string;
  readonly title: string;
  readonly intro?: string;
  readonly fields: readonly FieldSpec[];
  readonly submit: string;
  readonly done: string;
  readonly sendings: (values: Values) => readonly Sending[];
}

export interface ActContext {
  readonly study: Study;
  readonly person: ParticipantView;
  readonly today: string;
  readonly timepoint?: string | null | undefined;
  readonly formIds?: readonly number[] | null | undefined;
}

export const choices = (labels: Readonly<Record<string, string>>): Option[] =>
  Object.entries(labels).map(([value, label]) => ({ value, label }));

export const path = ({ study, person }: ActContext, ...rest: (string | number)[]) =>
  studyPath(study.key, "participants", person.code, ...rest);

export const text = (values: Values, name: string) => (values[name] ?? "").trim();

/** The study's own words to choose from, in our wording where we have one. */
export function worded(
  known: readonly Choice[],
  labels: Readonly<Record<string, string>>,
): Option[] {
  return known.map(({ code, label }) => ({ value: code, label: labels[code] ?? label }));
}

export function dateField(label: string, { person, today }: ActContext): FieldSpec {
  return {
    name: "date",
    label,
    kind: "date",
    required: true,
    initial: today,
    max: today,
    min: earliest(person),
  };
}

/** Nothing about a participant can carry a date long before the first thing known of them. */
function earliest(person: ParticipantView): string | undefined {
  const known = [person.enrolled_on, ...person.anchors.map((anchor) => anchor.date)];
  return known.sort()[0];
}
