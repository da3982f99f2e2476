import { screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseRoute } from "../router";
import { ann, study } from "../testing/people";
import { problem, serve } from "../testing/server";
import { show, visit } from "../testing/show";
import { AuditView, merged } from "./audit";
import { ExportsView } from "./exports";
import { StudyView, stepText, valueText } from "./study";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const event = (seq: number) => ({
  seq,
  at: "2026-06-15T15:00:00Z",
  actor: "Ann Lee",
  action: "contact.recorded",
  subject: `contact/${seq}`,
  participant: "P-001",
  before: null,
  after: { outcome: "spoke" },
  reason: null,
});

describe("the audit trail", () => {
  it("says whether the chain is whole and leads to the person", async () => {
    serve({
      "GET /api/studies/trial/audit": {
        events: [event(2)],
        next: null,
        verified: true,
        checked: null,
      },
    });
    show(<AuditView route={visit("#/trial/audit")} />);
    expect(await screen.findByText("The events shown here are as they were written.")).toBeTruthy();
    expect((await screen.findByRole("link", { name: "P-001" })).getAttribute("href")).toBe(
      "#/trial/participants/P-001",
    );
    expect(screen.getByText("outcome spoke")).toBeTruthy();
  });

  it("raises the alarm when it is not", async () => {
    serve({
      "GET /api/studies/trial/audit": { events: [], next: null, verified: false, checked: null },
    });
    show(<AuditView route={visit("#/trial/audit")} />);
    expect(await screen.findByText(/do not verify/)).toBeTruthy();
  });

  it("tells the newest verdict on the whole, and lets an inspector ask for a fresh one", async () => {
    const checked = { at: "2026-06-14T02:00:00Z", by: "worker", events: 41, faults: [] };
    const calls = serve({
      "GET /api/studies/trial/audit": { events: [], next: null, verified: true, checked },
      "POST /api/studies/trial/audit/verification": {
        at: "2026-06-15T10:00:00Z",
        by: "Ivy",
        events: 50,
        faults: ["event 2 was changed after it was written"],
      },
    });
    show(<AuditView route={visit("#/trial/audit")} />, { ...ann, role: "inspector" });
    expect(await screen.findByText(/41 events, nothing wrong/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Verify the whole trail now" }));
    expect(await screen.findByText("event 2 was changed after it was written")).toBeTruthy();
    expect(calls.filter((call) => call.method === "POST")).toHaveLength(1);
  });

  it("offers a coordinator no such thing", async () => {
    serve({
      "GET /api/studies/trial/audit": { events: [], next: null, verified: true, checked: null },
    });
    show(<AuditView route={visit("#/trial/audit")} />);
    expect(await screen.findByText(/Nobody has asked/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Verify the whole/ })).toBeNull();
  });

  it("adds older events below the newer ones", async () => {
    const calls = serve({
      "GET /api/studies/trial/audit": (call: { query: Record<string, string> }) =>
        call.query.before
          ? { events: [event(1)], next: null, verified: true, checked: null }
          : { events: [event(2)], next: 2, verified: true, checked: null },
    });
    show(<AuditView route={visit("#/trial/audit")} />);
    await userEvent.click(await screen.findByRole("button", { name: "Older events" }));
    expect(await screen.findByText("contact/1")).toBeTruthy();
    expect(screen.getByText("contact/2")).toBeTruthy();
    expect(calls.at(-1)?.query).toEqual({ before: "2" });
  });

  it("is narrowed to one person by the address", async () => {
    serve({
      "GET /api/studies/trial/audit": { events: [], next: null, verified: true, checked: null },
    });
    show(<AuditView route={visit("#/trial/audit")} />);
    await userEvent.type(screen.getByLabelText(/Participant code/), "P-001");
    await userEvent.click(screen.getByRole("button", { name: "Show" }));
    await waitFor(() =>
      expect(parseRoute(window.location.hash).query).toEqual({ participant: "P-001" }),
    );
  });

  it("holds each event once, newest first", () => {
    expect(merged([event(3), event(2)], [event(2), event(1)]).map((one) => one.seq)).toEqual([
      3, 2, 1,
    ]);
  });
});

describe("exports", () => {
  it("look at the session first and then let the browser save the file", async () => {
    const calls = serve({ "GET /api/staff/session": ann });
    const assign = vi.spyOn(window.location, "assign").mockImplementation(() => {});
    show(<ExportsView />);
    await userEvent.click(screen.getByRole("button", { name: "Download expected forms (CSV)" }));
    await waitFor(() =>
      expect(assign).toHaveBeenCalledWith("/api/studies/trial/exports/expected-forms.csv"),
    );
    expect(calls.map((call) => call.path)).toEqual(["/api/staff/session"]);
  });

  it("never hand over a problem as a file", async () => {
    serve({ "GET /api/staff/session": problem(503, "store-unavailable") });
    const assign = vi.spyOn(window.location, "assign").mockImplementation(() => {});
    show(<ExportsView />);
    await userEvent.click(screen.getByRole("button", { name: "Download items (CSV)" }));
    expect((await screen.findByRole("alert")).textContent).toContain("cannot reach its data");
    expect(assign).not.toHaveBeenCalled();
  });
});

describe("the study", () => {
  it("is marked as unofficial and says where each fact comes from", () => {
    serve({});
    show(<StudyView />);
    expect(screen.getByText("UNOFFICIAL: made up for a test.")).toBeTruthy();
    expect(screen.getByText(/^Where each fact comes from: 1 public, 1 assumed/)).toBeTruthy();
    const week12 = screen.getByRole("rowheader", { name: "Week 12" }).closest("tr");
    expect(week12?.textContent).toContain("+70+84+98");
    expect(week12?.textContent).toContain("assumed");
  });

  it("names the events that open a form instead of an anchor", () => {
    const first = study.timepoints[0];
    if (!first) throw new Error("the study has no timepoint");
    const opened = {
      ...first,
      id: "EV",
      label: "After restart",
      on: ["restart_without_progression"],
    };
    serve({});
    show(<StudyView />, ann, { ...study, timepoints: [opened] });
    expect(
      screen.getByRole("rowheader", { name: "After restart" }).closest("tr")?.textContent,
    ).toContain("Restarted without progression");
  });

  it.each([
    [{ id: "open", counts_from: "opens", days: 0, urgent: false }, "on the day it opens"],
    [{ id: "3", counts_from: "opens", days: 3, urgent: false }, "3 days after the day it opens"],
    [{ id: "1", counts_from: "target", days: 1 }, "1 day after the target day"],
    [{ id: "-2", counts_from: "closes", days: -2 }, "2 days before the last day"],
    [{ counts_from: "closes", days: 0, urgent: true }, "on the last day, marked urgent"],
    [{ other: 1 }, "other 1"],
  ])("says when the reminder %j goes out", (step, text) => {
    expect(stepText(step)).toBe(text);
  });

  it("writes values of a study file so that they can be read", () => {
    expect(valueText({ weekly_cap: 3, steps: [0, 3], on: true, off: null })).toBe(
      "weekly cap 3, steps 0, 3, on Yes, off –",
    );
    expect(valueText([])).toBe("–");
  });
});
