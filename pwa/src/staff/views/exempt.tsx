/** Exempt participants: not asked, not forgotten. Visits, contacts, signals, and the second approval. */
import { useState } from "preact/hooks";
import { Ways } from "../acts/ways";
import { studyPath } from "../api/client";
import type { Exempt, ExemptRow, ParticipantView, Study } from "../api/types";
import { studyToday } from "../clock";
import { day, prose } from "../format";
import { Badge, PrintButton, Said, ShareCell } from "../parts/bits";
import { Loaded, Page } from "../parts/page";
import { useResource } from "../parts/resource";
import { type Column, Table } from "../parts/table";
import { href, type Route } from "../router";
import { mayWrite, useSession } from "../session";
import { t } from "../strings";
import { armShort, languageLabel, siteName, useStudy } from "../study";
import { RetentionLines } from "./completion-more";
import { peopleHref } from "./people-list";
import { secondPersonWays } from "./today-acts";

export function ExemptView({ route }: { readonly route: Route }) {
  const study = useStudy();
  const site = route.query.site;
  const path = studyPath(study.key, "exempt");
  const exempt = useResource<Exempt>(site ? `${path}?site=${encodeURIComponent(site)}` : path);
  return (
    <Page title={t.exempt.title} lead={t.exempt.lead} aside={<PrintButton />}>
      <Loaded from={exempt}>
        {(data) => <Rows data={data} site={site} onChanged={exempt.reload} />}
      </Loaded>
    </Page>
  );
}

interface RowsProps {
  readonly data: Exempt;
  readonly site: string | undefined;
  readonly onChanged: () => void;
}

function Rows({ data, site, onChanged }: RowsProps) {
  const study = useStudy();
  const { staff } = useSession();
  const [open, setOpen] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const rows = data.rows.filter((row) => !site || row.site === site);
  const toggle = mayWrite(staff) ? (code: string) => setOpen(code === open ? null : code) : null;
  return (
    <>
      <h2>{t.exempt.retentionTitle}</h2>
      <RetentionLines retention={data.retention} filters={{ site }} />
      <Shares shares={data.shares} />
      <Said text={said} />
      <Table
        caption={t.exempt.caption(rows.length)}
        columns={columns(study, open, toggle)}
        rows={rows}
        rowKey={(row) => String(row.exemption_id)}
        empty={t.exempt.empty}
        below={(row) =>
          row.code === open ? (
            <SecondPerson
              code={row.code}
              onCancel={() => setOpen(null)}
              onDone={(text) => {
                setOpen(null);
                setSaid(t.today.done(text, row.code));
                onChanged();
              }}
            />
          ) : null
        }
      />
    </>
  );
}

function Shares({ shares }: { readonly shares: Exempt["shares"] }) {
  const study = useStudy();
  return (
    <>
      <h2>{t.exempt.sharesTitle}</h2>
      <Table
        caption={t.exempt.sharesCaption}
        rows={shares}
        rowKey={(row) => row.site}
        columns={[
          { key: "site", head: t.site, rowHead: true, cell: (row) => siteName(study, row.site) },
          {
            key: "share",
            head: t.nav.exempt,
            numeric: true,
            sort: (row) => (row.of === 0 ? null : row.n / row.of),
            cell: (row) => (
              <ShareCell
                share={row}
                nHref={peopleHref(study.key, { site: row.site }, "exempt", { part: "n" })}
                ofHref={peopleHref(study.key, { site: row.site }, "exempt", { part: "of" })}
              />
            ),
          },
          { key: "signal", head: t.exempt.signal, wide: true, cell: (row) => row.signal ?? t.none },
        ]}
      />
      <h2>{t.exempt.listTitle}</h2>
    </>
  );
}

interface SecondPersonProps {
  readonly code: string;
  readonly onDone: (text: string) => void;
  readonly onCancel: () => void;
}

/** What the second person can do about an exemption that waits: agree with it, or not. */
function SecondPerson({ code, onDone, onCancel }: SecondPersonProps) {
  const study = useStudy();
  const person = useResource<ParticipantView>(studyPath(study.key, "participants", code));
  return (
    <Loaded from={person}>
      {(view) => {
        const waiting = view.exemptions.find((one) => one.needs_approval && !one.approved_at);
        if (!waiting) return <p>{t.today.settled}</p>;
        const context = { study, person: view, today: studyToday(study.today, view.zone) };
        return (
          <Ways
            ways={secondPersonWays(context, waiting)}
            person={view}
            onDone={(done) => onDone(done.text)}
            onCancel={onCancel}
            onNewer={person.put}
          />
        );
      }}
    </Loaded>
  );
}

type Toggle = ((code: string) => void) | null;

function columns(study: Study, open: string | null, toggle: Toggle): Column<ExemptRow>[] {
  const words = t.exempt;
  return [
    {
      key: "code",
      head: t.participants.code,
      rowHead: true,
      sort: (row) => row.code,
      cell: (row) => (
        <a class="code" href={href([study.key, "participants", row.code])}>
          {row.code}
        </a>
      ),
    },
    {
      key: "site",
      head: t.site,
      short: true,
      sort: (row) => row.site,
      cell: (row) => (
        <>
          {row.site}
          <span class="under">{armShort(study, row.arm)}</span>
        </>
      ),
    },
    {
      key: "since",
      head: words.since,
      sort: (row) => row.since,
      cell: (row) =>
        row.needs_approval ? (
          <Waiting row={row} open={open} toggle={toggle} />
        ) : (
          <span class="short">{day(row.since)}</span>
        ),
    },
    {
      key: "language",
      head: words.language,
      sort: (row) => row.preferred_language,
      cell: (row) => (
        <>
          {languageLabel(study, row.preferred_language)}
          {row.interpreter ? <span class="under short">{words.withInterpreter}</span> : null}
        </>
      ),
    },
    {
      key: "visit",
      short: true,
      extra: true,
      head: words.lastVisit,
      sort: (row) => row.last_visit_on,
      cell: (row) => day(row.last_visit_on),
    },
    {
      key: "next",
      head: words.nextVisit,
      sort: (row) => row.next_visit?.closes ?? null,
      cell: nextVisit,
    },
    {
      key: "contact",
      short: true,
      head: words.lastContact,
      sort: (row) => row.last_contact_on,
      cell: (row) => day(row.last_contact_on),
    },
    {
      key: "signals",
      wide: true,
      head: words.signals,
      sort: (row) => -row.signals.length,
      cell: signals,
    },
  ];
}

function Waiting({
  row,
  open,
  toggle,
}: {
  readonly row: ExemptRow;
  readonly open: string | null;
  readonly toggle: Toggle;
}) {
  return (
    <>
      <p>
        <Badge tone="warn">{t.exempt.waiting}</Badge>
      </p>
      {toggle ? (
        <button
          type="button"
          class="link"
          aria-expanded={open === row.code}
          aria-label={`${t.exempt.look}: ${row.code}`}
          onClick={() => toggle(row.code)}
        >
          {t.exempt.look}
        </button>
      ) : null}
    </>
  );
}

function nextVisit(row: ExemptRow) {
  if (row.next_visit === null) return t.none;
  return (
    <>
      {row.next_visit.label}
      <span class="under short">{day(row.next_visit.target)}</span>
    </>
  );
}

function signals(row: ExemptRow) {
  if (row.signals.length === 0) return <span class="quiet">{t.exempt.noSignals}</span>;
  return (
    <ul class="plain">
      {row.signals.map((signal) => (
        <li key={signal}>{prose(signal)}</li>
      ))}
    </ul>
  );
}
