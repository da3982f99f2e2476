/** Everybody in the study, exempt or not, with a search that answers while you type. */
import { useEffect, useId, useState } from "preact/hooks";
import { at } from "../api/client";
import type { ParticipantPage, ParticipantRow, Study } from "../api/types";
import { day, prose } from "../format";
import { Badge, Pick, PrintButton, toneOf } from "../parts/bits";
import { Loaded, Page } from "../parts/page";
import { More, type Paged, usePages } from "../parts/pages";
import { type Column, Table } from "../parts/table";
import { href, type Route, replaceQuery } from "../router";
import { mayWrite, useSession } from "../session";
import { t } from "../strings";
import { armShort, useStudy } from "../study";

const PAUSE_MS = 150;

export function ParticipantsView({ route }: { readonly route: Route }) {
  const study = useStudy();
  const { staff } = useSession();
  const { q, site, arm, show } = route.query;
  const people = usePages<ParticipantRow, ParticipantPage>(
    at(["api", "studies", study.key, "participants"], { q, site, arm, show }),
  );
  const enrol = mayWrite(staff) ? (
    <a class="button primary" href={href([study.key, "enrol"], { site })}>
      {t.acts.enrol.title}
    </a>
  ) : null;
  return (
    <Page
      title={t.participants.title}
      aside={
        <>
          {enrol}
          <PrintButton />
        </>
      }
    >
      <fieldset class="filters">
        <legend class="visually-hidden">{t.numbers.filters}</legend>
        <Search value={q ?? ""} onSearch={(text) => replaceQuery(route, { q: text })} />
        <Pick
          label={t.participants.show}
          value={show ?? "all"}
          options={Object.entries(t.participants.shows).map(([value, label]) => ({ value, label }))}
          onPick={(value) => replaceQuery(route, { show: value === "all" ? null : value })}
        />
        <Pick
          label={t.arm}
          value={arm ?? ""}
          all={t.allArms}
          options={study.arms.map((one) => ({ value: one.id, label: one.label }))}
          onPick={(value) => replaceQuery(route, { arm: value })}
        />
      </fieldset>
      <Loaded from={people.first}>{() => <People list={people} study={study} />}</Loaded>
    </Page>
  );
}

function Search({
  value,
  onSearch,
}: {
  readonly value: string;
  readonly onSearch: (text: string) => void;
}) {
  const id = useId();
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text.trim() === value) return;
    const wait = setTimeout(() => onSearch(text.trim()), PAUSE_MS);
    return () => clearTimeout(wait);
  }, [text, value, onSearch]);
  return (
    <div class="pick grow">
      <label for={id}>
        {t.participants.search} <span class="hint">({t.participants.searchHint})</span>
      </label>
      <input
        id={id}
        type="search"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </div>
  );
}

interface PeopleProps {
  readonly list: Paged<ParticipantRow, ParticipantPage>;
  readonly study: Study;
}

function People({ list, study }: PeopleProps) {
  const total = list.first.data?.total ?? null;
  const words = t.participants;
  const caption =
    total !== null
      ? words.caption(total)
      : list.next === null
        ? words.caption(list.rows.length)
        : words.first(list.rows.length);
  return (
    <>
      <div role="status" class="visually-hidden">
        {caption}
      </div>
      <Table
        caption={caption}
        columns={columns(study)}
        rows={list.rows}
        rowKey={(row) => row.code}
        empty={words.empty}
      />
      <More list={list} />
    </>
  );
}

function columns(study: Study): Column<ParticipantRow>[] {
  const words = t.participants;
  return [
    {
      key: "code",
      head: words.code,
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
      short: true,
      head: t.site,
      sort: (row) => `${row.site} ${row.arm}`,
      cell: (row) => (
        <>
          {row.site}
          <span class="under">{armShort(study, row.arm)}</span>
        </>
      ),
    },
    {
      key: "enrolled",
      short: true,
      extra: true,
      head: words.enrolled,
      sort: (row) => row.enrolled_on,
      cell: (row) => day(row.enrolled_on),
    },
    {
      key: "status",
      head: words.status,
      sort: (row) => row.exempt_since ?? row.status_line,
      cell: (row) => (
        <>
          {row.exempt_since ? (
            <Badge tone="exempt">{t.person.exemptSince(day(row.exempt_since))}</Badge>
          ) : null}{" "}
          {row.exempt_since ? null : prose(row.status_line)}
        </>
      ),
    },
    {
      key: "next",
      head: words.next,
      sort: (row) => row.next?.closes ?? null,
      cell: nextWords,
    },
    {
      key: "received",
      head: words.received,
      numeric: true,
      sort: (row) => (row.expected === 0 ? null : row.received / row.expected),
      cell: (row) =>
        row.expected === 0 ? (
          <span class="quiet">{t.noData}</span>
        ) : (
          `${row.received}/${row.expected}`
        ),
    },
    {
      key: "reach",
      head: words.reach,
      sort: (row) => row.reachability,
      cell: (row) =>
        row.exempt_since ? (
          <span class="quiet">{t.exempt.notNeeded}</span>
        ) : (
          <Badge tone={toneOf(row.reachability)}>
            {t.reach[row.reachability] ?? row.reachability}
          </Badge>
        ),
    },
    {
      key: "contact",
      short: true,
      head: words.lastContact,
      sort: (row) => row.last_contact_on,
      cell: (row) => day(row.last_contact_on),
    },
  ];
}

function nextWords(row: ParticipantRow): string {
  if (row.exempt_since || row.next === null) return t.none;
  return row.open_forms > 0
    ? t.participants.openNow(row.open_forms, day(row.next.closes))
    : t.participants.opensOn(row.next.label, day(row.next.opens));
}
