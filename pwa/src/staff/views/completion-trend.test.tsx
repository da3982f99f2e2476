/** Completion month by month: the line, what is heard of it, and the table beside it. */
import { screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { TrendMonth } from "../api/types";
import { serve } from "../testing/server";
import { show } from "../testing/show";
import { described, runs, TrendPicture } from "./completion-trend";

const month = (name: string, n: number, of: number): TrendMonth => ({
  month: name,
  n,
  of,
  wilson: of === 0 ? null : [40, 95],
});
const months = [
  month("2025-11", 4, 8),
  month("2025-12", 0, 0),
  month("2026-01", 9, 11),
  month("2026-02", 7, 10),
];
const trend = (of: readonly TrendMonth[]) => ({
  "GET /api/studies/trial/completion/trend": {
    now: "2026-03-01T00:00:00Z",
    rule_version: "1",
    alive_rule: "window_close",
    months: of,
  },
});

describe("completion month by month", () => {
  it("says every month as n of N with its interval, the latest first, and no data as no data", async () => {
    serve(trend(months));
    show(<TrendPicture filters={{}} />);
    const table = await screen.findByRole("table");
    const rows = [...table.querySelectorAll("tbody tr")].map((row) => row.textContent);
    expect(rows[0]).toBe("Feb 202670.0 %7/1040.0 – 95.0 %");
    expect(rows[1]).toBe("Jan 202681.8 %9/1140.0 – 95.0 %");
    expect(rows[2]).toBe("Dec 2025no data");
  });

  it("is heard as a sentence with its lowest and highest month", async () => {
    serve(trend(months));
    show(<TrendPicture filters={{}} />);
    const picture = await screen.findByRole("img");
    expect(picture.getAttribute("aria-label")).toBe(described(months));
    expect(described(months)).toContain(
      "from Nov 2025 to Feb 2026; the lowest month has 50.0 % (Nov 2025), the highest 81.8 % (Jan 2026)",
    );
  });

  it("opens the forms of a month from its numbers, under the filters of the page", async () => {
    serve(trend(months));
    show(<TrendPicture filters={{ site: "BOS" }} />);
    const row = (await screen.findByText("Jan 2026")).closest("tr") as HTMLElement;
    expect([...row.querySelectorAll("a")].map((link) => link.getAttribute("href"))).toEqual([
      "#/trial/forms?site=BOS&month=2026-01&measure=completion_n",
      "#/trial/forms?site=BOS&month=2026-01&measure=completion_of",
    ]);
    const nothing = screen.getByText("Dec 2025").closest("tr") as HTMLElement;
    expect(nothing.querySelector("a")).toBeNull();
  });

  it("opens the forms that were due in a month from its point", async () => {
    serve(trend(months));
    const { container } = show(<TrendPicture filters={{}} />);
    await screen.findByRole("table");
    await userEvent.click(container.querySelectorAll("circle.point")[1] as Element);
    expect(window.location.hash).toBe("#/trial/forms?month=2026-01&measure=completion_of");
  });

  it("interrupts the line where a month has no data", async () => {
    serve(trend(months));
    const { container } = show(<TrendPicture filters={{}} />);
    await screen.findByRole("table");
    expect(container.querySelectorAll("polyline")).toHaveLength(2);
    expect(container.querySelectorAll("circle.point")).toHaveLength(3);
    const point = (x: number) => ({ month: month("2026-01", 1, 2), x, part: 0.5 });
    expect(runs([point(1), null, null, point(2), point(3)]).map((run) => run.length)).toEqual([
      1, 2,
    ]);
    expect(runs([null])).toEqual([]);
  });

  it("asks under the filters of the page and draws nothing of a single month", async () => {
    const calls = serve(trend(months.slice(0, 1)));
    const { container } = show(<TrendPicture filters={{ site: "BOS", as_of: "2026-01-31" }} />);
    await waitFor(() => expect(container.querySelector("[aria-busy=false]")).toBeTruthy());
    expect(calls[0]?.query).toEqual({ site: "BOS", as_of: "2026-01-31" });
    expect(screen.queryByRole("img")).toBeNull();
  });

  it("names as many months as there is room for in ten years", async () => {
    const many = Array.from({ length: 120 }, (_, index) =>
      month(`${2026 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}`, 1, 2),
    );
    serve(trend(many));
    const { container } = show(<TrendPicture filters={{}} />);
    await screen.findByRole("table");
    const names = [...container.querySelectorAll("text.axis:not(.soft)")].slice(3);
    expect(names.length).toBeLessThan(25);
    expect(names.at(-1)?.textContent).toBe("Dec");
  });
});
