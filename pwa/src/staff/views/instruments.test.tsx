import { screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Questionnaire } from "../../core/questionnaire";
import { adopted, line, PAGE, page } from "../testing/instruments";
import { ann } from "../testing/people";
import { answer, problem, serve } from "../testing/server";
import { show, visit } from "../testing/show";
import { conditionsOf, conditionWords } from "./instrument-preview";
import { InstrumentsPlace } from "./instruments";

const questionnaire: Questionnaire = {
  id: "life",
  version: "1.0.0",
  title: "Daily life",
  language: "en",
  status: "demonstration",
  items: [
    { id: "ache", type: "boolean", text: "Did anything ache?" },
    {
      id: "where",
      type: "text",
      text: "Where did it ache?",
      enable_when: ["ache", "=", true],
      required: false,
    },
    {
      id: "mood",
      text: "How was your mood?",
      answer_options: [
        { code: 0, text: "Low" },
        { code: 1, text: "Fair" },
      ],
    },
  ],
};

beforeEach(() => {
  window.location.hash = "";
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const open = (hash: string, staff = ann) => show(<InstrumentsPlace route={visit(hash)} />, staff);

describe("the list", () => {
  it("says what is asked, in which state, and until when the owner allows it", async () => {
    serve({ [`GET ${PAGE}`]: page });
    open("#/trial/instruments");

    const asked = await screen.findByRole("table", { name: "Asked by version 2 of the study" });
    expect(within(asked).getByText("demonstration")).toBeTruthy();
    expect(within(asked).getByText("none needed")).toBeTruthy();
    expect(within(asked).getByText("strain")).toBeTruthy();
    const waiting = screen.getByRole("table", { name: /waiting for the next version/ });
    expect(within(waiting).getByText(/An owner, Agreement 17/)).toBeTruthy();
    expect(within(waiting).getByText("until 2030-12-31")).toBeTruthy();
    expect(screen.getByText(/ends in 9 days/)).toBeTruthy();
  });

  it("leads to the preview and to adopting", async () => {
    serve({ [`GET ${PAGE}`]: page });
    open("#/trial/instruments");

    const preview = await screen.findByRole("link", { name: "Preview Daily life" });
    expect(preview.getAttribute("href")).toBe(`#/trial/instruments/${line.sha256}`);
    const adopt = screen.getByRole("link", { name: "Adopt a file for phq-9@1.0" });
    expect(adopt.getAttribute("href")).toBe("#/trial/instruments/adopt?pack=phq-9%401.0");
  });

  it("says why a licensed one could not be published", async () => {
    const broken = { ...adopted, licence: null, faults: ["phq-9 has no licence for the study"] };
    serve({ [`GET ${PAGE}`]: { ...page, adopted: [broken] } });
    open("#/trial/instruments");
    expect(await screen.findByText("phq-9 has no licence for the study")).toBeTruthy();
  });

  it("offers nothing to change to somebody who only reads", async () => {
    serve({ [`GET ${PAGE}`]: page });
    open("#/trial/instruments", { ...ann, role: "monitor" });

    await screen.findByRole("table", { name: "Licences" });
    expect(screen.queryByRole("link", { name: /Adopt/ })).toBeNull();
    expect(screen.queryByRole("button", { name: /Take back/ })).toBeNull();
    expect(screen.queryByText("Record a licence")).toBeNull();
  });

  it("takes a licence back with a reason", async () => {
    const calls = serve({
      [`GET ${PAGE}`]: page,
      "POST /api/studies/trial/licences/7/void": { ...page, licences: [] },
    });
    open("#/trial/instruments");

    const name = "Take back phq-9, Agreement 17";
    await userEvent.click(await screen.findByRole("button", { name }));
    await userEvent.type(screen.getByLabelText("Why"), "The wrong one");
    await userEvent.click(screen.getByRole("button", { name: "Take back" }));

    expect(await screen.findByText("phq-9, Agreement 17 was taken back.")).toBeTruthy();
    expect(calls.at(-1)?.body).toEqual({ reason: "The wrong one" });
    expect(screen.getByText(/No licence is recorded/)).toBeTruthy();
  });

  it("records a licence without an end", async () => {
    const calls = serve({
      [`GET ${PAGE}`]: page,
      "POST /api/studies/trial/licences": answer(201, page),
    });
    open("#/trial/instruments");

    await userEvent.click(await screen.findByText("Record a licence", { selector: "summary" }));
    await userEvent.selectOptions(screen.getByLabelText("Instrument"), "phq-9");
    await userEvent.type(screen.getByLabelText("Owner of the instrument"), "An owner");
    await userEvent.type(screen.getByLabelText(/Reference/), "18");
    await userEvent.click(screen.getByLabelText("The owner sets no end"));
    await userEvent.click(screen.getByRole("button", { name: "Record a licence" }));

    expect(await screen.findByText("The licence is recorded.")).toBeTruthy();
    expect(calls.at(-1)?.body).toEqual({
      instrument: "phq-9",
      owner: "An owner",
      reference: "18",
      expires: null,
      languages: ["en"],
      screens_need_approval: false,
      screens_approved_on: null,
    });
  });
});

describe("the preview", () => {
  const path = `${PAGE}/${line.sha256}`;
  const hash = `#/trial/instruments/${line.sha256}`;

  /** What is inside the drawn phones, the light one first. */
  async function phones(): Promise<HTMLElement[]> {
    await screen.findByText("This is a preview. Nothing that you tap here is saved or sent.");
    const glasses = document.querySelectorAll(".phone-glass");
    return [...glasses].map((glass) => glass.shadowRoot as unknown as HTMLElement);
  }

  it("shows the same question on a light and a dark phone and leads on", async () => {
    const calls = serve({ [`GET ${path}`]: { sha256: line.sha256, questionnaire } });
    open(hash);

    const [light, dark] = await phones();
    if (!light || !dark) throw new Error("two phones are missing");
    expect(within(light).getByText("Did anything ache?")).toBeTruthy();
    await userEvent.click(within(light).getByLabelText("Yes"));
    expect((within(dark).getByLabelText("Yes") as HTMLInputElement).checked).toBe(true);
    await userEvent.click(within(dark).getByRole("button", { name: "Next" }));

    expect(await within(light).findByText("Where did it ache?")).toBeTruthy();
    expect(within(dark).getByText("Where did it ache?")).toBeTruthy();
    expect(calls.map((call) => call.method)).toEqual(["GET"]);
    expect(document.title).toMatch(/^Preview: Daily life/);
  });

  it("asks for an answer as the phone does, and goes back by its own link", async () => {
    serve({ [`GET ${path}`]: { sha256: line.sha256, questionnaire } });
    open(hash);
    const [light] = await phones();
    if (!light) throw new Error("the phone is missing");

    await userEvent.click(within(light).getByRole("button", { name: "Next" }));
    expect(await within(light).findByText("Please look at this")).toBeTruthy();
    await userEvent.click(within(light).getByLabelText("No"));
    await userEvent.click(within(light).getByRole("button", { name: "Next" }));
    expect(await within(light).findByText("How was your mood?")).toBeTruthy();

    await userEvent.click(within(light).getByRole("link", { name: /Back/ }));
    expect(await within(light).findByText("Did anything ache?")).toBeTruthy();
    expect(window.location.hash).toBe(hash);
  });

  it("ends with what comes next on the phone and starts again empty", async () => {
    const short = { ...questionnaire, items: questionnaire.items.slice(0, 1) };
    serve({ [`GET ${path}`]: { sha256: line.sha256, questionnaire: short } });
    open(hash);
    const [light] = await phones();
    if (!light) throw new Error("the phone is missing");
    await userEvent.click(within(light).getByLabelText("No"));
    await userEvent.click(within(light).getByRole("button", { name: "Next" }));

    await userEvent.click(await screen.findByRole("button", { name: "Start again" }));
    const [again] = await phones();
    if (!again) throw new Error("the phone is missing");
    expect((within(again).getByLabelText("No") as HTMLInputElement).checked).toBe(false);
  });

  it("shows every question at once, with the condition of those that may be hidden", async () => {
    serve({ [`GET ${path}`]: { sha256: line.sha256, questionnaire } });
    open(hash);
    await phones();

    await userEvent.selectOptions(screen.getByLabelText("Show"), "all");
    await waitFor(async () => expect(await phones()).toHaveLength(3));
    expect(screen.getByText("Shown only if ache is true.")).toBeTruthy();
    const words = (await phones()).map((phone) => within(phone).getByRole("heading").textContent);
    expect(words).toEqual(["Did anything ache?", "Where did it ache?", "How was your mood?"]);
  });

  it("says when there is no such questionnaire", async () => {
    serve({ [`GET ${path}`]: problem(404, "not-found") });
    open(hash);
    expect((await screen.findByRole("alert")).textContent).toMatch(/does not exist/);
  });
});

describe("conditions in words", () => {
  it.each([
    [["q1", ">", 0], "q1 is above 0"],
    [["q1", "in", [1, 2]], "q1 is one of 1, 2"],
    [["q1", "answered"], "q1 is answered"],
    [["not", ["q1", "=", "x"]], "not (q1 is x)"],
    [["all", ["a", "<", 1], ["b", "!=", 2]], "a is below 1 and b is not 2"],
    [["any", ["a", "<=", 1], ["b", ">=", 2]], "a is at most 1 or b is at least 2"],
    [["any"], "never"],
  ] as const)("%j", (condition, words) => {
    expect(conditionWords(condition as never)).toBe(words);
  });

  it("adds those of the page around", () => {
    const found = conditionsOf([
      {
        id: "page",
        type: "page",
        text: "",
        enable_when: ["a", "=", 1],
        items: [{ id: "q", text: "", enable_when: ["b", "=", 2] }],
      },
    ]);
    expect(found.get("q")).toBe("a is 1 and b is 2");
  });
});
