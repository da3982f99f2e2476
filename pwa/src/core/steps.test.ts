import { describe, expect, it } from "vitest";
import type { Questionnaire } from "./questionnaire.ts";
import { questions } from "./questionnaire.ts";
import { firstOpen, isDone, resumeAt, steps } from "./steps.ts";

const amount = [
  { code: 0, text: "Not at all" },
  { code: 1, text: "A little" },
];

const week: Questionnaire = {
  id: "week",
  version: "1.0.0",
  title: "Your week",
  language: "en",
  answer_sets: { amount },
  items: [
    { id: "hello", type: "display", style: "note", text: "Take your time." },
    {
      id: "sleep",
      type: "page",
      text: "Thinking about your sleep",
      items: [
        { id: "awake", type: "choice", text: "Were you awake at night?", answer_options: "amount" },
        {
          id: "why",
          type: "long_text",
          text: "What kept you awake?",
          required: false,
          enable_when: ["awake", ">", 0],
        },
      ],
    },
    {
      id: "aches",
      type: "matrix",
      text: "How much did these ache?",
      answer_options: "amount",
      items: [
        { id: "back", text: "Your back" },
        { id: "knees", text: "Your knees" },
      ],
    },
    { id: "bye", type: "display", text: "That was all." },
  ],
};

const ids = (way: ReturnType<typeof steps>): string[] => way.map(({ question }) => question.id);

describe("the way through a questionnaire", () => {
  it("asks one question after the other, in the order of the file", () => {
    expect(ids(steps(week, {}, []))).toEqual(["awake", "back", "knees"]);
  });

  it("opens a follow-up only when the answer before it calls for it", () => {
    expect(ids(steps(week, { awake: 1 }, []))).toEqual(["awake", "why", "back", "knees"]);
    expect(ids(steps(week, { awake: 0 }, []))).not.toContain("why");
  });

  it("takes a skipped answer as none", () => {
    expect(ids(steps(week, { awake: 1 }, ["awake"]))).not.toContain("why");
  });

  it("shows the words around a question in the order they were written", () => {
    const [first, second] = steps(week, {}, []);
    expect(first?.context.map((item) => item.id)).toEqual(["hello", "sleep"]);
    expect(second?.context.map((item) => item.id)).toEqual(["aches"]);
  });

  it("repeats the stem of a matrix on each of its cards, and nothing else", () => {
    const knees = steps(week, {}, []).at(-1);
    expect(knees?.context.map((item) => item.id)).toEqual(["aches"]);
  });

  it("gives the children of a matrix its options", () => {
    expect(questions(week).find(({ id }) => id === "back")?.options).toEqual(amount);
  });
});

describe("where to go on", () => {
  const way = steps(week, { awake: 1 }, []);

  it("finds the first question that still needs an answer", () => {
    expect(firstOpen(way, { awake: 1 }, [])).toBe("back");
    expect(firstOpen(way, { awake: 1, back: 0 }, ["knees"])).toBeNull();
  });

  it("does not insist on what may be left out", () => {
    const why = way.find(({ question }) => question.id === "why");
    expect(why && isDone(why.question, { awake: 1 }, [])).toBe(false);
    expect(firstOpen(way, { awake: 1, back: 1, knees: 1 }, [])).toBeNull();
  });

  it("does not take blank text for an answer", () => {
    const why = way.find(({ question }) => question.id === "why");
    expect(why && isDone(why.question, { why: "  " }, [])).toBe(false);
  });

  it("resumes where the person left, or at the start when that is hidden now", () => {
    expect(resumeAt(way, "knees")).toBe("knees");
    expect(resumeAt(steps(week, {}, []), "why")).toBe("awake");
    expect(resumeAt(way, null)).toBe("awake");
    expect(resumeAt([], null)).toBeNull();
  });
});
