/** The people behind a figure that counts people, visits or occasions, each with her share of it. */
import { at } from "../api/client";
import type { People, PersonRow, Study } from "../api/types";
import { day, fraction, percent } from "../format";
import { PrintButton } from "../parts/bits";
import { Loaded, Page } from "../parts/page";
import { More, usePages } from "../parts/pages";
import { type Column, Table } from "../parts/table";
import { href, type Query, type Route } from "../router";
import { t } from "../strings";
import { armLabel, armShort, siteName, timepointLabel, useStudy } from "../study";
import { filtersOf } from "./completion";

/** The address of the list behind a figure: its name, which part of it, and the page's filters. */
export function peopleHref(key: string, filters: Query, figure: string, more: Query = {}): string {
  return href([key, "people"], { ...filters, figure, ...more });
}

export function PeopleView({ route }: { readonly route: Route }) {
  const study = useStudy();
  const { figure = "adherence", part, timepoint, step } = route.query;
  const asked = { ...filtersOf(route), figure, part, timepoint, step };
  const list = usePages<PersonRow, People>(
    at(["api", "studies", study.key, "completion", "people"], asked),
  );
  const words = t.numbers.people;
  const { figure: _, part: __, timepoint: ___, step: ____, label: _____, ...back } = route.query;
  return (
    <Page title={title(study, route)} aside={<PrintButton />}>
      <p>
        <a href={href([study.key, "completion"], back)}>{t.numbers.list.back}</a>
      </p>
      <Loaded from={list.first}>
        {(first) => (
          <>
            <Table
              caption={words.caption(first.total, first.n, first.of)}
              columns={columns(study)}
              rows={list.rows}
              rowKey={(row) => row.participant}
              empty={words.empty}
            />
            <More list={list} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** "Visits kept, everybody else: something is lacking, Boston". */
function title(study: Study, { query }: Route): string {
  const { figures, parts } = t.numbers.people;
  const name = figures[query.figure ?? ""] ?? query.figure ?? "";
  const where = [
    query.label ?? "",
    parts[query.part ?? ""] ?? "",
    query.timepoint ? timepointLabel(study, query.timepoint) : "",
    query.arm ? armLabel(study, query.arm) : "",
    query.site ? siteName(study, query.site) : "",
    query.as_of ? `${t.numbers.asOf.toLowerCase()} ${day(query.as_of)}` : "",
  ]
    .filter(Boolean)
    .join(", ");
  return t.numbers.list.title(name, where);
}

function columns(study: Study): Column<PersonRow>[] {
  const words = t.numbers.people;
  return [
    {
      key: "participant",
      head: t.numbers.list.participant,
      rowHead: true,
      sort: (row) => row.participant,
      cell: (row) => (
        <a class="code" href={href([study.key, "participants", row.participant])}>
          {row.participant}
        </a>
      ),
    },
    {
      key: "site",
      head: t.site,
      sort: (row) => row.site,
      cell: (row) => siteName(study, row.site),
    },
    {
      key: "arm",
      short: true,
      head: t.arm,
      sort: (row) => row.arm,
      cell: (row) => armShort(study, row.arm),
    },
    {
      key: "n",
      head: words.share,
      numeric: true,
      sort: (row) => row.n,
      cell: (row) => fraction(row),
    },
    {
      key: "percent",
      head: words.percent,
      numeric: true,
      sort: (row) => (row.of === 0 ? null : row.n / row.of),
      cell: (row) => percent(row),
    },
  ];
}
