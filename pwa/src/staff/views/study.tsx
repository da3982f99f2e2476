/** The study as published: schedule in a picture and in a table, and where each fact comes from. */
import type { ProvenanceLine, Study, Timepoint } from "../api/types";
import { words as spoken } from "../format";
import { Badge, PrintButton } from "../parts/bits";
import { Page } from "../parts/page";
import { type Column, Table } from "../parts/table";
import { t } from "../strings";
import { anchorLabel, armLabel, eventLabel, useStudy } from "../study";
import { Amendments } from "./amendment";
import { PaperForms } from "./paper-forms";
import { SchedulePicture } from "./study-picture";

export function StudyView() {
  const study = useStudy();
  return (
    <Page title={study.title} aside={<PrintButton />}>
      {study.official ? null : (
        <p class="unofficial">
          {study.banner?.startsWith(t.unofficial) ? null : (
            <Badge tone="warn">{t.unofficial}</Badge>
          )}{" "}
          {study.banner}
        </p>
      )}
      <p class="quiet">{t.study.version(study.version, study.sha256.slice(0, 12))}</p>
      <h2>{t.study.scheduleTitle}</h2>
      <SchedulePicture study={study} />
      <Schedule study={study} />
      <div class="columns">
        <Events study={study} />
        <Sites study={study} />
        <Settings title={t.study.rulesTitle} caption={t.study.rulesCaption} values={study.rules} />
        <Settings
          title={t.study.policyTitle}
          caption={t.study.policyCaption}
          values={study.reminder_policy}
        />
      </div>
      <Amendments />
      <PaperForms />
      <Provenance study={study} />
    </Page>
  );
}

function Schedule({ study }: { readonly study: Study }) {
  const words = t.study;
  const number = (key: "opens" | "target" | "closes", head: string): Column<Timepoint> => ({
    key,
    head,
    numeric: true,
    sort: (row) => row[key],
    cell: (row) => words.dayNumber(row[key]),
  });
  const columns: Column<Timepoint>[] = [
    {
      key: "label",
      head: words.timepoint,
      rowHead: true,
      cell: (row) => (
        <>
          {row.label}
          {row.enabled ? null : <span class="under">{words.off}</span>}
        </>
      ),
    },
    {
      key: "arms",
      head: words.arms,
      cell: (row) => armNames(study, row.arms),
    },
    {
      key: "anchor",
      extra: true,
      head: words.anchor,
      cell: (row) => countedFrom(study, row),
    },
    number("opens", words.opens),
    number("target", words.target),
    number("closes", words.closes),
    {
      key: "pack",
      head: words.pack,
      wide: true,
      cell: (row) => row.pack.map((entry) => entry.title).join(", ") || words.noPack,
    },
    {
      key: "visit",
      short: true,
      head: words.visit,
      cell: (row) => (row.visit ? spoken(row.visit) : t.none),
    },
    {
      key: "source",
      head: words.source,
      cell: (row) => <TimepointSource study={study} id={row.id} />,
    },
  ];
  return (
    <Table
      caption={words.scheduleCaption}
      columns={columns}
      rows={study.timepoints}
      rowKey={(row) => row.id}
    />
  );
}

/** An anchor by its label, or the events that open the form. */
function countedFrom(study: Study, row: Timepoint): string {
  if (row.anchor !== null) return anchorLabel(study, row.arms[0] ?? "", row.anchor);
  return row.on.length > 0
    ? row.on.map((kind) => eventLabel(study, kind)).join("; ")
    : t.study.eachArm;
}

function armNames(study: Study, arms: readonly string[]): string {
  const all = arms.length === 0 || arms.length === study.arms.length;
  return all ? t.allArms : arms.map((arm) => armLabel(study, arm)).join("; ");
}

/** A timepoint is public only when every field of it is. */
function TimepointSource({ study, id }: { readonly study: Study; readonly id: string }) {
  const lines = study.provenance.filter((line) => line.field.split(/[.[\]]/).includes(id));
  if (lines.length === 0) return t.none;
  return <Source source={lines.every((line) => line.source === "public") ? "public" : "assumed"} />;
}

function Source({ source }: { readonly source: string }) {
  return (
    <Badge tone={source === "public" ? "good" : "warn"}>{t.study.sources[source] ?? source}</Badge>
  );
}

function Events({ study }: { readonly study: Study }) {
  return (
    <section>
      <h2>{t.study.eventForms}</h2>
      <Table
        caption={t.study.eventCaption}
        rows={study.event_kinds}
        rowKey={(row) => row.kind}
        columns={[
          { key: "label", head: t.acts.event.kind, rowHead: true, cell: (row) => row.label },
          {
            key: "arms",
            head: t.study.arms,
            cell: (row) => armNames(study, row.arms),
          },
        ]}
      />
    </section>
  );
}

function Sites({ study }: { readonly study: Study }) {
  return (
    <section>
      <h2>{t.study.sitesTitle}</h2>
      <Table
        caption={t.study.sitesCaption}
        rows={study.sites}
        rowKey={(row) => row.code}
        columns={[
          { key: "code", head: t.study.code, rowHead: true, cell: (row) => row.code },
          { key: "name", head: t.study.name, cell: (row) => row.name },
          { key: "parent", head: t.study.parent, cell: (row) => row.parent ?? t.none },
        ]}
      />
    </section>
  );
}

interface SettingsProps {
  readonly title: string;
  readonly caption: string;
  readonly values: Readonly<Record<string, unknown>>;
}

function Settings({ title, caption, values }: SettingsProps) {
  const rows = Object.entries(values);
  if (rows.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <Table
        caption={caption}
        rows={rows}
        rowKey={([name]) => name}
        columns={[
          { key: "name", head: t.study.field, rowHead: true, cell: ([name]) => spoken(name) },
          {
            key: "value",
            head: t.study.value,
            wide: true,
            cell: ([, value]) => <Value value={value} />,
          },
        ]}
      />
    </section>
  );
}

function Provenance({ study }: { readonly study: Study }) {
  const known = study.provenance.filter((line) => line.source === "public").length;
  const columns: Column<ProvenanceLine>[] = [
    {
      key: "field",
      head: t.study.field,
      rowHead: true,
      sort: (row) => row.field,
      cell: (row) => <span class="code">{row.field}</span>,
    },
    { key: "value", head: t.study.value, wide: true, cell: (row) => valueText(row.value) },
    {
      key: "source",
      head: t.study.source,
      sort: (row) => row.source,
      cell: (row) => <Source source={row.source} />,
    },
  ];
  return (
    <details class="provenance">
      <summary>
        {t.study.provenanceTitle}:{" "}
        {t.study.provenanceCaption(known, study.provenance.length - known)}
      </summary>
      <Table
        caption={t.study.provenanceCaption(known, study.provenance.length - known)}
        captionHidden
        columns={columns}
        rows={study.provenance}
        rowKey={(row) => row.field}
      />
    </details>
  );
}

/** Values from a study file, readable: lists with commas, tables as "name value". */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return t.none;
  if (typeof value === "boolean") return value ? t.yes : t.no;
  if (Array.isArray(value)) return value.map(valueText).join(", ") || t.none;
  if (typeof value === "object")
    return (
      Object.entries(value)
        .map(([name, inner]) => `${spoken(name).toLowerCase()} ${valueText(inner)}`)
        .join(", ") || t.none
    );
  return String(value);
}

/** A list of tables, such as the steps of the reminders, reads better one below the other. */
function Value({ value }: { readonly value: unknown }) {
  if (typeof value === "string" && CODE.test(value)) return <>{spoken(value).toLowerCase()}</>;
  if (!Array.isArray(value) || !value.some((one) => typeof one === "object"))
    return <>{valueText(value)}</>;
  return (
    <ol class="steps">
      {value.map((one) => (
        <li key={valueText(one)}>{stepText(one)}</li>
      ))}
    </ol>
  );
}

/** A word of the study file for one of a few choices, such as the day that a death counts from. */
const CODE = /^[a-z]+(_[a-z]+)+$/;

/** When a reminder goes out, as one would say it; any other table by its names and values. */
export function stepText(step: unknown): string {
  const { counts_from, days, urgent } = step as Readonly<Record<string, unknown>>;
  if (typeof counts_from !== "string" || typeof days !== "number") return valueText(step);
  const when = t.study.step(t.study.stepFrom[counts_from] ?? counts_from, days);
  return urgent === true ? `${when}, ${t.study.stepUrgent}` : when;
}
