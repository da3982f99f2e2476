import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { useState } from "preact/hooks";
import { describe, expect, it, vi } from "vitest";
import type { Question, Value } from "../core/questionnaire.ts";
import { readNumber } from "./fields.tsx";
import { isGroup, marks, toggled } from "./input.ts";
import { Input } from "./inputs.tsx";

const question = (more: Partial<Question>): Question => ({
  id: "q",
  type: "choice",
  text: "Question",
  options: [],
  parents: [],
  ...more,
});

const options = [
  { code: "a", text: "Apples" },
  { code: "b", text: "Bread" },
  { code: "none", text: "None of these", exclusive: true },
];

/** Shows the input, keeps what it answers as a screen would, and reports it. */
function show(asked: Question, start?: Value) {
  const onAnswer = vi.fn<(value: Value | undefined) => void>();
  const onBad = vi.fn<(slug: string | null) => void>();
  function Screen() {
    const [value, setValue] = useState<Value | undefined>(start);
    return (
      <Input
        question={asked}
        value={value}
        describedBy={undefined}
        invalid={false}
        onBad={onBad}
        onAnswer={(next) => {
          onAnswer(next);
          setValue(next);
        }}
      />
    );
  }
  render(<Screen />);
  return { onAnswer, onBad, user: userEvent.setup() };
}

const last = (mock: { mock: { lastCall?: unknown[] | undefined } }): unknown =>
  mock.mock.lastCall?.[0];

describe("a choice", () => {
  it("has nothing chosen to begin with", () => {
    show(question({ options }));
    for (const radio of screen.getAllByRole("radio")) {
      expect((radio as HTMLInputElement).checked).toBe(false);
    }
  });

  it("answers with the code, not the words", async () => {
    const { onAnswer, user } = show(question({ options }));
    await user.click(screen.getByLabelText("Bread"));
    expect(last(onAnswer)).toBe("b");
  });

  it("keeps the number type of a code", async () => {
    const numbers = [{ code: 0, text: "Zero" }];
    const { onAnswer, user } = show(question({ options: numbers }));
    await user.click(screen.getByLabelText("Zero"));
    expect(last(onAnswer)).toBe(0);
  });

  it("is a drop-down above eight options, empty at first, and can be taken back", async () => {
    const many = Array.from({ length: 9 }, (_none, code) => ({ code, text: `Option ${code}` }));
    const { onAnswer, user } = show(question({ options: many }));
    expect(isGroup(question({ options: many }))).toBe(false);
    const list = screen.getByRole("combobox");
    expect((list as HTMLSelectElement).value).toBe("-1");
    await user.selectOptions(list, "Option 4");
    expect(last(onAnswer)).toBe(4);
    await user.selectOptions(list, "Choose one");
    expect(last(onAnswer)).toBeUndefined();
  });
});

describe("several choices", () => {
  const asked = question({ type: "multiple", options });

  it("come in the order of the questionnaire, not of the taps", async () => {
    const { onAnswer, user } = show(asked);
    await user.click(screen.getByLabelText("Bread"));
    await user.click(screen.getByLabelText("Apples"));
    expect(last(onAnswer)).toEqual(["a", "b"]);
  });

  it("give way to the one that stands alone, and it to them", () => {
    expect(toggled(asked, ["a", "b"], "none")).toEqual(["none"]);
    expect(toggled(asked, ["none"], "a")).toEqual(["a"]);
  });

  it("are no answer when the last one is taken back", async () => {
    const { onAnswer, user } = show(asked, ["a"]);
    await user.click(screen.getByLabelText("Apples"));
    expect(last(onAnswer)).toBeUndefined();
  });
});

describe("yes or no", () => {
  it("answers true or false", async () => {
    const { onAnswer, user } = show(question({ type: "boolean" }));
    await user.click(screen.getByLabelText("No"));
    expect(last(onAnswer)).toBe(false);
    await user.click(screen.getByLabelText("Yes"));
    expect(last(onAnswer)).toBe(true);
  });
});

describe("a scale", () => {
  const scale = question({ type: "scale", min: 0, max: 10, ends: ["None", "Worst"] });

  it("of 0 to 10 has a box for each number and none chosen", () => {
    show(scale);
    expect(screen.getAllByRole("radio")).toHaveLength(11);
    expect(screen.queryByRole("radio", { checked: true })).toBeNull();
  });

  it("says what its ends mean where they are", () => {
    show(scale);
    expect(screen.getByRole("radio", { name: "0, None" })).toBeTruthy();
    expect(screen.getByRole("radio", { name: "10, Worst" })).toBeTruthy();
  });

  it("has marks free of the noise of binary fractions", () => {
    expect(marks(question({ type: "scale", min: 0, max: 1, step: 0.1 }))).toEqual([
      0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
    ]);
    expect(marks(question({ type: "scale", min: -2, max: 2 }))).toEqual([-2, -1, 0, 1, 2]);
  });
});

describe("a slider", () => {
  const slider = question({ type: "scale", min: 0, max: 100, ends: ["Bad", "Good"] });

  it("is no answer until it is touched", () => {
    const { onAnswer } = show(slider);
    expect(onAnswer).not.toHaveBeenCalled();
    expect(screen.getByRole("slider").getAttribute("aria-valuetext")).toContain("No answer yet");
  });

  it("takes a tap on its middle for an answer, although nothing moves", async () => {
    const { onAnswer, user } = show(slider);
    await user.click(screen.getByRole("slider"));
    expect(last(onAnswer)).toBe(50);
  });

  it("can be set without dragging and stays on the line", async () => {
    const { onAnswer, user } = show(slider, 99);
    await user.click(screen.getByText("More"));
    await user.click(screen.getByText("More"));
    expect(last(onAnswer)).toBe(100);
    await user.click(screen.getByText("Less"));
    expect(last(onAnswer)).toBe(99);
  });
});

describe("a number", () => {
  it.each([
    ["12", 12],
    [" 3,5 ", 3.5],
    ["-2", -2],
    [".5", 0.5],
    ["7.", 7],
    ["", null],
    ["12a", null],
    ["1e5", null],
    ["1 000", null],
    ["--1", null],
  ])("%j is read as %s", (typed, number) => {
    expect(readNumber(typed)).toBe(number);
  });

  it("is told apart from words", async () => {
    const { onAnswer, onBad, user } = show(question({ type: "integer", unit: "days" }));
    await user.type(screen.getByRole("textbox"), "x");
    expect(last(onBad)).toBe("not-a-number");
    expect(last(onAnswer)).toBeUndefined();
    await user.clear(screen.getByRole("textbox"));
    await user.type(screen.getByRole("textbox"), "4");
    expect(last(onBad)).toBeNull();
    expect(last(onAnswer)).toBe(4);
  });
});

describe("dates, times and text", () => {
  it("answers a date as the calendar writes it", async () => {
    const { onAnswer, user } = show(question({ type: "date", text: "When?" }));
    const field = document.querySelector("input[type=date]") as HTMLInputElement;
    await user.type(field, "2026-06-15");
    expect(last(onAnswer)).toBe("2026-06-15");
  });

  it("warns when the room for words runs out", async () => {
    const { user } = show(question({ type: "text", max_length: 85 }));
    expect(screen.queryByText(/left/)).toBeNull();
    await user.type(screen.getByRole("textbox"), "sixsix");
    expect(screen.getByText("79 characters left")).toBeTruthy();
  });

  it("asks for no names, unless the question does", () => {
    show(question({ type: "long_text", identifying: true }));
    expect(screen.queryByText(/names/)).toBeNull();
    show(question({ type: "long_text" }));
    expect(screen.getByText("Please do not write names or addresses.")).toBeTruthy();
  });
});
