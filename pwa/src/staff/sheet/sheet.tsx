/**
 * A whole questionnaire on one page, for typing in what was said or written.
 * The same rules as on the phone decide which questions there are; a key
 * chooses an answer, Enter goes on, and nothing is answered beforehand.
 */
import { useMemo, useRef } from "preact/hooks";
import { isAnswer } from "../../core/answers.ts";
import type { Item, Question, Questionnaire, Value } from "../../core/questionnaire.ts";
import { isDone, type Step, steps } from "../../core/steps.ts";
import type { Given } from "../api/entries";
import { t } from "../strings";
import { Choices, Several, Written } from "./fields";

interface SheetProps {
  readonly questionnaire: Questionnaire;
  readonly given: Given;
  readonly onChange: (given: Given) => void;
}

export function Sheet({ questionnaire, given, onChange }: SheetProps) {
  const sheet = useRef<HTMLDivElement>(null);
  const way = steps(questionnaire, given.answers, given.skipped);
  const contexts = useMemo(() => freshContexts(way), [way]);
  const done = way.filter((step) => isDone(step.question, given.answers, given.skipped)).length;

  function answer(question: Question, value: Value | undefined): void {
    const answers: Record<string, Value> = { ...given.answers };
    delete answers[question.id];
    if (value !== undefined && isAnswer(value)) answers[question.id] = value;
    onChange({ answers, skipped: given.skipped.filter((id) => id !== question.id) });
  }
  function decline(question: Question, on: boolean): void {
    const answers: Record<string, Value> = { ...given.answers };
    delete answers[question.id];
    const rest = given.skipped.filter((id) => id !== question.id);
    onChange({ answers, skipped: on ? [...rest, question.id] : rest });
  }

  return (
    <div class="sheet" ref={sheet}>
      <p class="quiet no-print">{t.entry.keys}</p>
      {questionnaire.recall ? (
        <p class="recall" translate={false}>
          {questionnaire.recall}
        </p>
      ) : null}
      <ol class="questions">
        {way.map((step, index) => (
          <li key={step.question.id}>
            {contexts[index]?.map((item) => (
              <p key={item.id} class={`context ${item.style ?? item.type}`} translate={false}>
                {item.text}
              </p>
            ))}
            <QuestionField
              question={step.question}
              value={given.answers[step.question.id]}
              declined={given.skipped.includes(step.question.id)}
              onAnswer={(value) => answer(step.question, value)}
              onDecline={(on) => decline(step.question, on)}
              onNext={() => focusQuestion(sheet.current, index + 1)}
            />
          </li>
        ))}
      </ol>
      <p class="quiet" role="status">
        {t.entry.progress(done, way.length)}
      </p>
    </div>
  );
}

/** Headings and notes around a question, each said once, where it first matters. */
function freshContexts(way: readonly Step[]): (readonly Item[])[] {
  const said = new Set<string>();
  return way.map((step) =>
    step.context.filter((item) => {
      if (said.has(item.id) || item.text === "") return false;
      said.add(item.id);
      return true;
    }),
  );
}

/** The next question's first control, or what comes after the sheet. */
function focusQuestion(sheet: HTMLElement | null, index: number): void {
  const next = sheet?.querySelectorAll<HTMLElement>(".questions > li")[index];
  const control = next?.querySelector<HTMLElement>("input:checked, input, textarea");
  if (control) control.focus();
  else sheet?.closest("form")?.querySelector<HTMLElement>("[type=submit]")?.focus();
}

interface QuestionFieldProps {
  readonly question: Question;
  readonly value: Value | undefined;
  readonly declined: boolean;
  readonly onAnswer: (value: Value | undefined) => void;
  readonly onDecline: (on: boolean) => void;
  readonly onNext: () => void;
}

/** One question with its controls and its keys. */
export function QuestionField(props: QuestionFieldProps) {
  const { question, declined, onDecline, onNext, onAnswer } = props;
  function keys(event: KeyboardEvent): void {
    const typing = event.target instanceof HTMLTextAreaElement;
    if (event.key === "Enter" && !typing) {
      event.preventDefault();
      onNext();
    }
    const free = event.target instanceof HTMLInputElement && event.target.type === "text";
    if (typing || free) return;
    if (event.key === "-" && question.skippable !== false) onDecline(true);
    else if (event.key === "Backspace") onAnswer(undefined);
    else return;
    event.preventDefault();
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys are shortcuts to the controls inside
    <div class={declined ? "question declined" : "question"} onKeyDown={keys}>
      <Controls {...props} />
      {question.skippable === false ? null : (
        <label class="radio decline">
          <input
            type="checkbox"
            checked={declined}
            onChange={(event) => onDecline(event.currentTarget.checked)}
          />
          {t.entry.declined}
        </label>
      )}
    </div>
  );
}

function Controls({ question, value, onAnswer }: QuestionFieldProps) {
  if (question.type === "choice" || question.type === "boolean")
    return <Choices question={question} value={value} onAnswer={onAnswer} />;
  if (question.type === "multiple")
    return <Several question={question} value={value} onAnswer={onAnswer} />;
  return <Written question={question} value={value} onAnswer={onAnswer} />;
}
