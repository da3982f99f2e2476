/** Typing a whole questionnaire by keyboard: keys choose, Enter goes on, rules are the phone's. */
import { screen, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { useState } from "preact/hooks";
import { describe, expect, it } from "vitest";
import { questions } from "../../core/questionnaire.ts";
import type { Given } from "../api/entries";
import { daily } from "../testing/daily";
import { show } from "../testing/show";
import { inWords, keyed, toggled, typed } from "./input";
import { Sheet } from "./sheet";

const byId = new Map(questions(daily).map((question) => [question.id, question]));
const question = (id: string) => {
  const found = byId.get(id);
  if (!found) throw new Error(id);
  return found;
};

function typing(start: Given = { answers: {}, skipped: [] }) {
  const held = { given: start };
  function Held() {
    const [given, setGiven] = useState(start);
    held.given = given;
    return (
      <form>
        <Sheet questionnaire={daily} given={given} onChange={setGiven} />
        <button type="submit">Store</button>
      </form>
    );
  }
  show(<Held />);
  return held;
}

const group = (name: string) => screen.getByRole("group", { name });

describe("a sheet", () => {
  it("begins empty: nothing is answered beforehand", () => {
    typing();
    for (const box of screen.getAllByRole("radio"))
      expect((box as HTMLInputElement).checked).toBe(false);
    expect(screen.getByText("0 of 5 questions")).toBeTruthy();
    expect(screen.getByText("About your days")).toBeTruthy();
    expect(screen.getByText("In the past 7 days:")).toBeTruthy();
  });

  it("is filled in by keyboard alone", async () => {
    const held = typing();
    const user = userEvent.setup();
    within(group("Were you tired?"))
      .getByLabelText(/Not at all/)
      .focus();
    await user.keyboard("2{Enter}");
    expect(document.activeElement).toBe(screen.getByLabelText("What made you tired?"));
    await user.keyboard("Stairs{Enter}");
    expect(document.activeElement).toBe(screen.getByLabelText("Pain"));
    await user.keyboard("10{Enter}");
    await user.keyboard("12{Enter}");
    expect(document.activeElement).toBe(within(group("Did you work?")).getAllByRole("radio")[0]);
    await user.keyboard("0{Enter}{Enter}");
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Store" }));
    expect(held.given.answers).toEqual({
      tired: 2,
      why: "Stairs",
      pain: 10,
      help: ["f", "n"],
      work: false,
    });
  });

  it("asks what the rules of the phone ask, no more", async () => {
    typing();
    const user = userEvent.setup();
    expect(screen.queryByLabelText("What made you tired?")).toBeNull();
    await user.click(within(group("Were you tired?")).getByLabelText(/A little/));
    expect(screen.getByLabelText("What made you tired?")).toBeTruthy();
    await user.click(within(group("Were you tired?")).getByLabelText(/Not at all/));
    expect(screen.queryByLabelText("What made you tired?")).toBeNull();
  });

  it("tells a blank from a refusal: minus refuses, Backspace clears", async () => {
    const held = typing();
    const user = userEvent.setup();
    within(group("Were you tired?"))
      .getByLabelText(/Not at all/)
      .focus();
    await user.keyboard("1-");
    expect(held.given).toEqual({ answers: {}, skipped: ["tired"] });
    await user.keyboard("1");
    expect(held.given).toEqual({ answers: { tired: 1 }, skipped: [] });
    await user.keyboard("{Backspace}");
    expect(held.given).toEqual({ answers: {}, skipped: [] });
  });

  it("offers no refusal where the questionnaire has none", async () => {
    const held = typing();
    within(group("Did you work?")).getAllByRole("radio")[0]?.focus();
    await userEvent.keyboard("-");
    expect(held.given.skipped).toEqual([]);
    expect(screen.getAllByLabelText("Prefers not to answer")).toHaveLength(4);
  });

  it("keeps a number as typed until it is one", async () => {
    const held = typing();
    const user = userEvent.setup();
    await user.type(screen.getByLabelText("Pain"), "ten");
    expect(held.given.answers).toEqual({ pain: "ten" });
    expect(screen.getByLabelText<HTMLInputElement>("Pain").value).toBe("ten");
    await user.clear(screen.getByLabelText("Pain"));
    expect(held.given.answers).toEqual({});
  });

  it("shows the answers that stand, for a correction", () => {
    typing({ answers: { tired: 1, pain: 3 }, skipped: ["help"] });
    expect(
      within(group("Were you tired?")).getByLabelText<HTMLInputElement>(/A little/).checked,
    ).toBe(true);
    expect(screen.getByLabelText<HTMLInputElement>("Pain").value).toBe("3");
    expect(screen.getByText("3 of 6 questions")).toBeTruthy();
  });
});

describe("keys and values", () => {
  it("takes the code as the key where all are digits, else counts", () => {
    expect(keyed(question("tired"), "Yes", "No").map((one) => one.key)).toEqual(["0", "1", "2"]);
    expect(keyed(question("help"), "Yes", "No").map((one) => one.key)).toEqual(["1", "2", "3"]);
    expect(keyed(question("work"), "Yes", "No").map((one) => one.text)).toEqual(["Yes", "No"]);
  });

  it.each([
    ["3", 3],
    [" 3,5 ", 3.5],
    ["", undefined],
    ["three", "three"],
  ])("reads %j as %j where a number is asked", (text, value) => {
    expect(typed(question("pain"), text)).toBe(value);
  });

  it("keeps chosen codes in the order of the options, and nothing as no answer", () => {
    expect(toggled(question("help"), ["n"], "f", true)).toEqual(["f", "n"]);
    expect(toggled(question("help"), ["n"], "n", false)).toBeUndefined();
  });

  it.each([
    ["tired", 1, "1 A little"],
    ["help", ["f", "n"], "f Family; n Neighbours"],
    ["work", false, "No"],
    ["pain", 4, "4"],
    ["pain", null, null],
  ])("says the answer to %s", (id, value, said) => {
    expect(inWords(question(id), value, { yes: "Yes", no: "No" })).toBe(said);
  });
});
