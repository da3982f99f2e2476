/** The two main tables of Completion: the rates, and the balance that shows that nobody got lost. */
import type { Completion, RateRow, Share } from "../api/types";
import { balance } from "../format";
import { Badge, Count, ShareCell } from "../parts/bits";
import { type Column, Table } from "../parts/table";
import { t } from "../strings";
import { armLabel, questionnaireTitle, timepointLabel, useStudy } from "../study";
import type { ListHref } from "./completion";

interface TableProps {
  readonly rows: readonly RateRow[];
  readonly list: ListHref;
}

export const rowKey = (row: RateRow) =>
  `${row.timepoint}|${row.arm}|${row.questionnaire ?? ""}|${row.site ?? ""}`;

/** Whether each row is about one questionnaire, and not about a timepoint's all together. */
function isSplit(rows: readonly RateRow[]): boolean {
  return rows.length > 0 && rows.every((row) => row.questionnaire !== null);
}

/** Timepoint with its arm and, where rows are split, questionnaire; sorted in the order of the study. */
export function useLabels(rows: readonly RateRow[]): Column<RateRow>[] {
  const study = useStudy();
  const order = new Map(study.timepoints.map((timepoint, index) => [timepoint.id, index]));
  const split = isSplit(rows);
  const columns: Column<RateRow>[] = [
    {
      key: "timepoint",
      head: t.numbers.timepointAndArm,
      rowHead: true,
      wide: true,
      sort: (row) =>
        `${String(order.get(row.timepoint) ?? order.size).padStart(3, "0")} ${row.arm}`,
      cell: (row) => (
        <>
          {row.timepoint_label ?? timepointLabel(study, row.timepoint)}
          <span class="under">{row.arm_label ?? armLabel(study, row.arm)}</span>
        </>
      ),
    },
  ];
  if (split)
    columns.push({
      key: "questionnaire",
      head: t.numbers.questionnaire,
      sort: (row) => row.questionnaire,
      cell: (row) => questionnaireTitle(study, row.questionnaire),
    });
  return columns;
}

type ShareKey =
  | "completion"
  | "in_window"
  | "to_date"
  | "available_all"
  | "available_pro"
  | "scorable"
  | "reason_capture";

function shareColumn(
  key: ShareKey,
  head: string,
  list: ListHref,
  measures: readonly [string, string],
  bar = false,
): Column<RateRow> {
  return {
    key,
    head,
    numeric: true,
    sort: (row) => (row[key].of === 0 ? null : row[key].n / row[key].of),
    cell: (row) => (
      <ShareCell
        share={row[key]}
        nHref={list(measures[0], row)}
        ofHref={list(measures[1], row)}
        bar={bar}
      />
    ),
  };
}

export function RatesTable({ rows, list }: TableProps) {
  const labels = useLabels(rows);
  const words = t.numbers;
  const columns = [
    ...labels,
    shareColumn("completion", words.completion, list, ["completion_n", "expected"], true),
    shareColumn("in_window", words.inWindow, list, ["in_window", "expected"]),
    shareColumn("to_date", words.toDate, list, ["to_date_n", "to_date_of"]),
    shareColumn("available_all", words.availableAll, list, ["available_all_n", "enrolled"]),
    shareColumn("available_pro", words.availablePro, list, ["available_pro_n", "available_pro_of"]),
  ];
  return <Table caption={words.ratesCaption} columns={columns} rows={rows} rowKey={rowKey} />;
}

interface QualityTableProps extends TableProps {
  readonly persons: Completion["complete_persons"];
  /** The list of people behind "everything answered". */
  readonly people: (row: RateRow, part: "n" | "of") => string;
}

/** How good the received forms are, and how much is known about the missing ones. */
export function QualityTable({ rows, list, persons, people }: QualityTableProps) {
  const labels = useLabels(rows);
  const words = t.numbers;
  const split = isSplit(rows);
  const whole = (row: RateRow): Share =>
    persons.find((one) => one.timepoint === row.timepoint && one.arm === row.arm) ?? {
      n: 0,
      of: 0,
    };
  const columns: Column<RateRow>[] = [
    ...labels,
    split
      ? {
          key: "hours",
          head: words.medianHours,
          numeric: true,
          sort: (row) => row.median_hours,
          cell: (row) => hours(row.median_hours),
        }
      : {
          key: "persons",
          head: words.completePersons,
          numeric: true,
          cell: (row) => (
            <ShareCell share={whole(row)} nHref={people(row, "n")} ofHref={people(row, "of")} />
          ),
        },
    shareColumn("scorable", words.scorable, list, ["scorable_n", "scorable_of"]),
    {
      key: "items",
      head: words.itemCompletion,
      numeric: true,
      cell: (row) => <ShareCell share={row.item_completion} />,
    },
    {
      key: "declined",
      head: words.declined,
      numeric: true,
      sort: (row) => row.declined_items,
      cell: (row) => row.declined_items,
    },
    shareColumn("reason_capture", words.reasonCapture, list, ["reason_capture_n", "missing"]),
  ];
  return <Table caption={words.qualityCaption} columns={columns} rows={rows} rowKey={rowKey} />;
}

function hours(median: number | null) {
  return median === null ? <span class="quiet">{t.noData}</span> : median.toFixed(1);
}

const TERMS = [
  ["enrolled", t.numbers.enrolled, ""],
  ["expected", t.numbers.expected, "="],
  ["exempt", t.numbers.exempt, "+"],
  ["not_expected", t.numbers.notExpected, "+"],
  ["upcoming", t.numbers.upcoming, "+"],
  ["open", t.numbers.open, "+"],
  ["received_open", t.numbers.receivedOpen, "+"],
] as const;

interface BalanceTableProps extends TableProps {
  readonly all: readonly RateRow[];
  readonly hidden: number;
}

export function BalanceTable({ rows, all, hidden, list }: BalanceTableProps) {
  const labels = useLabels(rows);
  const columns: Column<RateRow>[] = [
    ...labels,
    ...TERMS.map(
      ([key, head, sign]): Column<RateRow> => ({
        key,
        // The sign stays with its word when the head is broken into lines.
        head: sign === "" ? head : `${sign}\u00a0${head}`,
        numeric: true,
        sort: (row) => row[key],
        cell: (row) => <Count n={row[key]} href={list(key, row)} />,
      }),
    ),
    {
      key: "holds",
      head: t.numbers.addsUp,
      cell: (row) => <AddsUp holds={balance([row]).holds} />,
    },
  ];
  const total = balance(all);
  return (
    <>
      <Table
        caption={t.numbers.balanceCaption}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        foot={
          <tr>
            <th scope="row" colSpan={labels.length}>
              {t.numbers.total(hidden)}
            </th>
            {TERMS.map(([key]) => (
              <td key={key} class="number">
                <Count n={total[key]} href={list(key)} />
              </td>
            ))}
            <td>
              <AddsUp holds={total.holds} />
            </td>
          </tr>
        }
      />
      <p class="quiet">{t.numbers.balanceUnit}</p>
    </>
  );
}

function AddsUp({ holds }: { readonly holds: boolean }) {
  return <Badge tone={holds ? "good" : "bad"}>{holds ? t.yes : t.numbers.addsUpNot}</Badge>;
}
