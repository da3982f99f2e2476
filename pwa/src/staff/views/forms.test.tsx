/** The forms behind a number, and those behind a month. */
import { screen } from "@testing-library/preact";
import { describe, expect, it } from "vitest";
import { t } from "../strings";
import { serve } from "../testing/server";
import { show, visit } from "../testing/show";
import { FormsView } from "./forms";

describe("the list behind a number", () => {
  const found = {
    participant: "P-001",
    site: "BOS",
    arm: "stop",
    timepoint: "W12",
    questionnaire: "life",
    status: "missing",
    disposition: null,
    why: "Closed.",
    opens: null,
    target: null,
    closes: null,
  };

  it("says what it lists, of how many people, and leads to each", async () => {
    const calls = serve({
      "GET /api/studies/trial/completion/forms": {
        total: 2,
        next: null,
        rows: [found, { ...found, questionnaire: "worry" }],
      },
    });
    show(
      <FormsView
        route={visit("#/trial/forms?measure=missing&timepoint=W12&arm=stop&as_of=2026-06-01")}
      />,
    );
    expect(
      await screen.findByRole("heading", {
        name: "Missing: Week 12, Cohort 2: stop, as of 1 Jun 2026",
      }),
    ).toBeTruthy();
    expect(await screen.findByText("2 forms, 1 participant")).toBeTruthy();
    expect(calls[0]?.query).toEqual({
      measure: "missing",
      timepoint: "W12",
      arm: "stop",
      as_of: "2026-06-01",
    });
    const link = screen.getAllByRole("link", { name: "P-001" })[0];
    expect(link?.getAttribute("href")).toBe("#/trial/participants/P-001");
  });

  it("holds what closed in one month, and leads back to the page without it", async () => {
    const calls = serve({
      "GET /api/studies/trial/completion/forms": { total: 1, next: null, rows: [found] },
    });
    show(
      <FormsView
        route={visit("#/trial/forms?measure=completion_of&month=2026-05&questionnaire=life")}
      />,
    );
    expect((await screen.findByRole("heading", { level: 1 })).textContent).toContain(
      "closed in May 2026",
    );
    expect(calls[0]?.query).toMatchObject({ measure: "completion_of", month: "2026-05" });
    const back = screen.getByRole("link", { name: t.numbers.list.back });
    expect(back.getAttribute("href")).toBe("#/trial/completion?questionnaire=life");
  });
});
