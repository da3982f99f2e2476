/**
 * Typing in an interview or a paper form. The number of the entry is made once
 * and kept, so that pressing twice, a lost answer or a session that ended in
 * the middle stores it once; what was typed stays on the page until it is.
 */
import { useEffect, useId, useState } from "preact/hooks";
import type { Questionnaire } from "../../core/questionnaire.ts";
import { studyPath, write } from "../api/client";
import type { EntryForm, EntrySheet, Given } from "../api/entries";
import type { ParticipantView } from "../api/types";
import { studyToday } from "../clock";
import { Pick, Said } from "../parts/bits";
import { Field, faults, initialValues, type Values, visible } from "../parts/form";
import { Loaded, Page } from "../parts/page";
import { ErrorSummary, type FieldMessage, sentenceFor } from "../parts/problem";
import { asProblem, useResource } from "../parts/resource";
import { href, type Route, replaceQuery } from "../router";
import { Sheet } from "../sheet/sheet";
import { t } from "../strings";
import { useStudy } from "../study";
import { blanks, circumstances, entryBody, wrongAnswers } from "./entry-body";
import { statusWords } from "./status";

const words = t.entry;
const NOTHING: Given = { answers: {}, skipped: [] };

export function EntryView({ code, route }: { readonly code: string; readonly route: Route }) {
  const study = useStudy();
  const sheet = useResource<EntrySheet>(studyPath(study.key, "participants", code, "entries"));
  return (
    <Page title={words.title(code)} lead={words.lead}>
      <p>
        <a href={href([study.key, "participants", code])}>{words.back(code)}</a>
      </p>
      <Loaded from={sheet}>
        {(data) => <Chosen sheet={data} code={code} route={route} onStored={sheet.reload} />}
      </Loaded>
    </Page>
  );
}

interface ChosenProps {
  readonly sheet: EntrySheet;
  readonly code: string;
  readonly route: Route;
  readonly onStored: () => void;
}

function Chosen({ sheet, code, route, onStored }: ChosenProps) {
  const [said, setSaid] = useState("");
  const wanted = route.query.form ?? "";
  const blank = sheet.forms.filter((form) => !form.answered);
  const first = blank.find((form) => form.status === "open") ?? blank[0] ?? sheet.forms[0];
  const form = sheet.forms.find((one) => String(one.id) === wanted) ?? first;
  if (!form) return <p>{words.nothing}</p>;
  const open = (id: string) => replaceQuery(route, { form: id });
  function stored(text: string): void {
    setSaid(text);
    const following = nextOf(sheet.forms, form as EntryForm);
    if (following) open(String(following.id));
    onStored();
  }
  return (
    <>
      <Said text={said} />
      {sheet.exempt ? <p class="foretold exempt">{words.exempt}</p> : null}
      <Pick
        label={words.form}
        value={String(form.id)}
        options={sheet.forms.map((one) => ({
          value: String(one.id),
          label: words.formOption(one.label, one.title, one.answered),
        }))}
        onPick={open}
      />
      {form.answered ? <p class="foretold">{words.secondCopy}</p> : null}
      <Typing key={`${form.id} ${said}`} form={form} sheet={sheet} code={code} onStored={stored} />
    </>
  );
}

/** The next form of the same visit that nobody has answered: a paper pack is typed in one go. */
export function nextOf(forms: readonly EntryForm[], done: EntryForm): EntryForm | undefined {
  return forms.find(
    (form) => form.timepoint === done.timepoint && !form.answered && form.id !== done.id,
  );
}

interface TypingProps {
  readonly form: EntryForm;
  readonly sheet: EntrySheet;
  readonly code: string;
  readonly onStored: (text: string) => void;
}

function Typing(props: TypingProps) {
  const text = useResource<{ questionnaire: Questionnaire }>(
    `/api/questionnaires/${props.form.questionnaire_sha}`,
  );
  return (
    <Loaded from={text}>
      {(data) => <EntryFormPage {...props} questionnaire={data.questionnaire} />}
    </Loaded>
  );
}

/** What was typed and not stored must not be lost by a slip: the browser asks before it leaves. */
export function useAsking(dirty: boolean): void {
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty]);
}

interface EntryFormPageProps extends TypingProps {
  readonly questionnaire: Questionnaire;
}

function EntryFormPage(props: EntryFormPageProps) {
  const { form, sheet, questionnaire } = props;
  const study = useStudy();
  const today = studyToday(study.today, sheet.zone);
  const fields = circumstances(sheet, today, form.opens);
  const prefix = useId();
  const [values, setValues] = useState<Values>(() => initialValues(fields));
  const [given, setGiven] = useState<Given>(NOTHING);
  const sending = useSending(props, values, given, today);
  useAsking(!sending.stored && Object.keys(given.answers).length > 0);
  const messages: FieldMessage[] = visible(fields, values)
    .filter((field) => sending.errors[field.name])
    .map((field) => ({ id: `${prefix}-${field.name}`, text: sending.errors[field.name] ?? "" }));
  const missing = blanks(questionnaire, given);
  return (
    <form
      noValidate
      class="form entry"
      onSubmit={(event) => {
        event.preventDefault();
        void sending.run(fields);
      }}
    >
      {messages.length > 0 || sending.sentence ? (
        <ErrorSummary sentence={sending.sentence} fields={messages} round={sending.round} />
      ) : null}
      <fieldset class="section">
        <legend>{words.circumstances}</legend>
        <div class="fields">
          {visible(fields, values).map((field) => (
            <Field
              key={field.name}
              id={`${prefix}-${field.name}`}
              field={field}
              value={values[field.name] ?? ""}
              error={sending.errors[field.name]}
              onChange={(value) => setValues((before) => ({ ...before, [field.name]: value }))}
            />
          ))}
        </div>
      </fieldset>
      <h2 translate={false}>{questionnaire.title}</h2>
      <Sheet questionnaire={questionnaire} given={given} onChange={setGiven} />
      <div class="buttons">
        <button type="submit" class="primary" aria-disabled={sending.running}>
          {sending.running
            ? words.storing
            : missing > 0
              ? words.submitBlank(missing)
              : words.submit}
        </button>
      </div>
    </form>
  );
}

interface Sending {
  readonly errors: Readonly<Record<string, string>>;
  readonly sentence: string | undefined;
  readonly running: boolean;
  readonly stored: boolean;
  readonly round: number;
  readonly run: (fields: ReturnType<typeof circumstances>) => Promise<void>;
}

function useSending(
  { form, code, questionnaire, onStored }: EntryFormPageProps,
  values: Values,
  given: Given,
  today: string,
): Sending {
  const study = useStudy();
  const [id] = useState(() => crypto.randomUUID());
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [sentence, setSentence] = useState<string>();
  const [running, setRunning] = useState(false);
  const [stored, setStored] = useState(false);
  const [round, setRound] = useState(0);
  async function run(fields: ReturnType<typeof circumstances>): Promise<void> {
    if (running) return;
    const found = faults(fields, values);
    const wrong = wrongAnswers(questionnaire, given, today).map((one) => one.text);
    setErrors(found);
    setSentence(wrong.length > 0 ? wrong.join(" ") : undefined);
    setRound((before) => before + 1);
    if (Object.keys(found).length > 0 || wrong.length > 0) return;
    setRunning(true);
    try {
      const person = await write<ParticipantView>(
        "POST",
        studyPath(study.key, "participants", code, "entries"),
        entryBody(id, form, values, given),
      );
      setStored(true);
      onStored(words.stored(form.title, howCounted(person, id)));
    } catch (error) {
      setSentence(sentenceFor(asProblem(error)));
      setRound((before) => before + 1);
    } finally {
      setRunning(false);
    }
  }
  return { errors, sentence, running, stored, round, run };
}

function howCounted(person: ParticipantView, id: string): string {
  const response = person.responses.find((one) => one.id === id);
  const disposition = response?.disposition ?? "";
  const form = person.forms.find((one) => one.response_id === id);
  return (
    t.person.dispositions[disposition] ?? (form ? statusWords(form) : disposition)
  ).toLowerCase();
}
