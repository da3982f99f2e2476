/** What a person hears who uses a screen reader, for every type of question. */
import { virtual } from "@guidepup/virtual-screen-reader";
import { render } from "@testing-library/preact";
import { afterEach, describe, expect, it, vi } from "vitest";
import { sample } from "../../build/sample.ts";
import type { Questionnaire } from "../core/questionnaire.ts";
import { steps } from "../core/steps.ts";
import type { FormSession, FormState } from "./form-session.ts";
import { LockScreen } from "./lock-screens.tsx";
import { QuestionScreen } from "./question.tsx";

const answers = { ache: 1 };
const way = steps(sample, answers, []);

/** What stands around questions, and a choice too long for a list. */
const more: Questionnaire = {
  ...sample,
  items: [
    { id: "part", type: "display", style: "heading", text: "About the town" },
    { id: "hint", type: "display", style: "help", text: "Think of the nearest one." },
    {
      id: "town",
      type: "choice",
      text: "Where do you live?",
      answer_options: Array.from({ length: 9 }, (_none, code) => ({ code, text: `Town ${code}` })),
    },
  ],
};

/** Walks the virtual cursor through what is on the screen, from its top to its end. */
async function listen(container: Element): Promise<string[]> {
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

/** Renders one question and listens to it. */
async function hear(item: string, asked: Questionnaire = sample): Promise<string[]> {
  const way = steps(asked, answers, []);
  const state = {
    phase: "ready",
    questionnaire: asked,
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
  return listen(container);
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

  it("a long choice as one list to open, and the words above it first", async () => {
    const heard = (await hear("town", more)).join("\n");
    expect(heard).toMatch(/About the town\n.*Think of the nearest one\./s);
    expect(heard).toMatch(
      /heading, Where do you live\?, About the town Think of the nearest one\./,
    );
    expect(heard).toMatch(/combobox, Where do you live\?, .*not expanded\b.*\n?option, Choose one/);
    expect(heard).toMatch(/option, Town 8/);
  });

  it("a locked app with nothing in it but the number", async () => {
    const { container } = render(<LockScreen />);
    const heard = await listen(container);
    expect(heard.filter((phrase) => !phrase.endsWith("paragraph"))).toEqual([
      "heading, The app is locked, level 1",
      "Your number",
      "4 to 6 digits",
      "Your number, 4 to 6 digits",
    ]);
  });

  it("nothing about skipping where a question may be left out anyway", async () => {
    expect((await hear("word")).join()).not.toContain("prefer not");
  });
});
