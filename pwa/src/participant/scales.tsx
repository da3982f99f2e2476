/** A 0 to 10 scale as boxes, and longer scales as a slider that says when it is untouched. */
import { en } from "../strings/en.ts";
import { Icon } from "../ui/icons.tsx";
import { type InputProps, inputId, marks } from "./input.ts";

function Ends({ ends, low, high }: { ends: readonly [string, string]; low: number; high: number }) {
  return (
    <div class="ends" translate={false}>
      <span>
        <strong>{low}</strong> {ends[0]}
      </span>
      <span>
        <strong>{high}</strong> {ends[1]}
      </span>
    </div>
  );
}

export function NumberLine({ question, value, onAnswer }: InputProps) {
  const all = marks(question);
  const [low, high] = [all[0] ?? 0, all.at(-1) ?? 0];
  const ends = question.ends ?? ["", ""];
  const label = (mark: number): string => {
    const end = mark === low ? ends[0] : mark === high ? ends[1] : "";
    return end ? `${mark}, ${end}` : String(mark);
  };
  return (
    <div class="line">
      <Ends ends={ends} low={low} high={high} />
      <div class="marks">
        {all.map((mark, index) => (
          <label class="mark" key={mark}>
            <input
              type="radio"
              id={inputId(question, index)}
              name={question.id}
              aria-label={label(mark)}
              checked={value === mark}
              onChange={() => onAnswer(mark)}
            />
            <span aria-hidden="true">{mark}</span>
          </label>
        ))}
      </div>
    </div>
  );
}

export function Slider({ question, value, onAnswer, describedBy, invalid }: InputProps) {
  const all = marks(question);
  const [low, high] = [all[0] ?? 0, all.at(-1) ?? 0];
  const step = question.step ?? 1;
  const touched = typeof value === "number";
  const middle = all[Math.floor((all.length - 1) / 2)] ?? low;
  const shown = touched ? value : middle;
  const unit = question.unit ? ` ${question.unit}` : "";
  const move = (by: number): void => {
    const at = all.indexOf(shown) + (touched ? by : 0);
    onAnswer(all[Math.min(all.length - 1, Math.max(0, at))]);
  };
  return (
    <div class="line">
      <p class="slider-value" aria-hidden="true">
        {touched ? `${shown}${unit}` : "–"}
      </p>
      <input
        type="range"
        id={inputId(question)}
        class={touched ? "slider" : "slider slider-untouched"}
        min={low}
        max={high}
        step={step}
        value={shown}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        aria-valuetext={touched ? `${shown}${unit}` : en.form.untouched}
        onInput={(event) => onAnswer(Number(event.currentTarget.value))}
        // A tap on the middle of an untouched line moves nothing, and still is an answer.
        onClick={(event) => onAnswer(Number(event.currentTarget.value))}
      />
      <Ends ends={question.ends ?? ["", ""]} low={low} high={high} />
      <div class="nudges">
        <button type="button" class="button button-quiet" onClick={() => move(-1)}>
          {en.form.less}
        </button>
        <button type="button" class="button button-quiet" onClick={() => move(1)}>
          {en.form.moreButton}
        </button>
      </div>
      {!touched && <p class="hint">{en.form.untouched}</p>}
      {touched && (
        <p class="hint">
          <Icon name="tick" /> {en.form.value(`${shown}${unit}`)}
        </p>
      )}
    </div>
  );
}
