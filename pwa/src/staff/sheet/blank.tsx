/** A questionnaire as a blank paper form: every question with room for its answer. */
import type { ComponentChildren } from "preact";
import type { Item, Question, Questionnaire } from "../../core/questionnaire.ts";
import { optionsOf, questions } from "../../core/questionnaire.ts";
import { Scrolled } from "../parts/bits";
import { t } from "../strings";
import { conditionText } from "./condition";
import { keyed } from "./input";

const words = t.paper;
/** Scales of up to this many marks are circled, longer ones are written as a number. */
const MOST_MARKS = 11;

interface BlankProps {
  readonly questionnaire: Questionnaire;
  readonly sha256: string;
  readonly study: string;
}

export function Blank({ questionnaire, sha256, study }: BlankProps) {
  const known = new Map(questions(questionnaire).map((question) => [question.id, question]));
  return (
    <article class="blank" lang={questionnaire.language} translate={false}>
      <header>
        <p class="quiet">{study}</p>
        <h2>{questionnaire.title}</h2>
        <p class="lines-to-fill">
          <Line label={words.code} /> <Line label={words.date} /> <Line label={words.time} />
        </p>
        <p>
          {words.help} <Boxes labels={words.helps} />
        </p>
        {questionnaire.recall ? <p class="recall">{words.about(questionnaire.recall)}</p> : null}
      </header>
      <Items items={questionnaire.items} questionnaire={questionnaire} known={known} />
      <footer>
        <p>{words.thanks}</p>
        <p class="quiet">
          {words.footer(questionnaire.id, questionnaire.version, sha256.slice(0, 12))}{" "}
          {questionnaire.status === "demonstration" ? words.demonstration : ""}
        </p>
      </footer>
    </article>
  );
}

interface ItemsProps {
  readonly items: readonly Item[];
  readonly questionnaire: Questionnaire;
  readonly known: ReadonlyMap<string, Question>;
}

function Items({ items, questionnaire, known }: ItemsProps) {
  return (
    <>
      {items.map((item) => {
        const question = known.get(item.id);
        const when = item.enable_when ? conditionText(questionnaire, item.enable_when) : null;
        return (
          <section key={item.id} class={`blank-item ${item.type ?? "choice"}`}>
            {when ? <p class="only-if">{words.onlyIf(when)}</p> : null}
            {question ? (
              <BlankQuestion question={question} />
            ) : item.type === "matrix" ? (
              <Matrix item={item} questionnaire={questionnaire} />
            ) : (
              <>
                {item.text ? <p class={item.style ?? "heading"}>{item.text}</p> : null}
                {item.items ? (
                  <Items items={item.items} questionnaire={questionnaire} known={known} />
                ) : null}
              </>
            )}
          </section>
        );
      })}
    </>
  );
}

/** One row for each question, one column for each answer, as such tables look on paper. */
function Matrix({
  item,
  questionnaire,
}: {
  readonly item: Item;
  readonly questionnaire: Questionnaire;
}) {
  const options = optionsOf(questionnaire, item);
  return (
    <Scrolled label={item.text ?? ""}>
      <table class="matrix">
        <caption>{item.text}</caption>
        <thead>
          <tr>
            <td />
            {options.map((option) => (
              <th key={String(option.code)} scope="col">
                {option.text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(item.items ?? []).map((row) => (
            <tr key={row.id}>
              <th scope="row">
                {row.text}
                {row.enable_when ? (
                  <span class="only-if">
                    {words.onlyIf(conditionText(questionnaire, row.enable_when))}
                  </span>
                ) : null}
              </th>
              {options.map((option) => (
                <td key={String(option.code)}>
                  <Box code={String(option.code)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

function BlankQuestion({ question }: { readonly question: Question }) {
  return (
    <div class="blank-question">
      <p class="asked">{question.text}</p>
      {question.help ? <p class="quiet">{question.help}</p> : null}
      <Room question={question} />
      {question.skippable === false ? null : (
        <p class="declining">
          <Box /> {words.declined}
        </p>
      )}
    </div>
  );
}

function Room({ question }: { readonly question: Question }): ComponentChildren {
  switch (question.type) {
    case "choice":
    case "boolean":
      return <Options question={question} lead={words.one} />;
    case "multiple":
      return <Options question={question} lead={words.many} />;
    case "scale":
      return <Scale question={question} />;
    case "date":
      return <Rule shape={words.dateShape} />;
    case "time":
      return <Rule shape={words.timeShape} />;
    case "long_text":
      return (
        <>
          <Rule long />
          <Rule long />
          <Rule long />
        </>
      );
    case "text":
      return <Rule long />;
    default:
      return <Rule shape={question.unit ?? ""} />;
  }
}

/** Each answer with the key that chooses it on the page where paper is typed in. */
function Options({ question, lead }: { readonly question: Question; readonly lead: string }) {
  return (
    <>
      <p class="quiet">{lead}</p>
      <ul class="boxes">
        {keyed(question, words.yes, words.no).map((option) => (
          <li key={String(option.value)}>
            <Box code={option.key} /> {option.text}
          </li>
        ))}
      </ul>
    </>
  );
}

function Scale({ question }: { readonly question: Question }) {
  const low = Number(question.min ?? 0);
  const high = Number(question.max ?? 10);
  const step = question.step || 1;
  const marks = Math.floor((high - low) / step) + 1;
  const [left, right] = question.ends ?? ["", ""];
  if (marks > MOST_MARKS)
    return (
      <>
        <p class="quiet">
          {words.scale(low, high)} ({low} = {left}, {high} = {right})
        </p>
        <Rule shape={question.unit ?? ""} />
      </>
    );
  return (
    <>
      <p class="quiet">{words.circle}</p>
      <p class="circles">
        <span>{left}</span>
        {Array.from({ length: marks }, (_, index) => (
          <span key={low + index * step} class="circle">
            {low + index * step}
          </span>
        ))}
        <span>{right}</span>
      </p>
    </>
  );
}

function Boxes({ labels }: { readonly labels: readonly string[] }) {
  return (
    <>
      {labels.map((label) => (
        <span key={label} class="boxed">
          <Box /> {label}
        </span>
      ))}
    </>
  );
}

/** A box to tick, with the small code that whoever types the form in presses. */
function Box({ code }: { readonly code?: string }) {
  return (
    <span class="box">
      <svg viewBox="0 0 12 12" width="16" height="16" aria-hidden="true" focusable="false">
        <rect x="0.5" y="0.5" width="11" height="11" />
      </svg>
      {code ? <small>{code}</small> : null}
    </span>
  );
}

function Line({ label }: { readonly label: string }) {
  return (
    <span class="to-fill">
      {label}: <span class="rule" />
    </span>
  );
}

function Rule({ shape, long = false }: { readonly shape?: string; readonly long?: boolean }) {
  return (
    <p class={long ? "written long" : "written"}>
      <span class="rule" /> {shape ? <span class="quiet">{shape}</span> : null}
    </p>
  );
}
