/** The operator's page: whether reminders go out, what was given up, and one's own summaries. */
import { useState } from "preact/hooks";
import { studyPath, write } from "../api/client";
import type {
  DeadLetter,
  Operations,
  SigningKey,
  Summaries,
  Summary,
  WorkerSign,
} from "../api/operations";
import { moment, prose } from "../format";
import { Badge, Said } from "../parts/bits";
import { Loaded, Page } from "../parts/page";
import { sentenceFor } from "../parts/problem";
import { asProblem, useResource } from "../parts/resource";
import { type Column, Table } from "../parts/table";
import { href } from "../router";
import { t } from "../strings";
import { useStudy } from "../study";

const words = t.operator;

export function OperatorView() {
  const operations = useResource<Operations>("/api/operations");
  return (
    <Page title={words.title} lead={words.lead}>
      <Loaded from={operations}>{(seen) => <Standing seen={seen} />}</Loaded>
      <MorningSummary />
    </Page>
  );
}

function Standing({ seen }: { readonly seen: Operations }) {
  return (
    <>
      {seen.complaint === null ? (
        <p>
          <Badge tone="good">{words.good}</Badge>
        </p>
      ) : (
        <p class="problem" role="alert">
          {prose(seen.complaint)}
        </p>
      )}
      {seen.trail !== null && seen.trail.faults.length > 0 ? (
        <div class="problem" role="alert">
          <p>{words.trailBroken(moment(seen.trail.at))}</p>
          <ul>
            {seen.trail.faults.map((fault) => (
              <li key={fault}>{prose(fault)}</li>
            ))}
          </ul>
        </div>
      ) : null}
      <Figures seen={seen} />
      <h2>{words.lettersTitle}</h2>
      <Letters letters={seen.dead_letters} />
      <h2>{words.workersTitle}</h2>
      <Table
        caption={words.workersCaption(seen.workers.length)}
        columns={workerColumns}
        rows={seen.workers}
        rowKey={(row) => row.name}
        empty={words.noWorker}
      />
      <h2>{words.keysTitle}</h2>
      <p class="quiet">{words.keysLead}</p>
      <Table
        caption={words.keysCaption}
        columns={keyColumns}
        rows={seen.keys}
        rowKey={(row) => row.id}
      />
    </>
  );
}

function Figures({ seen }: { readonly seen: Operations }) {
  const late =
    seen.late_seconds === 0 ? words.onTime : words.minutes(Math.floor(seen.late_seconds / 60));
  const figures: readonly (readonly [string, string])[] = [
    [words.late, late],
    [words.due, String(seen.due)],
    [words.retrying, String(seen.retrying)],
    [words.failed, String(seen.failed)],
    [words.roundTrip, roundTrip(seen)],
    [words.trail, trail(seen)],
  ];
  return (
    <dl class="facts">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function roundTrip({ round_trip: trip }: Operations): string {
  if (trip === null) return words.noRoundTrip;
  return `${prose(trip.why)} (${moment(trip.came_back_at ?? trip.asked_at)})`;
}

function trail({ trail: verdict }: Operations): string {
  if (verdict === null) return words.noTrail;
  return verdict.faults.length > 0
    ? words.trailFaults(moment(verdict.at))
    : words.trailWhole(verdict.events, moment(verdict.at));
}

function Letters({ letters }: { readonly letters: readonly DeadLetter[] }) {
  const study = useStudy();
  const columns: Column<DeadLetter>[] = [
    { key: "when", head: words.when, short: true, cell: (row) => moment(row.at) },
    {
      key: "who",
      head: words.who,
      rowHead: true,
      cell: (row) =>
        row.participant === null ? (
          words.ourOwn
        ) : (
          <a class="code" href={href([study.key, "participants", row.participant])}>
            {row.participant}
          </a>
        ),
    },
    {
      key: "message",
      head: words.message,
      cell: (row) => (
        <>
          {words.kinds[row.purpose] ?? row.purpose}
          <span class="under">{words.channels[row.channel] ?? row.channel}</span>
        </>
      ),
    },
    { key: "tries", head: words.tries, numeric: true, cell: (row) => row.attempts },
    { key: "why", head: words.why, wide: true, cell: (row) => prose(row.why) },
  ];
  return (
    <Table
      caption={words.lettersCaption(letters.length)}
      columns={columns}
      rows={letters}
      rowKey={(row) => `${row.at} ${row.participant} ${row.purpose} ${row.channel}`}
      empty={words.noLetters}
    />
  );
}

const counted = (key: string, head: string, names: readonly string[]): Column<WorkerSign> => ({
  key,
  head,
  numeric: true,
  cell: (row) => names.reduce((all, name) => all + (row.counts[name] ?? 0), 0),
});

const workerColumns: Column<WorkerSign>[] = [
  { key: "name", head: words.worker, rowHead: true, cell: (row) => row.name },
  {
    key: "heard",
    head: words.heard,
    cell: (row) => (
      <>
        {moment(row.at)}{" "}
        <Badge tone={row.lives ? "good" : "bad"}>{row.lives ? words.lives : words.silent}</Badge>
      </>
    ),
  },
  counted("sent", words.sent, ["sent"]),
  counted("retried", words.retried, ["retried"]),
  counted("skipped", words.skipped, ["skipped"]),
  counted("failed", words.given, ["failed", "dead"]),
  {
    key: "held",
    head: words.held,
    wide: true,
    cell: (row) => {
      const held = Object.entries(row.troubles);
      if (held.length === 0) return <span class="quiet">{words.none}</span>;
      return held.map(([origin, why]) => (
        <p key={origin}>
          <Badge tone="warn">{origin}</Badge> {prose(why)}
        </p>
      ));
    },
  },
];

const keyColumns: Column<SigningKey>[] = [
  {
    key: "key",
    head: words.key,
    rowHead: true,
    cell: (row) => (
      <>
        <span class="code">{row.id}</span>{" "}
        <Badge tone={row.current ? "good" : "plain"}>
          {row.current ? words.current : words.older}
        </Badge>
      </>
    ),
  },
  { key: "phones", head: words.phones, numeric: true, cell: (row) => row.phones },
];

function MorningSummary() {
  const study = useStudy();
  const path = studyPath(study.key, "summaries");
  const summaries = useResource<Summaries>(path);
  const [said, setSaid] = useState("");

  async function choose(site: Summary, wanted: boolean): Promise<void> {
    setSaid("");
    try {
      await write("PUT", `${path}/${encodeURIComponent(site.site)}`, { wanted });
      setSaid(wanted ? words.willCome(site.name) : words.wontCome(site.name));
      summaries.reload();
    } catch (error) {
      setSaid(sentenceFor(asProblem(error)));
    }
  }

  return (
    <section>
      <h2>{words.summariesTitle}</h2>
      <p class="quiet">{words.summariesLead}</p>
      <Loaded from={summaries}>
        {(data) => (
          <>
            {data.possible ? null : <p>{words.noMail}</p>}
            <ul class="plain">
              {data.sites.map((site) => (
                <li key={site.site}>
                  <label class="radio">
                    <input
                      type="checkbox"
                      checked={site.wanted}
                      onChange={(event) => void choose(site, event.currentTarget.checked)}
                    />{" "}
                    {words.byMail(site.name)}
                  </label>
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
      <Said text={said} />
    </section>
  );
}
