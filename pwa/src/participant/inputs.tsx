/** One input for each type of question, all from the browser's own form controls. */
import type { Code } from "../core/questionnaire.ts";
import { en } from "../strings/en.ts";
import { DateOrTime, NumberField, TextField } from "./fields.tsx";
import { type InputProps, inputId, isGroup, toggled } from "./input.ts";
import { NumberLine, Slider } from "./scales.tsx";

export function Input(props: InputProps) {
  switch (props.question.type) {
    case "choice":
      return isGroup(props.question) ? <Radios {...props} /> : <DropDown {...props} />;
    case "boolean":
      return <YesNo {...props} />;
    case "multiple":
      return <Checkboxes {...props} />;
    case "scale":
      return isGroup(props.question) ? <NumberLine {...props} /> : <Slider {...props} />;
    case "integer":
    case "decimal":
      return <NumberField {...props} />;
    case "date":
    case "time":
      return <DateOrTime {...props} />;
    default:
      return <TextField {...props} />;
  }
}

interface Pick {
  code: Code | boolean;
  text: string;
}

function RadioList({ question, value, onAnswer, picks }: InputProps & { picks: readonly Pick[] }) {
  return (
    <div class="options">
      {picks.map(({ code, text }, index) => (
        <label class="option" key={String(code)}>
          <input
            type="radio"
            id={inputId(question, index)}
            name={question.id}
            checked={value === code}
            onChange={() => onAnswer(code)}
          />
          <span translate={false}>{text}</span>
        </label>
      ))}
    </div>
  );
}

function Radios(props: InputProps) {
  return <RadioList {...props} picks={props.question.options} />;
}

function YesNo(props: InputProps) {
  const picks = [
    { code: true, text: en.form.yes },
    { code: false, text: en.form.no },
  ];
  return <RadioList {...props} picks={picks} />;
}

function DropDown({ question, value, onAnswer, describedBy, invalid }: InputProps) {
  const chosen = question.options.findIndex((option) => option.code === value);
  return (
    <select
      class="field"
      id={inputId(question)}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      value={String(chosen)}
      onChange={(event) => {
        const index = Number(event.currentTarget.value);
        onAnswer(index < 0 ? undefined : question.options[index]?.code);
      }}
    >
      <option value="-1">{en.form.choose}</option>
      {question.options.map((option, index) => (
        <option key={String(option.code)} value={String(index)} translate={false}>
          {option.text}
        </option>
      ))}
    </select>
  );
}

function Checkboxes({ question, value, onAnswer }: InputProps) {
  const chosen = Array.isArray(value) ? (value as readonly Code[]) : [];
  return (
    <div class="options">
      {question.options.map(({ code, text, exclusive }, index) => (
        <label class={exclusive ? "option option-alone" : "option"} key={String(code)}>
          <input
            type="checkbox"
            id={inputId(question, index)}
            checked={chosen.includes(code)}
            onChange={() => {
              const next = toggled(question, chosen, code);
              onAnswer(next.length > 0 ? next : undefined);
            }}
          />
          <span translate={false}>{text}</span>
        </label>
      ))}
    </div>
  );
}
