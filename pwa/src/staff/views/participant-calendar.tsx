/** A person's whole time in the study as one strip: windows, visits, events, and today. */
import type { FormView, ParticipantView } from "../api/types";
import { daysBetween } from "../format";
import { Scrolled } from "../parts/bits";
import { t } from "../strings";
import { short } from "./completion-picture";

const WIDTH = 1000;
const HEIGHT = 64;
const LANE = 22;

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
  if (windows.length === 0) return null;
  const scale = scaleOf(person, windows, today);
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
            <Window key={form.timepoint} form={form} scale={scale} />
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
  ].sort();
  const from = dates[0] as string;
  const days = Math.max(1, daysBetween(from, dates.at(-1) as string));
  return { from, days, x: (date) => 10 + (daysBetween(from, date) / days) * (WIDTH - 20) };
}

function Window({ form, scale }: { readonly form: FormView; readonly scale: Scale }) {
  const left = scale.x(form.opens);
  const width = Math.max(5, scale.x(form.closes) - left);
  return (
    <g>
      <rect class={`window ${form.status}`} x={left} y={LANE} width={width} height={12} rx={3} />
      <text class="axis" x={left + width / 2} y={LANE - 6} text-anchor="middle">
        {short(form.label, form.timepoint)}
      </text>
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
