/**
 * A person's whole time in the study as one strip, ten years of it where visits go on so long:
 * windows, visits that were and are to come, events, and today.
 */
import type { FormView, ParticipantView } from "../api/types";
import { daysBetween } from "../format";
import { Scrolled } from "../parts/bits";
import { t } from "../strings";
import { short } from "./completion-picture";

const WIDTH = 1000;
const HEIGHT = 76;
const LANE = 34;
/** Labels stand in two rows, the lower one first, so that windows close to each other have theirs. */
const LABEL_ROWS = [LANE - 6, LANE - 20];
const LABEL_WIDTH = 34;

interface Scale {
  readonly from: string;
  readonly days: number;
  readonly x: (date: string) => number;
}

export function CalendarStrip({
  person,
  today,
}: {
  readonly person: ParticipantView;
  readonly today: string;
}) {
  const windows = distinct(person.forms);
  const planned = person.planned_visits.filter(
    (visit) => visit.status === "upcoming" || visit.status === "due",
  );
  if (windows.length === 0 && planned.length === 0) return null;
  const scale = scaleOf(person, windows, today);
  const heights = labelHeights(windows, scale);
  return (
    <figure class="picture strip">
      <figcaption>
        <strong>{t.person.calendarTitle}</strong>
      </figcaption>
      <Scrolled label={t.person.calendarTitle}>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          role="img"
          aria-label={t.person.calendarDescription(windows.length)}
        >
          <Years scale={scale} />
          {windows.map((form) => (
            <Window
              key={form.timepoint}
              form={form}
              scale={scale}
              label={heights.get(form.timepoint)}
            />
          ))}
          {planned.map((visit) => (
            <circle
              key={`${visit.target}${visit.timepoint}`}
              class="visit planned"
              cx={scale.x(visit.target)}
              cy={LANE + 22}
              r={3}
            />
          ))}
          {person.visits.map((visit) => (
            <circle
              key={`${visit.date}${visit.timepoint}`}
              class="visit"
              cx={scale.x(visit.date)}
              cy={LANE + 22}
              r={3.5}
            />
          ))}
          {person.events.map((event) => (
            <path key={event.id} class="event" d={`M${scale.x(event.date)} ${LANE - 6}v34`} />
          ))}
          <line class="today" x1={scale.x(today)} x2={scale.x(today)} y1={4} y2={HEIGHT - 14} />
        </svg>
      </Scrolled>
    </figure>
  );
}

function distinct(forms: readonly FormView[]): FormView[] {
  const worst = new Map<string, FormView>();
  for (const form of forms) {
    const held = worst.get(form.timepoint);
    if (!held || rank(form.status) > rank(held.status)) worst.set(form.timepoint, form);
  }
  return [...worst.values()].sort((left, right) => left.opens.localeCompare(right.opens));
}

const RANKS = ["not_expected", "exempt", "received", "upcoming", "open", "missing"];

function rank(status: string): number {
  return RANKS.indexOf(status);
}

function scaleOf(person: ParticipantView, windows: readonly FormView[], today: string): Scale {
  const dates = [
    person.enrolled_on,
    today,
    ...windows.flatMap((form) => [form.opens, form.closes]),
    ...person.planned_visits.map((visit) => visit.target),
    ...person.visits.map((visit) => visit.date),
    ...person.events.map((event) => event.date),
  ].sort();
  const from = dates[0] as string;
  const days = Math.max(1, daysBetween(from, dates.at(-1) as string));
  return { from, days, x: (date) => 10 + (daysBetween(from, date) / days) * (WIDTH - 20) };
}

function widthOf(form: FormView, scale: Scale): number {
  return Math.max(5, scale.x(form.closes) - scale.x(form.opens));
}

/** How high the label of each timepoint stands; one that finds no room is left to the list below. */
function labelHeights(windows: readonly FormView[], scale: Scale): ReadonlyMap<string, number> {
  const ends = LABEL_ROWS.map(() => Number.NEGATIVE_INFINITY);
  const heights = new Map<string, number>();
  for (const form of windows) {
    const middle = scale.x(form.opens) + widthOf(form, scale) / 2;
    const row = ends.findIndex((end) => middle - LABEL_WIDTH / 2 >= end);
    if (row < 0) continue;
    ends[row] = middle + LABEL_WIDTH / 2;
    heights.set(form.timepoint, LABEL_ROWS[row] as number);
  }
  return heights;
}

interface WindowProps {
  readonly form: FormView;
  readonly scale: Scale;
  /** How high its label stands, if it has one. */
  readonly label: number | undefined;
}

function Window({ form, scale, label }: WindowProps) {
  const left = scale.x(form.opens);
  const width = widthOf(form, scale);
  return (
    <g>
      <rect class={`window ${form.status}`} x={left} y={LANE} width={width} height={12} rx={3} />
      {label === undefined ? null : (
        <text class="axis" x={left + width / 2} y={label} text-anchor="middle">
          {short(form.label, form.timepoint)}
        </text>
      )}
    </g>
  );
}

function Years({ scale }: { readonly scale: Scale }) {
  const first = Number(scale.from.slice(0, 4));
  const years = Array.from(
    { length: Math.ceil(scale.days / 365) + 1 },
    (_, index) => first + 1 + index,
  );
  return (
    <g>
      <line class="grid" x1={10} x2={WIDTH - 10} y1={LANE + 22} y2={LANE + 22} />
      {years
        .map((year) => ({ year, x: scale.x(`${year}-01-01`) }))
        .filter(({ x }) => x < WIDTH - 30)
        .map(({ year, x }) => (
          <g key={year}>
            <line class="grid" x1={x} x2={x} y1={LANE + 16} y2={LANE + 28} />
            <text class="axis soft" x={x} y={HEIGHT - 2} text-anchor="middle">
              {year}
            </text>
          </g>
        ))}
    </g>
  );
}
