/**
 * What became of the forms that were due: one stacked bar for each timepoint,
 * one panel for each arm. Drawn by hand as SVG; the tables hold the numbers.
 */
import type { RateRow } from "../api/types";
import { percent } from "../format";
import { Scrolled } from "../parts/bits";
import { t } from "../strings";
import { armLabel, timepointLabel, useStudy } from "../study";

const BAR = 26;
const GAP = 14;
const LEFT = 36;
const HEIGHT = 120;
const TOP = 18;

export function Outcomes({ rows }: { readonly rows: readonly RateRow[] }) {
  const study = useStudy();
  const due = rows.filter((row) => row.expected > 0);
  const arms = study.arms.filter((arm) => due.some((row) => row.arm === arm.id));
  if (due.length === 0) return null;
  return (
    <figure class="picture">
      <figcaption>
        <strong>{t.numbers.pictureTitle}</strong>
        <Legend />
      </figcaption>
      <div class="panels">
        {arms.map((arm) => (
          <Panel
            key={arm.id}
            title={armLabel(study, arm.id)}
            rows={due.filter((row) => row.arm === arm.id)}
            label={(row) => row.timepoint_label ?? timepointLabel(study, row.timepoint)}
          />
        ))}
      </div>
    </figure>
  );
}

function Legend() {
  const { legend } = t.numbers;
  const entries = [
    ["in-window", legend.inWindow],
    ["late", legend.late],
    ["missing", legend.missing],
  ] as const;
  return (
    <span class="legend">
      {entries.map(([name, label]) => (
        <span key={name}>
          <svg width={12} height={12} aria-hidden="true" focusable="false">
            <rect class={name} width={12} height={12} />
          </svg>{" "}
          {label}
        </span>
      ))}
    </span>
  );
}

interface PanelProps {
  readonly title: string;
  readonly rows: readonly RateRow[];
  readonly label: (row: RateRow) => string;
}

function Panel({ title, rows, label }: PanelProps) {
  const width = LEFT + rows.length * (BAR + GAP) + GAP;
  const description = rows.map((row) => `${label(row)} ${percent(row.completion)}`).join(", ");
  return (
    <div class="panel">
      <p class="panel-title">{title}</p>
      <Scrolled label={title}>
        <svg
          width={width}
          height={TOP + HEIGHT + 40}
          viewBox={`0 0 ${width} ${TOP + HEIGHT + 40}`}
          role="img"
          aria-label={`${t.numbers.pictureTitle}: ${title}. ${t.numbers.pictureDescription} ${description}`}
        >
          {[0, 50, 100].map((tick) => (
            <g key={tick}>
              <line class="grid" x1={LEFT} x2={width} y1={y(tick / 100)} y2={y(tick / 100)} />
              <text class="axis" x={LEFT - 6} y={y(tick / 100) + 4} text-anchor="end">
                {tick}
              </text>
            </g>
          ))}
          {rows.map((row, index) => (
            <Bar
              key={row.timepoint}
              row={row}
              x={LEFT + GAP + index * (BAR + GAP)}
              label={short(label(row), row.timepoint)}
            />
          ))}
        </svg>
      </Scrolled>
    </div>
  );
}

const y = (part: number) => TOP + HEIGHT * (1 - part);

function Bar({
  row,
  x,
  label,
}: {
  readonly row: RateRow;
  readonly x: number;
  readonly label: string;
}) {
  const inWindow = row.in_window_count / row.expected;
  const received = row.completion.n / row.expected;
  return (
    <g>
      <rect class="missing" x={x} y={y(1)} width={BAR} height={HEIGHT} />
      <rect class="late" x={x} y={y(received)} width={BAR} height={HEIGHT * received} />
      <rect class="in-window" x={x} y={y(inWindow)} width={BAR} height={HEIGHT * inWindow} />
      <text class="axis" x={x + BAR / 2} y={TOP - 6} text-anchor="middle">
        {Math.round((row.completion.n / row.completion.of) * 100)}
      </text>
      <text class="axis" x={x + BAR / 2} y={TOP + HEIGHT + 16} text-anchor="middle">
        {label}
      </text>
      <text class="axis soft" x={x + BAR / 2} y={TOP + HEIGHT + 31} text-anchor="middle">
        {row.expected}
      </text>
    </g>
  );
}

/** "Week 12" as "W12"; other labels by a short id, else by their beginning: there is little room. */
export function short(label: string, id = ""): string {
  const numbered = /^(\p{L})\p{L}*\s+(\d+)$/u.exec(label);
  if (numbered) return `${numbered[1]}${numbered[2]}`;
  return id !== "" && id.length <= 6 ? id : label.slice(0, 4);
}
