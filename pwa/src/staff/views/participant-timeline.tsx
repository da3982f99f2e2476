/** The timeline on screen: what is to come, folded, then everything so far, latest first. */
import { useState } from "preact/hooks";
import { type ActDone, ActPanel } from "../acts/panel";
import { takeBack } from "../acts/record";
import { read, studyPath } from "../api/client";
import type { TabletHandover } from "../api/entries";
import type { FormView, ParticipantView, ReminderView, ResponseView } from "../api/types";
import { day, moment, prose } from "../format";
import { Badge, toneOf } from "../parts/bits";
import { href } from "../router";
import { mayWrite, useSession } from "../session";
import { t } from "../strings";
import { reasonLabel, useStudy } from "../study";
import { RemindNow } from "./remind-now";
import { Scores } from "./scores";
import { statusWords } from "./status";
import { type Entry, type Group, responseLine, timeline } from "./timeline";

const GROUPS = Object.keys(t.person.groups) as Group[];

interface RecordProps {
  readonly person: ParticipantView;
  readonly today: string;
  readonly onDone: (done: ActDone) => void;
  readonly onNewer: (person: ParticipantView) => void;
}

interface TimelineListProps extends RecordProps {
  readonly tablets: readonly TabletHandover[];
}

export function TimelineList(props: TimelineListProps) {
  const { person, tablets, today, onDone, onNewer } = props;
  const study = useStudy();
  const [hidden, setHidden] = useState<ReadonlySet<Group>>(new Set());
  const { now, coming, past } = timeline(study, person, today, tablets);
  const keep = (entry: Entry) => !hidden.has(entry.group);
  const entries = (shown: readonly Entry[]) => (
    <ol class="timeline">
      {shown.filter(keep).map((entry) => (
        <EntryLine
          key={entry.key}
          entry={entry}
          person={person}
          today={today}
          onDone={onDone}
          onNewer={onNewer}
        />
      ))}
    </ol>
  );
  function toggle(group: Group, on: boolean): void {
    const next = new Set(hidden);
    if (on) next.delete(group);
    else next.add(group);
    setHidden(next);
  }
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">{t.person.timelineTitle}</h2>
      <fieldset class="ticks">
        <legend>{t.person.timelineShow}</legend>
        {GROUPS.map((group) => (
          <label key={group} class="radio">
            <input
              type="checkbox"
              checked={!hidden.has(group)}
              onChange={(event) => toggle(group, event.currentTarget.checked)}
            />
            {t.person.groups[group]}
          </label>
        ))}
      </fieldset>
      {now.filter(keep).length > 0 ? (
        <>
          <h3>{t.person.now}</h3>
          {entries(now)}
        </>
      ) : null}
      {coming.length === 0 ? (
        <p class="quiet">{t.person.nothingComing}</p>
      ) : (
        <details class="coming">
          <summary>{t.person.comingUp(coming.filter(keep).length)}</summary>
          {entries(coming)}
        </details>
      )}
      <h3>{t.person.soFar}</h3>
      {entries(past)}
    </section>
  );
}

interface EntryLineProps extends RecordProps {
  readonly entry: Entry;
}

function EntryLine({ entry, person, today, onDone, onNewer }: EntryLineProps) {
  const study = useStudy();
  function readAgain(): void {
    const path = studyPath(study.key, "participants", person.code);
    // Should this fail the reminder is on its way all the same, and the next look shows it.
    read<ParticipantView>(path).then(onNewer, () => undefined);
  }
  return (
    <li class={entry.group}>
      <EntryDate entry={entry} />
      <div>
        <p class="entry-title">{entry.title}</p>
        {entry.lines.map((line) => (
          <p key={line} class="quiet">
            {line}
          </p>
        ))}
        {entry.occasion ? <FormLines entry={entry} person={person} /> : null}
        {entry.occasion && entry.until ? (
          <RemindNow
            person={person}
            timepoint={entry.occasion.timepoint}
            title={entry.title}
            onSent={readAgain}
          />
        ) : null}
        {entry.entered ? (
          <TakeBack
            entered={entry.entered}
            title={entry.title}
            person={person}
            today={today}
            onDone={onDone}
            onNewer={onNewer}
          />
        ) : null}
      </div>
    </li>
  );
}

function EntryDate({ entry }: { readonly entry: Entry }) {
  if (entry.until === undefined) return <time dateTime={entry.date}>{day(entry.date)}</time>;
  return <time dateTime={entry.until}>{t.person.until(day(entry.until))}</time>;
}

interface TakeBackProps extends RecordProps {
  readonly entered: NonNullable<Entry["entered"]>;
  readonly title: string;
}

/** An entry made by mistake is mended where it is seen. */
function TakeBack({ entered, title, person, today, onDone, onNewer }: TakeBackProps) {
  const study = useStudy();
  const { staff } = useSession();
  const [open, setOpen] = useState(false);
  if (!mayWrite(staff)) return null;
  return (
    <>
      <button
        type="button"
        class="link mend"
        aria-expanded={open}
        aria-label={t.acts.takeBack.label(title)}
        onClick={() => setOpen(!open)}
      >
        {t.acts.takeBack.button}
      </button>
      {open ? (
        <ActPanel
          act={takeBack({ study, person, today }, entered.kind, entered.id)}
          person={person}
          onCancel={() => setOpen(false)}
          onNewer={onNewer}
          onDone={onDone}
        />
      ) : null}
    </>
  );
}

function FormLines({ entry, person }: { readonly entry: Entry; readonly person: ParticipantView }) {
  const occasion = entry.occasion;
  if (!occasion) return null;
  return (
    <>
      {occasion.forms.length > 0 ? (
        <table class="forms">
          <caption class="visually-hidden">{t.person.formsCaption(entry.title)}</caption>
          <thead class="visually-hidden">
            <tr>
              <th scope="col">{t.person.form}</th>
              <th scope="col">{t.person.status}</th>
              <th scope="col">{t.person.why}</th>
            </tr>
          </thead>
          <tbody>
            {occasion.forms.map((form) => (
              <FormLine key={form.id} form={form} person={person} />
            ))}
          </tbody>
        </table>
      ) : null}
      {occasion.reminders.length > 0 ? (
        <Reminders
          reminders={occasion.reminders}
          zone={person.zone}
          caption={t.person.remindersCaption(entry.title)}
        />
      ) : null}
    </>
  );
}

function FormLine({ form, person }: { readonly form: FormView; readonly person: ParticipantView }) {
  const study = useStudy();
  const responses = person.responses.filter(
    (one) => one.id === form.response_id || one.form_id === form.id,
  );
  return (
    <tr>
      <th scope="row">{form.title}</th>
      <td>
        <Badge tone={toneOf(form.disposition === "late" ? "late" : form.status)}>
          {statusWords(form)}
        </Badge>
      </td>
      <td>
        <p>{form.reason ? reasonLabel(study, form.reason) : prose(form.why)}</p>
        {responses.map((response) => (
          <ResponseLines
            key={response.id}
            response={response}
            zone={person.zone}
            title={form.title}
            at={href([study.key, "participants", person.code, "responses", response.id])}
          />
        ))}
      </td>
    </tr>
  );
}

/** What a paper form is still owed, as a link to where it is done. */
function SecondTyping({ response, at, title }: Omit<ResponseLinesProps, "zone">) {
  const entry = response.entry;
  const settle = entry?.verification && !entry.verification.agrees && !entry.verification.settled;
  if (!entry || !(entry.may_verify || settle)) return null;
  const label = entry.may_verify ? t.entry.again.button : t.entry.again.settleButton;
  return (
    <>
      <a class="no-print" href={at} aria-label={`${label}: ${title}`}>
        {label}
      </a>{" "}
    </>
  );
}

interface ResponseLinesProps {
  readonly response: ResponseView;
  readonly zone: string;
  readonly title: string;
  /** The page with the answers themselves. */
  readonly at: string;
}

function ResponseLines({ response, zone, title, at }: ResponseLinesProps) {
  const waits = (response.corrections ?? []).some((one) => one.state === "proposed");
  return (
    <>
      <p class="quiet">
        {responseLine(response, zone)}
        {response.recorded_by ? `, ${t.entry.response.recordedBy(response.recorded_by)}` : ""}
        {". "}
        <a class="no-print" href={at} aria-label={t.entry.response.lookLabel(title)}>
          {t.entry.response.look}
        </a>{" "}
        <SecondTyping response={response} at={`${at}/again`} title={title} />
        {waits ? <Badge tone="warn">{t.entry.correction.states.proposed}</Badge> : null}
      </p>
      <Scores response={response} zone={zone} />
    </>
  );
}

interface RemindersProps {
  readonly reminders: readonly ReminderView[];
  readonly zone: string;
  readonly caption: string;
}

/** What is planned and what became of the rest, latest first, each with the reason. */
function Reminders({ reminders, zone, caption }: RemindersProps) {
  const words = t.person;
  return (
    <details>
      <summary>{words.reminders(reminders.length)}</summary>
      <table class="forms">
        <caption class="visually-hidden">{caption}</caption>
        <thead class="visually-hidden">
          <tr>
            <th scope="col">{words.reminder}</th>
            <th scope="col">{words.when}</th>
            <th scope="col">{words.why}</th>
          </tr>
        </thead>
        <tbody>
          {reminders.map((reminder) => (
            <tr key={`${reminder.at}${reminder.step}${reminder.channel}`}>
              <th scope="row">{reminder.label}</th>
              <td>
                <time dateTime={reminder.at}>{moment(reminder.at, zone)}</time>
                {reminder.channel ? (
                  <span class="under">{words.channels[reminder.channel] ?? reminder.channel}</span>
                ) : null}
              </td>
              <td>{prose(reminder.why)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
