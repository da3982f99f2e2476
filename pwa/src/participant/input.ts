/** What every input of a question has in common. */
import type { Code, Question, Value } from "../core/questionnaire.ts";

export interface InputProps {
  question: Question;
  value: Value | undefined;
  /** Ids of the texts that describe the input: help, error. */
  describedBy: string | undefined;
  invalid: boolean;
  /** An answer, or undefined when it was taken back. */
  onAnswer(value: Value | undefined): void;
  /** What was typed cannot be an answer: its fault as a slug; null when that is mended. */
  onBad(slug: string | null): void;
}

/** Above this many options a list to scroll is worse than a drop-down. */
const MOST_RADIOS = 8;
/** Up to this many marks a scale is shown as boxes, above it as a slider. */
const MOST_BOXES = 11;

/** Whether the question's own text is the legend of a group, or the label of a single control. */
export function isGroup(question: Question): boolean {
  if (question.type === "choice") return question.options.length <= MOST_RADIOS;
  if (question.type === "scale") return marks(question).length <= MOST_BOXES;
  return question.type === "multiple" || question.type === "boolean";
}

/** All values of a scale from one end to the other. */
export function marks(question: Question): number[] {
  const [min, max, step] = [
    Number(question.min ?? 0),
    Number(question.max ?? 10),
    question.step ?? 1,
  ];
  const places = (String(step).split(".")[1] ?? "").length;
  return Array.from({ length: Math.floor((max - min) / step + 1e-9) + 1 }, (_none, index) =>
    Number((min + index * step).toFixed(places)),
  );
}

/** The id of the control that a label and the error summary point to. */
export const inputId = (question: Question, index = 0): string => `answer-${question.id}-${index}`;

/** The codes after one box was changed, in the order of the options. */
export function toggled(question: Question, value: readonly Code[], code: Code): readonly Code[] {
  const option = question.options.find((one) => one.code === code);
  if (value.includes(code)) return value.filter((one) => one !== code);
  const alone = new Set(question.options.filter((one) => one.exclusive).map((one) => one.code));
  const kept = option?.exclusive ? [] : value.filter((one) => !alone.has(one));
  const wanted = new Set([...kept, code]);
  return question.options.map((one) => one.code).filter((one) => wanted.has(one));
}
