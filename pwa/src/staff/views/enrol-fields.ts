/** The fields of enrolment and what is sent: kept apart from the page so that the rules can be tested. */
import type { Staff, Study } from "../api/types";
import { ownZone, studyToday } from "../clock";
import type { FieldSpec, Option, Section, Values } from "../parts/form";
import { t } from "../strings";
import { ownAnchors, siteName } from "../study";

const CODE = /^[A-Za-z0-9][A-Za-z0-9-]{1,31}$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

const words = t.acts.enrol;

const options = (labels: Readonly<Record<string, string>>): Option[] =>
  Object.entries(labels).map(([value, label]) => ({ value, label }));

export function enrolSections(study: Study, staff: Staff): Section[] {
  return [
    { title: words.who, fields: whoFields(study, staff) },
    { title: words.anchors, fields: anchorFields(study) },
    { title: words.language, fields: languageFields(study) },
    { title: words.reach, fields: reachFields() },
  ];
}

function whoFields(study: Study, staff: Staff): FieldSpec[] {
  const own = new Set(staff.sites.map((site) => site.code));
  const sites = study.sites.filter((site) => own.size === 0 || own.has(site.code));
  return [
    {
      name: "code",
      label: words.code,
      kind: "text",
      required: true,
      hint: words.codeHint,
      check: (value) => (CODE.test(value) ? null : words.badCode),
    },
    {
      name: "site",
      label: t.site,
      kind: "select",
      required: true,
      initial: sites.length === 1 ? sites[0]?.code : undefined,
      options: sites.map((site) => ({ value: site.code, label: siteName(study, site.code) })),
    },
    {
      name: "arm",
      label: t.arm,
      kind: "select",
      required: true,
      options: study.arms.map((arm) => ({ value: arm.id, label: arm.label })),
    },
    {
      name: "enrolled_on",
      label: words.enrolledOn,
      kind: "date",
      required: true,
      initial: studyToday(study.today),
      max: studyToday(study.today),
    },
    {
      name: "zone",
      label: words.zone,
      kind: "select",
      required: true,
      initial: zones(study).includes(ownZone()) ? ownZone() : undefined,
      follows: (values) => study.sites.find((site) => site.code === values.site)?.zone,
      options: zones(study).map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") })),
    },
  ];
}

function zones(study: Study): readonly string[] {
  return study.zones.length > 0 ? study.zones : [ownZone()];
}

/** One field for each anchor of any arm, shown for the arm that counts from it. */
function anchorFields(study: Study): FieldSpec[] {
  const fields = new Map<string, FieldSpec>();
  for (const arm of study.arms)
    for (const anchor of ownAnchors(study, arm.id))
      fields.set(anchor.name, {
        name: `anchor:${anchor.name}`,
        label: anchor.label,
        kind: "date",
        hint: words.anchorHint,
        when: (values) => anchorsOf(study, values.arm).includes(anchor.name),
      });
  return [...fields.values()];
}

/** The anchors that staff date; the day of enrolment is asked for anyway and is no separate date. */
function anchorsOf(study: Study, arm: string | undefined): string[] {
  return ownAnchors(study, arm ?? "").map((anchor) => anchor.name);
}

function languageFields(study: Study): FieldSpec[] {
  const answered = (values: Values) => (values.reads_english ?? "") !== "";
  return [
    {
      name: "preferred_language",
      label: words.preferred,
      kind: "select",
      required: true,
      initial: study.languages.some((language) => language.code === "en") ? "en" : undefined,
      options: study.languages.map((language) => ({ value: language.code, label: language.label })),
    },
    {
      name: "reads_english",
      label: words.reads,
      kind: "radio",
      required: true,
      hint: words.readsHint,
      options: [
        { value: "yes", label: words.readsYes },
        { value: "no", label: words.readsNo },
      ],
    },
    {
      name: "reads_english_how",
      label: words.how,
      kind: "select",
      required: true,
      initial: "asked",
      when: answered,
      options: options(words.hows),
    },
    { name: "interpreter", label: words.interpreter, kind: "checkbox" },
  ];
}

function reachFields(): FieldSpec[] {
  const asked = (values: Values) => values.reads_english !== "no";
  return [
    {
      name: "email",
      label: words.email,
      kind: "email",
      when: asked,
      check: (value) => (EMAIL.test(value) ? null : words.badEmail),
    },
    { name: "phone", label: words.phone, kind: "tel", hint: words.reachHint },
  ];
}

export function enrolBody(study: Study, values: Values): Record<string, unknown> {
  const text = (name: string) => (values[name] ?? "").trim();
  const anchors: Record<string, string> = {};
  for (const name of anchorsOf(study, values.arm)) {
    const date = values[`anchor:${name}`];
    if (date) anchors[name] = date;
  }
  const asked = values.reads_english === "yes";
  return {
    code: text("code"),
    site: values.site,
    arm: values.arm,
    enrolled_on: values.enrolled_on,
    anchors,
    zone: values.zone,
    preferred_language: values.preferred_language,
    reads_english: asked,
    reads_english_how: values.reads_english_how,
    interpreter: values.interpreter === "yes",
    ...(asked && text("email") ? { email: text("email") } : {}),
    ...(text("phone") ? { phone: text("phone") } : {}),
  };
}
