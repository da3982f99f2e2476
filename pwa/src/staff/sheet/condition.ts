/** A skip rule in words, for paper, where nothing hides a question by itself. */
import type { Code, Condition, Question, Questionnaire } from "../../core/questionnaire.ts";
import { questions } from "../../core/questionnaire.ts";
import { t } from "../strings";

export function conditionText(questionnaire: Questionnaire, condition: Condition): string {
  const known = new Map(questions(questionnaire).map((question) => [question.id, question]));
  return said(known, condition);
}

const LONGEST = 60;

function said(known: ReadonlyMap<string, Question>, condition: Condition): string {
  const words = t.paper.when;
  const [head, ...rest] = condition as readonly [string, ...unknown[]];
  if (head === "not") return words.not(said(known, rest[0] as Condition));
  if (head === "all" || head === "any")
    return (rest as Condition[])
      .map((part) => said(known, part))
      .join(head === "all" ? words.and : words.or);
  const question = known.get(head);
  const what = shortened(question?.text ?? head);
  const [op, value] = rest as [string, unknown];
  if (op === "answered") return words.answered(what);
  const answer = valueText(question, value);
  const phrases: Readonly<Record<string, (what: string, value: string) => string>> = {
    "=": words.is,
    "!=": words.isNot,
    "<": words.less,
    "<=": words.most,
    ">": words.more,
    ">=": words.least,
    in: words.among,
  };
  return (phrases[op] ?? words.is)(what, answer);
}

/** A long question by its beginning, which ends with a word. */
function shortened(text: string): string {
  if (text.length <= LONGEST) return text;
  const words = text.slice(0, LONGEST).split(" ").slice(0, -1);
  return `${words.join(" ")} …`;
}

function valueText(question: Question | undefined, value: unknown): string {
  const many = Array.isArray(value) ? (value as readonly Code[]) : [value];
  return many
    .map((one) => {
      if (typeof one === "boolean") return one ? t.paper.yes : t.paper.no;
      const option = question?.options.find((known) => known.code === one);
      return option ? `“${option.text}”` : String(one);
    })
    .join(t.paper.when.or);
}
