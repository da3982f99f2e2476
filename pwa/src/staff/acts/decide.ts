/** What staff decide about a participant: exemptions, phones, answers in doubt. */
import type { ExemptionView } from "../api/types";
import { day } from "../format";
import type { FieldSpec } from "../parts/form";
import { t } from "../strings";
import { type Act, type ActContext, choices, dateField, path, text } from "./base";

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
  const where: FieldSpec = {
    name: "kind",
    label: t.entry.remote.kind,
    kind: "radio",
    required: true,
    initial: "on_site",
    options: [
      { value: "on_site", label: t.entry.remote.onSite },
      { value: "remote", label: t.entry.remote.remote },
    ],
  };
  return {
    name: "replace_phone",
    title: (replaces ? words.title : words.firstTitle)(context.person.code),
    intro: replaces ? words.intro : words.firstIntro,
    fields: [where, ...(replaces ? [reason] : [])],
    submit: replaces ? words.submit : words.firstSubmit,
    done: words.done,
    sendings: (values) => [
      {
        path: path(context, "enrolment-codes"),
        body: {
          kind: values.kind,
          replace: replaces,
          ...(replaces ? { reason: values.reason } : {}),
        },
      },
    ],
  };
}

export function resolveConflict(context: ActContext, responseIds: readonly string[]): Act {
  const words = t.acts.conflict;
  return decision("resolve_conflict", {
    title: words.title(context.person.code),
    intro: words.intro,
    label: words.which,
    accept: words.use,
    refuse: words.keep,
    why: words.why,
    done: words.done,
    paths: responseIds.map((id) => path(context, "conflicts", id, "resolution")),
  });
}

export function resolveTime(context: ActContext, responseIds: readonly string[]): Act {
  const words = t.acts.time;
  return decision("resolve_time", {
    title: words.title(context.person.code),
    intro: words.intro,
    label: words.which,
    accept: words.accept,
    refuse: words.refuse,
    why: words.why,
    done: words.done,
    paths: responseIds.map((id) => path(context, "responses", id, "time-resolution")),
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
  /** One for each response that the decision is about. */
  readonly paths: readonly string[];
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
    sendings: (values) =>
      asked.paths.map((path) => ({
        path,
        body: { accept: values.accept === "yes", reason: text(values, "reason") },
      })),
  };
}

/** An exemption that waits and that the second person does not agree with. */
export function declineExemption(context: ActContext, exemption: ExemptionView): Act {
  const words = t.acts.decline;
  return {
    name: "decline_exemption",
    title: words.title(context.person.code),
    intro: words.intro,
    fields: [{ name: "reason", label: words.why, kind: "text", required: true }],
    submit: words.submit,
    done: words.done,
    sendings: (values) => [
      {
        path: path(context, "exemptions", exemption.id, "void"),
        body: { reason: text(values, "reason") },
      },
    ],
  };
}
