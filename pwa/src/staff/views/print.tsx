/** Pages made to be printed: a blank form, the participant's guide, her calendar. */
import type { Questionnaire } from "../../core/questionnaire.ts";
import { studyPath } from "../api/client";
import type { ParticipantView } from "../api/types";
import { studyToday } from "../clock";
import { day } from "../format";
import { PrintButton } from "../parts/bits";
import { Loaded, Page } from "../parts/page";
import { useResource } from "../parts/resource";
import { Table } from "../parts/table";
import { href, type Route } from "../router";
import { Blank } from "../sheet/blank";
import { t } from "../strings";
import { heading, siteName, useStudy } from "../study";

const words = t.paper;

export function PrintView({ route }: { readonly route: Route }) {
  const [, , what = "guide", id = ""] = route.segments;
  if (what === "form") return <FormPage sha256={id} />;
  if (what === "calendar") return <CalendarPage code={id} />;
  return <GuidePage code={id} />;
}

function FormPage({ sha256 }: { readonly sha256: string }) {
  const study = useStudy();
  const text = useResource<{ questionnaire: Questionnaire }>(`/api/questionnaires/${sha256}`);
  const title = text.data?.questionnaire.title ?? "";
  return (
    <Page title={words.form(title)} aside={<PrintButton />}>
      <p class="no-print">
        <a href={href([study.key, "study"])}>{words.backToStudy}</a>
      </p>
      <Loaded from={text}>
        {({ questionnaire }) =>
          questionnaire.status === "demonstration" ? (
            <Blank questionnaire={questionnaire} sha256={sha256} study={heading(study.title)} />
          ) : (
            <p>{words.licensed}</p>
          )
        }
      </Loaded>
    </Page>
  );
}

function GuidePage({ code }: { readonly code: string }) {
  const study = useStudy();
  const guide = words.guide;
  return (
    <Page title={guide.title} aside={<PrintButton />}>
      {code ? <Back code={code} /> : null}
      <article class="guide">
        <p class="quiet">{heading(study.title)}</p>
        <p>{guide.intro}</p>
        <ol>
          {guide.steps.map((step) => (
            <li key={step.head}>
              <strong>{step.head}.</strong> {step.text}
            </li>
          ))}
        </ol>
        <p class="lines-to-fill">
          <span class="to-fill">
            {guide.yourCode}: {code ? <strong>{code}</strong> : <span class="rule" />}
          </span>
          <span class="to-fill">
            {guide.call}: <span class="rule" />
          </span>
          <span class="to-fill">
            {guide.telephone}: <span class="rule" />
          </span>
        </p>
      </article>
    </Page>
  );
}

function Back({ code }: { readonly code: string }) {
  const study = useStudy();
  return (
    <p class="no-print">
      <a href={href([study.key, "participants", code])}>{t.entry.back(code)}</a>
    </p>
  );
}

function CalendarPage({ code }: { readonly code: string }) {
  const study = useStudy();
  const person = useResource<ParticipantView>(studyPath(study.key, "participants", code));
  return (
    <Page title={words.calendar.title} aside={<PrintButton />}>
      <Back code={code} />
      <Loaded from={person}>{(view) => <Calendar person={view} />}</Loaded>
    </Page>
  );
}

export interface Planned {
  readonly key: string;
  readonly what: string;
  readonly opens: string;
  readonly target: string;
  readonly closes: string;
}

/** What is still to come: visits, and for whoever is asked, the questionnaires of each timepoint. */
export function plannedFor(person: ParticipantView, today: string): Planned[] {
  const visits = person.planned_visits
    .filter((visit) => visit.status === "upcoming" || visit.status === "due")
    .map((visit) => ({
      key: `visit ${visit.timepoint} ${visit.opens}`,
      what: words.calendar.visit(visit.label),
      opens: visit.opens,
      target: visit.target,
      closes: visit.closes,
    }));
  const packs = new Map<string, Planned & { n: number; label: string }>();
  for (const form of person.forms) {
    if (form.status !== "upcoming" && form.status !== "open") continue;
    const key = `${form.timepoint} ${form.opens}`;
    const n = (packs.get(key)?.n ?? 0) + 1;
    packs.set(key, {
      key,
      n,
      label: form.label,
      what: words.calendar.forms(form.label, n),
      opens: form.opens,
      target: form.target,
      closes: form.closes,
    });
  }
  return [...visits, ...packs.values()]
    .filter((one) => one.closes >= today)
    .sort(
      (left, right) =>
        left.target.localeCompare(right.target) || left.what.localeCompare(right.what),
    );
}

function Calendar({ person }: { readonly person: ParticipantView }) {
  const study = useStudy();
  const today = studyToday(study.today, person.zone);
  return (
    <article class="guide">
      <p>
        {words.guide.yourCode}: <strong>{person.code}</strong>, {siteName(study, person.site)}
      </p>
      <p>{words.calendar.intro}</p>
      <Table
        caption={words.calendar.caption}
        rows={plannedFor(person, today)}
        rowKey={(row) => row.key}
        empty={words.calendar.empty}
        columns={[
          { key: "what", head: words.calendar.what, rowHead: true, cell: (row) => row.what },
          { key: "from", head: words.calendar.from, short: true, cell: (row) => day(row.opens) },
          { key: "best", head: words.calendar.best, short: true, cell: (row) => day(row.target) },
          { key: "until", head: words.calendar.until, short: true, cell: (row) => day(row.closes) },
        ]}
      />
      <p class="quiet">{words.calendar.printed(day(today))}</p>
    </article>
  );
}
