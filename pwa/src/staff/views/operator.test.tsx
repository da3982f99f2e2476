import { screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Operations } from "../api/operations";
import { problem, serve } from "../testing/server";
import { show } from "../testing/show";
import { OperatorView } from "./operator";

afterEach(() => {
  vi.unstubAllGlobals();
});

const quiet: Operations = {
  now: "2026-06-15T15:00:00Z",
  complaint: null,
  late_seconds: 0,
  due: 0,
  retrying: 0,
  failed: 0,
  workers: [
    {
      name: "worker/host/7",
      at: "2026-06-15T14:59:40Z",
      lives: true,
      counts: { sent: 12, retried: 1, failed: 2, dead: 1 },
      troubles: {},
    },
  ],
  round_trip: {
    asked_at: "2026-06-15T00:05:00Z",
    came_back_at: "2026-06-15T00:05:01Z",
    why: "The test message came back.",
  },
  trail: { at: "2026-06-15T00:20:00Z", events: 412, faults: [] },
  keys: [
    { id: "new", current: true, phones: 3 },
    { id: "old", current: false, phones: 9 },
  ],
  dead_letters: [],
};
const none = { possible: true, sites: [{ site: "N", name: "North clinic", wanted: false }] };

function open(seen: Partial<Operations> = {}, summaries: unknown = none, more = {}) {
  const calls = serve({
    "GET /api/operations": { ...quiet, ...seen },
    "GET /api/studies/trial/summaries": summaries,
    ...more,
  });
  show(<OperatorView />);
  return calls;
}

describe("the operator's page", () => {
  it("raises an alarm when the audit trail broke, and says where", async () => {
    const faults = ["event 7 was changed after it was written"];
    open({ trail: { at: "2026-06-15T00:20:00Z", events: 412, faults } });
    const alarm = await screen.findByRole("alert");
    expect(alarm.textContent).toContain("The audit trail is broken");
    expect(alarm.textContent).toContain("event 7 was changed after it was written");
    expect(screen.getByText(/broken, see above/)).toBeTruthy();
  });

  it("says that nobody has looked at the trail yet", async () => {
    open({ trail: null });
    expect(await screen.findByText("Not verified yet.")).toBeTruthy();
  });

  it("says in one glance that all is well, and what the worker did", async () => {
    open();
    expect(await screen.findByText("Reminders go out as they should.")).toBeTruthy();
    expect(screen.getByText(/The test message came back/)).toBeTruthy();
    expect(screen.getByText(/412 events, each as it was written/)).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
    expect(screen.getByText("at work")).toBeTruthy();
    const row = screen.getByRole("row", { name: /worker\/host\/7/ });
    // Sent, tried again, not needed, given up: failed and dead together.
    expect([...row.querySelectorAll("td")].slice(1, 5).map((one) => one.textContent)).toEqual([
      "12",
      "1",
      "0",
      "3",
    ]);
    expect(screen.getByText("No message was given up in the last seven days.")).toBeTruthy();
  });

  it("raises an alarm when nothing goes out, and names the service that is left alone", async () => {
    const busy = "The push service is busy or failing (503).";
    open({
      complaint: "Reminders are 9 minutes late.",
      late_seconds: 540,
      due: 4,
      workers: quiet.workers.map((one) => ({
        ...one,
        lives: false,
        troubles: { "https://push.example": busy },
      })),
      round_trip: null,
    });
    expect((await screen.findByRole("alert")).textContent).toContain("9 minutes late");
    expect(screen.getByText("9 minutes")).toBeTruthy();
    expect(screen.getByText("silent")).toBeTruthy();
    expect(screen.getByText("https://push.example")).toBeTruthy();
    expect(screen.getByText("None yet, or switched off.")).toBeTruthy();
  });

  it("leads from what was given up to the person", async () => {
    const letter = {
      at: "2026-06-14T09:00:00Z",
      participant: "P-001",
      site: "N",
      purpose: "fallback",
      channel: "email",
      attempts: 6,
      why: "The mail server knows no such address (550).",
    };
    open({
      failed: 2,
      dead_letters: [letter, { ...letter, participant: null, site: null, purpose: "canary" }],
    });
    const link = await screen.findByRole("link", { name: "P-001" });
    expect(link.getAttribute("href")).toBe("#/trial/participants/P-001");
    expect(screen.getByText("the server's own")).toBeTruthy();
    expect(screen.getByText("daily test message")).toBeTruthy();
  });

  it("shows which phones still wait for a new key", async () => {
    open();
    const old = await screen.findByRole("row", { name: /old/ });
    expect(old.textContent).toContain("9");
    expect(screen.getByRole("row", { name: /new/ }).textContent).toContain("in use");
  });
});

describe("one's own morning summary", () => {
  it("is asked for with one tap and confirmed in words", async () => {
    const calls = open({}, none, {
      "PUT /api/studies/trial/summaries/N": { ...none.sites[0], wanted: true },
    });
    await userEvent.click(await screen.findByLabelText("By e-mail for North clinic"));
    expect(
      await screen.findByText("The summary of North clinic will come by e-mail."),
    ).toBeTruthy();
    expect(calls.find((call) => call.method === "PUT")?.body).toEqual({ wanted: true });
  });

  it("says when this server cannot send e-mail", async () => {
    open({}, { ...none, possible: false });
    expect(await screen.findByText(/not set up to send e-mail/)).toBeTruthy();
  });

  it("says why the choice was not kept", async () => {
    open({}, none, { "PUT /api/studies/trial/summaries/N": problem(503, "store-unavailable") });
    await userEvent.click(await screen.findByLabelText("By e-mail for North clinic"));
    await waitFor(() => expect(screen.getAllByRole("status").at(-1)?.textContent).not.toBe(""));
  });
});
