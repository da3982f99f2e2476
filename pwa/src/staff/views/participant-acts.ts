/** Which acts make sense for a person now; an act that could only fail is not offered. */
import { changeArm, moveZone } from "../acts/answers";
import type { Act, ActContext } from "../acts/base";
import {
  approveExemption,
  declineExemption,
  endExemption,
  exempt,
  replacePhone,
  resolveConflict,
  resolveTime,
} from "../acts/decide";
import {
  codeReason,
  correctAnchor,
  recordContact,
  recordEvent,
  recordVisit,
  uncoded,
} from "../acts/record";
import type { ExemptionView, ParticipantView } from "../api/types";
import { t } from "../strings";
import { ownAnchors } from "../study";

export interface Offer {
  readonly key: string;
  readonly label: string;
  readonly act: Act;
}

export function actsFor(context: ActContext): Offer[] {
  const { person, today } = context;
  const offers: Offer[] = [
    { key: "contact", label: t.acts.contact.button, act: recordContact(context) },
    { key: "visit", label: t.acts.visit.button, act: recordVisit(context) },
    { key: "event", label: t.acts.event.button, act: recordEvent(context) },
  ];
  if (uncoded(context).length > 0)
    offers.push({ key: "reason", label: t.acts.missing.button, act: codeReason(context) });
  offers.push(...decisions(context));
  if (ownAnchors(context.study, person.arm).length > 0)
    offers.push({ key: "anchor", label: t.acts.anchor.button, act: correctAnchor(context) });
  offers.push({ key: "zone", label: t.entry.zone.button, act: moveZone(context) });
  if (context.study.arms.length > 1)
    offers.push({ key: "arm", label: t.entry.arm.button, act: changeArm(context) });
  const running = person.exemptions.filter((one) => one.to === null || one.to >= today);
  for (const exemption of running) offers.push(...exemptionOffers(context, exemption));
  if (running.length === 0)
    offers.push({ key: "exempt", label: t.acts.exempt.button, act: exempt(context) });
  if (!running.some(inForce))
    offers.push({ key: "phone", label: phoneLabel(context), act: replacePhone(context) });
  return offers;
}

/** Whether there is something that she could answer now. */
export function answerable(person: ParticipantView): boolean {
  return !person.exempt_since && person.forms.some((form) => form.status === "open");
}

function inForce(exemption: ExemptionView): boolean {
  return !exemption.needs_approval || exemption.approved_at !== null;
}

function exemptionOffers(context: ActContext, exemption: ExemptionView): Offer[] {
  if (!inForce(exemption))
    return [
      {
        key: `approve-${exemption.id}`,
        label: t.acts.approve.button,
        act: approveExemption(context, exemption),
      },
      {
        key: `decline-${exemption.id}`,
        label: t.acts.decline.button,
        act: declineExemption(context, exemption),
      },
    ];
  if (exemption.to !== null) return [];
  return [
    {
      key: `end-${exemption.id}`,
      label: t.acts.endExemption.button,
      act: endExemption(context, exemption),
    },
  ];
}

/** Answers in doubt that nobody has decided on yet. */
function decisions(context: ActContext): Offer[] {
  return context.person.responses.flatMap((response): Offer[] => {
    const { id } = response;
    if (response.conflict)
      return [
        {
          key: `conflict-${id}`,
          label: t.acts.conflict.button,
          act: resolveConflict(context, [id]),
        },
      ];
    if (response.disposition === "time_disputed" && response.time_accepted === null)
      return [{ key: `time-${id}`, label: t.acts.time.button, act: resolveTime(context, [id]) }];
    return [];
  });
}

function phoneLabel({ person }: ActContext): string {
  const has = person.devices.some((device) => device.revoked_at === null);
  return has ? t.acts.phone.button : t.acts.phone.firstButton;
}
