/** The tablets that were handed over since yesterday, under the list of Today; nothing when none. */
import { studyPath } from "../api/client";
import type { TabletHandover, TabletHandovers } from "../api/entries";
import { ownZone } from "../clock";
import { moment } from "../format";
import { Badge, type Tone } from "../parts/bits";
import { useResource } from "../parts/resource";
import { type Column, Table } from "../parts/table";
import { href } from "../router";
import { t } from "../strings";
import { useStudy } from "../study";

const words = t.tablet;
const TONES: Readonly<Record<string, Tone>> = {
  waiting: "warn",
  active: "brand",
  finished: "good",
  given_back: "good",
};

export function TabletsToday({ site }: { readonly site: string | undefined }) {
  const study = useStudy();
  const found = useResource<TabletHandovers>(studyPath(study.key, "handovers"));
  const rows = (found.data?.rows ?? []).filter((row) => !site || row.site === site);
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="tablets">
      <h2 id="tablets">{words.todayTitle}</h2>
      <Table
        caption={words.todayCaption}
        captionHidden
        columns={columns(study.key)}
        rows={rows}
        rowKey={(row) => String(row.id)}
      />
    </section>
  );
}

function columns(key: string): Column<TabletHandover>[] {
  return [
    {
      key: "who",
      head: words.who,
      rowHead: true,
      short: true,
      cell: (row) => (
        <a class="code" href={href([key, "participants", row.participant])}>
          {row.participant}
        </a>
      ),
    },
    {
      key: "state",
      head: words.state,
      cell: (row) => (
        <Badge tone={TONES[row.state] ?? "plain"}>
          {words.entryStates[row.state] ?? row.state}
        </Badge>
      ),
    },
    {
      key: "since",
      head: words.since,
      short: true,
      cell: (row) => moment(row.started_at, ownZone()),
    },
    {
      key: "received",
      head: words.received,
      cell: (row) => row.arrived.map((one) => one.code).join(", ") || words.none,
    },
  ];
}
