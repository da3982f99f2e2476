/** Lists that come page by page: people behind a figure, and forms behind a cell. */
import { screen, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { type Call, problem, serve } from "../testing/server";
import { show, visit } from "../testing/show";
import { FormsView } from "./forms";
import { PeopleView } from "./people-list";

const PEOPLE = "GET /api/studies/trial/completion/people";
const FORMS = "GET /api/studies/trial/completion/forms";
const person = (participant: string, n: number, of: number) => ({
  participant,
  site: "BOS",
  arm: "stop",
  n,
  of,
});

describe("the people behind a figure", () => {
  it("are listed with the share of each, and together they are the figure", async () => {
    const calls = serve({
      [PEOPLE]: {
        total: 2,
        n: 7,
        of: 9,
        next: null,
        rows: [person("P-001", 4, 4), person("P-002", 3, 5)],
      },
    });
    const route = visit("#/trial/people?figure=visits_other&part=of&site=BOS&as_of=2026-06-01");
    show(<PeopleView route={route} />);
    expect(
      await screen.findByRole("heading", {
        name: /^Visits kept, everybody else: everybody it is about, .*Boston, as of 1 Jun 2026$/,
      }),
    ).toBeTruthy();
    expect(await screen.findByText("2 participants: 7 of 9 together")).toBeTruthy();
    const row = screen.getByRole("row", { name: /P-002/ });
    expect(row.textContent).toContain("3/560.0 %");
    expect(within(row).getByRole("link").getAttribute("href")).toBe("#/trial/participants/P-002");
    expect(calls[0]?.query).toEqual({
      figure: "visits_other",
      part: "of",
      site: "BOS",
      as_of: "2026-06-01",
    });
    const back = screen.getByRole("link", { name: "Back to Completion" }).getAttribute("href");
    expect(back).toBe("#/trial/completion?site=BOS&as_of=2026-06-01");
  });

  it("say which reminder they are about", async () => {
    const calls = serve({ [PEOPLE]: { total: 0, n: 0, of: 0, next: null, rows: [] } });
    const route = visit("#/trial/people?figure=reminder&step=day-3&label=On+day+3&part=n");
    show(<PeopleView route={route} />);
    expect(await screen.findByRole("heading", { name: /On day 3, counted/ })).toBeTruthy();
    expect(await screen.findByText("Nobody is on this list.")).toBeTruthy();
    expect(calls[0]?.query).toEqual({ figure: "reminder", step: "day-3", part: "n" });
  });
});

describe("a list that is cut", () => {
  const pages = (call: Call) =>
    call.query.after === "P-001"
      ? { total: 3, n: 5, of: 6, next: null, rows: [person("P-002", 1, 2), person("P-003", 2, 2)] }
      : { total: 3, n: 5, of: 6, next: "P-001", rows: [person("P-001", 2, 2)] };

  it("says how much of it there is and goes on where it stopped", async () => {
    const calls = serve({ [PEOPLE]: pages });
    show(<PeopleView route={visit("#/trial/people?figure=adherence")} />);
    expect(await screen.findByText("Showing 1 of 3.")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Show more" }));
    await screen.findByRole("link", { name: "P-003" });
    expect(screen.getAllByRole("row")).toHaveLength(4);
    expect(screen.queryByText(/Showing/)).toBeNull();
    expect(calls.map((call) => call.query.after)).toEqual([undefined, "P-001"]);
  });

  it("keeps what is there when the next page does not come, and tries again", async () => {
    let broken = true;
    serve({
      [PEOPLE]: (call: Call) =>
        call.query.after && broken ? problem(503, "unavailable") : pages(call),
    });
    show(<PeopleView route={visit("#/trial/people?figure=adherence")} />);
    await userEvent.click(await screen.findByRole("button", { name: "Show more" }));
    expect((await screen.findByRole("alert")).textContent?.length).toBeGreaterThan(10);
    expect(screen.getByRole("link", { name: "P-001" })).toBeTruthy();
    broken = false;
    await userEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(await screen.findByRole("link", { name: "P-003" })).toBeTruthy();
  });

  it("of forms says that it is the first part", async () => {
    const row = {
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
    serve({ [FORMS]: { total: 12345, next: "P-001", rows: [row] } });
    show(<FormsView route={visit("#/trial/forms?measure=missing")} />);
    expect(await screen.findByText("The first 1 of 12,345 forms")).toBeTruthy();
    expect(screen.getByText("Showing 1 of 12,345.")).toBeTruthy();
  });
});
