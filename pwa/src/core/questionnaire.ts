/**
 * A questionnaire as the server sends it: one immutable version of an instrument without its
 * scoring rules. The names follow the instrument file format, so what is read here is the file.
 */

export type Code = number | string;
export type Value = Code | boolean | readonly Code[];
export type Answers = Readonly<Record<string, Value>>;

export interface Option {
  code: Code;
  text: string;
  /** Counts as no answer when scores are made ("I would rather not say"). */
  missing?: boolean;
  /** Cannot be chosen together with any other option ("None of these"). */
  exclusive?: boolean;
}

type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";

export type Condition =
  | readonly [item: string, op: Comparison, value: Code | boolean]
  | readonly [item: string, op: "in", values: readonly Code[]]
  | readonly [item: string, op: "answered"]
  | readonly ["all" | "any", ...Condition[]]
  | readonly ["not", Condition];

export type QuestionType =
  | "choice"
  | "multiple"
  | "scale"
  | "integer"
  | "decimal"
  | "boolean"
  | "date"
  | "time"
  | "text"
  | "long_text";
export type ItemType = QuestionType | "page" | "display" | "matrix";

export interface Item {
  id: string;
  type?: ItemType;
  text: string;
  help?: string;
  style?: "heading" | "help" | "note";
  answer_options?: string | readonly Option[];
  items?: readonly Item[];
  required?: boolean;
  skippable?: boolean;
  enable_when?: Condition;
  min?: number | string;
  max?: number | string;
  step?: number;
  ends?: readonly [string, string];
  unit?: string;
  decimals?: number;
  max_length?: number;
  identifying?: boolean;
}

export interface Questionnaire {
  id: string;
  version: string;
  title: string;
  language: string;
  status?: "demonstration" | "licensed" | "imported";
  licence?: string;
  recall?: string;
  minutes?: number;
  answer_sets?: Readonly<Record<string, readonly Option[]>>;
  items: readonly Item[];
}

/** A question with what it takes from the structure around it. */
export interface Question extends Item {
  type: QuestionType;
  options: readonly Option[];
  /** Pages and matrices around the question, outermost first. */
  parents: readonly Item[];
}

const STRUCTURE: ReadonlySet<string> = new Set(["page", "display", "matrix"]);

/** The most characters a text answer may have when the item does not say. */
const DEFAULT_MAX_LENGTH: Readonly<Record<string, number>> = { text: 500, long_text: 4000 };

/** The most characters an answer to this question may have; undefined when it is no text. */
export const longest = (item: Item): number | undefined =>
  item.max_length ?? DEFAULT_MAX_LENGTH[item.type ?? ""];

/** The options an item refers to, by name of a shared set or as its own list. */
export function optionsOf(questionnaire: Questionnaire, item: Item): readonly Option[] {
  const named = item.answer_options;
  if (typeof named === "string") return questionnaire.answer_sets?.[named] ?? [];
  return named ?? [];
}

/** All question items in the order of the file; children of a matrix take its options. */
export function questions(questionnaire: Questionnaire): Question[] {
  const found: Question[] = [];
  const visit = (items: readonly Item[], parents: readonly Item[]): void => {
    for (const item of items) {
      const matrix = parents.at(-1)?.type === "matrix" ? parents.at(-1) : undefined;
      const type = item.type ?? "choice";
      if (item.items) visit(item.items, [...parents, item]);
      if (STRUCTURE.has(type)) continue;
      const source = item.answer_options === undefined && matrix ? matrix : item;
      found.push({
        ...item,
        type: type as QuestionType,
        options: optionsOf(questionnaire, source),
        parents,
      });
    }
  };
  visit(questionnaire.items, []);
  return found;
}
