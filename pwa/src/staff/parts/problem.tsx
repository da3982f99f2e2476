/** A problem in one sentence, announced and focused, with the fields it names as links. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Problem } from "../api/client";
import { prose } from "../format";
import { t } from "../strings";

/** Our sentence for the slug, else the server's own, else a plain one. */
export function sentenceFor(problem: Problem): string {
  const sentence = t.problems.bySlug[problem.slug] ?? serverWords(problem);
  return problem.retryAfter
    ? `${sentence} ${t.problems.wait(Math.ceil(problem.retryAfter))}`
    : sentence;
}

/** The server's sentence where the rules of the study speak; an unknown slug gets a plain one. */
function serverWords({ slug, detail }: Problem): string {
  if (detail === "" || !t.problems.ownWords.has(slug)) return t.problems.unknown;
  const sentence = prose(detail);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

export interface FieldMessage {
  readonly id: string;
  readonly text: string;
}

interface SummaryProps {
  readonly sentence?: string | undefined;
  readonly fields?: readonly FieldMessage[] | undefined;
  /** Changes with each try, so that a second failure takes the focus again. */
  readonly round: number;
}

export function ErrorSummary({ sentence, fields = [], round }: SummaryProps) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (round > 0) box.current?.focus();
  }, [round]);
  return (
    <div class="problem" role="alert" tabIndex={-1} ref={box}>
      <h2>{t.problems.title}</h2>
      {sentence ? <p>{sentence}</p> : null}
      {fields.length > 0 ? (
        <ul>
          {fields.map((field) => (
            <li key={field.id}>
              <button type="button" class="link" onClick={() => focusField(field.id)}>
                {field.text}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function focusField(id: string): void {
  const field = document.getElementById(id);
  const inner = field?.matches("fieldset") ? field.querySelector<HTMLElement>("input") : field;
  inner?.focus();
}

interface LoadProblemProps {
  readonly problem: Problem;
  readonly onRetry: () => void;
}

/** For a view that could not be read: the sentence and a way on. */
export function LoadProblem({ problem, onRetry }: LoadProblemProps) {
  return (
    <div class="problem" role="alert">
      <h2>{t.problems.title}</h2>
      <p>{sentenceFor(problem)}</p>
      <button type="button" onClick={onRetry}>
        {t.tryAgain}
      </button>
    </div>
  );
}
