/**
 * Today: whom to call and why. Each row offers its act in place; when it is
 * done the list is read again, so a row leaves only when its cause is gone.
 */
import { useEffect, useState } from "preact/hooks";
import type { ActDone } from "../acts/panel";
import { Ways } from "../acts/ways";
import { studyPath } from "../api/client";
import type { ParticipantView, Study, Today, TodayRow } from "../api/types";
import { day, prose } from "../format";
import { Badge, PrintButton, Said, type Tone } from "../parts/bits";
import { Loaded, Page } from "../parts/page";
import { useResource } from "../parts/resource";
import { type Column, Table } from "../parts/table";
import { href, type Route } from "../router";
import { mayWrite, useSession } from "../session";
import { t } from "../strings";
import { armShort, siteName, timepointLabel, useStudy } from "../study";
import { Handover } from "./handover";
import { RemindNow } from "./remind-now";
import { TabletsToday } from "./tablets-today";
import { waysFor } from "./today-acts";

export function TodayView({ route }: { readonly route: Route }) {
  const study = useStudy();
  const site = route.query.site;
  const today = useResource<Today>(
    `${studyPath(study.key, "today")}${site ? `?site=${encodeURIComponent(site)}` : ""}`,
  );
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === "visible") today.reload();
    };
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [today.reload]);
  return (
    <Page title={t.today.title} aside={<PrintButton />}>
      <Loaded from={today}>
        {(data) => (
          <>
            <Worklist data={data} route={route} onChanged={today.reload} />
            <TabletsToday site={site} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** More than anybody does before lunch; the rest is one press away. */
const FIRST_ROWS = 40;

interface WorklistProps {
  readonly data: Today;
  readonly route: Route;
  readonly onChanged: () => void;
}

function Worklist({ data, route, onChanged }: WorklistProps) {
  const study = useStudy();
  const [open, setOpen] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const kind = route.query.kind ?? "";
  const [all, setAll] = useState(false);
  const found = data.rows.filter((row) => kind === "" || row.kind === kind);
  const rows = all ? found : found.slice(0, FIRST_ROWS);
  return (
    <>
      <p class="lead">
        {data.rows.length === 0 ? t.today.empty : t.today.total(data.rows.length)},{" "}
        {t.today.asOf(day(data.as_of_date))}
      </p>
      <Kinds rows={data.rows} kind={kind} route={route} />
      <Said text={said} />
      <Table
        caption={t.today.caption}
        captionHidden
        columns={columns(study, open, setOpen)}
        rows={rows}
        rowKey={(row) => row.id}
        rowClass={(row) => (row.id === open ? "opened" : undefined)}
        empty={kind === "" ? t.today.empty : t.today.emptyKind}
        below={(row) =>
          row.id === open ? (
            <InPlace
              row={row}
              today={data.as_of_date}
              onCancel={() => {
                setOpen(null);
                focusRow(row.id);
              }}
              onDone={(text) => {
                setOpen(null);
                setSaid(t.today.done(text, row.participant));
                onChanged();
                focusRow(rows[rows.indexOf(row) + 1]?.id ?? rows[rows.indexOf(row) - 1]?.id);
              }}
            />
          ) : null
        }
      />
      {rows.length < found.length ? (
        <p class="more">
          <button type="button" onClick={() => setAll(true)}>
            {t.showAll(found.length)}
          </button>
        </p>
      ) : null}
    </>
  );
}

/** The focus goes on to the next row's act, so that a list can be worked by keyboard alone. */
function focusRow(id: string | undefined): void {
  const next = id === undefined ? null : document.getElementById(`act-${id}`);
  (next ?? document.querySelector<HTMLElement>("h1"))?.focus();
}

function Kinds({
  rows,
  kind,
  route,
}: {
  readonly rows: readonly TodayRow[];
  readonly kind: string;
  readonly route: Route;
}) {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.kind, (counts.get(row.kind) ?? 0) + 1);
  if (counts.size < 2) return null;
  const link = (value: string | null, label: string, n: number) => (
    <li key={label}>
      <a
        href={href(route.segments, { ...route.query, kind: value })}
        aria-current={kind === (value ?? "") ? "true" : undefined}
      >
        {label} <span class="count">{n}</span>
      </a>
    </li>
  );
  return (
    <nav class="chips" aria-label={t.today.filter}>
      <ul>
        {link(null, t.today.everything, rows.length)}
        {[...counts].map(([one, n]) => link(one, t.today.kinds[one] ?? one, n))}
      </ul>
    </nav>
  );
}

const KIND_TONES: Readonly<Record<string, Tone>> = {
  call_requested: "brand",
  closing: "bad",
  unreachable: "bad",
  silent: "warn",
  conflict: "warn",
  time_disputed: "warn",
  exemption_approval: "exempt",
};

function columns(
  study: Study,
  open: string | null,
  onOpen: (id: string | null) => void,
): Column<TodayRow>[] {
  return [
    {
      key: "who",
      head: t.today.who,
      rowHead: true,
      short: true,
      sort: (row) => row.participant,
      cell: (row) => (
        <>
          <a class="code" href={href([study.key, "participants", row.participant])}>
            {row.participant}
          </a>
          <span class="under">
            {row.site}, {armShort(study, row.arm)}
          </span>
        </>
      ),
    },
    {
      key: "why",
      head: t.today.why,
      wide: true,
      cell: (row) => (
        <>
          <Badge tone={KIND_TONES[row.kind] ?? "plain"}>
            {t.today.kinds[row.kind] ?? row.kind}
          </Badge>
          <span class="why">{prose(row.why)}</span>
        </>
      ),
    },
    {
      key: "since",
      extra: true,
      short: true,
      head: t.today.since,
      sort: (row) => row.since,
      cell: (row) => day(row.since),
    },
    {
      key: "due",
      short: true,
      head: t.today.due,
      sort: (row) => row.due,
      cell: (row) => day(row.due),
    },
    {
      key: "act",
      head: t.today.act,
      cell: (row) => <ActButton row={row} study={study} open={open === row.id} onOpen={onOpen} />,
    },
  ];
}

/** One person can stand on the list for several timepoints, so the name of the act says which. */
function actName({ action, participant }: TodayRow, study: Study): string {
  const when = action.timepoint ? `, ${timepointLabel(study, action.timepoint)}` : "";
  return `${action.label}: ${participant}${when}`;
}

interface ActButtonProps {
  readonly row: TodayRow;
  readonly study: Study;
  readonly open: boolean;
  readonly onOpen: (id: string | null) => void;
}

/** Acts that need a whole page; the row leads there. */
const PAGES: ReadonlySet<string> = new Set(["type_again", "settle_typing"]);

function ActButton({ row, study, open, onOpen }: ActButtonProps) {
  const { staff } = useSession();
  const [paper] = row.action.response_ids ?? [];
  if (PAGES.has(row.action.verb) && paper && mayWrite(staff))
    return (
      <a
        id={`act-${row.id}`}
        class="button"
        aria-label={actName(row, study)}
        href={href([study.key, "participants", row.participant, "responses", paper, "again"])}
      >
        {row.action.label}
      </a>
    );
  if (!mayWrite(staff) || row.action.verb === "open")
    return (
      <a id={`act-${row.id}`} href={href([study.key, "participants", row.participant])}>
        {row.action.verb === "open" ? row.action.label : t.today.openRecord}
      </a>
    );
  return (
    <button
      type="button"
      id={`act-${row.id}`}
      aria-expanded={open}
      aria-label={actName(row, study)}
      onClick={() => onOpen(open ? null : row.id)}
    >
      {row.action.label}
    </button>
  );
}

interface InPlaceProps {
  readonly row: TodayRow;
  readonly today: string;
  readonly onDone: (text: string) => void;
  readonly onCancel: () => void;
}

/** The person's own record is read first: it holds the telephone number and the version to write against. */
function InPlace({ row, today, onDone, onCancel }: InPlaceProps) {
  const study = useStudy();
  const person = useResource<ParticipantView>(
    studyPath(study.key, "participants", row.participant),
  );
  return (
    <Loaded from={person}>
      {(view) => (
        <div class="in-place">
          <Reach person={view} row={row} />
          <Resolve
            row={row}
            person={view}
            today={today}
            onDone={onDone}
            onCancel={onCancel}
            onNewer={person.put}
          />
        </div>
      )}
    </Loaded>
  );
}

interface ResolveProps extends InPlaceProps {
  readonly person: ParticipantView;
  readonly onNewer: (person: ParticipantView) => void;
}

/** What ends the row's cause; where there are several ways, the first is open and the others beside it. */
function Resolve({ row, person, today, onDone, onCancel, onNewer }: ResolveProps) {
  const study = useStudy();
  const offers = waysFor(row, { study, person, today });
  const [handed, setHanded] = useState<ActDone | null>(null);
  if (handed?.enrolment)
    return (
      <div>
        <Handover enrolment={handed.enrolment} person={person} />
        <button type="button" onClick={() => onDone(handed.text)}>
          {t.close}
        </button>
      </div>
    );
  if (offers.length === 0)
    return (
      <div class="act">
        <p>{t.today.settled}</p>
        <button type="button" onClick={() => onDone(t.today.settledShort)}>
          {t.close}
        </button>
      </div>
    );
  return (
    <Ways
      ways={offers}
      person={person}
      onDone={(done) => (done.enrolment ? setHanded(done) : onDone(done.text))}
      onCancel={onCancel}
      onNewer={onNewer}
    >
      {NUDGES.has(row.kind) && row.action.timepoint ? (
        <RemindNow
          person={person}
          timepoint={row.action.timepoint}
          title={timepointLabel(study, row.action.timepoint)}
        />
      ) : null}
    </Ways>
  );
}

/** Rows about a form that is open: a message may do where nobody can be reached by telephone. */
const NUDGES: ReadonlySet<string> = new Set(["silent", "closing", "unreachable"]);

function Reach({ person, row }: { readonly person: ParticipantView; readonly row: TodayRow }) {
  const study = useStudy();
  const phone = person.contact_details?.phone;
  const last = person.contacts
    .map((contact) => contact.date)
    .sort()
    .at(-1);
  return (
    <div class="reach">
      <p>
        <strong>{t.today.telephone}:</strong>{" "}
        {phone ? <a href={`tel:${phone.replaceAll(" ", "")}`}>{phone}</a> : t.today.noPhone}
      </p>
      <p>{last ? t.today.lastContact(day(last)) : t.today.neverContacted}</p>
      <p>{prose(person.reachability.why)}</p>
      {person.interpreter ? <Badge tone="warn">{t.today.interpreterNeeded}</Badge> : null}
      {(row.action.response_ids ?? []).map((id, index) => (
        <p key={id}>
          <a href={href([study.key, "participants", row.participant, "responses", id])}>
            {t.today.lookAtAnswers(index + 1)}
          </a>
        </p>
      ))}
      <p>
        <a href={href([study.key, "participants", row.participant])}>{t.today.openRecord}</a>
      </p>
      <p class="quiet">{siteName(study, row.site)}</p>
    </div>
  );
}
