/**
 * Completion: the numbers of the study, each with n and N, each opening its
 * list, with the rule version and the moment they were computed for.
 */
import { studyPath } from "../api/client";
import type { Completion, RateRow } from "../api/types";
import { balance, moment, sum, together } from "../format";
import { Count, PrintButton, ShareCell } from "../parts/bits";
import { Loaded, Page } from "../parts/page";
import { useResource } from "../parts/resource";
import { href, type Query, type Route, replaceQuery } from "../router";
import { t } from "../strings";
import { useStudy } from "../study";
import { Filters } from "./completion-filters";
import { ModesTable, ReasonsTable, RetentionTable, SitesTable } from "./completion-more";
import { AdherenceTable, NudgesTable } from "./completion-people";
import { Outcomes } from "./completion-picture";
import { BalanceTable, QualityTable, RatesTable } from "./completion-tables";
import { TrendPicture } from "./completion-trend";
import { Flow } from "./consort";
import { peopleHref } from "./people-list";

const API_FILTERS = ["site", "arm", "questionnaire", "as_of", "alive_rule"] as const;

export function filtersOf(route: Route): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of API_FILTERS) {
    const value = route.query[name];
    if (value) kept[name] = value;
  }
  return kept;
}

/** The address of the list behind a number, with the page's own filters. */
export type ListHref = (measure: string, row?: RateRow) => string;

export function listHref(key: string, filters: Query): ListHref {
  return (measure, row) =>
    href([key, "forms"], {
      ...filters,
      ...(row
        ? {
            timepoint: row.timepoint,
            arm: row.arm,
            questionnaire: row.questionnaire ?? filters.questionnaire,
            site: row.site ?? filters.site,
          }
        : {}),
      measure,
    });
}

export function CompletionView({ route }: { readonly route: Route }) {
  const study = useStudy();
  const filters = filtersOf(route);
  const search = new URLSearchParams(filters).toString();
  const path = studyPath(study.key, "completion");
  const completion = useResource<Completion>(search === "" ? path : `${path}?${search}`);
  return (
    <Page title={t.numbers.title} aside={<PrintButton />}>
      <Filters route={route} aliveRule={completion.data?.alive_rule ?? ""} />
      <Loaded from={completion}>
        {(data) => <Numbers data={data} route={route} filters={filters} />}
      </Loaded>
    </Page>
  );
}

interface NumbersProps {
  readonly data: Completion;
  readonly route: Route;
  readonly filters: Record<string, string>;
}

function Numbers({ data, route, filters }: NumbersProps) {
  const study = useStudy();
  const list = listHref(study.key, filters);
  const all = data.rates.filter((row) => row.site === null || row.site === filters.site);
  if (all.length === 0) return <p class="lead">{t.numbers.empty}</p>;
  const split =
    route.query.split === "each" ? all : together(all, (row) => `${row.timepoint}|${row.arm}`);
  const shown = route.query.future === "1" ? split : split.filter(reached);
  const hidden = split.length - split.filter(reached).length;
  return (
    <>
      <Small rows={all} list={list} />
      <Outcomes rows={together(all, (row) => `${row.timepoint}|${row.arm}`).filter(reached)} />
      <TrendPicture filters={filters} />
      <h2>{t.numbers.ratesTitle}</h2>
      <RatesTable rows={shown} list={list} />
      <h2>{t.numbers.balanceTitle}</h2>
      <p class="balance">{t.numbers.balanceLine(balance(all))}</p>
      <BalanceTable rows={shown} all={all} hidden={split.length - shown.length} list={list} />
      {hidden > 0 ? <HiddenRows n={hidden} route={route} /> : null}
      <h2>{t.numbers.qualityTitle}</h2>
      <QualityTable
        rows={shown}
        list={list}
        persons={data.complete_persons}
        people={(row, part) =>
          peopleHref(study.key, filters, "complete", {
            timepoint: row.timepoint,
            arm: row.arm,
            part,
          })
        }
      />
      <div class="columns">
        <SitesTable rows={data.by_site} list={list} />
        <ReasonsTable rows={all} />
        <ModesTable rows={all} />
        <RetentionTable
          retention={data.retention}
          contact={data.contact_currency}
          filters={filters}
        />
        <AdherenceTable adherence={data.adherence} filters={filters} />
        <NudgesTable reminders={data.reminder_yield} backup={data.backup_yield} filters={filters} />
      </div>
      <Flow filters={filters} />
      <Foot data={data} />
    </>
  );
}

/** A row with at least one window that has opened for somebody. */
export function reached(row: RateRow): boolean {
  return row.upcoming + row.exempt + row.not_expected < row.enrolled || row.expected > 0;
}

function HiddenRows({ n, route }: { readonly n: number; readonly route: Route }) {
  const shown = route.query.future === "1";
  return (
    <p class="quiet">
      {shown ? null : `${t.numbers.hiddenRows(n)} `}
      <button
        type="button"
        class="link"
        onClick={() => replaceQuery(route, { future: shown ? null : "1" })}
      >
        {shown ? t.numbers.hideAgain : t.numbers.showHidden}
      </button>
    </p>
  );
}

function Small({ rows, list }: { readonly rows: readonly RateRow[]; readonly list: ListHref }) {
  const words = t.numbers.small;
  const total = (pick: (row: RateRow) => number) => rows.reduce((all, row) => all + pick(row), 0);
  const tiles = [
    {
      label: words.completion,
      help: words.completionHelp,
      share: sum(rows.map((row) => row.completion)),
      n: "completion_n",
      of: "expected",
    },
    {
      label: words.inWindow,
      help: words.inWindowHelp,
      share: sum(rows.map((row) => row.in_window)),
      n: "in_window",
      of: "expected",
    },
    {
      label: words.coded,
      help: words.codedHelp,
      share: sum(rows.map((row) => row.reason_capture)),
      n: "reason_capture_n",
      of: "missing",
    },
  ];
  const counts = [
    {
      label: words.missing,
      help: words.missingHelp,
      n: total((row) => row.missing),
      measure: "missing",
    },
    { label: words.open, help: words.openHelp, n: total((row) => row.open), measure: "open" },
    {
      label: words.exempt,
      help: words.exemptHelp,
      n: total((row) => row.exempt),
      measure: "exempt",
    },
  ];
  return (
    <dl class="tiles">
      {tiles.map((tile) => (
        <div key={tile.label}>
          <dt>{tile.label}</dt>
          <dd class="big">
            <ShareCell share={tile.share} nHref={list(tile.n)} ofHref={list(tile.of)} />
          </dd>
          <dd class="quiet">{tile.help}</dd>
        </div>
      ))}
      {counts.map((tile) => (
        <div key={tile.label}>
          <dt>{tile.label}</dt>
          <dd class="big">
            <Count n={tile.n} href={list(tile.measure)} />
          </dd>
          <dd class="quiet">{tile.help}</dd>
        </div>
      ))}
    </dl>
  );
}

function Foot({ data }: { readonly data: Completion }) {
  const study = useStudy();
  const rule = t.numbers.aliveRules[data.alive_rule] ?? data.alive_rule;
  const sha = data.study_sha256.slice(0, 12);
  return (
    <p class="foot">
      {t.numbers.foot(
        data.rule_version,
        t.numbers.aliveFoot(rule),
        `${study.title} ${study.version}`,
        sha,
        `${moment(data.now)} UTC`,
      )}
    </p>
  );
}
