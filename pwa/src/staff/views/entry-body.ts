/** What is asked about an interview or a paper form, and what is sent: apart from the page. */
import { checkOne, isAnswer, shown } from "../../core/answers.ts";
import type { Questionnaire } from "../../core/questionnaire.ts";
import { questions } from "../../core/questionnaire.ts";
import type { EntryForm, EntrySheet, Given } from "../api/entries";
import type { FieldSpec, Values } from "../parts/form";
import { t } from "../strings";

const words = t.entry;

export function circumstances(sheet: EntrySheet, today: string, opens: string): FieldSpec[] {
  return [
    {
      name: "mode",
      label: words.mode,
      kind: "radio",
      required: true,
      options: sheet.modes
        .filter((mode) => !(sheet.exempt && mode.code === "interview"))
        .map((mode) => ({ value: mode.code, label: mode.label })),
    },
    {
      name: "collected_on",
      label: words.collected,
      kind: "date",
      required: true,
      max: today,
      min: opens,
    },
    { name: "collected_time", label: words.time, kind: "time", hint: words.timeHint },
    {
      name: "administered_by",
      label: words.by,
      kind: "select",
      required: true,
      options: sheet.staff.map((one) => ({ value: String(one.id), label: one.name })),
    },
    {
      name: "assistance",
      label: words.assistance,
      kind: "select",
      required: true,
      initial: "none",
      options: Object.entries(words.assistances).map(([value, label]) => ({ value, label })),
    },
    {
      name: "interpreter_used",
      label: words.interpreter,
      kind: "checkbox",
      when: (values) => values.mode === "interview",
      check: (value) => (value === "yes" ? words.interpreterRefused : null),
    },
    { name: "note", label: words.note, kind: "long", hint: words.noteHint },
  ];
}

export function entryBody(
  id: string,
  form: EntryForm,
  values: Values,
  given: Given,
): Record<string, unknown> {
  const note = (values.note ?? "").trim();
  return {
    id,
    expected_form_id: form.id,
    mode: values.mode,
    collected_on: values.collected_on,
    collected_time: values.collected_time || null,
    administered_by: Number(values.administered_by),
    interpreter_used: values.mode === "interview" && values.interpreter_used === "yes",
    assistance: values.assistance,
    ...given,
    note: note === "" ? null : note,
  };
}

export interface Wrong {
  readonly item: string;
  readonly text: string;
}

/** Answers that no such question can have, in sentences; a blank is not wrong. */
export function wrongAnswers(
  questionnaire: Questionnaire,
  given: Given,
  today: string,
): readonly Wrong[] {
  const visible = shown(questionnaire, given.answers, given.skipped);
  return questions(questionnaire).flatMap((question) => {
    const value = given.answers[question.id];
    if (!visible.has(question.id) || !isAnswer(value)) return [];
    const [slug] = checkOne(question, value, today);
    if (!slug) return [];
    const what = words.wrong[slug] ?? words.wrong["not-a-number"] ?? slug;
    return [{ item: question.id, text: words.wrongLine(question.text, what) }];
  });
}

/** How many questions that are asked have neither an answer nor a refusal. */
export function blanks(questionnaire: Questionnaire, given: Given): number {
  const visible = shown(questionnaire, given.answers, given.skipped);
  return questions(questionnaire).filter(
    (question) =>
      visible.has(question.id) &&
      question.required !== false &&
      !isAnswer(given.answers[question.id]) &&
      !given.skipped.includes(question.id),
  ).length;
}
