/** One participant: who, what holds now, the acts, a calendar and one timeline of everything. */
import { useState } from "preact/hooks";
import type { ActDone } from "../acts/panel";
import { ActPanel } from "../acts/panel";
import { studyPath } from "../api/client";
import type { TabletHandovers } from "../api/entries";
import type { Enrolment, ParticipantView } from "../api/types";
import { studyToday } from "../clock";
import { day, moment, prose } from "../format";
import { Badge, PrintButton, Said, toneOf } from "../parts/bits";
import { Loaded, Page } from "../parts/page";
import { useResource } from "../parts/resource";
import { href } from "../router";
import { mayWrite, useSession } from "../session";
import { t } from "../strings";
import { armLabel, languageLabel, siteName, useStudy } from "../study";
import { Handover } from "./handover";
import { actsFor, answerable, type Offer } from "./participant-acts";
import { CalendarStrip } from "./participant-calendar";
import { TimelineList } from "./participant-timeline";
import { TabletPanel } from "./tablet";

export function ParticipantPage({ code }: { readonly code: string }) {
  const study = useStudy();
  const person = useResource<ParticipantView>(studyPath(study.key, "participants", code));
  return (
    <Page title={code} aside={<PrintButton />}>
      <Loaded from={person}>
        {(view) => <Record person={view} onChanged={person.put} onReload={person.reload} />}
      </Loaded>
    </Page>
  );
}

interface RecordProps {
  readonly person: ParticipantView;
  readonly onChanged: (person: ParticipantView) => void;
  readonly onReload: () => void;
}

function Record({ person, onChanged, onReload }: RecordProps) {
  const { staff } = useSession();
  const [said, setSaid] = useState("");
  const tablets = useResource<TabletHandovers>(
    studyPath(useStudy().key, "participants", person.code, "handovers"),
  );
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const study = useStudy();
  const today = studyToday(study.today, person.zone);
  function done(result: ActDone): void {
    setSaid(`${result.text}.`);
    setEnrolment(result.enrolment);
    if (result.person) onChanged(result.person);
    else onReload();
  }
  return (
    <>
      <Standing person={person} today={today} />
      <Said text={said} />
      {enrolment ? <Handover key={enrolment.code} enrolment={enrolment} person={person} /> : null}
      {mayWrite(staff) ? (
        <Acts
          person={person}
          today={today}
          onDone={done}
          onNewer={onChanged}
          onTablet={() => {
            tablets.reload();
            onReload();
          }}
        />
      ) : null}
      <Facts person={person} />
      <CalendarStrip person={person} today={today} />
      <TimelineList
        person={person}
        tablets={tablets.data?.rows ?? []}
        today={today}
        onDone={done}
        onNewer={onChanged}
      />
    </>
  );
}

/** The badges under the heading: what is true of this person today. */
function Standing({ person, today }: { readonly person: ParticipantView; readonly today: string }) {
  const study = useStudy();
  return (
    <p class="standing">
      <span>
        {siteName(study, person.site)}, {armLabel(study, person.arm)}
      </span>
      {person.exemptions.map((exemption) => (
        <ExemptBadge key={exemption.id} exemption={exemption} today={today} />
      ))}
      {person.events.map((event) => (
        <Badge key={event.id} tone="warn">
          {event.label}, {day(event.date)}
        </Badge>
      ))}
      {person.interpreter ? <Badge tone="warn">{t.today.interpreterNeeded}</Badge> : null}
      {person.exempt_since ? null : (
        <Badge tone={toneOf(person.reachability.state)}>
          {t.person.reach}: {t.reach[person.reachability.state] ?? person.reachability.state}
        </Badge>
      )}
    </p>
  );
}

interface ExemptBadgeProps {
  readonly exemption: ParticipantView["exemptions"][number];
  readonly today: string;
}

function ExemptBadge({ exemption, today }: ExemptBadgeProps) {
  if (exemption.needs_approval && !exemption.approved_at)
    return <Badge tone="warn">{t.person.exemptWaiting}</Badge>;
  if (exemption.to && exemption.to < today)
    return <Badge>{t.person.exemptWas(day(exemption.from), day(exemption.to))}</Badge>;
  return <Badge tone="exempt">{t.person.exemptSince(day(exemption.from))}</Badge>;
}

interface ActsProps {
  readonly person: ParticipantView;
  readonly today: string;
  readonly onDone: (done: ActDone) => void;
  readonly onNewer: (person: ParticipantView) => void;
  /** A tablet has come back with answers. */
  readonly onTablet: () => void;
}

const TABLET = "tablet";

function Acts({ person, today, onDone, onNewer, onTablet }: ActsProps) {
  const study = useStudy();
  const [open, setOpen] = useState<string | null>(null);
  const offers = actsFor({ study, person, today });
  const chosen = offers.find((offer) => offer.key === open);
  const shut = () => {
    if (open) document.getElementById(`offer-${open}`)?.focus();
    setOpen(null);
  };
  return (
    <section class="acts" aria-label={t.person.acts}>
      <ul class="act-list">
        {offers.map((offer: Offer) => (
          <li key={offer.key}>
            <button
              type="button"
              id={`offer-${offer.key}`}
              aria-expanded={offer.key === open}
              onClick={() => setOpen(offer.key === open ? null : offer.key)}
            >
              {offer.label}
            </button>
          </li>
        ))}
        {answerable(person) ? (
          <li>
            <button
              type="button"
              id={`offer-${TABLET}`}
              aria-expanded={open === TABLET}
              onClick={() => setOpen(open === TABLET ? null : TABLET)}
            >
              {t.tablet.button}
            </button>
          </li>
        ) : null}
        {person.exempt_since ? null : (
          <li>
            <a class="button" href={href([study.key, "print", "guide", person.code])}>
              {t.paper.guide.button}
            </a>
          </li>
        )}
        <li>
          <a class="button" href={href([study.key, "print", "calendar", person.code])}>
            {t.paper.calendar.button}
          </a>
        </li>
        <li>
          <a class="button" href={href([study.key, "participants", person.code, "entry"])}>
            {t.entry.button}
          </a>
        </li>
      </ul>
      {open === TABLET ? <TabletPanel person={person} onOver={onTablet} /> : null}
      {chosen ? (
        <ActPanel
          key={chosen.key}
          act={chosen.act}
          person={person}
          onCancel={shut}
          onNewer={onNewer}
          onDone={(done) => {
            shut();
            onDone(done);
          }}
        />
      ) : null}
    </section>
  );
}

function reachedBy({ reachability, zone }: ParticipantView): string {
  const why = prose(reachability.why);
  if (reachability.since === null) return why;
  return t.person.reachSince(why, moment(reachability.since, zone));
}

function Facts({ person }: { readonly person: ParticipantView }) {
  const study = useStudy();
  const words = t.person;
  const assessed = person.reads_english_assessed;
  const how = assessed?.how
    ? (
        (t.acts.enrol.hows as Readonly<Record<string, string>>)[assessed.how] ?? assessed.how
      ).toLowerCase()
    : "";
  const facts: [string, string][] = [
    [words.enrolled, day(person.enrolled_on)],
    [words.zone, person.zone],
    [words.preferred, languageLabel(study, person.preferred_language)],
    [
      words.reads,
      `${person.reads_english ? t.yes : t.no}${
        assessed?.on
          ? ` (${words.assessed(day(assessed.on), assessed.by ?? words.someone, how)})`
          : ""
      }`,
    ],
    [words.interpreter, person.interpreter ? t.yes : t.no],
  ];
  if (!person.exempt_since) facts.push([words.reach, reachedBy(person)]);
  if (person.contact_details?.phone) facts.push([words.telephone, person.contact_details.phone]);
  if (person.contact_details?.email) facts.push([words.email, person.contact_details.email]);
  return (
    <dl class="facts" aria-label={words.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
