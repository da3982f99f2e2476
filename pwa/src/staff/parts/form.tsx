/**
 * Forms described as data: fields with labels, hints and native controls.
 * Checks run on submit; what is wrong is listed first, focused and linked.
 */
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import type { FieldErrors } from "../api/client";
import { day } from "../format";
import { t } from "../strings";
import { ErrorSummary, type FieldMessage, sentenceFor } from "./problem";
import { asProblem } from "./resource";

export type Values = Readonly<Record<string, string>>;

export interface Option {
  readonly value: string;
  readonly label: string;
}

export interface FieldSpec {
  readonly name: string;
  readonly label: string;
  readonly kind:
    | "text"
    | "email"
    | "tel"
    | "date"
    | "time"
    | "select"
    | "radio"
    | "checkbox"
    /** Several ticks; the chosen values travel one to a line. */
    | "checks"
    | "long"
    | "password";
  readonly options?: readonly Option[];
  readonly required?: boolean;
  readonly hint?: string | undefined;
  readonly initial?: string | undefined;
  readonly max?: string | undefined;
  readonly min?: string | undefined;
  readonly autocomplete?: string;
  readonly when?: ((values: Values) => boolean) | undefined;
  /** What the field holds for as long as nobody has set it by hand. */
  readonly follows?: (values: Values) => string | undefined;
  readonly check?: (value: string, values: Values) => string | null;
}

export interface Section {
  readonly title: string | null;
  readonly fields: readonly FieldSpec[];
}

export function visible(fields: readonly FieldSpec[], values: Values): FieldSpec[] {
  return fields.filter((field) => field.when?.(values) ?? true);
}

/** What is wrong, by field name; only fields that are shown are looked at. */
export function faults(fields: readonly FieldSpec[], values: Values): Record<string, string> {
  const found: Record<string, string> = {};
  for (const field of visible(fields, values)) {
    const fault = faultOf(field, (values[field.name] ?? "").trim(), values);
    if (fault) found[field.name] = fault;
  }
  return found;
}

function faultOf(field: FieldSpec, value: string, values: Values): string | null {
  const picks = ["select", "radio", "checks"].includes(field.kind);
  if (value === "" && field.required)
    return picks ? t.problems.chooseOne(field.label) : t.problems.missing(field.label);
  if (value === "") return null;
  if (field.kind === "date") {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return t.problems.notADate(field.label);
    if (field.max && value > field.max) return t.problems.dateTooLate(field.label);
    if (field.min && value < field.min) return t.problems.dateTooEarly(field.label, day(field.min));
  }
  return field.check?.(value, values) ?? null;
}

export function initialValues(fields: readonly FieldSpec[]): Record<string, string> {
  return Object.fromEntries(fields.map((field) => [field.name, field.initial ?? ""]));
}

function followed(
  fields: readonly FieldSpec[],
  typed: Values,
  touched: ReadonlySet<string>,
): Values {
  const values: Record<string, string> = { ...typed };
  for (const field of fields) {
    const led = touched.has(field.name) ? undefined : field.follows?.(typed);
    if (led !== undefined) values[field.name] = led;
  }
  return values;
}

interface FormProps {
  readonly sections: readonly Section[];
  readonly submit: string;
  readonly busy?: string;
  readonly onSubmit: (values: Values) => Promise<void>;
  readonly onCancel?: (() => void) | undefined;
  readonly note?: (values: Values) => ComponentChildren;
  readonly compact?: boolean;
}

export function Form(props: FormProps) {
  const fields = props.sections.flatMap((section) => section.fields);
  const prefix = useId();
  const [typed, setTyped] = useState<Values>(() => initialValues(fields));
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const values = followed(fields, typed, touched);
  const form = useSubmit(fields, values, props.onSubmit);
  function change(name: string, value: string): void {
    setTyped((before) => ({ ...before, [name]: value }));
    setTouched((before) => new Set(before).add(name));
  }
  const messages: FieldMessage[] = visible(fields, values)
    .filter((field) => form.errors[field.name])
    .map((field) => ({ id: `${prefix}-${field.name}`, text: form.errors[field.name] ?? "" }));
  return (
    <form
      noValidate
      class={props.compact ? "form compact" : "form"}
      onSubmit={(event) => {
        event.preventDefault();
        void form.run();
      }}
    >
      {messages.length > 0 || form.sentence ? (
        <ErrorSummary sentence={form.sentence} fields={messages} round={form.round} />
      ) : null}
      {props.sections.map((section) => (
        <FormSection key={section.title ?? ""} section={section} values={values}>
          {(field) => (
            <Field
              key={field.name}
              id={`${prefix}-${field.name}`}
              field={field}
              value={values[field.name] ?? ""}
              error={form.errors[field.name]}
              onChange={(value) => change(field.name, value)}
            />
          )}
        </FormSection>
      ))}
      {props.note ? <div role="status">{props.note(values)}</div> : null}
      <div class="buttons">
        <button type="submit" class="primary" aria-disabled={form.running}>
          {form.running ? (props.busy ?? t.acts.saving) : props.submit}
        </button>
        {props.onCancel ? (
          <button type="button" onClick={props.onCancel}>
            {t.cancel}
          </button>
        ) : null}
      </div>
    </form>
  );
}

interface FormSectionProps {
  readonly section: Section;
  readonly values: Values;
  readonly children: (field: FieldSpec) => ComponentChildren;
}

function FormSection({ section, values, children }: FormSectionProps) {
  const fields = visible(section.fields, values).map(children);
  if (fields.length === 0) return null;
  if (section.title === null) return <div class="fields">{fields}</div>;
  return (
    <fieldset class="section">
      <legend>{section.title}</legend>
      <div class="fields">{fields}</div>
    </fieldset>
  );
}

interface Submitting {
  readonly errors: Readonly<Record<string, string>>;
  readonly sentence: string | undefined;
  readonly running: boolean;
  readonly round: number;
  readonly run: () => Promise<void>;
}

function useSubmit(
  fields: readonly FieldSpec[],
  values: Values,
  onSubmit: (values: Values) => Promise<void>,
): Submitting {
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [sentence, setSentence] = useState<string>();
  const [running, setRunning] = useState(false);
  const [round, setRound] = useState(0);
  async function run(): Promise<void> {
    if (running) return;
    const found = faults(fields, values);
    setErrors(found);
    setSentence(undefined);
    setRound((before) => before + 1);
    if (Object.keys(found).length > 0) return;
    setRunning(true);
    try {
      await onSubmit(values);
    } catch (error) {
      const problem = asProblem(error);
      setErrors(firstSentences(problem.errors, fields));
      setSentence(sentenceFor(problem));
      setRound((before) => before + 1);
    } finally {
      setRunning(false);
    }
  }
  return { errors, sentence, running, round, run };
}

/** The server's field errors, as far as they name a field of this form. */
function firstSentences(errors: FieldErrors, fields: readonly FieldSpec[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const field of fields) {
    const sentence = errors[field.name]?.[0];
    if (sentence) found[field.name] = `${field.label}: ${sentence}`;
  }
  return found;
}

interface FieldProps {
  readonly id: string;
  readonly field: FieldSpec;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

export function Field(props: FieldProps) {
  const { id, field, error } = props;
  const hints = field.hint ? (
    <p class="hint" id={`${id}-hint`}>
      {field.hint}
    </p>
  ) : null;
  const wrong = error ? (
    <p class="field-error" id={`${id}-error`}>
      {error}
    </p>
  ) : null;
  if (field.kind === "radio") return <Radios {...props} hints={hints} wrong={wrong} />;
  if (field.kind === "checks") return <Ticks {...props} hints={hints} wrong={wrong} />;
  if (field.kind === "checkbox") return <Tick {...props} hints={hints} wrong={wrong} />;
  return (
    <div class={error ? "field wrong" : "field"}>
      <label for={id}>
        {field.label}
        {field.required ? null : <span class="hint"> ({t.optional})</span>}
      </label>
      {hints}
      {wrong}
      <Control {...props} />
    </div>
  );
}

function described(id: string, field: FieldSpec, error: string | undefined): string | undefined {
  const ids = [field.hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean);
  return ids.length > 0 ? ids.join(" ") : undefined;
}

function Control({ id, field, value, error, onChange }: FieldProps) {
  const shared = {
    id,
    name: field.name,
    value,
    required: field.required ?? false,
    "aria-invalid": error ? true : undefined,
    "aria-describedby": described(id, field, error),
  } as const;
  if (field.kind === "select")
    return (
      <select {...shared} onChange={(event) => onChange(event.currentTarget.value)}>
        {field.required && field.initial ? null : <option value="">{t.choose}</option>}
        {(field.options ?? []).map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    );
  if (field.kind === "long")
    return (
      <textarea {...shared} rows={2} onInput={(event) => onChange(event.currentTarget.value)} />
    );
  return (
    <input
      {...shared}
      {...limits(field)}
      // The set of kinds is wider here than any one of the typings for inputs.
      type={field.kind as "text"}
      autocomplete={field.autocomplete ?? "off"}
      spellcheck={false}
      onInput={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function limits({ min, max }: FieldSpec): { min?: string; max?: string } {
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

interface GroupProps extends FieldProps {
  readonly hints: ComponentChildren;
  readonly wrong: ComponentChildren;
}

function Radios({ id, field, value, error, onChange, hints, wrong }: GroupProps) {
  return (
    <fieldset
      id={id}
      class={error ? "field wrong" : "field"}
      aria-describedby={described(id, field, error)}
    >
      <legend>{field.label}</legend>
      {hints}
      {wrong}
      <div class="radios">
        {(field.options ?? []).map((option) => (
          <label key={option.value} class="radio">
            <input
              type="radio"
              name={id}
              value={option.value}
              checked={value === option.value}
              onChange={() => onChange(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Tick({ id, field, value, error, onChange, hints, wrong }: GroupProps) {
  return (
    <div class={error ? "field wrong" : "field"}>
      {wrong}
      <label class="radio" for={id}>
        <input
          id={id}
          type="checkbox"
          name={field.name}
          checked={value === "yes"}
          aria-describedby={described(id, field, error)}
          onChange={(event) => onChange(event.currentTarget.checked ? "yes" : "")}
        />
        {field.label}
      </label>
      {hints}
    </div>
  );
}

function Ticks({ id, field, value, error, onChange, hints, wrong }: GroupProps) {
  const chosen = new Set(value.split("\n").filter(Boolean));
  function toggle(one: string, on: boolean): void {
    if (on) chosen.add(one);
    else chosen.delete(one);
    const order = (field.options ?? []).map((option) => option.value);
    onChange(order.filter((option) => chosen.has(option)).join("\n"));
  }
  return (
    <fieldset
      id={id}
      class={error ? "field wrong" : "field"}
      aria-describedby={described(id, field, error)}
    >
      <legend>{field.label}</legend>
      {hints}
      {wrong}
      <div class="radios">
        {(field.options ?? []).map((option) => (
          <label key={option.value} class="radio">
            <input
              type="checkbox"
              checked={chosen.has(option.value)}
              onChange={(event) => toggle(option.value, event.currentTarget.checked)}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
