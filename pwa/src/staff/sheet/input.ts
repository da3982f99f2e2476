/** How a question is typed in: which keys choose what, and what the typed text is worth. */
import type { Code, Question, Value } from "../../core/questionnaire.ts";

export interface KeyedOption {
  /** What is pressed to choose it; empty when it has no key of its own. */
  readonly key: string;
  readonly value: Code | boolean;
  readonly text: string;
}

/** The options of a question with their keys: the code where all are single digits, else 1, 2, 3. */
export function keyed(question: Question, yes: string, no: string): KeyedOption[] {
  if (question.type === "boolean")
    return [
      { key: "1", value: true, text: yes },
      { key: "0", value: false, text: no },
    ];
  const digits = question.options.every((option) => /^\d$/.test(String(option.code)));
  return question.options.map((option, index) => ({
    key: digits ? String(option.code) : index < 9 ? String(index + 1) : "",
    value: option.code,
    text: option.text,
  }));
}

const NUMBERS: ReadonlySet<string> = new Set(["scale", "integer", "decimal"]);

export const isNumber = (question: Question): boolean => NUMBERS.has(question.type);

/** What was typed, as an answer; what is no number stays text, so that it can be named as wrong. */
export function typed(question: Question, text: string): Value | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  if (!isNumber(question)) return question.type.includes("text") ? text : trimmed;
  const value = Number(trimmed.replace(",", "."));
  return Number.isFinite(value) ? value : trimmed;
}

/** Chosen codes in the order of the options, as they are stored. */
export function toggled(
  question: Question,
  value: Value | undefined,
  code: Code,
  on: boolean,
): Value | undefined {
  const chosen = new Set<Code>(Array.isArray(value) ? (value as readonly Code[]) : []);
  if (on) chosen.add(code);
  else chosen.delete(code);
  const ordered = question.options.map((option) => option.code).filter((one) => chosen.has(one));
  return ordered.length > 0 ? ordered : undefined;
}

/** An answer in words, for reading; null when there is none. */
export function inWords(
  question: Question,
  value: unknown,
  words: { readonly yes: string; readonly no: string },
): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? words.yes : words.no;
  const text = (code: unknown): string => {
    const option = question.options.find((one) => one.code === code);
    return option ? `${String(code)} ${option.text}` : String(code);
  };
  const said = Array.isArray(value) ? value.map(text).join("; ") : text(value);
  return question.unit ? `${said} ${question.unit}` : said;
}
