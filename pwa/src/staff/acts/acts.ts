/**
 * The acts on one participant, as data: fields, and what is sent. Each returns
 * the requests to make, so that a view needs one panel for all of them and a
 * test can read what would be sent without a browser.
 */
import { studyPath } from "../api/client";
import type { ExemptionView, FormView, ParticipantView, Study } from "../api/types";
import { day } from "../format";
import type { FieldSpec, Option, Values } from "../parts/form";
import { t } from "../strings";
import { anchorLabel, ownAnchors } from "../study";

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

const choices = (labels: Readonly<Record<string, string>>): Option[] =>
  Object.entries(labels).map(([value, label]) => ({ value, label }));

const path = ({ study, person }: ActContext, ...rest: (string | number)[]) =>
  studyPath(study.key, "participants", person.code, ...rest);

const text = (values: Values, name: string) => (values[name] ?? "").trim();

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
        options: choices(words.channels),
      },
      {
        name: "outcome",
        label: words.outcome,
        kind: "select",
        required: true,
        options: choices(words.outcomes),
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
        options: choices(words.kinds),
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

export function exempt(context: ActContext): Act {
  const words = t.acts.exempt;
  const reasons = context.study.exemption_reasons;
  return {
    name: "exempt",
    title: words.title(context.person.code),
    intro: `${words.intro} ${words.late}`,
    fields: [
      {
        name: "reason",
        label: t.acts.reason,
        kind: "select",
        required: true,
        initial: reasons[0]?.code ?? "",
        options: reasons.map((reason) => ({ value: reason.code, label: reason.label })),
      },
      { ...dateField(words.from, context), name: "from", max: undefined },
      { name: "to", label: words.to, kind: "date", hint: words.toHint },
      { name: "explanation", label: words.explanation, kind: "long" },
    ],
    submit: t.acts.save,
    done: words.done,
    sendings: (values) => [
      {
        path: path(context, "exemptions"),
        body: {
          reason: values.reason,
          from: values.from,
          to: values.to || null,
          ...(text(values, "explanation") ? { explanation: text(values, "explanation") } : {}),
        },
      },
    ],
  };
}

export function approveExemption(context: ActContext, exemption: ExemptionView): Act {
  const words = t.acts.approve;
  return {
    name: "approve_exemption",
    title: words.title(context.person.code),
    intro: words.intro(day(exemption.from), exemption.by ?? t.person.someone),
    fields: [
      {
        name: "checked",
        label: words.confirm,
        kind: "checkbox",
        required: true,
      },
    ],
    submit: words.submit,
    done: words.done,
    sendings: () => [{ path: path(context, "exemptions", exemption.id, "approval"), body: {} }],
  };
}

export function endExemption(context: ActContext, exemption: ExemptionView): Act {
  const words = t.acts.endExemption;
  return {
    name: "end_exemption",
    title: words.title(context.person.code),
    intro: words.intro,
    fields: [
      { ...dateField(words.on, context), name: "on", min: exemption.from, max: undefined },
      { name: "reason", label: words.why, kind: "text", required: true },
    ],
    submit: t.acts.save,
    done: words.done,
    sendings: (values) => [
      {
        path: path(context, "exemptions", exemption.id, "end"),
        body: { on: values.on, reason: text(values, "reason") },
      },
    ],
  };
}

/** A new code for a phone; the phones enrolled before are signed out when there are any. */
export function replacePhone(context: ActContext): Act {
  const words = t.acts.phone;
  const replaces = context.person.devices.some((device) => device.revoked_at === null);
  const reason: FieldSpec = {
    name: "reason",
    label: words.why,
    kind: "select",
    required: true,
    initial: "new_phone",
    options: choices(words.reasons),
  };
  return {
    name: "replace_phone",
    title: (replaces ? words.title : words.firstTitle)(context.person.code),
    intro: replaces ? words.intro : words.firstIntro,
    fields: replaces ? [reason] : [],
    submit: replaces ? words.submit : words.firstSubmit,
    done: words.done,
    sendings: (values) => [
      {
        path: path(context, "enrolment-codes"),
        body: replaces ? { replace: true, reason: values.reason } : { replace: false },
      },
    ],
  };
}

export function resolveConflict(context: ActContext, responseId: string): Act {
  const words = t.acts.conflict;
  return decision("resolve_conflict", {
    title: words.title(context.person.code),
    intro: words.intro,
    label: words.which,
    accept: words.use,
    refuse: words.keep,
    why: words.why,
    done: words.done,
    path: path(context, "conflicts", responseId, "resolution"),
  });
}

export function resolveTime(context: ActContext, responseId: string): Act {
  const words = t.acts.time;
  return decision("resolve_time", {
    title: words.title(context.person.code),
    intro: words.intro,
    label: words.which,
    accept: words.accept,
    refuse: words.refuse,
    why: words.why,
    done: words.done,
    path: path(context, "responses", responseId, "time-resolution"),
  });
}

interface Decision {
  readonly title: string;
  readonly intro: string;
  readonly label: string;
  readonly accept: string;
  readonly refuse: string;
  readonly why: string;
  readonly done: string;
  readonly path: string;
}

function decision(name: string, asked: Decision): Act {
  return {
    name,
    title: asked.title,
    intro: asked.intro,
    fields: [
      {
        name: "accept",
        label: asked.label,
        kind: "radio",
        required: true,
        options: [
          { value: "no", label: asked.refuse },
          { value: "yes", label: asked.accept },
        ],
      },
      { name: "reason", label: asked.why, kind: "text", required: true },
    ],
    submit: t.acts.save,
    done: asked.done,
    sendings: (values) => [
      {
        path: asked.path,
        body: { accept: values.accept === "yes", reason: text(values, "reason") },
      },
    ],
  };
}

function dateField(label: string, { person, today }: ActContext): FieldSpec {
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
