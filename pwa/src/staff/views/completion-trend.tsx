/**
 * Completion over time: a line with its interval, month by month, and the
 * table that says the same. A point of the line and the numbers of its row
 * open the forms whose window closed in that month.
 */
import { at } from "../api/client";
import type { Trend, TrendMonth } from "../api/types";
import { fraction, monthOf, NO_DATA, percent } from "../format";
import { Count, Scrolled } from "../parts/bits";
import { Loaded } from "../parts/page";
import { useResource } from "../parts/resource";
import { go, href } from "../router";
import { t } from "../strings";
import { useStudy } from "../study";

const LEFT = 36;
const RIGHT = 16;
const TOP = 12;
const HEIGHT = 150;
const NARROWEST = 320;
const WIDEST = 560;

interface TrendPictureProps {
  /** The page's own filters. */
  readonly filters: Readonly<Record<string, string>>;
}

/** The address of the forms behind one month. */
type MonthHref = (month: TrendMonth, measure: "completion_n" | "completion_of") => string;

export function TrendPicture({ filters }: TrendPictureProps) {
  const study = useStudy();
  const trend = useResource<Trend>(
    at(["api", "studies", study.key, "completion", "trend"], filters),
  );
  const list: MonthHref = ({ month }, measure) =>
    href([study.key, "forms"], { ...filters, month, measure });
  // The rest of the page is there already; an empty place says enough until this has come.
  if (trend.data === null && trend.problem === null) return null;
  return <Loaded from={trend}>{(data) => <Months months={data.months} list={list} />}</Loaded>;
}

interface MonthsProps {
  readonly months: readonly TrendMonth[];
  readonly list: MonthHref;
}

/** One month alone is no line; the tiles say it. */
function Months({ months, list }: MonthsProps) {
  if (months.length < 2) return null;
  return (
    <figure class="picture trend">
      <figcaption>
        <strong>{t.numbers.trendTitle}</strong>
        <span class="quiet">{t.numbers.trendLead}</span>
      </figcaption>
      <div class="beside">
        <Line months={months} list={list} />
        <MonthTable months={months} list={list} />
      </div>
    </figure>
  );
}

/** The latest month comes first, because that is the one that is asked about. */
function MonthTable({ months, list }: MonthsProps) {
  const words = t.numbers;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section class="scroll months" aria-label={words.trendCaption} tabIndex={0}>
      <table>
        <caption class="unseen">{words.trendCaption}</caption>
        <thead>
          <tr>
            <th scope="col">{words.month}</th>
            <th scope="col" class="number">
              {words.completion}
            </th>
            <th scope="col" class="number">
              {words.forms}
            </th>
            <th scope="col" class="number">
              {words.interval}
            </th>
          </tr>
        </thead>
        <tbody>
          {months.toReversed().map((month) => (
            <tr key={month.month}>
              <th scope="row" class="short">
                {monthOf(month.month)}
              </th>
              <td class="number">{percent(month)}</td>
              <td class="number">
                {month.of === 0 ? null : (
                  <>
                    <Count n={month.n} href={list(month, "completion_n")} />/
                    <Count n={month.of} href={list(month, "completion_of")} />
                  </>
                )}
              </td>
              <td class="number">{limits(month)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function limits({ wilson }: TrendMonth): string {
  if (!wilson) return "";
  const [low, high] = wilson;
  return `${low.toFixed(1)} – ${high.toFixed(1)} %`;
}

const y = (part: number) => TOP + HEIGHT * (1 - part);

interface Point {
  readonly month: TrendMonth;
  readonly x: number;
  readonly part: number;
}

/** Runs of months that have data: a month without any interrupts the line. */
export function runs(points: readonly (Point | null)[]): Point[][] {
  const found: Point[][] = [];
  let open: Point[] | null = null;
  for (const point of points) {
    if (point === null) {
      open = null;
    } else if (open) {
      open.push(point);
    } else {
      open = [point];
      found.push(open);
    }
  }
  return found;
}

function Line({ months, list }: MonthsProps) {
  const span = Math.min(WIDEST, Math.max(NARROWEST, (months.length - 1) * 34));
  const width = LEFT + span + RIGHT;
  const place = (index: number) => LEFT + (span * index) / (months.length - 1);
  const points = months.map((month, index): Point | null =>
    month.of === 0 ? null : { month, x: place(index), part: month.n / month.of },
  );
  const lines = runs(points);
  return (
    <Scrolled label={t.numbers.trendTitle}>
      <svg
        width={width}
        height={TOP + HEIGHT + 36}
        viewBox={`0 0 ${width} ${TOP + HEIGHT + 36}`}
        role="img"
        aria-label={described(months)}
      >
        {[0, 50, 100].map((tick) => (
          <g key={tick}>
            <line class="grid" x1={LEFT} x2={width - RIGHT} y1={y(tick / 100)} y2={y(tick / 100)} />
            <text class="axis" x={LEFT - 6} y={y(tick / 100) + 4} text-anchor="end">
              {tick}
            </text>
          </g>
        ))}
        {lines.map((run) => (
          <g key={run[0]?.month.month}>
            <path class="band" d={bandOf(run)} />
            <polyline
              class="trend-line"
              points={run.map((one) => `${one.x},${y(one.part)}`).join(" ")}
            />
            {run.map((one) => (
              // biome-ignore lint/a11y/noStaticElementInteractions: the table's links are the keyboard's way
              <circle
                key={one.month.month}
                class="point"
                cx={one.x}
                cy={y(one.part)}
                r={4}
                onClick={() => go(list(one.month, "completion_of"))}
              >
                <title>{`${monthOf(one.month.month)}: ${percent(one.month)} (${fraction(one.month)})`}</title>
              </circle>
            ))}
          </g>
        ))}
        <MonthNames months={months} at={place} />
      </svg>
    </Scrolled>
  );
}

/** The interval of a run; a month alone gets a bar as wide as its point. */
function bandOf(run: readonly Point[]): string {
  const edge = (one: Point, end: 0 | 1) => y((one.month.wilson?.[end] ?? one.part * 100) / 100);
  const [first] = run;
  if (run.length === 1 && first)
    return `M${first.x - 4},${edge(first, 0)}H${first.x + 4}V${edge(first, 1)}H${first.x - 4}Z`;
  const upper = run.map((one) => `${one.x},${edge(one, 1)}`);
  const lower = run.toReversed().map((one) => `${one.x},${edge(one, 0)}`);
  return `M${[...upper, ...lower].join("L")}Z`;
}

/** As many labels as there is room for; the year stands under the first month of it. */
function MonthNames({
  months,
  at,
}: {
  readonly months: readonly TrendMonth[];
  readonly at: (index: number) => number;
}) {
  const every = Math.max(1, Math.ceil(30 / (at(1) - at(0))));
  const shown = months
    .map((month, index) => ({ month: month.month, index }))
    .filter(({ index }) => (months.length - 1 - index) % every === 0);
  return (
    <>
      {shown.map(({ month, index }, place) => {
        const [name = "", year = ""] = monthOf(month).split(" ");
        const before = shown[place - 1];
        const fresh = !before?.month.startsWith(month.slice(0, 4));
        return (
          <g key={month}>
            <text class="axis" x={at(index)} y={TOP + HEIGHT + 16} text-anchor="middle">
              {name}
            </text>
            {fresh ? (
              <text class="axis soft" x={at(index)} y={TOP + HEIGHT + 30} text-anchor="middle">
                {year}
              </text>
            ) : null}
          </g>
        );
      })}
    </>
  );
}

/** What a person who does not see the line hears of it. */
export function described(months: readonly TrendMonth[]): string {
  const known = months
    .filter((month) => month.of > 0)
    .sort((left, right) => left.n / left.of - right.n / right.of);
  const said = (month: TrendMonth | undefined) =>
    month ? `${percent(month)} (${monthOf(month.month)})` : NO_DATA;
  const name = (month: TrendMonth | undefined) => (month ? monthOf(month.month) : "");
  return `${t.numbers.trendTitle}. ${t.numbers.trendDescription(
    name(months[0]),
    name(months.at(-1)),
    said(known[0]),
    said(known.at(-1)),
  )}`;
}
