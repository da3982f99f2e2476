/**
 * One participant's record as one list of dated entries, from facts alone.
 * The questionnaires of a timepoint are one entry; everything is placed on
 * local dates, because that is how the study counts.
 */
import type { Entered } from "../acts/record";
import type { TabletHandover } from "../api/entries";
import type {
  EventView,
  FormView,
  ParticipantView,
  ReminderView,
  ResponseView,
  Study,
} from "../api/types";
import { day, localDate, moment, prose, words } from "../format";
import { t } from "../strings";
import { anchorLabel, armLabel, siteName, timepointLabel } from "../study";

export type Group = keyof typeof t.person.groups;

export interface Occasion {
  readonly timepoint: string;
  readonly forms: readonly FormView[];
  readonly reminders: readonly ReminderView[];
}

export interface Entry {
  readonly key: string;
  readonly date: string;
  /** The last day of something that can still be done: its place is under "now". */
  readonly until?: string | undefined;
  readonly group: Group;
  readonly title: string;
  readonly lines: readonly string[];
  readonly occasion?: Occasion;
  /** What can be taken back when it was entered by mistake. */
  readonly entered?: { readonly kind: Entered; readonly id: number };
}

export interface Timeline {
  /** Open windows and visits that are due, the first to close on top. */
  readonly now: readonly Entry[];
  /** From tomorrow on, soonest first. */
  readonly coming: readonly Entry[];
  /** Until now, latest first. */
  readonly past: readonly Entry[];
}

export function timeline(
  study: Study,
  person: ParticipantView,
  today: string,
  tablets: readonly TabletHandover[] = [],
): Timeline {
  const entries = [
    ...occasions(study, person, today),
    ...visits(study, person),
    ...contacts(person),
    ...record(study, person),
    ...exemptions(person),
    ...devices(person),
    ...checks(person),
    ...leftReminders(study, person),
    ...handovers(person, tablets),
  ];
  const byDate = (left: Entry, right: Entry) =>
    left.date.localeCompare(right.date) || left.key.localeCompare(right.key);
  const dated = entries.filter((entry) => entry.until === undefined);
  return {
    now: entries
      .filter((entry) => entry.until !== undefined)
      .sort((left, right) => (left.until ?? "").localeCompare(right.until ?? "")),
    coming: dated.filter((entry) => entry.date > today).sort(byDate),
    past: dated.filter((entry) => entry.date <= today).sort((left, right) => byDate(right, left)),
  };
}

function occasions(study: Study, person: ParticipantView, today: string): Entry[] {
  const byTimepoint = new Map<string, FormView[]>();
  for (const form of person.forms)
    byTimepoint.set(form.timepoint, [...(byTimepoint.get(form.timepoint) ?? []), form]);
  return [...byTimepoint].map(([timepoint, forms]): Entry => {
    const first = forms[0] as FormView;
    return {
      key: `forms ${timepoint}`,
      date: first.opens > today ? first.opens : first.target,
      until: forms.some((form) => form.status === "open") ? first.closes : undefined,
      group: "forms",
      title: first.label || timepointLabel(study, timepoint),
      lines: [
        `${t.person.window(day(first.opens), day(first.closes))}, ${t.person.target(day(first.target))}`,
      ],
      occasion: {
        timepoint,
        forms,
        reminders: person.reminders.filter((reminder) => reminder.timepoint === timepoint),
      },
    };
  });
}

/** Planned visits that are still to come or did not take place; the others are entries of their own. */
const PLANNED = new Set(["upcoming", "due", "missed"]);

function visits(study: Study, person: ParticipantView): Entry[] {
  const done = person.visits.map((visit): Entry => {
    const where = visit.timepoint ? timepointLabel(study, visit.timepoint) : t.person.extraVisit;
    return {
      key: `visit ${visit.id}`,
      date: visit.date,
      group: "visits",
      title: t.person.visitEntry(where, words(visit.kind).toLowerCase()),
      lines: recorded(visit.recorded_at, visit.by),
      entered: { kind: "visits", id: visit.id },
    };
  });
  const planned = person.planned_visits
    .filter((visit) => PLANNED.has(visit.status))
    .map((visit): Entry => {
      const missed = visit.status === "missed";
      return {
        key: `planned ${visit.timepoint} ${visit.opens}`,
        date: missed ? visit.closes : visit.opens,
        until: visit.status === "due" ? visit.closes : undefined,
        group: "visits",
        title: (missed ? t.person.missedEntry : t.person.plannedEntry)(visit.label),
        lines: [t.person.plannedBetween(day(visit.opens), day(visit.closes))],
      };
    });
  return [...done, ...planned];
}

function contacts(person: ParticipantView): Entry[] {
  const { channels, outcomes } = t.acts.contact;
  return person.contacts.map(
    (contact): Entry => ({
      key: `contact ${contact.id}`,
      date: contact.date,
      group: "contacts",
      title: t.person.contactEntry(
        labelled(channels, contact.channel),
        labelled(outcomes, contact.outcome).toLowerCase(),
      ),
      lines: [
        ...(contact.interpreter_used ? [t.person.withInterpreter] : []),
        ...(contact.note ? [contact.note] : []),
        ...recorded(contact.recorded_at, contact.by),
      ],
      entered: { kind: "contacts", id: contact.id },
    }),
  );
}

function labelled(labels: Readonly<Record<string, string>>, code: string): string {
  return labels[code] ?? words(code);
}

function record(study: Study, person: ParticipantView): Entry[] {
  const enrolled: Entry = {
    key: "enrolled",
    date: person.enrolled_on,
    group: "record",
    title: t.person.enrolledEntry(siteName(study, person.site), armLabel(study, person.arm)),
    lines: [],
  };
  const anchors = person.anchors.map(
    (anchor): Entry => ({
      key: `anchor ${anchor.name} ${anchor.date}`,
      date: anchor.date,
      group: "record",
      title: t.person.anchorEntry(anchorLabel(study, person.arm, anchor.name)),
      lines: recorded(anchor.recorded_at, anchor.by),
    }),
  );
  const events = person.events.map(
    (event: EventView): Entry => ({
      key: `event ${event.id}`,
      date: event.date,
      group: "record",
      title: t.person.eventEntry(event.label),
      lines: recorded(event.recorded_at, event.by),
      entered: { kind: "events", id: event.id },
    }),
  );
  return [enrolled, ...anchors, ...events];
}

function exemptions(person: ParticipantView): Entry[] {
  return person.exemptions.flatMap((exemption): Entry[] => {
    const start: Entry = {
      key: `exempt ${exemption.id}`,
      date: exemption.from,
      group: "record",
      title: t.person.exemptionStart,
      lines: [
        ...(exemption.needs_approval && !exemption.approved_at ? [t.person.exemptWaiting] : []),
        ...exemption.signals.map(prose),
        ...recorded(exemption.recorded_at, exemption.by),
      ],
    };
    if (exemption.to === null) return [start];
    const end: Entry = {
      key: `exempt end ${exemption.id}`,
      date: exemption.to,
      group: "record",
      title: t.person.exemptionEnd,
      lines: [],
    };
    return [start, end];
  });
}

function devices(person: ParticipantView): Entry[] {
  return person.devices.flatMap((device): Entry[] => {
    const label = device.label || t.person.noLabel;
    const start: Entry = {
      key: `device ${device.id}`,
      date: localDate(device.enrolled_at, person.zone),
      group: "devices",
      title: t.person.deviceEntry(label),
      lines: [
        t.person.cameIn[device.came_in],
        ...(device.last_seen_at
          ? [t.person.lastSeen(moment(device.last_seen_at, person.zone))]
          : []),
      ],
    };
    if (device.revoked_at === null) return [start];
    const end: Entry = {
      key: `device gone ${device.id}`,
      date: localDate(device.revoked_at, person.zone),
      group: "devices",
      title: t.person.deviceGone(label),
      lines: [],
    };
    return [start, end];
  });
}

/** Tests, and the round trip by which a new phone proves that it shows reminders. */
function checks(person: ParticipantView): Entry[] {
  return person.reminders.flatMap((message): Entry[] => {
    if (message.purpose === "reminder") return [];
    const channel = message.channel ?? "none";
    return [
      {
        key: `${message.purpose} ${message.at}`,
        date: localDate(message.at, person.zone),
        group: "devices",
        title: t.person.checks[message.purpose],
        lines: [
          t.person.sentOn(moment(message.at, person.zone), t.person.channels[channel] ?? channel),
          prose(message.why),
        ],
      },
    ];
  });
}

/** What was sent or planned for forms that are no longer asked is part of the story all the same. */
function leftReminders(study: Study, person: ParticipantView): Entry[] {
  const asked = new Set(person.forms.map((form) => form.timepoint));
  const left = new Map<string, ReminderView[]>();
  for (const one of person.reminders)
    if (one.timepoint !== null && !asked.has(one.timepoint))
      left.set(one.timepoint, [...(left.get(one.timepoint) ?? []), one]);
  return [...left].map(([timepoint, reminders]): Entry => {
    const latest = reminders[0] as ReminderView;
    return {
      key: `reminders ${timepoint}`,
      date: localDate(latest.at, person.zone),
      group: "forms",
      title: t.person.remindersLeft(timepointLabel(study, timepoint)),
      lines: [],
      occasion: { timepoint, forms: [], reminders },
    };
  });
}

function handovers(person: ParticipantView, tablets: readonly TabletHandover[]): Entry[] {
  const words = t.tablet;
  return tablets.map((one): Entry => {
    const receipts = one.arrived.map(({ code }) => code).join(", ");
    const state = words.entryStates[one.state] ?? one.state;
    return {
      key: `tablet ${one.id}`,
      date: localDate(one.started_at, person.zone),
      group: "devices",
      title: words.entry(one.by ?? t.person.someone),
      lines: [
        `${moment(one.started_at, person.zone)}, ${state}`,
        words.entryReceived(one.arrived.length, receipts),
      ],
    };
  });
}

function recorded(instant: string | null | undefined, by: string | null | undefined): string[] {
  return instant ? [t.person.recorded(day(instant), by ?? t.person.someone)] : [];
}

/** When a response was given and came, how, and whether the phone's clock was off. */
export function responseLine(response: ResponseView, zone: string): string {
  const minutes = Math.round(response.skew_seconds / 60);
  return [
    t.person.receivedAt(moment(response.authored_at, zone), moment(response.received_at, zone)),
    (t.numbers.modes[response.mode] ?? words(response.mode)).toLowerCase(),
    ...(Math.abs(minutes) >= 2 ? [t.person.skew(minutes)] : []),
  ].join(", ");
}

/** Each score with how much of it was answered; a label where the result is a category. */
export function scoreLines(response: ResponseView): string[] {
  return response.scores.map((score) => {
    const value = score.value === null ? t.person.unscorable : String(score.value);
    return t.person.score(score.title, score.label ?? value, score.n_answered, score.n_items);
  });
}
