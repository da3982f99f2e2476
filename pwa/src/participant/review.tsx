/** All answers on one page, each with a way to change it; then the attested act of sending. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { check } from "../core/answers.ts";
import { dateIn, longDate } from "../core/dates.ts";
import type { Answers, Code, Question } from "../core/questionnaire.ts";
import type { Step } from "../core/steps.ts";
import { now } from "../device/clock.ts";
import { en } from "../strings/en.ts";
import { Icon } from "../ui/icons.tsx";
import type { FormSession, FormState } from "./form-session.ts";
import { ErrorSummary, type Fault, useFocusOn, useTitle } from "./layout.tsx";
import { todayOf } from "./plan.ts";
import { faultSentence, savedText } from "./question.tsx";
import { go, paths } from "./router.ts";
import { getState } from "./state.ts";

/** An answer in the words the person chose it by. */
export function answerText(question: Question, answers: Answers, today: string): string | null {
  const value = answers[question.id];
  if (value === undefined) return null;
  const words = (code: Code): string =>
    question.options.find((option) => option.code === code)?.text ?? String(code);
  if (Array.isArray(value)) return (value as readonly Code[]).map(words).join("; ");
  if (typeof value === "boolean") return value ? en.form.yes : en.form.no;
  if (question.type === "choice") return words(value as Code);
  if (question.type === "date") return longDate(String(value), today);
  return question.unit ? `${value} ${question.unit}` : String(value);
}

interface RowProps {
  step: Step;
  state: Pick<FormState, "draft">;
  today: string;
  form: number;
}

function Row({ step: { question, context }, state, today, form }: RowProps) {
  const { answers = {}, skipped = [] } = state.draft ?? {};
  const text = answerText(question, answers, today);
  const isSkipped = skipped.includes(question.id);
  const stem = context.find((item) => item.type === "matrix")?.text;
  return (
    <li class="answer" id={`row-${question.id}`}>
      <div class="answer-words">
        <p class="answer-question" translate={false}>
          {stem && <span class="answer-stem">{stem} </span>}
          {question.text}
        </p>
        <p class={text === null ? "answer-value answer-none" : "answer-value"} translate={false}>
          {text ?? (isSkipped ? en.form.skip : en.review.noAnswer)}
        </p>
      </div>
      <a class="answer-change" href={paths.question(form, question.id, true)}>
        {en.review.change}
        <span class="visually-hidden">: {question.text}</span>
      </a>
    </li>
  );
}

type ReviewState = Pick<FormState, "card" | "draft" | "questionnaire" | "saved">;

/** What else is asked before the answers are sent, and what is wrong with it. */
interface Asked {
  node: ComponentChildren;
  faults(): readonly Fault[];
}

interface Props {
  session: Pick<FormSession, "send">;
  state: ReviewState;
  way: readonly Step[];
  /** The date where the person is; by default as this phone knows it. */
  today?: string;
  asked?: Asked;
}

export function ReviewScreen({ session, state, way, today: given, asked }: Props) {
  const [tries, setTries] = useState(0);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const [sending, setSending] = useState(false);
  const heading = useFocusOn<HTMLHeadingElement>("review");
  useTitle(en.review.title, faults.length > 0);
  const form = state.card?.id ?? 0;
  const { me, checkedAt } = getState();
  const today = given ?? (me ? todayOf(me, checkedAt, now()) : dateIn("", now()));
  const last = way.at(-1)?.question.id ?? "";

  const wrong = (): Fault[] => {
    const { draft, questionnaire } = state;
    if (!draft || !questionnaire) return [];
    const byId = new Map(way.map(({ question }) => [question.id, question]));
    return check(questionnaire, draft.answers, draft.skipped, today).flatMap(({ item, slug }) => {
      const question = byId.get(item);
      if (!question) return [];
      const text = `${question.text} ${faultSentence(question, slug)}`;
      return [{ target: `row-${item}`, text, href: paths.question(form, item, true) }];
    });
  };

  const send = async (): Promise<void> => {
    const found = [...wrong(), ...(asked?.faults() ?? [])];
    setFaults(found);
    setTries(tries + 1);
    if (found.length > 0) return;
    setSending(true);
    const response = await session.send();
    if (response) go(paths.done(response), { replace: true });
  };

  return (
    <div class="page">
      <header class="bar">
        <a class="bar-link" href={paths.question(form, last)}>
          <Icon name="back" /> {en.form.back}
        </a>
        <a class="bar-link bar-close" href={paths.home}>
          <Icon name="close" />
          <span class="visually-hidden">{en.form.close}</span>
        </a>
      </header>
      <main class="main">
        <ErrorSummary seen={tries} faults={faults} />
        <h1 tabIndex={-1} ref={heading}>
          {en.review.title}
        </h1>
        <p>{en.review.lead}</p>
        <ul class="answers">
          {way.map((step) => (
            <Row key={step.question.id} step={step} state={state} today={today} form={form} />
          ))}
        </ul>
        {asked?.node}
      </main>
      <footer class="foot foot-send">
        <p class="attest">{en.review.attest}</p>
        <button type="button" class="button" disabled={sending} onClick={() => void send()}>
          {sending ? en.unsent.sending : en.review.button}
        </button>
        <p class="saved">{savedText(state.saved)}</p>
      </footer>
    </div>
  );
}
