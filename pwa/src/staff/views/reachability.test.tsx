import { screen } from "@testing-library/preact";
import { afterEach, expect, it, vi } from "vitest";
import { mary } from "../testing/people";
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
