import { screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ann, form, mary, row, study } from "../testing/people";
import { answer, serve } from "../testing/server";
import { show, visit } from "../testing/show";
import { actFor, TodayView } from "./today";

afterEach(() => {
  vi.unstubAllGlobals();
});

const base = "/api/studies/trial/participants/P-001";
const list = (...rows: ReturnType<typeof row>[]) => ({
  now: "2026-06-15T15:00:00Z",
  as_of_date: "2026-06-15",
  rows,
});

const call = row({
  id: "call:P-001",
  kind: "call_requested",
  why: "Asked for a call on 2026-06-14.",
});
const reason = row({
  id: "reason:P-002",
  kind: "reason_needed",
  participant: "P-002",
  action: { verb: "code_reason", label: "Give the reason", form_ids: [1, 2] },
});

function open(routes: Record<string, unknown>, staff = ann) {
  const calls = serve(routes);
  show(<TodayView route={visit("#/trial/today")} />, staff);
  return calls;
}

describe("today's list", () => {
  it("says of everybody why they are on it, with dates written out", async () => {
    open({ "GET /api/studies/trial/today": list(call) });
    const person = (await screen.findByRole("link", { name: "P-001" })).closest("tr");
    expect(person?.textContent).toContain("Asked for a call");
    expect(person?.textContent).toContain("14 Jun 2026");
    expect(screen.getByText(/1 row needs you, as of 15 Jun 2026/)).toBeTruthy();
  });

  it("says so when nobody needs anything", async () => {
    open({ "GET /api/studies/trial/today": list() });
    expect(await screen.findAllByText(/Nobody needs you right now/)).not.toHaveLength(0);
  });

  it("asks for the chosen site", async () => {
    const calls = serve({ "GET /api/studies/trial/today": list() });
    show(<TodayView route={visit("#/trial/today?site=CHI")} />);
    await waitFor(() => expect(calls[0]?.query).toEqual({ site: "CHI" }));
  });

  it("can be narrowed to one kind, with counts", async () => {
    serve({ "GET /api/studies/trial/today": list(call, reason) });
    show(<TodayView route={visit("#/trial/today?kind=reason_needed")} />);
    const kinds = await screen.findByRole("navigation", { name: "Show" });
    expect(within(kinds).getByRole("link", { current: true }).textContent).toBe("Reason needed 1");
    expect(screen.queryByRole("link", { name: "P-001" })).toBeNull();
  });

  it("offers a monitor the record, and no act that would be refused", async () => {
    open({ "GET /api/studies/trial/today": list(call) }, { ...ann, role: "monitor" });
    expect(await screen.findByRole("link", { name: "Open the whole record" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Record a call/ })).toBeNull();
  });
});

it("an act is done in its row: telephone number beside the form, then on to the next row", async () => {
  let rows = list(call, reason);
  const calls = open({
    "GET /api/studies/trial/today": () => rows,
    [`GET ${base}`]: mary,
    [`POST ${base}/contacts`]: () => {
      rows = list(reason);
      return answer(201, mary);
    },
  });
  await userEvent.click(
    await screen.findByRole("button", { name: "Record a call: P-001, Week 12" }),
  );
  expect((await screen.findByRole("link", { name: "+1 555 0100" })).getAttribute("href")).toBe(
    "tel:+15550100",
  );
  await userEvent.selectOptions(screen.getByLabelText("Outcome"), "spoke");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(screen.queryByRole("link", { name: "P-001" })).toBeNull());
  expect(screen.getByText("Contact recorded (P-001).")).toBeTruthy();
  expect(document.activeElement).toBe(
    screen.getByRole("button", { name: "Give the reason: P-002" }),
  );
  expect(calls.find((one) => one.method === "POST")?.headers["If-Match"]).toBe('"1.4"');
});

describe("the act of a row", () => {
  const context = { study, person: { ...mary, forms: [form(1), form(2)] }, today: "2026-06-15" };
  const named = (verb: string, more = {}) =>
    actFor(row({ action: { verb, label: "", ...more } }), context)?.name ?? null;

  it("is the one that its verb names", () => {
    expect(named("record_contact")).toBe("record_contact");
    expect(named("record_visit", { timepoint: "W12" })).toBe("record_visit");
    expect(named("code_reason", { form_ids: [1] })).toBe("code_reason");
    expect(named("resolve_conflict", { response_ids: ["r-1"] })).toBe("resolve_conflict");
    expect(named("resolve_time", { response_ids: ["r-1"] })).toBe("resolve_time");
  });

  it("is nothing when the record no longer holds what it was about", () => {
    expect(named("approve_exemption", { exemption_id: 99 })).toBeNull();
    expect(named("resolve_time")).toBeNull();
    expect(named("dance")).toBeNull();
  });
});
