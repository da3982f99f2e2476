/** The fields of a licence, the same where a file is adopted and where a licence is renewed. */
import type { FieldSpec, Values } from "../parts/form";
import { t } from "../strings";

const words = t.instruments.adopting;
const TICKED = "yes";

export function licenceFields(today: string): FieldSpec[] {
  return [
    { name: "owner", label: words.owner, kind: "text", required: true },
    {
      name: "reference",
      label: words.reference,
      kind: "text",
      required: true,
      hint: words.referenceHint,
    },
    { name: "no_end", label: words.noEnd, kind: "checkbox" },
    {
      name: "expires",
      label: words.end,
      kind: "date",
      min: today,
      required: true,
      when: (values) => !values.no_end,
    },
    { name: "screens_need_approval", label: words.screens, kind: "checkbox" },
    {
      name: "screens_approved_on",
      label: words.approved,
      kind: "date",
      max: today,
      when: (values) => values.screens_need_approval === TICKED,
    },
  ];
}

/** The body of a licence as the API takes it. */
export function licenceOf(values: Values): Record<string, unknown> {
  const approval = values.screens_need_approval === TICKED;
  return {
    owner: values.owner,
    reference: values.reference,
    expires: values.no_end ? null : (values.expires ?? null),
    screens_need_approval: approval,
    screens_approved_on: (approval && values.screens_approved_on) || null,
  };
}
