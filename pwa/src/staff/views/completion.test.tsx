import { screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { RateRow } from "../api/types";
import { parseRoute } from "../router";
import { rates } from "../testing/people";
import { serve } from "../testing/server";
import { show, visit } from "../testing/show";
import { CompletionView, listHref, reached } from "./completion";
import { short } from "./completion-picture";

afterEach(() => {
  vi.unstubAllGlobals();
});

const untouched = { n: 0, of: 0 };
const future = rates({
  timepoint: "W24",
  timepoint_label: "Week 24",
  expected: 0,
  exempt: 2,
  not_expected: 0,
  upcoming: 18,
  open: 0,
  received_open: 0,
  in_window_count: 0,
  late: 0,
  missing: 0,
  completion: untouched,
  in_window: untouched,
  to_date: untouched,
  scorable: untouched,
  reason_capture: untouched,
});

function report(...rows: RateRow[]) {
  return {
    now: "2026-06-15T15:00:00Z",
    rule_version: "1",
    alive_rule: "window_close",
    study_sha256: "4fc17cdf5954aaaa",
    rates: rows,
    by_site: rows.map((one) => ({ ...one, site: "BOS" })),
    balance_ok: true,
    retention: { exempt: { n: 2, of: 2 }, not_exempt: { n: 30, of: 33 } },
    contact_currency: { n: 18, of: 20 },
    complete_persons: [{ timepoint: "W12", arm: "stop", n: 9, of: 11 }],
    exempt_share: [],
    adherence: {
      median_percent: 75,
      bands: {
        all: { n: 9, of: 20 },
        most: { n: 4, of: 20 },
        some: { n: 5, of: 20 },
        none: { n: 2, of: 20 },
      },
    },
    reminder_yield: [{ step: "open", label: "On the day it opens", n: 12, of: 30 }],
    backup_yield: { n: 1, of: 4 },
  };
}

async function open(hash: string, ...rows: RateRow[]) {
  const calls = serve({
    "GET /api/studies/trial/completion": report(...rows),
    "GET /api/studies/trial/completion/trend": { months: [] },
  });
  show(<CompletionView route={visit(hash)} />);
  await waitFor(() => expect(screen.queryByText("Loading…")).toBeNull());
  return calls;
}

/** The cells with numbers of a table, row after row. */
const figures = (name: RegExp) =>
  table(name)
    .getAllByRole("cell")
    .filter((cell) => cell.classList.contains("number"));

const table = (name: RegExp) => within(screen.getByRole("table", { name }));

describe("completion", () => {
  it("shows the worked example: every share with n and N and one decimal", async () => {
    await open("#/trial/completion", rates());
    const cells = figures(/^Rates by timepoint/);
    expect(cells.map((cell) => cell.textContent)).toEqual([
      "81.8 % 9/11",
      "72.7 % 8/11",
      "76.9 % 10/13",
      "50.0 % 10/20",
      "52.9 % 9/17",
    ]);
  });

  it("reads no data where nothing was due yet", async () => {
    await open("#/trial/completion?future=1", rates(), future);
    const cells = figures(/^Rates by timepoint/);
    expect(cells.slice(5, 8).map((cell) => cell.textContent)).toEqual([
      "no data",
      "no data",
      "no data",
    ]);
  });

  it("prints the balance with its numbers", async () => {
    await open("#/trial/completion", rates());
    expect(
      screen.getByText(
        "20 enrolled = 11 expected + 2 exempt + 4 not expected + 1 upcoming + 1 open + 1 received so far",
      ),
    ).toBeTruthy();
  });

  it("says when a row does not add up", async () => {
    await open("#/trial/completion", rates({ upcoming: 0 }));
    expect(screen.getAllByText("Does not add up").length).toBeGreaterThan(0);
  });

  it("prints rule version, rule for deaths, study and moment", async () => {
    await open("#/trial/completion", rates());
    expect(
      screen.getByText(/^Rule version 1\. A death counts from the day the window closes/),
    ).toBeTruthy();
  });

  it("compares sites with their interval", async () => {
    await open("#/trial/completion", rates());
    expect(table(/Wilson/).getByText("52.3 to 94.9 %")).toBeTruthy();
  });

  it("counts missing forms without a reason once", async () => {
    await open("#/trial/completion", rates());
    const reasons = table(/2 missing forms/);
    expect(
      reasons.getByRole("rowheader", { name: "No reason yet" }).closest("tr")?.textContent,
    ).toContain("1/2");
    expect(reasons.getAllByRole("rowheader")).toHaveLength(2);
  });

  it("leaves out rows that nobody has reached until asked, and says so", async () => {
    await open("#/trial/completion", rates(), future);
    expect(table(/^Rates by timepoint/).getAllByRole("rowheader")).toHaveLength(1);
    await userEvent.click(screen.getByRole("button", { name: "Show them" }));
    expect(parseRoute(window.location.hash).query.future).toBe("1");
  });

  it("says so when there is nothing at all", async () => {
    await open("#/trial/completion");
    expect(screen.getByText(/No forms yet/)).toBeTruthy();
  });
});

describe("people and papers", () => {
  it("shows how much each person sent, with the median", async () => {
    await open("#/trial/completion", rates());
    const people = table(/median 75\.0 %/);
    expect(people.getByRole("rowheader", { name: "Everything" })).toBeTruthy();
    const whole = people.getByRole("row", { name: /^Everything/ });
    expect(whole.textContent).toContain("9/20");
    expect(within(whole).getByRole("link", { name: "9" }).getAttribute("href")).toBe(
      "#/trial/people?figure=adherence_all",
    );
  });

  it("shows what came after a reminder and after the team stepped in", async () => {
    await open("#/trial/completion", rates());
    const nudges = table(/within a day of a reminder/);
    expect(nudges.getByText("On the day it opens")).toBeTruthy();
    expect(nudges.getByRole("row", { name: /On the day it opens/ }).textContent).toContain("12/30");
    expect(nudges.getByRole("row", { name: /After the team/ }).textContent).toContain("1/4");
  });

  it("offers the flow of the filtered page as picture and table", async () => {
    await open("#/trial/completion?arm=stop&as_of=2026-05-01", rates());
    const picture = screen.getByRole("img", { name: /^Flow of participants for/ });
    expect(picture.getAttribute("src")).toMatch(/exports\/consort\.svg\?arm=stop&as_of=2026-05-01/);
    const link = screen.getByRole("link", { name: "Completion table with intervals (CSV)" });
    expect(link.getAttribute("href")).toBe(
      "/api/studies/trial/exports/completion.csv?arm=stop&as_of=2026-05-01",
    );
    const figures = screen.getByRole("link", { name: "Every figure on a line of its own (CSV)" });
    expect(figures.getAttribute("href")).toBe(
      "/api/studies/trial/exports/figures.csv?arm=stop&as_of=2026-05-01",
    );
  });
});

describe("filters", () => {
  it("go to the server by its own names, and the page's own do not", async () => {
    const calls = await open(
      "#/trial/completion?arm=stop&as_of=2026-05-01&split=each&future=1",
      rates(),
    );
    expect(calls[0]?.query).toEqual({ arm: "stop", as_of: "2026-05-01" });
  });

  it("rewrite the address, so that a page of numbers can be shared", async () => {
    await open("#/trial/completion", rates());
    await userEvent.selectOptions(screen.getByLabelText("A death counts from"), "window_open");
    expect(parseRoute(window.location.hash).query.alive_rule).toBe("window_open");
  });

  it("split rows by questionnaire, with the median that only they have", async () => {
    await open("#/trial/completion?split=each", rates(), rates({ questionnaire: "worry" }));
    expect(table(/^Rates by timepoint/).getAllByRole("rowheader")).toHaveLength(2);
    expect(screen.getAllByText("20.5")).toHaveLength(2);
  });
});

describe("the list behind a number", () => {
  const list = listHref("trial", { as_of: "2026-05-01" });

  it("carries the row and the page's filters", () => {
    expect(parseRoute(list("missing", rates()))).toEqual({
      segments: ["trial", "forms"],
      query: {
        as_of: "2026-05-01",
        timepoint: "W12",
        arm: "stop",
        questionnaire: "life",
        measure: "missing",
      },
    });
  });

  it("is a link under every number but zero", async () => {
    await open("#/trial/completion", rates({ open: 0, upcoming: 2 }));
    const cells = figures(/what became of them/);
    const linked = cells
      .slice(0, 7)
      .map((cell) => [cell.textContent, cell.querySelector("a") !== null]);
    expect(linked).toEqual([
      ["20", true],
      ["11", true],
      ["2", true],
      ["4", true],
      ["2", true],
      ["0", false],
      ["1", true],
    ]);
  });
});

it("knows which rows somebody has reached", () => {
  expect(reached(rates())).toBe(true);
  expect(reached(future)).toBe(false);
});

it("shortens labels under narrow bars", () => {
  expect(short("Week 12")).toBe("W12");
  expect(short("Baseline", "BL")).toBe("BL");
  expect(short("12 weeks after restart", "RESTART12")).toBe("12 w");
});
