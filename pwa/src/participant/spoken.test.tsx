/** What a person hears who uses a screen reader, for every type of question. */
import { virtual } from "@guidepup/virtual-screen-reader";
import { render } from "@testing-library/preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import { sample } from "../../build/sample.ts";
import { steps } from "../core/steps.ts";
import type { FormSession, FormState } from "./form-session.ts";
import { QuestionScreen } from "./question.tsx";

const answers = { ache: 1 };
const way = steps(sample, answers, []);

/** Renders one question and walks the virtual cursor from its top to its end. */
async function hear(item: string): Promise<string[]> {
  const state = {
    phase: "ready",
    questionnaire: sample,
    card: null,
    saved: "nothing",
    notice: null,
    slug: null,
    draft: { answers: {}, skipped: [] },
  } as unknown as FormState;
  const session = { state, arrive: vi.fn() } as unknown as FormSession;
  const at = way.findIndex(({ question }) => question.id === item);
  const { container } = render(
    <QuestionScreen
      session={session}
      state={state}
      way={way}
      at={at}
      backTo="#/"
      onNext={vi.fn()}
    />,
  );
  await virtual.start({ container: container.querySelector("main") as HTMLElement });
  const heard: string[] = [];
  for (let index = 0; index < 60; index++) {
    await virtual.next();
    const phrase = await virtual.lastSpokenPhrase();
    if (phrase === "end of main" || phrase === "main") break;
    heard.push(phrase);
  }
  return heard;
}

afterEach(async () => {
  await virtual.stop();
});

const expected: Record<string, RegExp[]> = {
  ache: [
    /^Thinking about this week$/,
    /^group, Did anything ache\?, Any ache counts\.$/,
    /^heading, Did anything ache\?, Thinking about this week, level 1$/,
    /^radio, Not at all, not checked, position 1, set size 3$/,
    /^radio, A lot, not checked, position 3, set size 3$/,
    /^checkbox, I prefer not to answer, not checked$/,
  ],
  where: [
    /^group, Where did it ache\?/,
    /^Choose all that apply$/,
    /^checkbox, Back, not checked$/,
    /^checkbox, None of these, not checked$/,
  ],
  kitchen: [
    /^How hard was it to get to these\?$/,
    /^heading, The kitchen, How hard was it to get to these\?, level 1$/,
    /^radio, Easy, not checked, position 1, set size 2$/,
  ],
  worst: [
    /^heading, How bad at worst\?, level 1$/,
    /^radio, 0, None, not checked, position 1, set size 11$/,
    /^radio, 5, not checked, position 6, set size 11$/,
    /^radio, 10, Worst, not checked, position 11, set size 11$/,
  ],
  overall: [
    /^heading, How was your week\?, level 1$/,
    /^slider, How was your week\?,.*No answer yet/,
    /^button, Less$/,
    /^button, More$/,
  ],
  days: [/^heading, How many days in bed\?, level 1$/, /^textbox, How many days in bed\?, days/],
  weight: [/^textbox, What do you weigh\?, kg/],
  help: [
    /^group, Did someone help you\?/,
    /^radio, Yes, not checked, position 1, set size 2$/,
    /^radio, No, not checked, position 2, set size 2$/,
  ],
  since: [/^heading, Since when\?, level 1$/, /Since when\?/],
  woke: [/^heading, When did you wake up\?, level 1$/, /When did you wake up\?/],
  word: [/^You may leave this out\.$/, /^textbox, One word for your week\?/],
  more: [/^You may leave this out\.$/, /^textbox, Anything else\?/],
};

describe("a screen reader says", () => {
  it("something for every type of question", () => {
    const asked = new Set(way.map(({ question }) => question.type));
    expect([...asked].sort()).toEqual([
      "boolean",
      "choice",
      "date",
      "decimal",
      "integer",
      "long_text",
      "multiple",
      "scale",
      "text",
      "time",
    ]);
    expect(way.map(({ question }) => question.id)).toEqual(Object.keys(expected));
  });

  it.each(Object.entries(expected))("what %s asks, in this order", async (item, phrases) => {
    const heard = await hear(item);
    let from = 0;
    for (const phrase of phrases) {
      const found = heard.findIndex((text, index) => index >= from && phrase.test(text));
      expect(found, `${phrase} in ${JSON.stringify(heard)}`).toBeGreaterThanOrEqual(from);
      from = found;
    }
  });

  it("nothing about skipping where a question may be left out anyway", async () => {
    expect((await hear("word")).join()).not.toContain("prefer not");
  });
});
