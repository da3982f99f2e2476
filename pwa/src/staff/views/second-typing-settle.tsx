/** Where two typings of a paper form differ: both beside each other, and what the sheet says. */
import { useId, useState } from "preact/hooks";
import { isAnswer } from "../../core/answers.ts";
import type { Question, Questionnaire, Value } from "../../core/questionnaire.ts";
import { questions } from "../../core/questionnaire.ts";
import { Problem, read, studyPath, write } from "../api/client";
import type { AnsweredResponse, Given } from "../api/entries";
import type { ParticipantView } from "../api/types";
import { ErrorSummary, sentenceFor } from "../parts/problem";
import { asProblem } from "../parts/resource";
import { Table } from "../parts/table";
import { QuestionField } from "../sheet/sheet";
import { t } from "../strings";
import { useStudy } from "../study";
import { answerText } from "./response";

const words = t.entry.again;
const NOTHING: Given = { answers: {}, skipped: [] };

export type Pick = "first" | "second" | "other";
export type Picks = Readonly<Record<string, Pick>>;

interface DifferencesProps {
  readonly response: AnsweredResponse;
  readonly questionnaire: Questionnaire;
}

function differing({ response, questionnaire }: DifferencesProps): Question[] {
  const items = response.second_typing?.items ?? [];
  return questions(questionnaire).filter((question) => items.includes(question.id));
}

/** Nothing to choose any more, or nobody here who may. */
export function Differences({ response, questionnaire }: DifferencesProps) {
  return (
    <Table
      caption={words.caption}
      rows={differing({ response, questionnaire })}
      rowKey={(question) => question.id}
      columns={[
        {
          key: "question",
          head: words.question,
          rowHead: true,
          wide: true,
          cell: (question) => <span translate={false}>{question.text}</span>,
        },
        {
          key: "first",
          head: words.first,
          cell: (question) => answerText(questionnaire, question, response),
        },
        {
          key: "second",
          head: words.second,
          cell: (question) =>
            answerText(questionnaire, question, response.second_typing ?? NOTHING),
        },
      ]}
    />
  );
}

/** The answers as they should count: those that count now, but for what was picked. */
export function asOnTheSheet(response: AnsweredResponse, picks: Picks, other: Given): Given {
  const { standing, second_typing } = response;
  const answers: Record<string, Value> = { ...standing.answers };
  const skipped = new Set(standing.skipped);
  for (const [item, pick] of Object.entries(picks)) {
    const from = pick === "first" ? response : pick === "second" ? second_typing : other;
    delete answers[item];
    skipped.delete(item);
    const value = from?.answers[item];
    if (from?.skipped.includes(item)) skipped.add(item);
    else if (value !== undefined && isAnswer(value)) answers[item] = value;
  }
  return { answers, skipped: [...skipped] };
}

interface SettleProps extends DifferencesProps {
  readonly person: ParticipantView;
  readonly onNewer: (person: ParticipantView) => void;
  readonly onDone: (person: ParticipantView, text: string) => void;
}

export function Settle({ response, questionnaire, person, onNewer, onDone }: SettleProps) {
  const study = useStudy();
  const reasonId = useId();
  const [picks, setPicks] = useState<Picks>({});
  const [other, setOther] = useState<Given>(NOTHING);
  const [reason, setReason] = useState<string>(words.whyInitial);
  const [sentence, setSentence] = useState<string>();
  const [round, setRound] = useState(0);
  const [running, setRunning] = useState(false);
  const rows = differing({ response, questionnaire });
  const say = (text: string) => {
    setSentence(text);
    setRound((before) => before + 1);
  };

  async function settle(): Promise<void> {
    if (running) return;
    if (rows.some((question) => !picks[question.id])) return say(words.pickAll);
    if (reason.trim() === "") return say(words.whyMissing);
    setRunning(true);
    const path = studyPath(study.key, "participants", person.code);
    try {
      const newer = await write<ParticipantView>(
        "POST",
        `${path}/entries/${response.id}/settlement`,
        { ...asOnTheSheet(response, picks, other), reason: reason.trim() },
        { etag: person.etag },
      );
      const settled = newer.responses.find((one) => one.id === response.id)?.entry?.verification;
      onDone(newer, settled?.settled?.correction_id ? words.corrected : words.settled);
    } catch (error) {
      if (error instanceof Problem && error.slug === "changed-meanwhile")
        onNewer(await read<ParticipantView>(path));
      say(sentenceFor(asProblem(error)));
    } finally {
      setRunning(false);
    }
  }

  return (
    <form
      noValidate
      class="form settle"
      onSubmit={(event) => {
        event.preventDefault();
        void settle();
      }}
    >
      {sentence ? <ErrorSummary sentence={sentence} fields={[]} round={round} /> : null}
      <ol class="questions">
        {rows.map((question) => (
          <li key={question.id}>
            <Choose
              question={question}
              questionnaire={questionnaire}
              response={response}
              pick={picks[question.id]}
              other={other}
              onPick={(pick) => setPicks((before) => ({ ...before, [question.id]: pick }))}
              onOther={setOther}
            />
          </li>
        ))}
      </ol>
      <div class="field">
        <label for={reasonId}>{words.why}</label>
        <input
          id={reasonId}
          type="text"
          maxLength={500}
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </div>
      <div class="buttons">
        <button type="submit" class="primary" aria-disabled={running}>
          {words.settle}
        </button>
      </div>
    </form>
  );
}

interface ChooseProps extends DifferencesProps {
  readonly question: Question;
  readonly pick: Pick | undefined;
  readonly other: Given;
  readonly onPick: (pick: Pick) => void;
  readonly onOther: (given: Given) => void;
}

function Choose(props: ChooseProps) {
  const { question, questionnaire, response, pick, other, onPick, onOther } = props;
  const name = useId();
  const options: [Pick, string, Given | null][] = [
    ["first", words.first, response],
    ["second", words.second, response.second_typing],
    ["other", words.other, null],
  ];
  const rest = other.skipped.filter((id) => id !== question.id);
  const without = () => {
    const { [question.id]: _, ...answers } = other.answers;
    return answers;
  };
  return (
    <div class="question">
      <fieldset class="choices">
        <legend translate={false}>{question.text}</legend>
        {options.map(([value, label, given]) => (
          <label key={value} class="radio">
            <input
              type="radio"
              name={name}
              checked={pick === value}
              onChange={() => onPick(value)}
            />
            <span>
              {label}
              {given ? (
                <>
                  : <strong>{answerText(questionnaire, question, given)}</strong>
                </>
              ) : null}
            </span>
          </label>
        ))}
      </fieldset>
      {pick === "other" ? (
        <QuestionField
          question={question}
          value={other.answers[question.id]}
          declined={other.skipped.includes(question.id)}
          onAnswer={(value) =>
            onOther({
              answers: value === undefined ? without() : { ...without(), [question.id]: value },
              skipped: rest,
            })
          }
          onDecline={(on) =>
            onOther({ answers: without(), skipped: on ? [...rest, question.id] : rest })
          }
          onNext={() => undefined}
        />
      ) : null}
    </div>
  );
}
