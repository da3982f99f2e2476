/** One question on one screen. */
import { useEffect, useState } from "preact/hooks";
import { faults } from "../core/answers.ts";
import { dateIn } from "../core/dates.ts";
import type { Question } from "../core/questionnaire.ts";
import type { Step } from "../core/steps.ts";
import { now } from "../device/clock.ts";
import { en } from "../strings/en.ts";
import { Icon } from "../ui/icons.tsx";
import type { FormSession, FormState } from "./form-session.ts";
import { inputId, isGroup } from "./input.ts";
import { Input } from "./inputs.tsx";
import { ErrorSummary, Main, Note, useFocusOn, useTitle } from "./layout.tsx";
import { todayOf } from "./plan.ts";
import { paths } from "./router.ts";
import { getState } from "./state.ts";

/** What a question shows of the form it belongs to. */
export type AnsweringState = Pick<FormState, "questionnaire" | "saved" | "notice"> & {
  draft: Pick<NonNullable<FormState["draft"]>, "answers" | "skipped"> | null;
};

/** What a question asks of it; the console's preview has one that keeps nothing. */
export interface Answering extends Pick<FormSession, "answer" | "skip" | "arrive" | "settled"> {
  readonly state: AnsweringState;
}

interface Props {
  session: Answering;
  state: AnsweringState;
  way: readonly Step[];
  at: number;
  /** Where "back" and a good answer lead, as addresses. */
  backTo: string;
  onNext(): void;
  /** The date where the person is; by default as this phone knows it. */
  today?: string;
}

/** Whether the app itself offers "I prefer not to answer"; some questions bring their own words. */
function canSkip(question: Question): boolean {
  if (question.skippable === false || question.required === false) return false;
  return !question.options.some((option) => option.missing);
}

/** Questions answered by choosing; the others are answered by typing. */
const CHOSEN: ReadonlySet<string> = new Set(["choice", "multiple", "boolean", "scale"]);

/** The sentence for a fault, as helpful as the question allows. */
export function faultSentence(question: Question, slug: string): string {
  if (slug === "required") {
    if (!canSkip(question)) return en.problem.requiredNoSkip;
    return CHOSEN.has(question.type) ? en.problem.required : en.problem.requiredText;
  }
  const ranged = slug === "too-small" || slug === "too-large" || slug === "not-a-number";
  if (ranged && question.min !== undefined && question.max !== undefined) {
    return en.problem.range(String(question.min), String(question.max));
  }
  return en.problem.bySlug[slug] ?? en.unknown;
}

export function savedText(saved: FormState["saved"]): string {
  const texts: Partial<Record<FormState["saved"], string>> = {
    saving: en.form.saving,
    phone: en.form.saved,
    both: en.form.savedBoth,
    team: en.form.savedTeam,
  };
  return texts[saved] ?? "";
}

function TopBar({ at, of, backTo }: { at: number; of: number; backTo: string }) {
  return (
    <header class="bar">
      <a class="bar-link" href={backTo}>
        <Icon name="back" /> {en.form.back}
      </a>
      <label class="progress">
        <span>{en.form.progress(at + 1, of)}</span>
        <progress max={of} value={at + 1} aria-hidden="true" />
      </label>
      <a class="bar-link bar-close" href={paths.home}>
        <Icon name="close" />
        <span class="visually-hidden">{en.form.close}</span>
      </a>
    </header>
  );
}

function Context({ step }: { step: Step }) {
  if (step.context.length === 0) return null;
  return (
    <div class="context" id="context" translate={false}>
      {step.context.map((item) => (
        <p key={item.id} class={`context-${item.style ?? item.type}`}>
          {item.text}
        </p>
      ))}
    </div>
  );
}

interface BodyProps {
  /** Whether words stand above the question; the heading is described by them. */
  hasContext: boolean;
  session: Answering;
  state: AnsweringState;
  question: Question;
  error: string | null;
  onBad(slug: string | null): void;
}

function Body({ hasContext, session, state, question, error, onBad }: BodyProps) {
  const heading = useFocusOn<HTMLHeadingElement>(question.id);
  const skipped = state.draft?.skipped.includes(question.id) ?? false;
  const ids = { help: `help-${question.id}`, error: `error-${question.id}` };
  const describedBy = [question.help ? ids.help : "", error ? ids.error : ""]
    .filter(Boolean)
    .join(" ");
  const title = (
    <h1
      tabIndex={-1}
      ref={heading}
      translate={false}
      aria-describedby={hasContext ? "context" : undefined}
    >
      {question.text}
    </h1>
  );
  const inside = (
    <>
      {question.help && (
        <p class="help" id={ids.help} translate={false}>
          {question.help}
        </p>
      )}
      {question.required === false && <p class="hint">{en.form.optional}</p>}
      {question.type === "multiple" && !question.help && <p class="hint">{en.form.pickAny}</p>}
      {error && (
        <p class="error" id={ids.error}>
          <Icon name="warning" /> {error}
        </p>
      )}
      <Input
        key={`${question.id}${skipped ? "-skipped" : ""}`}
        question={question}
        value={state.draft?.answers[question.id]}
        describedBy={describedBy || undefined}
        invalid={error !== null}
        onAnswer={(value) => session.answer(question.id, value)}
        onBad={onBad}
      />
    </>
  );
  if (isGroup(question)) {
    return (
      <fieldset class={error ? "ask ask-wrong" : "ask"} aria-describedby={describedBy || undefined}>
        <legend>{title}</legend>
        {inside}
      </fieldset>
    );
  }
  return (
    <div class={error ? "ask ask-wrong" : "ask"}>
      <label for={inputId(question)}>{title}</label>
      {inside}
    </div>
  );
}

function Skip({ session, state, question }: Omit<BodyProps, "error" | "onBad" | "hasContext">) {
  if (!canSkip(question)) return null;
  const skipped = state.draft?.skipped.includes(question.id) ?? false;
  return (
    <label class="option option-skip">
      <input
        type="checkbox"
        checked={skipped}
        onChange={() => session.skip(question.id, !skipped)}
      />
      <span>{en.form.skip}</span>
    </label>
  );
}

export function QuestionScreen({ session, state, way, at, backTo, onNext, today }: Props) {
  const step = way[at] as Step;
  const { question } = step;
  const [bad, setBad] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  useTitle(en.form.progress(at + 1, way.length), error !== null);
  useEffect(() => {
    setBad(null);
    setError(null);
    session.arrive(question.id);
  }, [question.id, session]);

  const next = async (): Promise<void> => {
    const { answers = {}, skipped = [] } = session.state.draft ?? {};
    const { me, checkedAt } = getState();
    const date = today ?? (me ? todayOf(me, checkedAt, now()) : dateIn("", now()));
    const isSkipped = skipped.includes(question.id);
    const slug =
      (isSkipped ? null : bad) ?? faults(question, answers[question.id], isSkipped, date)[0];
    setTries(tries + 1);
    setError(slug ? faultSentence(question, slug) : null);
    if (slug) return;
    await session.settled();
    onNext();
  };

  return (
    <form
      class="page"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void next();
      }}
    >
      <TopBar at={at} of={way.length} backTo={backTo} />
      <Main class="main question">
        <ErrorSummary
          seen={tries}
          faults={error ? [{ target: inputId(question), text: error }] : []}
        />
        {state.notice && at >= 0 && <Note kind="info">{en.form[state.notice]}</Note>}
        <Context step={step} />
        <Body
          hasContext={step.context.length > 0}
          session={session}
          state={state}
          question={question}
          error={error}
          onBad={setBad}
        />
        <Skip session={session} state={state} question={question} />
        {state.saved === "failed" && (
          <Note kind="bad" urgent>
            {en.form.notSaved}
          </Note>
        )}
      </Main>
      <footer class="foot">
        <p class="saved">{savedText(state.saved)}</p>
        <button type="submit" class="button">
          {en.form.next}
        </button>
        {state.questionnaire?.status === "demonstration" && <p class="demo">{en.form.demo}</p>}
      </footer>
    </form>
  );
}
