/** A score that was computed again is marked, with the old value, the new one and the versions. */
import { screen } from "@testing-library/preact";
import { describe, expect, it } from "vitest";
import type { ResponseView, ScoreView } from "../api/types";
import { show } from "../testing/show";
import { changed, Scores } from "./scores";

const score = (value: number | null, id = "strain"): ScoreView => ({
  id,
  title: "Strain",
  value,
  label: null,
  n_answered: 7,
  n_items: 7,
});
const response = (scorings: ResponseView["scorings"]): ResponseView => ({
  id: "r-1",
  form_id: 5,
  authored_at: "2026-06-10T14:00:00Z",
  received_at: "2026-06-10T14:00:00Z",
  mode: "own_device",
  disposition: "in_window",
  skew_seconds: 0,
  time_accepted: null,
  conflict: false,
  conflict_resolution: null,
  scores: scorings?.at(-1)?.scores ?? [score(40)],
  scorings: scorings ?? [],
});
const scoring = (at: string, rules_version: string, ...scores: ScoreView[]) => ({
  scored_at: at,
  rules_version,
  engine_version: "1",
  scores,
});

describe("scores", () => {
  it("of one scoring carry no mark", () => {
    show(<Scores response={response(undefined)} zone="UTC" />);
    expect(screen.getByText(/Strain: 40/)).toBeTruthy();
    expect(screen.queryByText("scored again")).toBeNull();
  });

  it("that were computed again say what they were, when, and under which rules", () => {
    const twice = [
      scoring("2026-06-10T14:00:00Z", "1.0.0", score(40)),
      scoring("2027-01-02T09:00:00Z", "1.0.1", score(80)),
    ];
    show(<Scores response={response(twice)} zone="UTC" />);
    expect(screen.getByText("scored again")).toBeTruthy();
    expect(screen.getByText("Strain: 80 (before: 40)")).toBeTruthy();
    const versions = screen.getByText(/First scored/).textContent;
    expect(versions).toContain("10 Jun 2026, 14:00, rules 1.0.0, program 1");
    expect(versions).toContain("Scored last: 2 Jan 2027, 09:00, rules 1.0.1, program 1");
  });

  it("that came out the same are said to be the same", () => {
    expect(changed([score(40)], [score(40)])).toEqual(["The values are the same."]);
    expect(changed([score(null)], [score(3)])).toEqual(["Strain: 3 (before: cannot be scored)"]);
    expect(changed([], [score(3)])[0]).toContain("before:");
  });
});
