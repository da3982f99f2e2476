import { screen, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Adoption } from "../api/instruments";
import { PAGE, page } from "../testing/instruments";
import { answer, problem, serve } from "../testing/server";
import { show, visit } from "../testing/show";
import { faultOf } from "./instrument-adopt";
import { InstrumentsPlace } from "./instruments";

afterEach(() => {
  vi.unstubAllGlobals();
});

const open = (hash: string) => show(<InstrumentsPlace route={visit(hash)} />);

describe("adopting", () => {
  const found: Adoption = {
    pack: "phq-9@1.0",
    format: "redcap",
    title: "Own",
    file_sha256: "c".repeat(64),
    matches: [
      {
        item: "q1",
        source: "first",
        text: "Our words",
        how: "order",
        codes_by: "order",
        confidence: "look",
        codes: [{ code: "a", text: "Never", becomes: "0" }],
      },
    ],
    unmatched: [],
    extra: [],
    offered: [
      { id: "first", text: "Our words" },
      { id: "second", text: "Other words" },
    ],
    changed: [],
    refused: [{ place: "photo", what: "asks for a file" }],
    problems: [],
    worked_examples: 243,
  };
  const file = new File(["a,b"], "own.csv", { type: "text/csv" });

  async function matched(first: Adoption = found) {
    const calls = serve({
      [`GET ${PAGE}`]: page,
      [`POST ${PAGE}/match`]: (call: { body: { chosen: Record<string, string> } }) =>
        call.body.chosen.q1 ? found : first,
      [`POST ${PAGE}`]: answer(201, page),
    });
    open("#/trial/instruments/adopt?pack=phq-9%401.0");
    await userEvent.upload(await screen.findByLabelText("File", { selector: "input" }), file);
    await userEvent.click(screen.getByRole("button", { name: "Match" }));
    return calls;
  }

  it("shows the match question by question, with how sure it is", async () => {
    const calls = await matched();

    expect(await screen.findByText(/243 worked examples came out right/)).toBeTruthy();
    const row = screen.getByRole("row", { name: /q1/ });
    expect(within(row).getByText("Our words")).toBeTruthy();
    expect(within(row).getByText("Never = 0")).toBeTruthy();
    expect(within(row).getByText("please look")).toBeTruthy();
    expect(screen.getByText("1 thing was refused")).toBeTruthy();
    expect(calls.at(-1)?.body).toEqual({
      pack: "phq-9@1.0",
      file_name: "own.csv",
      content: btoa("a,b"),
      chosen: {},
    });
  });

  it("adopts with the licence, naming the file that was looked at", async () => {
    const calls = await matched();
    await userEvent.type(await screen.findByLabelText("Owner of the instrument"), "An owner");
    await userEvent.type(screen.getByLabelText(/Reference/), "17");
    const end = screen.getByLabelText("Last day of the licence");
    await userEvent.type(end, "2030-12-31");
    await userEvent.click(screen.getByRole("button", { name: "Adopt" }));

    expect(await screen.findByText(/The file is adopted/)).toBeTruthy();
    expect(calls.at(-1)?.body).toMatchObject({
      file_sha256: found.file_sha256,
      licence: { owner: "An owner", reference: "17", expires: "2030-12-31" },
    });
  });

  it("asks for no licence while something does not fit, and lets a person pair it", async () => {
    const calls = await matched({
      ...found,
      matches: [],
      unmatched: ["q1"],
      problems: ["the file has no item for 'q1'"],
    });

    expect((await screen.findByRole("alert")).textContent).toMatch(/no item for 'q1'/);
    expect(screen.queryByLabelText("Owner of the instrument")).toBeNull();
    await userEvent.selectOptions(screen.getByLabelText("Partner of q1"), "second");

    expect(await screen.findByText(/came out right/)).toBeTruthy();
    expect(calls.at(-1)?.body).toMatchObject({ chosen: { q1: "second" } });
  });

  it("passes on what the server says against the file", async () => {
    serve({
      [`GET ${PAGE}`]: page,
      [`POST ${PAGE}/match`]: problem(422, "file-not-adopted", { detail: "The file is odd" }),
    });
    open("#/trial/instruments/adopt?pack=phq-9%401.0");
    await userEvent.upload(await screen.findByLabelText("File", { selector: "input" }), file);
    await userEvent.click(screen.getByRole("button", { name: "Match" }));
    expect((await screen.findByRole("alert")).textContent).toBe("The file is odd.");
  });

  it("sends nothing that cannot be a questionnaire", () => {
    const size = (bytes: number) => new File([new Uint8Array(bytes)], "f.csv");
    expect(faultOf(size(3), "")).toMatch(/^Choose/);
    expect(faultOf(null, "phq-9@1.0")).toMatch(/Choose a file/);
    expect(faultOf(size(0), "phq-9@1.0")).toMatch(/empty/);
    expect(faultOf(size(1_400_001), "phq-9@1.0")).toMatch(/larger than 1.4 MB/);
    expect(faultOf(size(1_400_000), "phq-9@1.0")).toBe("");
  });
});
