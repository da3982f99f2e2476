/**
 * The way through a questionnaire: one screen for each question that is shown, with the headings
 * and notes that belong to it, and where "next" leads.
 */
import { isAnswer, shown } from "./answers.ts";
import type { Answers, Item, Question, Questionnaire } from "./questionnaire.ts";
import { questions } from "./questionnaire.ts";

export interface Step {
  question: Question;
  /** The pages and matrices around the question and the displayed texts before it, in order. */
  context: readonly Item[];
}

/** The screens to walk through with these answers, in order. */
export function steps(
  questionnaire: Questionnaire,
  answers: Answers,
  skipped: readonly string[],
): Step[] {
  const visible = shown(questionnaire, answers, skipped);
  const byId = new Map(questions(questionnaire).map((question) => [question.id, question]));
  const found: Step[] = [];
  const order = new Map<Item, number>();
  let notes: Item[] = [];
  const visit = (items: readonly Item[]): void => {
    for (const item of items) {
      if (!visible.has(item.id)) continue;
      order.set(item, order.size);
      const question = byId.get(item.id);
      if (question) {
        const context = [...question.parents, ...notes];
        context.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
        found.push({ question, context });
        notes = [];
      } else if (item.type === "display") {
        notes.push(item);
      }
      if (item.items) visit(item.items);
    }
  };
  visit(questionnaire.items);
  return found;
}

/** Whether a question has been dealt with: answered, or skipped on purpose. */
export function isDone(question: Question, answers: Answers, skipped: readonly string[]): boolean {
  return isAnswer(answers[question.id]) || skipped.includes(question.id);
}

/** The first question still without an answer that needs one, or null. */
export function firstOpen(
  way: readonly Step[],
  answers: Answers,
  skipped: readonly string[],
): string | null {
  const open = way.find(
    ({ question }) => question.required !== false && !isDone(question, answers, skipped),
  );
  return open?.question.id ?? null;
}

/** Where to start or go on: where the person left off if it is still shown, else the first. */
export function resumeAt(way: readonly Step[], atItem: string | null): string | null {
  const left = way.find(({ question }) => question.id === atItem);
  return (left ?? way[0])?.question.id ?? null;
}
