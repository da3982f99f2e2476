/** The schedule as a picture: for each arm one lane, each window from its first day to its last. */
import type { Study, Timepoint } from "../api/types";
import { Scrolled } from "../parts/bits";
import { t } from "../strings";
import { short } from "./completion-picture";

const WIDTH = 1000;
const LANE = 58;

export function SchedulePicture({ study }: { readonly study: Study }) {
  // Forms that an event opens have no place on a calendar until it happens.
  const points = study.timepoints.filter((point) => point.enabled && point.on.length === 0);
  if (points.length === 0) return null;
  const from = Math.min(0, ...points.map((point) => point.opens));
  const to = Math.max(1, ...points.map((point) => point.closes));
  const x = (dayNumber: number) => 14 + ((dayNumber - from) / (to - from)) * (WIDTH - 40);
  const height = study.arms.length * LANE + 22;
  return (
    <figure class="picture strip">
      <figcaption>
        <strong>{t.study.picture}</strong>
      </figcaption>
      <Scrolled label={t.study.picture}>
        <svg
          viewBox={`0 0 ${WIDTH} ${height}`}
          role="img"
          aria-label={t.study.pictureDescription(points.length, study.arms.length)}
        >
          {study.arms.map((arm, index) => (
            <Lane
              key={arm.id}
              label={arm.label}
              top={index * LANE}
              points={points.filter((point) => point.arms.includes(arm.id))}
              x={x}
            />
          ))}
          <Axis from={from} to={to} y={height - 4} x={x} />
        </svg>
      </Scrolled>
    </figure>
  );
}

interface LaneProps {
  readonly label: string;
  readonly top: number;
  readonly points: readonly Timepoint[];
  readonly x: (dayNumber: number) => number;
}

function Lane({ label, top, points, x }: LaneProps) {
  return (
    <g>
      <text class="axis lane" x={8} y={top + 14}>
        {label}
      </text>
      <line class="grid" x1={8} x2={WIDTH - 8} y1={top + 40} y2={top + 40} />
      {points.map((point) => (
        <g key={point.id}>
          <rect
            class={point.pack.length > 0 ? "window received" : "window not_expected"}
            x={x(point.opens)}
            y={top + 34}
            width={Math.max(4, x(point.closes) - x(point.opens))}
            height={12}
            rx={3}
          />
          <text class="axis soft" x={x(point.target)} y={top + 29} text-anchor="middle">
            {short(point.label, point.id)}
          </text>
        </g>
      ))}
    </g>
  );
}

interface AxisProps {
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly x: (dayNumber: number) => number;
}

function Axis({ from, to, y, x }: AxisProps) {
  const step = to - from > 1500 ? 365.25 : 84;
  const count = Math.floor(to / step);
  return (
    <g>
      {Array.from({ length: count + 1 }, (_, index) => Math.round(index * step)).map(
        (dayNumber) => (
          <text key={dayNumber} class="axis soft" x={x(dayNumber)} y={y} text-anchor="middle">
            {dayNumber}
          </text>
        ),
      )}
    </g>
  );
}
