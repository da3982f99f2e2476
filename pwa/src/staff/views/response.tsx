/** One response: each question with its answer as sent and as it stands, and its corrections. */
import { useState } from "preact/hooks";
import { isAnswer, shown } from "../../core/answers.ts";
import type { Question, Questionnaire } from "../../core/questionnaire.ts";
import { questions } from "../../core/questionnaire.ts";
import { decideCorrection } from "../acts/answers";
import { ActPanel } from "../acts/panel";
import { studyPath, write } from "../api/client";
import type { AnsweredResponse, Given } from "../api/entries";
import type { ParticipantView } from "../api/types";
import { studyToday } from "../clock";
import { moment, words as spoken } from "../format";
import { Badge, PrintButton, Said } from "../parts/bits";
import { Form } from "../parts/form";
import { Loaded, Page } from "../parts/page";
import { useResource } from "../parts/resource";
import { type Column, Table } from "../parts/table";
import { href } from "../router";
import { mayWrite, useSession } from "../session";
import { inWords } from "../sheet/input";
import { Sheet } from "../sheet/sheet";
import { t } from "../strings";
import { useStudy } from "../study";

const words = t.entry.response;

interface ResponseViewProps {
  readonly code: string;
  readonly id: string;
}

export function ResponsePage({ code, id }: ResponseViewProps) {
  const study = useStudy();
  const path = studyPath(study.key, "participants", code);
  const response = useResource<AnsweredResponse>(`${path}/responses/${encodeURIComponent(id)}`);
  return (
    <Page title={words.title(code)} lead={words.onRecord} aside={<PrintButton />}>
      <p>
        <a href={href([study.key, "participants", code])}>{t.entry.back(code)}</a>
      </p>
      <Loaded from={response}>
        {(data) => <WithText response={data} code={code} onChanged={response.reload} />}
      </Loaded>
    </Page>
  );
}

interface BodyProps {
  readonly response: AnsweredResponse;
  readonly code: string;
  readonly onChanged: () => void;
}

function WithText(props: BodyProps) {
  const text = useResource<{ questionnaire: Questionnaire }>(
    `/api/questionnaires/${props.response.questionnaire_sha}`,
  );
  return (
    <Loaded from={text}>{(data) => <Body {...props} questionnaire={data.questionnaire} />}</Loaded>
  );
}

interface WholeProps extends BodyProps {
  readonly questionnaire: Questionnaire;
}

function Body({ response, code, onChanged, questionnaire }: WholeProps) {
  const study = useStudy();
  const { staff } = useSession();
  const [correcting, setCorrecting] = useState(false);
  const [said, setSaid] = useState("");
  const person = useResource<ParticipantView>(
    mayWrite(staff) ? studyPath(study.key, "participants", code) : null,
  );
  const waiting = response.corrections.some((one) => one.state === "proposed");
  function done(text: string): void {
    setSaid(text);
    setCorrecting(false);
    person.reload();
    onChanged();
  }
  return (
    <>
      <p class="standing">
        <Badge>{t.person.dispositions[response.disposition] ?? spoken(response.disposition)}</Badge>
        <span>
          {t.person.receivedAt(moment(response.authored_at), moment(response.received_at))},{" "}
          {(t.numbers.modes[response.mode] ?? spoken(response.mode)).toLowerCase()}
          {response.recorded_by ? `, ${words.recordedBy(response.recorded_by)}` : ""}
        </span>
      </p>
      <Said text={said} />
      <h2 translate={false}>{questionnaire.title}</h2>
      <AnswerTable questionnaire={questionnaire} response={response} />
      <p class="quiet">{words.unchanged}</p>
      {person.data ? (
        <Corrections
          response={response}
          questionnaire={questionnaire}
          person={person.data}
          onDone={done}
          onNewer={person.put}
        />
      ) : null}
      {person.data && !waiting ? (
        correcting ? (
          <Propose
            response={response}
            questionnaire={questionnaire}
            person={person.data}
            onDone={done}
            onCancel={() => setCorrecting(false)}
          />
        ) : (
          <p>
            <button type="button" onClick={() => setCorrecting(true)}>
              {t.entry.correction.button}
            </button>
          </p>
        )
      ) : null}
    </>
  );
}

/** One set of answers beside the others; several sets came under the same number, or one was corrected. */
function AnswerTable({
  questionnaire,
  response,
}: {
  readonly questionnaire: Questionnaire;
  readonly response: AnsweredResponse;
}) {
  const corrected = response.corrections.some((one) => one.state === "accepted");
  const sets: { head: string; given: Given }[] = [{ head: words.sent, given: response }];
  if (corrected) sets.push({ head: words.standing, given: response.standing });
  response.bodies.forEach((body, index) => {
    sets.push({ head: words.other(index + 1), given: body });
  });
  const columns: Column<Question>[] = [
    {
      key: "question",
      head: words.question,
      rowHead: true,
      wide: true,
      cell: (question) => <span translate={false}>{question.text}</span>,
    },
    ...sets.map(
      ({ head, given }): Column<Question> => ({
        key: head,
        head,
        cell: (question) => answerText(questionnaire, question, given),
      }),
    ),
  ];
  return (
    <Table
      caption={words.caption}
      columns={columns}
      rows={questions(questionnaire)}
      rowKey={(question) => question.id}
    />
  );
}

export function answerText(questionnaire: Questionnaire, question: Question, given: Given) {
  if (given.skipped.includes(question.id)) return t.entry.declined;
  const value = given.answers[question.id];
  if (!shown(questionnaire, given.answers, given.skipped).has(question.id))
    return <span class="quiet">{words.notShown}</span>;
  if (!isAnswer(value)) return <span class="quiet">{words.notAnswered}</span>;
  return <span translate={false}>{inWords(question, value, t.entry)}</span>;
}

interface CorrectionsProps {
  readonly response: AnsweredResponse;
  readonly questionnaire: Questionnaire;
  readonly person: ParticipantView;
  readonly onDone: (text: string) => void;
  readonly onNewer: (person: ParticipantView) => void;
}

function Corrections(props: CorrectionsProps) {
  const study = useStudy();
  const { response, person, onDone, onNewer, questionnaire } = props;
  if (response.corrections.length === 0) return null;
  const w = t.entry.correction;
  return (
    <>
      <h2>{w.listTitle}</h2>
      {response.corrections.map((one) => (
        <section key={one.id} class="correction">
          <p>
            <Badge tone={one.state === "accepted" ? "good" : "warn"}>
              {w.states[one.state] ?? one.state}
            </Badge>{" "}
            {one.reason}
          </p>
          <p class="quiet">
            {w.by(one.proposed_by ?? t.person.someone, moment(one.proposed_at))}
            {one.decided_at
              ? `; ${w.decided(one.decided_by ?? t.person.someone, moment(one.decided_at))}: ${
                  one.decision_reason ?? ""
                }`
              : ""}
          </p>
          <Table
            caption={w.caption}
            rows={one.changes}
            rowKey={(change) => change.item}
            columns={[
              {
                key: "text",
                head: words.question,
                rowHead: true,
                wide: true,
                cell: (change) => <span translate={false}>{change.text}</span>,
              },
              {
                key: "old",
                head: w.old,
                cell: (change) => said(questionnaire, change.item, change.before),
              },
              {
                key: "new",
                head: w.new,
                cell: (change) => said(questionnaire, change.item, change.after),
              },
            ]}
          />
          {one.state === "proposed" ? (
            <>
              {one.may_decide ? null : <p class="quiet">{w.yours}</p>}
              <ActPanel
                act={decideCorrection(
                  { study, person, today: studyToday(study.today, person.zone) },
                  one.id,
                )}
                person={person}
                onDone={(result) => onDone(`${result.text}.`)}
                onNewer={onNewer}
              />
            </>
          ) : null}
        </section>
      ))}
    </>
  );
}

function said(questionnaire: Questionnaire, item: string, value: unknown) {
  const question = questions(questionnaire).find((one) => one.id === item);
  const text = question ? inWords(question, value, t.entry) : value === null ? null : String(value);
  return text === null ? (
    <span class="quiet">{t.entry.correction.nothing}</span>
  ) : (
    <span translate={false}>{text}</span>
  );
}

interface ProposeProps {
  readonly response: AnsweredResponse;
  readonly questionnaire: Questionnaire;
  readonly person: ParticipantView;
  readonly onDone: (text: string) => void;
  readonly onCancel: () => void;
}

/** The whole questionnaire with the answers as they stand; only what is changed there changes. */
function Propose({ response, questionnaire, person, onDone, onCancel }: ProposeProps) {
  const study = useStudy();
  const w = t.entry.correction;
  const [given, setGiven] = useState<Given>({
    answers: response.standing.answers,
    skipped: response.standing.skipped,
  });
  return (
    <section class="act" aria-label={w.title}>
      <h2>{w.title}</h2>
      <p class="intro">{w.intro}</p>
      <Sheet questionnaire={questionnaire} given={given} onChange={setGiven} />
      <Form
        compact
        sections={[
          {
            title: null,
            fields: [{ name: "reason", label: w.why, kind: "text", required: true }],
          },
        ]}
        submit={w.submit}
        onCancel={onCancel}
        onSubmit={async (values) => {
          await write(
            "POST",
            studyPath(
              study.key,
              "participants",
              person.code,
              "responses",
              response.id,
              "corrections",
            ),
            { ...given, reason: (values.reason ?? "").trim() },
            { etag: person.etag },
          );
          onDone(w.proposed);
        }}
      />
    </section>
  );
}
