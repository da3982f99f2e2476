/**
 * Which questions are shown and what is wrong with the answers given: the same two functions as
 * on the server (domain/answers), pinned to it by the shared cases in tests/vectors/answers.json.
 */
import type {
  Answers,
  Code,
  Condition,
  Item,
  Question,
  Questionnaire,
  Value,
} from "./questionnaire.ts";
import { longest, questions } from "./questionnaire.ts";

export interface Problem {
  item: string;
  slug: string;
}

type Given = (item: string) => Value | undefined;

function ordered(value: Value, op: string, wanted: unknown): boolean {
  const comparable = typeof value === "number" || typeof value === "string";
  if (!comparable || typeof value !== typeof wanted) return false;
  const [left, right] = [value, wanted as Code];
  if (op === "<") return left < right;
  if (op === "<=") return left <= right;
  if (op === ">") return left > right;
  return op === ">=" && left >= right;
}

function compare(value: Value, op: string, wanted: unknown): boolean {
  const chosen: readonly unknown[] = Array.isArray(value) ? value : [value];
  const many: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
  if (op === "=" || op === "in") return chosen.some((one) => many.includes(one));
  if (op === "!=") return !chosen.includes(wanted);
  return ordered(value, op, wanted);
}

/** Whether a condition holds; a comparison with an absent answer is false, also for "!=". */
export function holds(condition: Condition, given: Given): boolean {
  const [head, ...rest] = condition as readonly [string, ...unknown[]];
  if (head === "not") return !holds(rest[0] as Condition, given);
  if (head === "all" || head === "any") {
    const parts = (rest as Condition[]).map((part) => holds(part, given));
    return head === "all" ? parts.every(Boolean) : parts.some(Boolean);
  }
  const value = given(head);
  if (value === undefined) return false;
  return rest[0] === "answered" || compare(value, rest[0] as string, rest[1]);
}

/** Whether a stored value is an answer at all; blank text and an empty list are not. */
export function isAnswer(value: Value | null | undefined): value is Value {
  if (value === undefined || value === null) return false;
  if (typeof value === "string") return /[^ \t\r\n]/.test(value);
  return !Array.isArray(value) || value.length > 0;
}

/**
 * Ids of all items that are shown, structure included. A hidden or skipped item counts as
 * absent for the conditions of others, so the answer is found item by item on demand.
 */
export function shown(
  questionnaire: Questionnaire,
  answers: Answers,
  skipped: readonly string[],
): Set<string> {
  const parents = new Map<string, readonly Item[]>();
  const items = new Map<string, Item>();
  const visit = (list: readonly Item[], above: readonly Item[]): void => {
    for (const item of list) {
      items.set(item.id, item);
      parents.set(item.id, above);
      if (item.items) visit(item.items, [...above, item]);
    }
  };
  visit(questionnaire.items, []);

  const known = new Map<string, boolean>();
  const isShown = (id: string): boolean => {
    const before = known.get(id);
    if (before !== undefined) return before;
    known.set(id, false);
    const item = items.get(id);
    const visible =
      item !== undefined &&
      (parents.get(id) ?? []).every((parent) => isShown(parent.id)) &&
      (!item.enable_when || holds(item.enable_when, given));
    known.set(id, visible);
    return visible;
  };
  const given: Given = (id) => {
    const value = answers[id];
    return isAnswer(value) && !skipped.includes(id) && isShown(id) ? value : undefined;
  };
  return new Set([...items.keys()].filter(isShown));
}

function checkNumber(item: Question, value: Value): string | null {
  if (typeof value !== "number" || !Number.isFinite(value)) return "not-a-number";
  const min = item.min as number | undefined;
  const max = item.max as number | undefined;
  if (item.type === "integer" && !Number.isInteger(value)) return "not-whole";
  if (min !== undefined && value < min) return "too-small";
  if (max !== undefined && value > max) return "too-large";
  if (item.type === "decimal" && item.decimals !== undefined) {
    if (Number(value.toFixed(item.decimals)) !== value) return "too-many-decimals";
  }
  if (item.type === "scale") {
    const steps = (value - (min ?? 0)) / (item.step || 1);
    const off = Math.abs(steps - Math.round(steps));
    if (off > 1e-9 * Math.max(1, Math.abs(steps))) return "off-step";
  }
  return null;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith("0000")) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

const isTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);

function checkMoment(item: Question, value: Value, today: string): string | null {
  const date = item.type === "date";
  if (typeof value !== "string") return "wrong-type";
  if (!(date ? isDate(value) : isTime(value))) return date ? "not-a-date" : "not-a-time";
  const limit = (text: number | string | undefined): string | undefined =>
    text === "today" ? today : (text as string | undefined);
  const [min, max] = [limit(item.min), limit(item.max)];
  if (min !== undefined && value < min) return "too-early";
  if (max !== undefined && value > max) return "too-late";
  return null;
}

function checkChoice(item: Question, value: Value): string | null {
  if (typeof value !== "number" && typeof value !== "string") return "wrong-type";
  return item.options.some((option) => option.code === value) ? null : "not-a-choice";
}

function checkMultiple(item: Question, value: Value): string[] {
  if (!Array.isArray(value)) return ["wrong-type"];
  const codes = value as readonly Code[];
  const chosen = codes.map((code) => item.options.find((option) => option.code === code));
  const faults: string[] = [];
  if (chosen.includes(undefined)) faults.push("not-a-choice");
  if (new Set(codes).size !== codes.length) faults.push("duplicate-choice");
  if (codes.length > 1 && chosen.some((option) => option?.exclusive))
    faults.push("exclusive-mixed");
  return faults;
}

function checkText(item: Question, value: Value): string | null {
  if (typeof value !== "string") return "wrong-type";
  return [...value].length > (longest(item) ?? Number.POSITIVE_INFINITY) ? "too-long" : null;
}

/** What is wrong with one given answer, as slugs; empty when nothing is. */
export function checkOne(item: Question, value: Value, today: string): string[] {
  const one = (slug: string | null): string[] => (slug ? [slug] : []);
  switch (item.type) {
    case "choice":
      return one(checkChoice(item, value));
    case "multiple":
      return checkMultiple(item, value);
    case "boolean":
      return typeof value === "boolean" ? [] : ["wrong-type"];
    case "date":
    case "time":
      return one(checkMoment(item, value, today));
    case "text":
    case "long_text":
      return one(checkText(item, value));
    default:
      return one(checkNumber(item, value));
  }
}

/** What is wrong with what was given for one shown question: an answer, a skip or nothing. */
export function faults(
  item: Question,
  value: Value | undefined,
  isSkipped: boolean,
  today: string,
): string[] {
  if (!isSkipped && isAnswer(value)) return checkOne(item, value, today);
  const excused = isSkipped && item.skippable !== false;
  return item.required !== false && !excused ? ["required"] : [];
}

/**
 * Everything wrong with the answers in the order of the questionnaire, unknown ids last.
 * `today` is the participant's local date, because dates may be limited by it.
 */
export function check(
  questionnaire: Questionnaire,
  answers: Answers,
  skipped: readonly string[],
  today: string,
): Problem[] {
  const visible = shown(questionnaire, answers, skipped);
  const all = questions(questionnaire);
  const problems = all
    .filter((item) => visible.has(item.id))
    .flatMap((item) =>
      faults(item, answers[item.id], skipped.includes(item.id), today).map((slug) => ({
        item: item.id,
        slug,
      })),
    );
  const known = new Set(all.map((item) => item.id));
  const unknown = [...new Set([...Object.keys(answers), ...skipped])]
    .filter((id) => !known.has(id))
    .sort();
  return [...problems, ...unknown.map((item) => ({ item, slug: "unknown-item" }))];
}
