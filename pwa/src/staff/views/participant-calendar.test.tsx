/** One person's time in the study as a picture: as long as it lasts, and nothing outside of it. */
import { describe, expect, it } from "vitest";
import type { ParticipantView } from "../api/types";
import { form, mary } from "../testing/people";
import { show } from "../testing/show";
import { CalendarStrip } from "./participant-calendar";

const visit = (year: number, status = "upcoming") => ({
  timepoint: `Y${year}`,
  label: `Year ${year}`,
  kind: "clinic",
  opens: `${2026 + year}-05-01`,
  target: `${2026 + year}-06-01`,
  closes: `${2026 + year}-07-01`,
  status,
  on: null,
});

const weeks = (starts: readonly string[]) =>
  starts.map((opens, number) =>
    form(number, {
      timepoint: `W${number}`,
      label: `Week ${number}`,
      opens,
      target: opens,
      closes: opens,
    }),
  );

function drawn(person: Partial<ParticipantView>, today = "2026-06-15") {
  const { container } = show(<CalendarStrip person={{ ...mary, ...person }} today={today} />);
  const numbers = (selector: string, name: string) =>
    [...container.querySelectorAll(selector)].map((one) => Number(one.getAttribute(name)));
  return { container, numbers };
}

describe("the calendar of one person", () => {
  it("goes on for the ten years that visits are planned", () => {
    const planned = [visit(1), visit(4), visit(10), visit(2, "done")];
    const { container, numbers } = drawn({ planned_visits: planned });
    const at = numbers(".visit.planned", "cx");
    expect(at).toHaveLength(3);
    expect(at[0]).toBeLessThan(at[1] as number);
    expect(at[2]).toBeCloseTo(990);
    const years = [...container.querySelectorAll(".axis.soft")].map((one) => one.textContent);
    expect(years).toContain("2030");
    expect(years).toContain("2035");
  });

  it("is there for somebody who is only seen and never asked", () => {
    expect(
      drawn({ forms: [], planned_visits: [visit(1)] }).container.querySelector("svg"),
    ).toBeTruthy();
    expect(drawn({ forms: [], planned_visits: [] }).container.querySelector("svg")).toBeNull();
  });

  it("holds a visit and an event after the last window, and one before enrolment", () => {
    const seen = { id: 1, timepoint: "Y5", date: "2031-01-01", kind: "clinic" };
    const died = { id: 1, kind: "death", label: "Died", date: "2032-01-01" };
    const { container, numbers } = drawn({
      visits: [seen, { ...seen, timepoint: "BL", date: "2020-01-01" }],
      events: [{ ...died, recorded_at: null, by: null }],
      forms: weeks(["2026-01-01"]),
    });
    expect(numbers(".visit", "cx").every((x) => x >= 10 && x <= 990)).toBe(true);
    const event = container.querySelector(".event")?.getAttribute("d") ?? "";
    expect(Number(event.match(/^M([\d.]+) /)?.[1])).toBeCloseTo(990);
  });

  it("writes no label over another", () => {
    const starts = ["2026-01-01", "2026-02-01", "2026-02-20", "2026-03-01", "2026-12-01"];
    const { container } = drawn({ forms: weeks(starts), planned_visits: [visit(9)] });
    const labels = [...container.querySelectorAll("g > .axis:not(.soft)")].map((one) => ({
      text: one.textContent,
      x: Number(one.getAttribute("x")),
      y: Number(one.getAttribute("y")),
    }));
    expect(labels.length).toBeGreaterThanOrEqual(3);
    for (const [number, one] of labels.entries())
      for (const other of labels.slice(0, number))
        if (one.y === other.y) expect(Math.abs(one.x - other.x)).toBeGreaterThanOrEqual(34);
  });
});
