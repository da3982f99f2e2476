import { describe, expect, it } from "vitest";
import { en } from "../strings/en.ts";
import { words } from "./strings.ts";

/** Every text of the page, with the path it stands under; functions get a likely number. */
function texts(value: unknown, path: string[] = []): [string, string][] {
  if (typeof value === "string") return [[path.join("."), value]];
  if (typeof value === "function")
    return [[path.join("."), (value as (...given: unknown[]) => string)(2, 12)]];
  return Object.entries(value as object).flatMap(([key, inner]) => texts(inner, [...path, key]));
}

const all = texts(words);
const wordsOf = (text: string): number => text.split(/\s+/).filter(Boolean).length;

describe("what the tablet says", () => {
  it("covers every screen", () => {
    expect(all.length).toBeGreaterThan(45);
  });

  it.each(all)("%s has short sentences and speaks to a person", (_path, text) => {
    for (const one of text.split(/(?<=[.!?])\s/)) expect(wordsOf(one)).toBeLessThanOrEqual(16);
    expect(text).not.toMatch(
      /\b(patient|subject|user|compliance|submit|error|invalid|session|server|cancer|drug|trial)\b/i,
    );
  });

  it("is at most 60 words before the first question", () => {
    const { door, list } = words;
    const first = [door.title, door.leadLink, en.enrol.label, en.enrol.hint, en.enrol.button];
    const second = [list.title, list.todo(4, 13), list.team("the study team"), list.stays];
    const third = [list.start, list.stop, en.form.back, en.form.progress(1, 30)];
    expect(wordsOf([...first, ...second, ...third].join(" "))).toBeLessThanOrEqual(60);
  });
});
