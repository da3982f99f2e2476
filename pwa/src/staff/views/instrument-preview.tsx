/**
 * Any questionnaire as the participant will see it: two phones side by side, light and dark, with
 * the participant app's own screens. What is tapped leads on as it would, and is kept nowhere.
 */
import { useMemo, useState } from "preact/hooks";
import type { Condition, Item, Questionnaire } from "../../core/questionnaire";
import { type Step, steps } from "../../core/steps";
import { type AnsweringState, QuestionScreen } from "../../participant/question.tsx";
import { studyPath } from "../api/client";
import type { InstrumentDocument } from "../api/instruments";
import { Pick, PrintButton } from "../parts/bits";
import { Loaded, Page } from "../parts/page";
import { useResource } from "../parts/resource";
import { Phone } from "../phone/phone";
import { PreviewSession } from "../phone/session";
import type { Look } from "../phone/styles";
import { href } from "../router";
import { t } from "../strings";
import { useStudy } from "../study";

const words = t.instruments.phone;
const BACK = "#back";

export function PreviewView({ sha }: { readonly sha: string }) {
  const study = useStudy();
  const found = useResource<InstrumentDocument>(studyPath(study.key, "instruments", sha));
  const title = found.data ? words.title(found.data.questionnaire.title) : t.instruments.preview;
  return (
    <Page key={title} title={title} aside={<PrintButton />}>
      <p>
        <a href={href([study.key, "instruments"])}>{t.instruments.back}</a>
      </p>
      <Loaded from={found}>
        {(data) => <Preview questionnaire={data.questionnaire} sha={data.sha256} />}
      </Loaded>
    </Page>
  );
}

interface PreviewProps {
  readonly questionnaire: Questionnaire;
  readonly sha: string;
}

function Preview({ questionnaire, sha }: PreviewProps) {
  const [whole, setWhole] = useState(false);
  const [size, setSize] = useState("0");
  const { id, version } = questionnaire;
  return (
    <>
      <p class="quiet">{words.hash(id, version, sha.slice(0, 12))}</p>
      <p class="nothing-saved" role="note">
        {words.nothing}
      </p>
      <div class="filters">
        <Pick
          label={words.show}
          value={whole ? "all" : "steps"}
          options={[
            { value: "steps", label: words.steps },
            { value: "all", label: words.all },
          ]}
          onPick={(value) => setWhole(value === "all")}
        />
        <Pick
          label={words.size}
          value={size}
          options={Object.entries(words.sizes).map(([value, label]) => ({ value, label }))}
          onPick={setSize}
        />
      </div>
      {whole ? (
        <AllQuestions questionnaire={questionnaire} size={Number(size)} />
      ) : (
        <StepByStep questionnaire={questionnaire} size={Number(size)} />
      )}
    </>
  );
}

interface WalkProps {
  readonly questionnaire: Questionnaire;
  readonly size: number;
}

/** The same question on a light and on a dark phone; an answer on one shows on the other. */
function StepByStep({ questionnaire, size }: WalkProps) {
  const [round, setRound] = useState(0);
  const [at, setAt] = useState(0);
  const [session, state] = usePreviewSession(questionnaire, round);
  const way = wayOf(questionnaire, state);
  const restart = (): void => {
    setRound(round + 1);
    setAt(0);
  };
  if (at >= way.length)
    return (
      <div class="phone-end">
        <p role="status">{words.end}</p>
        <button type="button" onClick={restart}>
          {words.again}
        </button>
      </div>
    );
  const looks: readonly Look[] = [
    { dark: false, size },
    { dark: true, size },
  ];
  return (
    <div class="phones">
      {looks.map((look) => (
        <Phone
          key={String(look.dark)}
          label={look.dark ? words.dark : words.light}
          look={look}
          place={at}
          onLink={(address) => (address === BACK && at > 0 ? setAt(at - 1) : restart())}
        >
          <QuestionScreen
            session={session}
            state={state}
            way={way}
            at={at}
            backTo={BACK}
            onNext={() => setAt(at + 1)}
          />
        </Phone>
      ))}
    </div>
  );
}

function usePreviewSession(
  questionnaire: Questionnaire,
  round: number,
): [PreviewSession, AnsweringState] {
  const [state, setState] = useState<AnsweringState | null>(null);
  const session = useMemo(() => {
    setState(null);
    return new PreviewSession(questionnaire, setState);
  }, [questionnaire, round]);
  return [session, state ?? session.state];
}

function wayOf(questionnaire: Questionnaire, state: AnsweringState): Step[] {
  return steps(questionnaire, state.draft?.answers ?? {}, state.draft?.skipped ?? []);
}

/** Every question at once, those under a condition too, for reading through and for print. */
function AllQuestions({ questionnaire, size }: WalkProps) {
  const way = useMemo(() => steps(unconditional(questionnaire), {}, []), [questionnaire]);
  const conditions = useMemo(() => conditionsOf(questionnaire.items), [questionnaire]);
  return (
    <ol class="phones all">
      {way.map((step, index) => (
        <li key={step.question.id}>
          <OneQuestion questionnaire={questionnaire} way={way} at={index} size={size} />
          {conditions.has(step.question.id) ? (
            <p class="only-if">{words.onlyIf(conditions.get(step.question.id) ?? "")}</p>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

interface OneProps extends WalkProps {
  readonly way: readonly Step[];
  readonly at: number;
}

function OneQuestion({ questionnaire, way, at, size }: OneProps) {
  const [session, state] = usePreviewSession(questionnaire, 0);
  return (
    <Phone label={way[at]?.question.id ?? ""} look={{ dark: false, size }} long>
      <QuestionScreen
        session={session}
        state={state}
        way={way}
        at={at}
        backTo={BACK}
        onNext={() => {}}
      />
    </Phone>
  );
}

/** The same questionnaire with nothing hidden. */
function unconditional(questionnaire: Questionnaire): Questionnaire {
  const open = (item: Item): Item => {
    const { enable_when: _condition, ...rest } = item;
    return rest.items ? { ...rest, items: rest.items.map(open) } : rest;
  };
  return { ...questionnaire, items: questionnaire.items.map(open) };
}

/** For each question the condition under which it is shown, those of its pages included. */
export function conditionsOf(
  items: readonly Item[],
  above: readonly string[] = [],
  found: Map<string, string> = new Map(),
): Map<string, string> {
  for (const item of items) {
    const all = item.enable_when ? [...above, conditionWords(item.enable_when)] : above;
    if (all.length > 0) found.set(item.id, all.join(words.and));
    if (item.items) conditionsOf(item.items, all, found);
  }
  return found;
}

const OPERATORS: Readonly<Record<string, string>> = {
  "=": words.is,
  "!=": words.isNot,
  "<": words.less,
  "<=": words.lessOrEqual,
  ">": words.more,
  ">=": words.moreOrEqual,
  in: words.oneOf,
  answered: words.answered,
};

/** A condition in words, by the ids of the questions that it looks at. */
export function conditionWords(condition: Condition): string {
  const [head, ...rest] = condition as readonly [string, ...unknown[]];
  if (head === "not") return words.not(conditionWords(rest[0] as Condition));
  if (head === "all" || head === "any") {
    const parts = (rest as Condition[]).map(conditionWords);
    if (parts.length === 0) return words.never;
    return parts.join(head === "all" ? words.and : words.or);
  }
  const [operator, value] = rest;
  const said = Array.isArray(value) ? value.join(", ") : value === undefined ? "" : String(value);
  return [head, OPERATORS[operator as string] ?? operator, said].filter(Boolean).join(" ");
}
