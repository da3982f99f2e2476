/** The list behind a number: exactly the forms that were counted, with why each is there. */
import { at } from "../api/client";
import type { FormPage, FormRow, Study } from "../api/types";
import { day, monthOf, prose } from "../format";
import { Badge, PrintButton, toneOf } from "../parts/bits";
import { Loaded, Page } from "../parts/page";
import { More, usePages } from "../parts/pages";
import { type Column, Table } from "../parts/table";
import { href, type Route } from "../router";
import { t } from "../strings";
import {
  armLabel,
  armShort,
  questionnaireTitle,
  siteName,
  timepointLabel,
  useStudy,
} from "../study";
import { filtersOf } from "./completion";
import { statusWords } from "./status";

export function FormsView({ route }: { readonly route: Route }) {
  const study = useStudy();
  const { timepoint, month, measure = "enrolled" } = route.query;
  const forms = usePages<FormRow, FormPage>(
    at(["api", "studies", study.key, "completion", "forms"], {
      ...filtersOf(route),
      timepoint,
      month,
      measure,
    }),
  );
  const title = t.numbers.list.title(t.numbers.measures[measure] ?? measure, where(study, route));
  const { measure: _, timepoint: __, month: ___, ...back } = route.query;
  return (
    <Page title={title} aside={<PrintButton />}>
      <p>
        <a href={href([study.key, "completion"], back)}>{t.numbers.list.back}</a>
      </p>
      <Loaded from={forms.first}>
        {({ total }) => (
          <>
            <FormsTable rows={forms.rows} total={total} study={study} />
            <More list={forms} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function where(study: Study, { query }: Route): string {
  return [
    query.month ? t.numbers.list.closedIn(monthOf(query.month)) : "",
    query.timepoint ? timepointLabel(study, query.timepoint) : "",
    query.arm ? armLabel(study, query.arm) : "",
    query.questionnaire ? questionnaireTitle(study, query.questionnaire) : "",
    query.site ? siteName(study, query.site) : "",
    query.as_of ? `${t.numbers.asOf.toLowerCase()} ${day(query.as_of)}` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

interface FormsTableProps {
  readonly rows: readonly FormRow[];
  readonly total: number;
  readonly study: Study;
}

function FormsTable({ rows, total, study }: FormsTableProps) {
  const words = t.numbers.list;
  const people = new Set(rows.map((row) => row.participant)).size;
  const columns: Column<FormRow>[] = [
    {
      key: "participant",
      head: words.participant,
      rowHead: true,
      sort: (row) => row.participant,
      cell: (row) => (
        <>
          <a class="code" href={href([study.key, "participants", row.participant])}>
            {row.participant}
          </a>
          <span class="under short">
            {row.site}, {armShort(study, row.arm)}
          </span>
        </>
      ),
    },
    {
      key: "form",
      head: t.person.form,
      sort: (row) => `${row.timepoint} ${row.questionnaire}`,
      cell: (row) =>
        `${timepointLabel(study, row.timepoint)}: ${questionnaireTitle(study, row.questionnaire)}`,
    },
    {
      key: "status",
      head: words.status,
      sort: (row) => row.status,
      cell: (row) => (
        <Badge tone={toneOf(row.disposition === "late" ? "late" : row.status)}>
          {statusWords(row)}
        </Badge>
      ),
    },
    { key: "why", head: words.why, wide: true, cell: (row) => prose(row.why) },
    {
      key: "window",
      short: true,
      head: words.window,
      sort: (row) => row.closes,
      cell: (row) => (
        <>
          {words.span(day(row.opens), day(row.closes))}
          <span class="under">{words.target(day(row.target))}</span>
        </>
      ),
    },
  ];
  return (
    <Table
      caption={
        rows.length < total
          ? words.cut(rows.length, total)
          : `${words.caption(total)}, ${words.people(people)}`
      }
      columns={columns}
      rows={rows}
      rowKey={(row) => `${row.participant}|${row.timepoint}|${row.questionnaire ?? ""}`}
      empty={words.empty}
    />
  );
}
