/** What staff record about a participant: contacts, visits, events, reasons, dates, and mistakes. */
import type { FormView, ParticipantView } from "../api/types";
import { day } from "../format";
import type { Option } from "../parts/form";
import { t } from "../strings";
import { anchorLabel, ownAnchors } from "../study";
import { type Act, type ActContext, dateField, path, text, worded } from "./base";

export function recordContact(context: ActContext): Act {
  const words = t.acts.contact;
  return {
    name: "record_contact",
    title: words.title(context.person.code),
    fields: [
      dateField(t.acts.date, context),
      {
        name: "channel",
        label: words.channel,
        kind: "select",
        required: true,
        initial: "call",
        options: worded(context.study.contact_channels, words.channels),
      },
      {
        name: "outcome",
        label: words.outcome,
        kind: "select",
        required: true,
        options: worded(context.study.contact_outcomes, words.outcomes),
      },
      { name: "interpreter_used", label: words.interpreter, kind: "checkbox" },
      { name: "note", label: words.note, kind: "long", hint: words.noteHint },
    ],
    submit: t.acts.save,
    done: words.done,
    sendings: (values) => [
      {
        path: path(context, "contacts"),
        body: {
          date: values.date,
          channel: values.channel,
          outcome: values.outcome,
          interpreter_used: values.interpreter_used === "yes",
          ...(text(values, "note") ? { note: text(values, "note") } : {}),
        },
      },
    ],
  };
}

export function recordVisit(context: ActContext): Act {
  const words = t.acts.visit;
  return {
    name: "record_visit",
    title: words.title(context.person.code),
    fields: [
      dateField(t.acts.date, context),
      {
        name: "timepoint",
        label: words.timepoint,
        kind: "select",
        initial: context.timepoint ?? nearestVisit(context),
        options: visitOptions(context),
        required: true,
      },
      {
        name: "kind",
        label: words.kind,
        kind: "select",
        required: true,
        initial: "clinic",
        options: worded(context.study.visit_kinds, words.kinds),
      },
    ],
    submit: t.acts.save,
    done: words.done,
    sendings: (values) => [
      {
        path: path(context, "visits"),
        body: {
          timepoint: values.timepoint === EXTRA ? null : values.timepoint,
          date: values.date,
          kind: values.kind,
        },
      },
    ],
  };
}

const EXTRA = "-";

function visitOptions({ study, person }: ActContext): Option[] {
  const planned = study.timepoints
    .filter((timepoint) => timepoint.arms.includes(person.arm))
    .map((timepoint) => ({ value: timepoint.id, label: timepoint.label }));
  return [...planned, { value: EXTRA, label: t.acts.visit.unscheduled }];
}

/** The planned visit whose window is open, else an extra one: a guess that saves a tap. */
function nearestVisit({ person, today }: ActContext): string {
  const open = person.planned_visits.find((visit) => visit.opens <= today && today <= visit.closes);
  return open?.timepoint ?? EXTRA;
}

const STOPS = new Set([
  "death",
  "withdrawal_study",
  "withdrawal_pro",
  "withdrawal_contact",
  "off_study",
]);

export function recordEvent(context: ActContext): Act {
  const words = t.acts.event;
  const kinds = context.study.event_kinds.filter(
    (kind) => kind.arms.length === 0 || kind.arms.includes(context.person.arm),
  );
  const stops = kinds.filter((kind) => STOPS.has(kind.kind)).map((kind) => kind.label);
  return {
    name: "record_event",
    title: words.title(context.person.code),
    ...(stops.length > 0 ? { intro: `${stops.join(", ")}: ${words.warnStops}` } : {}),
    fields: [
      {
        name: "kind",
        label: words.kind,
        kind: "select",
        required: true,
        options: kinds.map((kind) => ({ value: kind.kind, label: kind.label })),
      },
      dateField(t.acts.date, context),
    ],
    submit: t.acts.save,
    done: words.done,
    sendings: (values) => [
      { path: path(context, "events"), body: { kind: values.kind, date: values.date } },
    ],
  };
}

const ALL = "all";

export function codeReason(context: ActContext): Act {
  const words = t.acts.missing;
  const forms = uncoded(context);
  const labelled = forms.map((form) => ({
    value: String(form.id),
    label: `${form.label}: ${form.title}`,
  }));
  const all = { value: ALL, label: labelled.map((option) => option.label).join("; ") };
  return {
    name: "code_reason",
    title: words.title(context.person.code),
    fields: [
      {
        name: "form",
        label: words.form,
        kind: "select",
        required: true,
        initial: context.formIds ? ALL : (labelled[0]?.value ?? ""),
        options: labelled.length > 1 ? [all, ...labelled] : [all],
      },
      {
        name: "reason",
        label: t.acts.reason,
        kind: "select",
        required: true,
        options: context.study.missing_reasons.map((reason) => ({
          value: reason.code,
          label: reason.label,
        })),
      },
    ],
    submit: t.acts.save,
    done: words.done,
    sendings: (values) =>
      forms
        .filter((form) => values.form === ALL || String(form.id) === values.form)
        .map((form) => ({
          path: path(context, "missing-reasons"),
          body: { expected_form_id: form.id, reason: values.reason },
        })),
  };
}

/** The missing forms without a reason: those the row names, or all of the person's. */
export function uncoded({ person, formIds }: Pick<ActContext, "person" | "formIds">): FormView[] {
  return person.forms.filter((form) =>
    formIds ? formIds.includes(form.id) : form.status === "missing" && !form.reason,
  );
}

export function correctAnchor(context: ActContext): Act {
  const words = t.acts.anchor;
  const { study, person } = context;
  const names = ownAnchors(study, person.arm);
  return {
    name: "correct_anchor",
    title: words.title(person.code),
    intro: words.intro,
    fields: [
      {
        name: "name",
        label: words.which,
        kind: "select",
        required: true,
        initial: names[0]?.name ?? "",
        options: names.map((anchor) => ({
          value: anchor.name,
          label: `${anchorLabel(study, person.arm, anchor.name)} (${day(dateOf(person, anchor.name))})`,
        })),
      },
      { ...dateField(words.date, context), initial: "" },
      { name: "reason", label: words.why, kind: "text", required: true },
    ],
    submit: t.acts.save,
    done: words.done,
    sendings: (values) => [
      {
        path: path(context, "anchors"),
        body: { name: values.name, date: values.date, reason: text(values, "reason") },
      },
    ],
  };
}

function dateOf(person: ParticipantView, name: string): string | null {
  return person.anchors.find((anchor) => anchor.name === name)?.date ?? null;
}

export type Entered = "events" | "visits" | "contacts";

/** An entry made by mistake stays in the record, marked as taken back, and counts no more. */
export function takeBack(context: ActContext, kind: Entered, id: number): Act {
  const words = t.acts.takeBack;
  return {
    name: `take_back_${kind}_${id}`,
    title: words.title,
    intro: words.intro,
    fields: [{ name: "reason", label: words.why, kind: "text", required: true }],
    submit: words.submit,
    done: words.done,
    sendings: (values) => [
      { path: path(context, kind, id, "void"), body: { reason: text(values, "reason") } },
    ],
  };
}
