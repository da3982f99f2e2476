/**
 * Numbers and dates as the console prints them. A share is never a bare
 * percentage: it carries n and N, has one decimal, and reads "no data" when
 * nothing was expected, because neither 0 % nor 100 % would be true.
 */
import { dateIn } from "../core/dates";
import type { RateRow, Share } from "./api/types";

export const NO_DATA = "no data";

/** Per cent to one decimal, half up, from whole numbers so that no binary fraction decides. */
export function percent(share: Share): string {
  if (share.of === 0) return NO_DATA;
  const tenths = Math.floor((share.n * 2000 + share.of) / (2 * share.of));
  return `${Math.floor(tenths / 10)}.${tenths % 10} %`;
}

export function fraction(share: Share): string {
  return `${share.n}/${share.of}`;
}

export function shareText(share: Share): string {
  return share.of === 0 ? NO_DATA : `${percent(share)} (${fraction(share)})`;
}

export function sum(shares: readonly Share[]): Share {
  return shares.reduce((all, one) => ({ n: all.n + one.n, of: all.of + one.of }), { n: 0, of: 0 });
}

/** A confidence interval given as two fractions of one. */
export function intervalText(interval: readonly [number, number] | null | undefined): string {
  if (!interval) return NO_DATA;
  const [low, high] = interval;
  return `${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)} %`;
}

export interface BalanceTerms {
  readonly enrolled: number;
  readonly expected: number;
  readonly exempt: number;
  readonly not_expected: number;
  readonly upcoming: number;
  readonly open: number;
  readonly received_open: number;
}

const TERMS = ["expected", "exempt", "not_expected", "upcoming", "open", "received_open"] as const;

export function balance(rows: readonly BalanceTerms[]): BalanceTerms & { readonly holds: boolean } {
  const total = {
    enrolled: 0,
    expected: 0,
    exempt: 0,
    not_expected: 0,
    upcoming: 0,
    open: 0,
    received_open: 0,
  };
  for (const row of rows) {
    total.enrolled += row.enrolled;
    for (const term of TERMS) total[term] += row[term];
  }
  const parts = TERMS.reduce((all, term) => all + total[term], 0);
  return { ...total, holds: parts === total.enrolled };
}

/** Rows of several questionnaires put together: every count and share is of forms, so all add up. */
export function together(rows: readonly RateRow[], keyOf: (row: RateRow) => string): RateRow[] {
  const groups = new Map<string, RateRow[]>();
  for (const row of rows) {
    const key = keyOf(row);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map(added);
}

function added(rows: readonly RateRow[]): RateRow {
  const first = rows[0] as RateRow;
  if (rows.length === 1) return first;
  const count = (pick: (row: RateRow) => number) => rows.reduce((all, row) => all + pick(row), 0);
  const share = (pick: (row: RateRow) => Share) => sum(rows.map(pick));
  return {
    ...first,
    questionnaire: null,
    ...balance(rows),
    in_window_count: count((row) => row.in_window_count),
    late: count((row) => row.late),
    missing: count((row) => row.missing),
    completion: share((row) => row.completion),
    in_window: share((row) => row.in_window),
    available_all: share((row) => row.available_all),
    available_pro: share((row) => row.available_pro),
    to_date: share((row) => row.to_date),
    scorable: share((row) => row.scorable),
    reason_capture: share((row) => row.reason_capture),
    disputed: count((row) => row.disputed),
    item_completion: share((row) => row.item_completion),
    declined_items: count((row) => row.declined_items),
    median_hours: null,
    reasons: tallied(rows.map((row) => row.reasons)),
    modes: tallied(rows.map((row) => row.modes)),
  };
}

export function tallied(
  tallies: readonly Readonly<Record<string, number>>[],
): Record<string, number> {
  const total: Record<string, number> = {};
  for (const tally of tallies)
    for (const [code, n] of Object.entries(tally)) total[code] = (total[code] ?? 0) + n;
  return total;
}

const DAY = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** "2026-06-15" as "15 Jun 2026"; nothing as a dash. */
export function day(date: string | null | undefined): string {
  if (!date) return "–";
  const parsed = new Date(date.length === 10 ? `${date}T00:00:00Z` : date);
  return Number.isNaN(parsed.getTime()) ? date : DAY.format(parsed);
}

const MONTH = new Intl.DateTimeFormat("en-GB", {
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** "2026-06" as "Jun 2026". */
export function monthOf(month: string): string {
  const parsed = new Date(`${month}-01T00:00:00Z`);
  return Number.isNaN(parsed.getTime()) ? month : MONTH.format(parsed);
}

/** A sentence of the server with its dates written as everywhere else on the page. */
export function prose(sentence: string): string {
  return sentence.replace(/\b\d{4}-\d{2}-\d{2}\b/g, (date) => day(date));
}

/** An instant as date and time in a zone, UTC when none is given. */
export function moment(instant: string | null | undefined, zone = "UTC"): string {
  if (!instant) return "–";
  const parsed = new Date(instant);
  if (Number.isNaN(parsed.getTime())) return instant;
  return new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: known(zone),
  }).format(parsed);
}

/** The local date of an instant, for putting instants and dates into one order. */
export function localDate(instant: string, zone = "UTC"): string {
  const parsed = new Date(instant);
  if (Number.isNaN(parsed.getTime())) return instant.slice(0, 10);
  return dateIn(known(zone), parsed);
}

function known(zone: string): string {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: zone });
    return zone;
  } catch {
    return "UTC";
  }
}

/** Whole days between two dates, negative when the second comes first. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** A stored code such as "own_device" in words when no label is known. */
export function words(code: string): string {
  const text = code.replaceAll("_", " ").replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
