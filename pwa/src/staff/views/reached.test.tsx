import { screen, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import type { ReminderView } from "../api/types";
import { form, mary } from "../testing/people";
import { serve } from "../testing/server";
import { show } from "../testing/show";
import { ParticipantPage } from "./participant";

const base = "/api/studies/trial/participants/P-001";

afterEach(() => {
  vi.unstubAllGlobals();
});

async function told(more: Partial<typeof mary>): Promise<string> {
  serve({ [`GET ${base}`]: { ...mary, ...more } });
  show(<ParticipantPage code="P-001" />);
  const facts = await screen.findByLabelText("Facts");
  return [...facts.querySelectorAll("div")]
    .filter((fact) => fact.querySelector("dt")?.textContent === "Reached by")
    .map((fact) => fact.querySelector("dd")?.textContent ?? "")
    .join();
}

it("says why somebody is not reached and since when, in the person's own time", async () => {
  const why = "The phone has stopped confirming that it shows reminders.";
  const since = "2026-06-12T02:30:00Z";
  const said = await told({
    zone: "America/New_York",
    reachability: { state: "unproven", why, since },
  });
  expect(said).toBe(`${why} Since 11 Jun 2026, 22:30.`);
});

it("says why alone where nobody knows since when", async () => {
  const why = "A phone has confirmed that it shows reminders.";
  expect(await told({ reachability: { state: "push_proven", why, since: null } })).toBe(why);
});

it("says nothing of reminders to somebody who is exempt from them", async () => {
  expect(await told({ exempt_since: "2026-01-05" })).toBe("");
  expect(screen.queryByText(/Reached by/)).toBeNull();
});

const open = form(1, { status: "open", opens: "2026-06-01", closes: "2099-06-29" });
const lastDay: ReminderView = {
  at: "2099-06-29T14:00:00Z",
  timepoint: "W12",
  purpose: "reminder",
  step: "last-day",
  label: "On the last day",
  channel: null,
  outcome: "planned",
  why: "Planned; nothing has been sent yet.",
};
const byStaff: ReminderView = {
  at: "2026-06-15T14:59:00Z",
  timepoint: "W12",
  purpose: "reminder",
  step: "by staff 2026-06-15T14:59",
  label: "Sent by the study team",
  channel: "push",
  outcome: "pending",
  why: "On its way; nobody has taken it yet.",
};

it("lists what is planned with when and why, and what was just sent without asking anew", async () => {
  let reminders = [lastDay];
  serve({
    [`GET ${base}`]: () => ({ ...mary, zone: "UTC", forms: [open], reminders }),
    [`POST ${base}/reminders`]: () => {
      reminders = [lastDay, byStaff];
      return { sent: true, reason: "due", why: "A reminder is on its way." };
    },
  });
  show(<ParticipantPage code="P-001" />);
  const list = await screen.findByRole("table", { name: "Reminders of Week 12", hidden: true });
  const rows = () =>
    within(list)
      .getAllByRole("row", { hidden: true })
      .slice(1)
      .map((row) => [...row.querySelectorAll("th, td")].map((cell) => cell.textContent));
  expect(rows()).toEqual([
    ["On the last day", "29 Jun 2099, 14:00", "Planned; nothing has been sent yet."],
  ]);
  await userEvent.click(screen.getByRole("button", { name: "Send a reminder now: Week 12" }));
  expect(await screen.findByText("A reminder is on its way.")).toBeTruthy();
  await within(list).findByText("On its way; nobody has taken it yet.");
  expect(rows()[1]).toEqual([
    "Sent by the study team",
    "15 Jun 2026, 14:59push",
    "On its way; nobody has taken it yet.",
  ]);
});
