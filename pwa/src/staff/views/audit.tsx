/** The audit trail, newest first, with the state of its chain. */
import { useEffect, useState } from "preact/hooks";
import { at } from "../api/client";
import type { AuditEvent, AuditPage } from "../api/types";
import { moment, words as spoken } from "../format";
import { Badge, PrintButton } from "../parts/bits";
import { Form } from "../parts/form";
import { Loaded, Page } from "../parts/page";
import { useResource } from "../parts/resource";
import { type Column, Table } from "../parts/table";
import { href, type Route, replaceQuery } from "../router";
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

export function merged(held: readonly AuditEvent[], more: readonly AuditEvent[]): AuditEvent[] {
  const bySeq = new Map([...held, ...more].map((event) => [event.seq, event]));
  return [...bySeq.values()].sort((left, right) => right.seq - left.seq);
}

function columns(key: string): Column<AuditEvent>[] {
  return [
    { key: "seq", head: "#", numeric: true, cell: (event) => event.seq },
    { key: "at", short: true, head: t.audit.when, cell: (event) => moment(event.at) },
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
