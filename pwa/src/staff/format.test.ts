import { describe, expect, it } from "vitest";
import {
  balance,
  day,
  daysBetween,
  intervalText,
  localDate,
  moment,
  percent,
  prose,
  shareText,
  together,
  words,
} from "./format";
import { rates } from "./testing/people";
import { wilson } from "./wilson";

describe("a share", () => {
  it("carries n and N and one decimal", () => {
    expect(shareText({ n: 9, of: 11 })).toBe("81.8 % (9/11)");
    expect(shareText({ n: 0, of: 11 })).toBe("0.0 % (0/11)");
    expect(shareText({ n: 11, of: 11 })).toBe("100.0 % (11/11)");
  });

  it("reads no data when nothing was expected", () => {
    expect(percent({ n: 0, of: 0 })).toBe("no data");
    expect(shareText({ n: 0, of: 0 })).toBe("no data");
  });

  it("rounds halves up, whatever binary fractions would do", () => {
    expect(percent({ n: 1, of: 16 })).toBe("6.3 %");
    expect(percent({ n: 1, of: 400 })).toBe("0.3 %");
    expect(percent({ n: 1, of: 2000 })).toBe("0.1 %");
    expect(percent({ n: 1, of: 3 })).toBe("33.3 %");
  });
});

describe("the Wilson interval", () => {
  it("is that of the worked example", () => {
    expect(intervalText(wilson({ n: 9, of: 11 }))).toBe("52.3 to 94.9 %");
  });

  it("stays within 0 and 100 %", () => {
    expect(intervalText(wilson({ n: 0, of: 11 }))).toBe("0.0 to 25.9 %");
    expect(wilson({ n: 5, of: 5 })?.[1]).toBe(1);
  });

  it("does not exist without data", () => {
    expect(wilson({ n: 0, of: 0 })).toBeNull();
    expect(intervalText(null)).toBe("no data");
  });
});

describe("the balance", () => {
  it("holds when everybody is in exactly one column", () => {
    const sum = balance([rates(), rates({ arm: "continue" })]);
    expect(sum).toMatchObject({ enrolled: 40, expected: 22, exempt: 4, holds: true });
  });

  it("says so when somebody got lost", () => {
    expect(balance([rates({ exempt: 1 })]).holds).toBe(false);
  });
});

describe("questionnaires put together", () => {
  const both = together(
    [rates(), rates({ questionnaire: "worry", missing: 3, completion: { n: 8, of: 11 } })],
    (row) => row.timepoint,
  );

  it("add up form by form", () => {
    expect(both).toHaveLength(1);
    expect(both[0]).toMatchObject({
      questionnaire: null,
      enrolled: 40,
      missing: 5,
      completion: { n: 17, of: 22 },
      reasons: { refused_this_time: 2, "not coded": 2 },
    });
  });

  it("have no median, because medians do not add up", () => {
    expect(both[0]?.median_hours).toBeNull();
  });

  it("leave a single row as it is", () => {
    expect(together([rates()], () => "one")[0]?.questionnaire).toBe("life");
  });
});

describe("dates", () => {
  it("are written out, so that nobody mistakes the month for the day", () => {
    expect(day("2026-06-05")).toBe("5 Jun 2026");
    expect(day(null)).toBe("–");
    expect(day("soon")).toBe("soon");
  });

  it("are written alike inside the server's sentences", () => {
    expect(prose("Open until the end of 2026-12-14.")).toBe("Open until the end of 14 Dec 2026.");
  });

  it("belong to the participant's zone", () => {
    expect(localDate("2026-06-15T02:00:00Z", "America/New_York")).toBe("2026-06-14");
    expect(moment("2026-06-15T02:00:00Z", "America/New_York")).toBe("14 Jun 2026, 22:00");
    expect(moment("2026-06-15T02:00:00Z", "Not/AZone")).toBe("15 Jun 2026, 02:00");
  });

  it("count whole days across a change of the clocks", () => {
    expect(daysBetween("2026-03-07", "2026-03-09")).toBe(2);
    expect(daysBetween("2026-03-09", "2026-03-07")).toBe(-2);
  });
});

it("says stored codes in words", () => {
  expect(words("own_device")).toBe("Own device");
  expect(words("time-disputed")).toBe("Time disputed");
});
