/** The audit trail, newest first, with the state of its chain. */
import { useEffect, useState } from "preact/hooks";
import { at, studyPath, write } from "../api/client";
import type { AuditEvent, AuditPage, AuditVerdict } from "../api/types";
import { moment, words as spoken } from "../format";
import { Badge, PrintButton } from "../parts/bits";
import { Form } from "../parts/form";
import { Loaded, Page } from "../parts/page";
import { sentenceFor } from "../parts/problem";
import { asProblem, useResource } from "../parts/resource";
import { type Column, Table } from "../parts/table";
import { href, type Route, replaceQuery } from "../router";
import { maySeeAccounts, useSession } from "../session";
import { t } from "../strings";
import { useStudy } from "../study";
import { valueText } from "./study";

export function AuditView({ route }: { readonly route: Route }) {
  const participant = route.query.participant ?? "";
  return (
    <Page title={t.audit.title} aside={<PrintButton />}>
      <Form
        key={participant}
        compact
        sections={[
          {
            title: null,
            fields: [
              {
                name: "participant",
                label: t.audit.participant,
                kind: "text",
                initial: participant,
              },
            ],
          },
        ]}
        submit={t.audit.apply}
        onSubmit={async (values) =>
          replaceQuery(route, { participant: values.participant?.trim() })
        }
      />
      <Trail key={`trail ${participant}`} participant={participant} />
    </Page>
  );
}

/** Pages are added below one another, so that the trail can be read and printed as one. */
function Trail({ participant }: { readonly participant: string }) {
  const study = useStudy();
  const [before, setBefore] = useState<number | null>(null);
  const [events, setEvents] = useState<readonly AuditEvent[]>([]);
  const page = useResource<AuditPage>(
    at(["api", "studies", study.key, "audit"], {
      participant,
      before: before === null ? null : String(before),
    }),
  );
  useEffect(() => {
    if (page.data) setEvents((held) => merged(held, page.data?.events ?? []));
  }, [page.data]);
  return (
    <Loaded from={page}>
      {(data) => (
        <>
          <p>
            <Badge tone={data.verified ? "good" : "bad"}>
              {data.verified ? t.audit.verified : t.audit.broken}
            </Badge>
          </p>
          <Verdict checked={data.checked} />
          <Table
            caption={t.audit.caption(events.length)}
            columns={columns(study.key)}
            rows={events}
            rowKey={(event) => String(event.seq)}
            empty={t.audit.empty}
          />
          {data.next === null ? null : (
            <button type="button" onClick={() => setBefore(data.next)}>
              {t.audit.older}
            </button>
          )}
        </>
      )}
    </Loaded>
  );
}

/** The newest verdict on the whole trail, and for those who may, a fresh one. */
function Verdict({ checked }: { readonly checked: AuditVerdict | null }) {
  const study = useStudy();
  const { staff } = useSession();
  const [fresh, setFresh] = useState<AuditVerdict | null>(null);
  const [running, setRunning] = useState(false);
  const [problem, setProblem] = useState("");
  const verdict = fresh ?? checked;
  async function verify(): Promise<void> {
    if (running) return;
    setRunning(true);
    setProblem("");
    try {
      setFresh(await write<AuditVerdict>("POST", studyPath(study.key, "audit", "verification")));
    } catch (error) {
      setProblem(sentenceFor(asProblem(error)));
    } finally {
      setRunning(false);
    }
  }
  return (
    <div class="verdict" role="status">
      <VerdictText verdict={verdict} />
      {problem ? <p class="problem">{problem}</p> : null}
      {maySeeAccounts(staff) ? (
        <p>
          <button type="button" aria-disabled={running} onClick={() => void verify()}>
            {running ? t.audit.verifying : t.audit.verify}
          </button>
        </p>
      ) : null}
    </div>
  );
}

function VerdictText({ verdict }: { readonly verdict: AuditVerdict | null }) {
  if (verdict === null) return <p class="quiet">{t.audit.neverChecked}</p>;
  const when = moment(verdict.at);
  if (verdict.faults.length === 0)
    return <p class="quiet">{t.audit.checked(when, verdict.by, verdict.events)}</p>;
  return (
    <div class="problem">
      <p>{t.audit.checkedBroken(when, verdict.by)}</p>
      <ul>
        {verdict.faults.map((fault) => (
          <li key={fault}>{fault}</li>
        ))}
      </ul>
    </div>
  );
}

export function merged(held: readonly AuditEvent[], more: readonly AuditEvent[]): AuditEvent[] {
  const bySeq = new Map([...held, ...more].map((event) => [event.seq, event]));
  return [...bySeq.values()].sort((left, right) => right.seq - left.seq);
}

function columns(key: string): Column<AuditEvent>[] {
  return [
    { key: "seq", head: "#", numeric: true, cell: (event) => event.seq },
    { key: "at", short: true, head: t.audit.when, cell: (event) => <When at={event.at} /> },
    { key: "actor", head: t.audit.who, cell: (event) => event.actor },
    {
      key: "action",
      head: t.audit.what,
      cell: (event) => spoken(event.action.replaceAll(".", " ")),
    },
    {
      key: "subject",
      head: t.audit.about,
      cell: (event) => <Subject event={event} studyKey={key} />,
    },
    { key: "change", head: t.audit.change, wide: true, cell: (event) => <Change event={event} /> },
    { key: "reason", head: t.audit.reason, wide: true, cell: (event) => event.reason ?? t.none },
  ];
}

/** The day, and below it the time: one line would leave too little for the rest on a tablet. */
function When({ at }: { readonly at: string }) {
  const [day, time] = moment(at).split(", ");
  return (
    <>
      {day}
      <span class="under">{time}</span>
    </>
  );
}

function Subject({ event, studyKey }: { readonly event: AuditEvent; readonly studyKey: string }) {
  return (
    <>
      {event.participant ? (
        <a class="code" href={href([studyKey, "participants", event.participant])}>
          {event.participant}
        </a>
      ) : null}
      <span class="under code">{shortened(event.subject ?? t.none)}</span>
    </>
  );
}

/** A response is named by a long id; its first letters tell it from its neighbours. */
function shortened(subject: string): string {
  return subject.replace(/([0-9a-f]{8})-[0-9a-f-]{27}/, "$1…");
}

function Change({ event }: { readonly event: AuditEvent }) {
  if (event.before === null && event.after === null) return t.none;
  return (
    <details>
      <summary>{t.audit.details}</summary>
      <dl class="change">
        {event.before === null ? null : (
          <>
            <dt>{t.audit.before}</dt>
            <dd>{valueText(event.before)}</dd>
          </>
        )}
        {event.after === null ? null : (
          <>
            <dt>{t.audit.after}</dt>
            <dd>{valueText(event.after)}</dd>
          </>
        )}
      </dl>
    </details>
  );
}
