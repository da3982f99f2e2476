/** The smaller tables of Completion: sites with intervals, reasons, modes, visits kept. */
import type { RateRow, Retention, Share } from "../api/types";
import { fraction, intervalText, percent, tallied, together, words } from "../format";
import { IntervalBar, ShareCell, ShareLine } from "../parts/bits";
import { Table } from "../parts/table";
import type { Query } from "../router";
import { t } from "../strings";
import { reasonLabel, siteName, useStudy } from "../study";
import { type Interval, wilson } from "../wilson";
import type { ListHref } from "./completion";
import { peopleHref } from "./people-list";

interface SiteLine {
  readonly row: RateRow;
  readonly interval: Interval | null;
}

export function SitesTable({
  rows,
  list,
}: {
  readonly rows: readonly RateRow[];
  readonly list: ListHref;
}) {
  const study = useStudy();
  const lines = together(rows, (row) => row.site ?? "").map(
    (row): SiteLine => ({ row, interval: wilson(row.completion) }),
  );
  if (lines.length === 0) return null;
  return (
    <section>
      <h2>{t.numbers.sitesTitle}</h2>
      <Table
        caption={t.numbers.sitesCaption}
        rows={lines}
        rowKey={({ row }) => row.site ?? ""}
        columns={[
          {
            key: "site",
            head: t.site,
            rowHead: true,
            sort: ({ row }) => row.site,
            cell: ({ row }) => siteName(study, row.site ?? ""),
          },
          {
            key: "completion",
            head: t.numbers.completion,
            numeric: true,
            sort: ({ row }) =>
              row.completion.of === 0 ? null : row.completion.n / row.completion.of,
            cell: ({ row }) => <SiteShare row={row} list={list} />,
          },
          {
            key: "interval",
            head: t.numbers.interval,
            cell: ({ interval }) => intervalText(interval),
          },
          {
            key: "picture",
            head: "0 – 100 %",
            cell: ({ row, interval }) => <IntervalBar share={row.completion} interval={interval} />,
          },
        ]}
      />
      <p class="quiet">{t.numbers.sitesHelp}</p>
    </section>
  );
}

/** The list behind a site's share is that of the whole page, narrowed to the site. */
function SiteShare({ row, list }: { readonly row: RateRow; readonly list: ListHref }) {
  const narrowed = (measure: string) =>
    `${list(measure)}&site=${encodeURIComponent(row.site ?? "")}`;
  return (
    <ShareCell
      share={row.completion}
      nHref={narrowed("completion_n")}
      ofHref={narrowed("expected")}
    />
  );
}

/** How the server counts missing forms that nobody has given a reason for. */
const NOT_CODED = "not coded";

export function ReasonsTable({ rows }: { readonly rows: readonly RateRow[] }) {
  const study = useStudy();
  const missing = rows.reduce((all, row) => all + row.missing, 0);
  const reasons = Object.entries(tallied(rows.map((row) => row.reasons)));
  const lines = reasons.map(([code, n]) => ({
    label: code === NOT_CODED ? t.numbers.noReason : reasonLabel(study, code),
    n,
  }));
  return (
    <Tally
      title={t.numbers.reasonsTitle}
      caption={t.numbers.reasonsCaption(missing)}
      head={t.numbers.reason}
      lines={lines}
    />
  );
}

export function ModesTable({ rows }: { readonly rows: readonly RateRow[] }) {
  const modes = Object.entries(tallied(rows.map((row) => row.modes)));
  const lines = modes.map(([code, n]) => ({ label: t.numbers.modes[code] ?? words(code), n }));
  const received = lines.reduce((all, line) => all + line.n, 0);
  return (
    <Tally
      title={t.numbers.modesTitle}
      caption={t.numbers.modesCaption(received)}
      head={t.numbers.mode}
      lines={lines}
    />
  );
}

interface Line {
  readonly label: string;
  readonly n: number;
}

interface TallyProps {
  readonly title: string;
  readonly caption: string;
  readonly head: string;
  readonly lines: readonly Line[];
}

function Tally({ title, caption, head, lines }: TallyProps) {
  const of = lines.reduce((all, line) => all + line.n, 0);
  const sorted = [...lines].sort((left, right) => right.n - left.n);
  return (
    <section>
      <h2>{title}</h2>
      <Table
        caption={caption}
        rows={sorted}
        rowKey={(line) => line.label}
        empty={t.noData}
        columns={[
          { key: "label", head, rowHead: true, cell: (line) => line.label },
          {
            key: "n",
            head: t.numbers.forms,
            numeric: true,
            cell: (line) => fraction({ n: line.n, of }),
          },
          {
            key: "share",
            head: t.numbers.share,
            numeric: true,
            cell: (line) => percent({ n: line.n, of }),
          },
        ]}
      />
    </section>
  );
}

interface RetentionTableProps {
  readonly retention: Retention;
  readonly contact?: Share;
  /** Those of the page, for the lists behind the numbers. */
  readonly filters: Query;
}

export function RetentionTable(props: RetentionTableProps) {
  return (
    <section>
      <h2>{t.numbers.retentionTitle}</h2>
      <RetentionLines {...props} />
    </section>
  );
}

/** Exempt participants beside the others: the one comparison that shows whether they are followed. */
export function RetentionLines({ retention, contact, filters }: RetentionTableProps) {
  const study = useStudy();
  const lists = (figure: string) => ({
    nHref: peopleHref(study.key, filters, figure, { part: "n" }),
    ofHref: peopleHref(study.key, filters, figure, { part: "of" }),
  });
  return (
    <table class="lines">
      <caption>{t.numbers.retentionCaption}</caption>
      <tbody>
        <ShareLine
          label={t.numbers.exemptGroup}
          share={retention.exempt}
          {...lists("visits_exempt")}
        />
        <ShareLine
          label={t.numbers.otherGroup}
          share={retention.not_exempt}
          {...lists("visits_other")}
        />
        {contact ? (
          <ShareLine label={t.numbers.contactCurrency} share={contact} {...lists("contact")} />
        ) : null}
      </tbody>
    </table>
  );
}
