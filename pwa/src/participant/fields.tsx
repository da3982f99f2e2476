/** Questions answered by typing: numbers, dates, times and text. */
import { useState } from "preact/hooks";
import { longest } from "../core/questionnaire.ts";
import { en } from "../strings/en.ts";
import { type InputProps, inputId } from "./input.ts";

/** What was typed as a number; a comma is read as a decimal point. Null when it is none. */
export function readNumber(typed: string): number | null {
  const text = typed.trim().replace(",", ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : null;
}

export function NumberField({
  question,
  value,
  describedBy,
  invalid,
  onAnswer,
  onBad,
}: InputProps) {
  const [typed, setTyped] = useState(() => (typeof value === "number" ? String(value) : ""));
  const shown = value === undefined && readNumber(typed) !== null ? "" : typed;
  const read = (text: string): void => {
    setTyped(text);
    const number = readNumber(text);
    onBad(text.trim() !== "" && number === null ? "not-a-number" : null);
    onAnswer(number ?? undefined);
  };
  const unitId = `${inputId(question)}-unit`;
  return (
    <div class="with-unit">
      <input
        type="text"
        class="field field-number"
        id={inputId(question)}
        inputMode={question.type === "decimal" ? "decimal" : "numeric"}
        autoComplete="off"
        aria-describedby={
          [describedBy, question.unit ? unitId : ""].filter(Boolean).join(" ") || undefined
        }
        aria-invalid={invalid}
        value={shown}
        onInput={(event) => read(event.currentTarget.value)}
      />
      {question.unit && (
        <span id={unitId} class="unit" translate={false}>
          {question.unit}
        </span>
      )}
    </div>
  );
}

export function DateOrTime({ question, value, describedBy, invalid, onAnswer, onBad }: InputProps) {
  const common = {
    class: "field field-moment",
    id: inputId(question),
    "aria-describedby": describedBy,
    "aria-invalid": invalid,
    value: typeof value === "string" ? value : "",
    onInput: (event: { currentTarget: HTMLInputElement }): void => {
      const { value: text, validity } = event.currentTarget;
      onBad(validity.badInput ? `not-a-${question.type}` : null);
      // Some browsers add seconds to a time.
      onAnswer(text === "" ? undefined : question.type === "time" ? text.slice(0, 5) : text);
    },
  };
  return question.type === "date" ? (
    <input type="date" {...common} />
  ) : (
    <input type="time" {...common} />
  );
}

/** From here on the person is told how much room is left. */
const NEARLY_FULL = 80;

export function TextField({ question, value, describedBy, invalid, onAnswer }: InputProps) {
  const text = typeof value === "string" ? value : "";
  const most = longest(question) ?? 0;
  const left = most - [...text].length;
  const counted = left < NEARLY_FULL;
  const leftId = `${inputId(question)}-left`;
  const described = [describedBy, counted ? leftId : ""].filter(Boolean).join(" ");
  const common = {
    class: "field",
    id: inputId(question),
    autoComplete: "off",
    "aria-describedby": described || undefined,
    "aria-invalid": invalid,
    value: text,
    onInput: (event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }): void =>
      onAnswer(event.currentTarget.value === "" ? undefined : event.currentTarget.value),
  };
  return (
    <div>
      {question.type === "text" ? (
        <input type="text" {...common} />
      ) : (
        <textarea rows={5} {...common} />
      )}
      {counted && (
        <p class={left < 0 ? "hint hint-bad" : "hint"} id={leftId}>
          {en.form.left(left)}
        </p>
      )}
      {question.identifying !== true && !question.help && <p class="hint">{en.form.names}</p>}
    </div>
  );
}
