/** What is printed and what an amendment would change, before it changes anything. */
import { screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { Condition } from "../../core/questionnaire.ts";
import { conditionText } from "../sheet/condition";
import { daily } from "../testing/daily";
import { ann, form, mary } from "../testing/people";
import { answer, type Call, problem, serve } from "../testing/server";
import { show, visit } from "../testing/show";
import { Amendments, type Plan } from "./amendment";
import { PaperForms } from "./paper-forms";
import { PrintView, plannedFor } from "./print";

const SHA = "d".repeat(64);
const serveForm = (status: string) =>
  serve({ [`GET /api/questionnaires/${SHA}`]: { questionnaire: { ...daily, status } } });

describe("a blank paper form", () => {
  it("has room for an answer to every question and ticks none", async () => {
    serveForm("demonstration");
    const { container } = show(<PrintView route={visit(`#/trial/print/form/${SHA}`)} />);
    await screen.findByRole("heading", { name: "Daily life" });
    for (const text of ["Were you tired?", "Pain", "Who helped?", "Did you work?"])
      expect(screen.getByText(text)).toBeTruthy();
    expect(screen.getByText("Tick all that fit.")).toBeTruthy();
    expect(container.querySelectorAll(".circle")).toHaveLength(11);
    expect(container.querySelectorAll("input")).toHaveLength(0);
    expect(screen.getByText(/not validated/)).toBeTruthy();
    expect(screen.getByText(new RegExp(SHA.slice(0, 12)))).toBeTruthy();
  });

  it("says in words when a question is to be left out", async () => {
    serveForm("demonstration");
    show(<PrintView route={visit(`#/trial/print/form/${SHA}`)} />);
    expect(
      await screen.findByText("Only if “Were you tired?” is more than “Not at all”."),
    ).toBeTruthy();
  });

  it("has beside each box the key that chooses it where paper is typed in", async () => {
    const answers = [
      { code: "yes", text: "At work" },
      { code: "leave", text: "On leave" },
    ];
    const items = [{ id: "work", text: "Paid work?", answer_options: answers }];
    const shown = { items, status: "demonstration" };
    serve({ [`GET /api/questionnaires/${SHA}`]: { questionnaire: { ...daily, ...shown } } });
    show(<PrintView route={visit(`#/trial/print/form/${SHA}`)} />);
    expect((await screen.findByText(/At work/)).textContent).toBe("1 At work");
    expect(screen.getByText(/On leave/).textContent).toBe("2 On leave");
    expect(screen.getByRole("link", { name: "Back to Study" }).getAttribute("href")).toBe(
      "#/trial/study",
    );
  });

  it("is never made of a licensed questionnaire", async () => {
    serveForm("licensed");
    show(<PrintView route={visit(`#/trial/print/form/${SHA}`)} />);
    expect(await screen.findByText(/Use the owner's own form/)).toBeTruthy();
    expect(screen.queryByText("Were you tired?")).toBeNull();
  });

  it("is offered only for questionnaires of our own", async () => {
    const line = { sha256: SHA, title: "Daily life", status: "demonstration" };
    serve({
      "GET /api/studies/trial/instruments": {
        pinned: [line, { ...line, sha256: "e".repeat(64), title: "Owned", status: "licensed" }],
      },
    });
    show(<PaperForms />);
    const link = await screen.findByRole("link", { name: "Daily life" });
    expect(link.getAttribute("href")).toBe(`#/trial/print/form/${SHA}`);
    expect(screen.queryByText("Owned")).toBeNull();
  });

  it("says so when a study asks nothing that could be printed", async () => {
    serve({ "GET /api/studies/trial/instruments": { pinned: [] } });
    show(<PaperForms />);
    expect(await screen.findByText(/asks no questionnaire/)).toBeTruthy();
  });

  it.each<[Condition, string]>([
    [["work", "=", true], "“Did you work?” is Yes"],
    [["help", "in", ["f", "n"]], "“Who helped?” is “Family” or “Neighbours”"],
    [["pain", ">=", 4], "“Pain” is 4 or more"],
    [["pain", "<=", 4], "“Pain” is 4 or less"],
    [["pain", "<", 4], "“Pain” is less than 4"],
    [["tired", "!=", 0], "“Were you tired?” is answered and not “Not at all”"],
    [["on", "answered"], "you answered “When did you last go out?”"],
    [["not", ["work", "=", true]], "it is not so that “Did you work?” is Yes"],
    [
      ["any", ["pain", ">", 3], ["all", ["work", "=", false], ["pain", ">", 1]]],
      "“Pain” is more than 3 or “Did you work?” is No and “Pain” is more than 1",
    ],
  ])("puts the rule %j into words", (condition, text) => {
    expect(conditionText(daily, condition)).toBe(text);
  });
});

it("names a long question by whole words", () => {
  const text = "Did you put off any care or medicine because of what it costs to get there?";
  const items = [{ id: "care", type: "boolean" as const, text }];
  expect(conditionText({ ...daily, items }, ["care", "=", true])).toBe(
    "“Did you put off any care or medicine because of what it …” is Yes",
  );
});

describe("the guide", () => {
  it("is one page with her code and room for the team's telephone", async () => {
    show(<PrintView route={visit("#/trial/print/guide/P-001")} />);
    expect(screen.getByRole("heading", { level: 1 }).textContent).toContain("short guide");
    expect(screen.getByText("P-001")).toBeTruthy();
    expect(screen.getAllByRole("listitem")).toHaveLength(7);
  });

  it("says nothing that only long words can say", () => {
    show(<PrintView route={visit("#/trial/print/guide")} />);
    const text = screen.getByRole("article").textContent ?? "";
    const words = text.match(/[A-Za-z]+/g) ?? [];
    const long = words.filter((word) => word.length > 12 && !/^questionnaires?$/i.test(word));
    expect(long).toEqual([]);
    const sentences = text.split(/[.!?:]\s/).filter((one) => one.trim() !== "");
    expect(words.length / sentences.length).toBeLessThan(12);
  });
});

describe("her calendar", () => {
  const planned = {
    timepoint: "W24",
    label: "Week 24",
    kind: "clinic",
    opens: "2026-07-01",
    target: "2026-07-07",
    closes: "2026-07-21",
    status: "upcoming",
    on: null,
  };

  it("holds what is to come, in order, packs together, and nothing that is over", () => {
    const open = {
      status: "open",
      opens: "2026-06-01",
      target: "2026-06-20",
      closes: "2026-06-28",
    };
    const person = {
      ...mary,
      planned_visits: [planned, { ...planned, status: "done", label: "Week 12" }],
      forms: [form(1, open), form(2, open), form(3, { status: "missing" })],
    };
    expect(plannedFor(person, "2026-06-15").map((one) => one.what)).toEqual([
      "Week 12: 2 questionnaires",
      "Visit: Week 24",
    ]);
  });

  it("holds the visits of an exempt person and no questionnaires", () => {
    const person = {
      ...mary,
      planned_visits: [planned],
      forms: [form(1, { status: "exempt", closes: "2026-12-01" })],
    };
    expect(plannedFor(person, "2026-06-15").map((one) => one.what)).toEqual(["Visit: Week 24"]);
  });

  it("says so when nothing is planned", async () => {
    serve({ "GET /api/studies/trial/participants/P-001": mary });
    show(<PrintView route={visit("#/trial/print/calendar/P-001")} />);
    expect(await screen.findByText("Nothing is planned.")).toBeTruthy();
  });
});

const plan: Plan = {
  version: "2",
  effective_on: "2026-06-15",
  sentence: "Moves 3 future forms, closes 1 open one, touches 0 answered.",
  adds: 0,
  moves: 3,
  closes: 1,
  renews: 0,
  by_timepoint: [{ timepoint: "W24", label: "Week 24", adds: 0, moves: 3, closes: 1, renews: 0 }],
  by_participant: [
    { participant: "P-001", site: "BOS", adds: 0, moves: 3, closes: 1, renews: 0, kept: 9 },
  ],
  digest: "a".repeat(64),
};
const versions = {
  "GET /api/studies/trial/versions": {
    versions: [
      {
        version: "1",
        sha256: SHA,
        effective_on: null,
        published_at: "2026-01-01T00:00:00Z",
        current: true,
        in_effect: true,
      },
    ],
  },
};
const PLAN = "POST /api/studies/trial/amendments/plan";
const APPLY = "POST /api/studies/trial/amendments";
const ada = { ...ann, role: "administrator" };

async function planIt(user: ReturnType<typeof userEvent.setup>): Promise<void> {
  const file = new File(["key = 'trial'"], "trial.toml", { type: "application/toml" });
  await user.upload(await screen.findByLabelText(/Study file/), file);
  await user.click(screen.getByRole("button", { name: "Show the plan" }));
}

describe("an amendment", () => {
  it("is an administrator's; others read the versions", async () => {
    serve(versions);
    show(<Amendments />);
    expect(await screen.findByText("the beginning")).toBeTruthy();
    expect(screen.queryByLabelText(/Study file/)).toBeNull();
    expect(screen.getByText("Administrators plan and apply amendments.")).toBeTruthy();
  });

  it("shows its plan first, and applies exactly that plan", async () => {
    const calls = serve({ ...versions, [PLAN]: plan, [APPLY]: answer(201, plan) });
    const user = userEvent.setup();
    show(<Amendments />, ada);
    await planIt(user);
    expect(await screen.findByText(plan.sentence)).toBeTruthy();
    const row = screen.getByRole("row", { name: /P-001/ });
    expect(within(row).getByText("9")).toBeTruthy();
    expect(calls.some((call) => call.path.endsWith("/amendments"))).toBe(false);

    await user.click(screen.getByRole("button", { name: "Apply version 2" }));
    await screen.findByText("Version 2 is in force.");
    expect(calls.find((call) => call.path.endsWith("/amendments"))?.body).toEqual({
      document: "key = 'trial'",
      effective_on: "2026-06-15",
      digest: plan.digest,
    });
  });

  it("shows a newer plan and asks again when something happened meanwhile", async () => {
    let asked = 0;
    serve({
      ...versions,
      [PLAN]: () => {
        asked += 1;
        return asked === 1 ? plan : { ...plan, sentence: "Moves 4 future forms." };
      },
      [APPLY]: problem(409, "plan-changed"),
    });
    const user = userEvent.setup();
    show(<Amendments />, ada);
    await planIt(user);
    await user.click(await screen.findByRole("button", { name: "Apply version 2" }));
    expect(await screen.findByText("Moves 4 future forms.")).toBeTruthy();
    expect(screen.getByRole("alert").textContent).toContain("not the same any more");
  });

  it("names everything that is wrong with a file", async () => {
    serve({
      ...versions,
      [PLAN]: problem(422, "study-file-wrong", {
        errors: { file: ["timepoints.W24: window inverted", "packs.core: unknown"] },
      }),
    });
    const user = userEvent.setup();
    show(<Amendments />, ada);
    await planIt(user);
    expect(await screen.findByText("timepoints.W24: window inverted")).toBeTruthy();
    expect(screen.getByText("packs.core: unknown")).toBeTruthy();
  });

  it("asks for a file before it asks the server", async () => {
    const calls = serve(versions);
    const user = userEvent.setup();
    show(<Amendments />, ada);
    await user.click(await screen.findByRole("button", { name: "Show the plan" }));
    expect(screen.getByRole("alert").textContent).toBe("Choose a study file.");
    await waitFor(() =>
      expect(calls.filter((call: Call) => call.method === "POST")).toHaveLength(0),
    );
  });
});
