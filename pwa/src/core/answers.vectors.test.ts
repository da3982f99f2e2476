/** The cases that the server's own rules are tested with: both languages must agree on all. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { check, shown } from "./answers.ts";
import type { Answers, Questionnaire } from "./questionnaire.ts";

interface Case {
  name?: string;
  questionnaire: Questionnaire;
  answers: Answers;
  skipped: string[];
  today: string;
  shown: string[];
  problems: [string, string][];
}

const file = join(import.meta.dirname, "../../../tests/vectors/answers.json");
const cases = JSON.parse(readFileSync(file, "utf8")) as Case[];

describe("the shared cases", () => {
  it("are many", () => {
    expect(cases.length).toBeGreaterThan(20);
  });

  it.each(cases.map((one, index) => ({ ...one, index })))(
    "agree on what is shown and what is wrong (case $index)",
    ({ questionnaire, answers, skipped, today, shown: visible, problems }) => {
      expect([...shown(questionnaire, answers, skipped)].sort()).toEqual([...visible].sort());
      const found = check(questionnaire, answers, skipped, today);
      expect(found.map(({ item, slug }) => [item, slug])).toEqual(problems);
    },
  );
});
