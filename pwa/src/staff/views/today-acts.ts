/** How a row of Today can be resolved: the acts that end its cause, the likeliest first. */
import { decideCorrection } from "../acts/answers";
import type { ActContext } from "../acts/base";
import {
  approveExemption,
  declineExemption,
  replacePhone,
  resolveConflict,
  resolveTime,
} from "../acts/decide";
import { codeReason, recordContact, recordVisit, uncoded } from "../acts/record";
import type { Way } from "../acts/ways";
import type { ExemptionView, TodayRow } from "../api/types";
import { t } from "../strings";

/** Empty when the record no longer holds what the row is about: somebody else was quicker. */
export function waysFor(row: TodayRow, base: ActContext): Way[] {
  const { action } = row;
  const context = { ...base, timepoint: action.timepoint, formIds: action.form_ids };
  switch (action.verb) {
    case "record_contact":
      return contactWays(row, context);
    case "record_visit":
      return [
        { label: t.acts.visit.button, act: recordVisit(context) },
        { label: t.acts.contact.button, act: recordContact(context) },
      ];
    case "code_reason":
      return uncoded(base).some((form) => action.form_ids?.includes(form.id))
        ? [{ label: t.acts.missing.button, act: codeReason(context) }]
        : [];
    case "approve_exemption":
      return exemptionWays(row, context);
    case "resolve_conflict":
      return decisionWays(row, context);
    case "resolve_time":
      return decisionWays(row, context);
    case "decide_correction":
      return action.correction_id
        ? [
            {
              label: t.entry.correction.decide,
              act: decideCorrection(context, action.correction_id),
            },
          ]
        : [];
    default:
      return [];
  }
}

/** A phone that does not answer is replaced; all the others are called. */
function contactWays(row: TodayRow, context: ActContext): Way[] {
  const call = { label: t.acts.contact.button, act: recordContact(context) };
  if (row.kind !== "unreachable" && row.kind !== "unsent_answers") return [call];
  const replaces = context.person.devices.some((device) => device.revoked_at === null);
  const label = replaces ? t.acts.phone.button : t.acts.phone.firstButton;
  return [call, { label, act: replacePhone(context) }];
}

function exemptionWays({ action }: TodayRow, context: ActContext): Way[] {
  const exemption = context.person.exemptions.find(
    (one) => one.id === action.exemption_id && one.needs_approval && !one.approved_at,
  );
  return exemption ? secondPersonWays(context, exemption) : [];
}

/** What somebody else than who entered an exemption can say to it. */
export function secondPersonWays(context: ActContext, exemption: ExemptionView): Way[] {
  return [
    { label: t.acts.approve.button, act: approveExemption(context, exemption) },
    { label: t.acts.decline.button, act: declineExemption(context, exemption) },
  ];
}

function decisionWays({ action }: TodayRow, context: ActContext): Way[] {
  const ids = action.response_ids ?? [];
  if (ids.length === 0) return [];
  return action.verb === "resolve_time"
    ? [{ label: t.acts.time.button, act: resolveTime(context, ids) }]
    : [{ label: t.acts.conflict.button, act: resolveConflict(context, ids) }];
}
