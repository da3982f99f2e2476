import { screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseRoute } from "../router";
import { t } from "../strings";
import { ann, form, mary, study } from "../testing/people";
import { answer, serve } from "../testing/server";
import { show, visit } from "../testing/show";
import { ExemptView } from "./exempt";
import { ParticipantPage } from "./participant";
import { actsFor } from "./participant-acts";
import { ParticipantsView } from "./participants";

afterEach(() => {
  vi.unstubAllGlobals();
});

const line = {
  code: "P-001",
  site: "BOS",
  arm: "stop",
  enrolled_on: "2026-01-05",
  exempt_since: null as string | null,
  next: { timepoint: "W12", label: "Week 12", opens: "2026-06-01", closes: "2026-06-29" },
  open_forms: 2,
  received: 3,
  expected: 5,
  reachability: "push_proven",
  last_contact_on: null,
  status_line: "On study.",
};
const exemptLine = {
  ...line,
  code: "P-002",
  exempt_since: "2026-01-05",
  open_forms: 0,
  received: 0,
  expected: 0,
  reachability: "unreachable",
};

describe("participants", () => {
  it("have a badge when exempt, no rate, and nothing alarming about reminders they do not get", async () => {
    serve({
      "GET /api/studies/trial/participants": {
        total: 2,
        next: null,
        rows: [line, exemptLine],
      },
    });
    show(<ParticipantsView route={visit("#/trial/participants")} />);
    const exempt = (await screen.findByRole("link", { name: "P-002" })).closest("tr");
    expect(exempt?.textContent).toContain("Exempt since 5 Jan 2026");
    expect(exempt?.textContent).toContain("no data");
    expect(exempt?.textContent).not.toContain("Unreachable");
    expect(screen.getByRole("link", { name: "P-001" }).closest("tr")?.textContent).toContain(
      "2 forms open, by 29 Jun 2026",
    );
  });

  it("are searched while typing, by the server, after a short pause", async () => {
    serve({ "GET /api/studies/trial/participants": { total: 0, next: null, rows: [] } });
    show(<ParticipantsView route={visit("#/trial/participants?site=BOS")} />);
    await userEvent.type(screen.getByRole("searchbox"), "P-0");
    await waitFor(() =>
      expect(parseRoute(window.location.hash).query).toEqual({ site: "BOS", q: "P-0" }),
    );
  });

  it("come a page at a time, and the list says that it goes on", async () => {
    serve({
      "GET /api/studies/trial/participants": (call: { query: Record<string, string> }) =>
        call.query.after === "P-001"
          ? { total: null, next: null, rows: [exemptLine] }
          : { total: null, next: "P-001", rows: [line] },
    });
    show(<ParticipantsView route={visit("#/trial/participants?show=active")} />);
    expect(await screen.findAllByText("The first 1 participant")).toHaveLength(2);
    await userEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(await screen.findByRole("link", { name: "P-002" })).toBeTruthy();
    expect(screen.getAllByText("2 participants")).toHaveLength(2);
  });

  it("are asked for with all filters of the address", async () => {
    const calls = serve({
      "GET /api/studies/trial/participants": { total: 0, next: null, rows: [] },
    });
    show(
      <ParticipantsView route={visit("#/trial/participants?site=BOS&arm=stop&show=exempt&q=P")} />,
    );
    expect(await screen.findByText(/Nobody matches/)).toBeTruthy();
    expect(calls[0]?.query).toEqual({ site: "BOS", arm: "stop", show: "exempt", q: "P" });
  });
});

describe("the acts offered for a person", () => {
  const keys = (person: typeof mary) =>
    actsFor({ study, person, today: "2026-06-15" }).map((offer) => offer.key);
  const exemption = {
    id: 7,
    reason: "LANGUAGE",
    from: "2026-02-01",
    to: null,
    recorded_at: "2026-06-01T15:00:00Z",
    by: "Bea Ott",
    approved_at: null,
    approved_by: null,
    needs_approval: false,
    signals: [],
  };

  it("are the ones that can succeed", () => {
    expect(keys(mary)).toEqual([
      "contact",
      "visit",
      "event",
      "anchor",
      "zone",
      "arm",
      "exempt",
      "phone",
    ]);
  });

  it("ask for a reason only while a missing form has none", () => {
    expect(keys({ ...mary, forms: [form(1)] })).toContain("reason");
    expect(keys({ ...mary, forms: [form(1, { reason: "too_ill" })] })).not.toContain("reason");
  });

  it("give an exempt person no phone, and an end to the exemption", () => {
    const offered = keys({ ...mary, exemptions: [exemption] });
    expect(offered).toContain("end-7");
    expect(offered).not.toContain("phone");
    expect(offered).not.toContain("exempt");
  });

  it("let a second person approve or decline what waits, which has no effect meanwhile", () => {
    const offered = keys({ ...mary, exemptions: [{ ...exemption, needs_approval: true }] });
    expect(offered).toEqual(expect.arrayContaining(["approve-7", "decline-7", "phone"]));
    expect(offered).not.toContain("end-7");
  });

  it("include decisions that wait, and drop them once taken", () => {
    const response = {
      id: "r-1",
      form_id: null,
      authored_at: "",
      received_at: "",
      mode: "own_device",
      disposition: "time_disputed",
      skew_seconds: 0,
      time_accepted: null as boolean | null,
      conflict: false,
      conflict_resolution: null,
      scores: [],
    };
    expect(keys({ ...mary, responses: [response] })).toContain("time-r-1");
    expect(keys({ ...mary, responses: [{ ...response, time_accepted: true }] })).not.toContain(
      "time-r-1",
    );
    expect(keys({ ...mary, responses: [{ ...response, conflict: true }] })).toContain(
      "conflict-r-1",
    );
  });
});

describe("one participant", () => {
  const base = "/api/studies/trial/participants/P-001";
  const forms = [
    form(1, { reason: "too_ill" }),
    form(2, { title: "Worry", status: "received", disposition: "in_window", response_id: "r-1" }),
  ];
  const reminders = [
    {
      at: "2026-04-01T14:00:00Z",
      timepoint: "W12",
      purpose: "reminder",
      step: "open",
      label: "On the day it opens",
      channel: "push",
      outcome: "shown",
      why: "The phone confirmed that it was shown.",
    },
  ];

  it("is one page: facts, badges, and a timeline with why", async () => {
    serve({ [`GET ${base}`]: { ...mary, forms, reminders, interpreter: true } });
    show(<ParticipantPage code="P-001" />);
    expect(await screen.findByText("Needs an interpreter")).toBeTruthy();
    const table = screen.getByRole("table", { name: "Questionnaires of Week 12" });
    expect(within(table).getByText("Too ill")).toBeTruthy();
    expect(within(table).getByText("Received, in window")).toBeTruthy();
    expect(screen.getByText(/The phone confirmed that it was shown/)).toBeTruthy();
  });

  it("hides groups of the timeline on request", async () => {
    serve({ [`GET ${base}`]: { ...mary, forms } });
    show(<ParticipantPage code="P-001" />);
    await userEvent.click(await screen.findByLabelText("Questionnaires"));
    expect(screen.queryByRole("table", { name: "Questionnaires of Week 12" })).toBeNull();
    expect(screen.getByText(/Enrolled at/)).toBeTruthy();
  });

  it("shows what was done and gives the focus back to the act", async () => {
    const exempted = {
      ...mary,
      etag: '"1.5"',
      events: [
        { id: 1, kind: "death", label: "Died", date: "2026-06-14", recorded_at: null, by: null },
      ],
    };
    serve({ [`GET ${base}`]: mary, [`POST ${base}/events`]: answer(201, exempted) });
    show(<ParticipantPage code="P-001" />);
    await userEvent.click(await screen.findByRole("button", { name: "Record event" }));
    await userEvent.selectOptions(screen.getByLabelText("What happened"), "death");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Event recorded.")).toBeTruthy();
    expect(screen.getByText("Died, 14 Jun 2026")).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Record event" }));
  });

  it("mends an entry where it is seen", async () => {
    const visits = [
      { id: 12, timepoint: "W12", date: "2026-04-14", kind: "clinic", recorded_at: null, by: null },
    ];
    const calls = serve({
      [`GET ${base}`]: { ...mary, visits },
      [`POST ${base}/visits/12/void`]: mary,
    });
    show(<ParticipantPage code="P-001" />);
    await userEvent.click(
      await screen.findByRole("button", { name: "Take back: Visit: Week 12, clinic" }),
    );
    await userEvent.type(screen.getByLabelText("What was wrong"), "Wrong person");
    await userEvent.click(screen.getByRole("button", { name: "Take back" }));
    await waitFor(() => expect(screen.queryByText("Visit: Week 12, clinic")).toBeNull());
    expect(calls.at(-1)?.body).toEqual({ reason: "Wrong person" });
  });

  it("can be reminded of what is open, or staff read why not", async () => {
    const open = form(1, { status: "open", opens: "2026-06-01", closes: "2099-06-29" });
    const why = "Not sent: three reminders went out since 2026-06-10.";
    const calls = serve({
      [`GET ${base}`]: { ...mary, forms: [open] },
      [`POST ${base}/reminders`]: { sent: false, reason: "weekly-cap", why },
    });
    show(<ParticipantPage code="P-001" />);
    await userEvent.click(
      await screen.findByRole("button", { name: "Send a reminder now: Week 12" }),
    );
    expect(
      await screen.findByText("Not sent: three reminders went out since 10 Jun 2026."),
    ).toBeTruthy();
    expect(calls.at(-1)?.body).toEqual({ timepoint: "W12" });
  });

  it("is not reminded when exempt, nor of what is over", async () => {
    const open = form(1, { status: "open", closes: "2099-06-29" });
    serve({
      [`GET ${base}`]: {
        ...mary,
        exempt_since: "2026-06-01",
        forms: [open, form(2, { timepoint: "BL" })],
      },
    });
    show(<ParticipantPage code="P-001" />);
    await screen.findByText(/Enrolled at/);
    expect(screen.queryByRole("button", { name: /Send a reminder now/ })).toBeNull();
  });

  it("is read only for an inspector", async () => {
    serve({ [`GET ${base}`]: mary });
    show(<ParticipantPage code="P-001" />, { ...ann, role: "inspector" });
    await screen.findByText(/Enrolled at/);
    expect(screen.queryByRole("button", { name: "Record contact" })).toBeNull();
  });
});

describe("exempt participants", () => {
  const row = {
    code: "P-002",
    exemption_id: 7,
    site: "BOS",
    arm: "stop",
    since: "2026-02-01",
    needs_approval: true,
    preferred_language: "es",
    interpreter: true,
    last_visit_on: "2026-04-14",
    next_visit: null,
    last_contact_on: null,
    status_line: "On study.",
    signals: ["Starts 12 days before it was entered."],
  };
  const data = {
    rows: [row],
    retention: { exempt: { n: 9, of: 10 }, not_exempt: { n: 0, of: 0 } },
    shares: [{ site: "BOS", n: 3, of: 10, signal: "Far more than elsewhere." }],
  };

  it("are shown with visits, signals, and retention beside the others", async () => {
    serve({ "GET /api/studies/trial/exempt": data });
    show(<ExemptView route={visit("#/trial/exempt")} />);
    const kept = await screen.findByRole("table", { name: "Planned visits that took place" });
    expect(
      within(kept)
        .getAllByRole("row")
        .map((one) => one.textContent),
    ).toEqual(["Exempt90.0 %9/10", "Not exemptno data"]);
    expect(screen.getByText("Far more than elsewhere.")).toBeTruthy();
    expect(screen.getByText("Starts 12 days before it was entered.")).toBeTruthy();
    expect(screen.getByText("Spanish")).toBeTruthy();
  });

  const base = "/api/studies/trial/participants/P-002";
  const waiting = {
    id: 7,
    reason: "LANGUAGE",
    from: "2026-02-01",
    to: null,
    recorded_at: "2026-06-01T15:00:00Z",
    by: "Bea Ott",
    approved_at: null,
    approved_by: null,
    needs_approval: true,
    signals: [],
  };

  it("are approved from the row, by the second person", async () => {
    const calls = serve({
      "GET /api/studies/trial/exempt": data,
      [`GET ${base}`]: { ...mary, code: "P-002", exemptions: [waiting] },
      [`POST ${base}/exemptions/7/approval`]: { ...mary, code: "P-002" },
    });
    show(<ExemptView route={visit("#/trial/exempt")} />);
    await userEvent.click(await screen.findByRole("button", { name: "Look and decide: P-002" }));
    await userEvent.click(await screen.findByLabelText(/I have checked/));
    await userEvent.click(screen.getByRole("button", { name: "Approve" }));
    expect(await screen.findByText("Exemption approved (P-002).")).toBeTruthy();
    expect(calls.some((call) => call.path.endsWith("/exemptions/7/approval"))).toBe(true);
  });

  it("are declined from the row with a reason, and the entry stays", async () => {
    const calls = serve({
      "GET /api/studies/trial/exempt": data,
      [`GET ${base}`]: { ...mary, code: "P-002", exemptions: [waiting] },
      [`POST ${base}/exemptions/7/void`]: { ...mary, code: "P-002" },
    });
    show(<ExemptView route={visit("#/trial/exempt")} />);
    await userEvent.click(await screen.findByRole("button", { name: "Look and decide: P-002" }));
    await userEvent.click(await screen.findByRole("button", { name: "Decline exemption" }));
    await userEvent.type(screen.getByLabelText("Why"), "Reads English well");
    await userEvent.click(screen.getByRole("button", { name: "Decline" }));
    expect(await screen.findByText("Exemption declined (P-002).")).toBeTruthy();
    const sent = calls.find((call) => call.path.endsWith("/exemptions/7/void"));
    expect(sent?.body).toEqual({ reason: "Reads English well" });
  });

  it("that somebody else has decided on meanwhile are said to be settled", async () => {
    serve({
      "GET /api/studies/trial/exempt": data,
      [`GET ${base}`]: { ...mary, code: "P-002", exemptions: [] },
    });
    show(<ExemptView route={visit("#/trial/exempt")} />);
    await userEvent.click(await screen.findByRole("button", { name: "Look and decide: P-002" }));
    expect(await screen.findByText(t.today.settled)).toBeTruthy();
  });
});
