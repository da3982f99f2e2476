import { act, fireEvent, render, screen, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { type Column, Table } from "./table";

interface Row {
  readonly code: string;
  readonly share: number | null;
}

const columns: readonly Column<Row>[] = [
  { key: "code", head: "Code", rowHead: true, cell: (row) => row.code, sort: (row) => row.code },
  {
    key: "share",
    head: "Share",
    numeric: true,
    cell: (row) => row.share ?? "no data",
    sort: (row) => row.share,
  },
];

const rows: readonly Row[] = [
  { code: "P-10", share: 0.5 },
  { code: "P-2", share: null },
  { code: "P-1", share: 0.9 },
];

const show = (more: Partial<Parameters<typeof Table<Row>>[0]> = {}) =>
  render(
    <Table caption="People" columns={columns} rows={rows} rowKey={(row) => row.code} {...more} />,
  );

const order = () => screen.getAllByRole("rowheader").map((cell) => cell.textContent);

it("is a real table with a caption, heads and a box that the keyboard reaches", () => {
  show();
  const region = screen.getByRole("region", { name: "People" });
  expect(region.tabIndex).toBe(0);
  expect(within(region).getByRole("table", { name: "People" })).toBeTruthy();
  expect(screen.getAllByRole("columnheader")).toHaveLength(2);
});

it("keeps the order it was given until somebody sorts", async () => {
  show();
  expect(order()).toEqual(["P-10", "P-2", "P-1"]);
  await userEvent.click(screen.getByRole("button", { name: /Code/ }));
  expect(order()).toEqual(["P-1", "P-2", "P-10"]);
  expect(screen.getByRole("columnheader", { name: /Code/ }).getAttribute("aria-sort")).toBe(
    "ascending",
  );
});

it("puts empty values last both ways", async () => {
  show();
  const head = screen.getByRole("button", { name: /Share/ });
  await userEvent.click(head);
  expect(order()).toEqual(["P-10", "P-1", "P-2"]);
  await userEvent.click(head);
  expect(order()).toEqual(["P-1", "P-10", "P-2"]);
  expect(screen.getByRole("columnheader", { name: /Share/ }).getAttribute("aria-sort")).toBe(
    "descending",
  );
});

it("says that it is empty", () => {
  show({ rows: [], empty: "Nobody is exempt here." });
  expect(screen.getByText("Nobody is exempt here.")).toBeTruthy();
});

it("opens a panel below the row it belongs to", () => {
  show({ below: (row) => (row.code === "P-2" ? <p>Panel</p> : null) });
  const panel = screen.getByText("Panel").closest("tr");
  expect(panel?.previousElementSibling?.textContent).toContain("P-2");
});

it("is no stop for the keyboard where it fits, and one where it must be scrolled", async () => {
  const looks: (() => void)[] = [];
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(look: () => void) {
        looks.push(look);
      }
      observe() {}
      disconnect() {}
    },
  );
  show();
  const box = screen.getByRole("table").parentElement as HTMLElement;
  const size = (name: string, of: Element, value: number) =>
    Object.defineProperty(of, name, { configurable: true, value });
  size("clientWidth", box, 800);
  size("offsetWidth", screen.getByRole("table"), 800);
  await act(() => looks[0]?.());
  expect([box.className, box.getAttribute("tabindex")]).toEqual(["scroll unscrolled", null]);
  size("offsetWidth", screen.getByRole("table"), 801);
  await act(() => looks[0]?.());
  expect([box.className, box.getAttribute("tabindex")]).toEqual(["scroll", "0"]);
  vi.unstubAllGlobals();
});

it("comes into view as a whole when the keyboard moves in it, and lies still for the mouse", () => {
  show();
  const box = screen.getByRole("table").parentElement as HTMLElement;
  const button = screen.getAllByRole("button")[0] as HTMLElement;
  const moved = vi.fn();
  box.scrollIntoView = moved;
  const byKeyboard = vi.spyOn(button, "matches").mockReturnValue(false);
  fireEvent.focusIn(button);
  expect(moved).not.toHaveBeenCalled();
  byKeyboard.mockReturnValue(true);
  fireEvent.focusIn(button);
  expect(moved).toHaveBeenCalledWith({ block: "nearest" });
  Object.defineProperty(box, "clientHeight", { value: window.innerHeight + 1 });
  fireEvent.focusIn(button);
  expect(moved).toHaveBeenCalledTimes(1);
});
