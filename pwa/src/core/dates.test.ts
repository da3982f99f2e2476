import { describe, expect, it } from "vitest";
import { addDays, dateIn, daysBetween, longDate, withOffset } from "./dates.ts";

describe("dates in words", () => {
  it("leaves the year out when it is this year", () => {
    expect(longDate("2026-06-18", "2026-01-02")).toBe("Thursday 18 June");
  });

  it("names another year", () => {
    expect(longDate("2027-01-21", "2026-11-22")).toBe("Thursday 21 January 2027");
  });
});

describe("local dates", () => {
  const lateEvening = new Date("2026-06-18T22:30:00Z");

  it("are those of the participant's zone, not of the phone", () => {
    expect(dateIn("Europe/Berlin", lateEvening)).toBe("2026-06-19");
    expect(dateIn("America/New_York", lateEvening)).toBe("2026-06-18");
  });

  it("fall back to the phone's own zone when the name is unknown", () => {
    expect(dateIn("Nowhere/Land", lateEvening)).toMatch(/^2026-06-1[89]$/);
  });

  it("are counted across changes of the clock", () => {
    expect(daysBetween("2026-03-28", "2026-03-30")).toBe(2);
    expect(daysBetween("2026-03-30", "2026-03-28")).toBe(-2);
    expect(addDays("2026-02-27", 2)).toBe("2026-03-01");
    expect(addDays("2028-02-27", 2)).toBe("2028-02-29");
  });
});

describe("the moment a person confirms", () => {
  it("is written with the phone's own offset and is the same instant", () => {
    const now = new Date("2026-06-18T09:30:05.678Z");
    const written = withOffset(now);
    expect(written).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
    expect(Date.parse(written)).toBe(Date.parse("2026-06-18T09:30:05Z"));
  });

  it.each([
    [-330, "2026-06-18T15:00:05+05:30"],
    [0, "2026-06-18T09:30:05+00:00"],
    [210, "2026-06-18T06:00:05-03:30"],
  ])("is right for an offset of %i minutes", (offset, written) => {
    const now = new Date("2026-06-18T09:30:05Z");
    now.getTimezoneOffset = () => offset;
    expect(withOffset(now)).toBe(written);
  });
});
