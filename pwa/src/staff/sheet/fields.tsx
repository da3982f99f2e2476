/** The controls of one question on a sheet: native ones, chosen by a key where there are options. */
import { useId, useState } from "preact/hooks";
import type { Question, Value } from "../../core/questionnaire.ts";
import { t } from "../strings";
import { isNumber, keyed, toggled, typed } from "./input";

interface FieldProps {
  readonly question: Question;
  readonly value: Value | undefined;
  readonly onAnswer: (value: Value | undefined) => void;
}

export function Choices({ question, value, onAnswer }: FieldProps) {
  const name = useId();
  const options = keyed(question, t.entry.yes, t.entry.no);
  function key(event: KeyboardEvent): void {
    const option = options.find((one) => one.key !== "" && one.key === event.key);
    if (!option || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    onAnswer(option.value);
    const index = options.indexOf(option);
    document.getElementById(`${name}-${index}`)?.focus();
  }
  return (
    <fieldset class="answers" translate={false} onKeyDown={key}>
      <legend>{question.text}</legend>
      <Help question={question} />
      {options.map((option, index) => (
        <label key={String(option.value)} class="answer">
          <input
            type="radio"
            id={`${name}-${index}`}
            name={name}
            checked={value === option.value}
            onChange={() => onAnswer(option.value)}
          />
          <kbd>{option.key}</kbd> {option.text}
        </label>
      ))}
    </fieldset>
  );
}

export function Several({ question, value, onAnswer }: FieldProps) {
  const options = keyed(question, t.entry.yes, t.entry.no);
  const chosen: readonly unknown[] = Array.isArray(value) ? value : [];
  function key(event: KeyboardEvent): void {
    const option = options.find((one) => one.key !== "" && one.key === event.key);
    if (!option || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const code = option.value as string | number;
    onAnswer(toggled(question, value, code, !chosen.includes(code)));
  }
  return (
    <fieldset class="answers" translate={false} onKeyDown={key}>
      <legend>{question.text}</legend>
      <Help question={question} />
      {options.map((option) => (
        <label key={String(option.value)} class="answer">
          <input
            type="checkbox"
            checked={chosen.includes(option.value)}
            onChange={(event) =>
              onAnswer(
                toggled(
                  question,
                  value,
                  option.value as string | number,
                  event.currentTarget.checked,
                ),
              )
            }
          />
          <kbd>{option.key}</kbd> {option.text}
        </label>
      ))}
    </fieldset>
  );
}

/** Numbers, days, times and words. What was typed stays as typed while it is no number yet. */
export function Written({ question, value, onAnswer }: FieldProps) {
  const id = useId();
  const [raw, setRaw] = useState(value === undefined ? "" : String(value));
  const shown = typed(question, raw) === value ? raw : value === undefined ? "" : String(value);
  const shared = {
    id,
    value: shown,
    "aria-describedby": `${id}-hint`,
  } as const;
  function change(text: string): void {
    setRaw(text);
    onAnswer(typed(question, text));
  }
  return (
    <div class="answers">
      <label for={id} translate={false}>
        {question.text}
      </label>
      <Help question={question} />
      <p class="hint" id={`${id}-hint`} translate={false}>
        {hintOf(question)}
      </p>
      {question.type === "long_text" ? (
        <textarea {...shared} rows={3} onInput={(event) => change(event.currentTarget.value)} />
      ) : (
        <input
          {...shared}
          class={isNumber(question) ? "figure" : undefined}
          // The set of kinds is wider here than any one of the typings for inputs.
          type={kindOf(question) as "text"}
          {...(isNumber(question) ? { inputMode: "decimal" as const } : {})}
          autocomplete="off"
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
    </div>
  );
}

function kindOf({ type }: Question): string {
  return type === "date" || type === "time" ? type : "text";
}

function Help({ question }: { readonly question: Question }) {
  return question.help ? <p class="hint">{question.help}</p> : null;
}

/** The range, what its ends mean, and the unit. */
export function hintOf(question: Question): string {
  if (!isNumber(question)) return "";
  const { min, max, ends, unit } = question;
  const range = typeof min === "number" && typeof max === "number" ? t.entry.options(min, max) : "";
  const meaning = ends ? `${min} = ${ends[0]}, ${max} = ${ends[1]}` : "";
  return [range, meaning, unit ?? ""].filter(Boolean).join("; ");
}
