import { screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ActContext } from "../acts/base";
import { ann, form, mary, row, study } from "../testing/people";
import { answer, serve } from "../testing/server";
import { show, visit } from "../testing/show";
import { TodayView } from "./today";
import { waysFor } from "./today-acts";

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

describe("the ways out of a row", () => {
  const context: ActContext = {
    study,
    person: { ...mary, forms: [form(1), form(2)] },
    today: "2026-06-15",
  };
  const named = (verb: string, more = {}, kind = "silent", base = context) =>
    waysFor(row({ kind, action: { verb, label: "", ...more } }), base).map((way) => way.act.name);

  it("begin with the one that its verb names", () => {
    expect(named("record_contact")).toEqual(["record_contact"]);
    expect(named("record_visit", { timepoint: "W12" })).toEqual(["record_visit", "record_contact"]);
    expect(named("code_reason", { form_ids: [1] })).toEqual(["code_reason"]);
    expect(named("resolve_conflict", { response_ids: ["r-1"] })).toEqual(["resolve_conflict"]);
    expect(named("resolve_time", { response_ids: ["r-1"] })).toEqual(["resolve_time"]);
    expect(named("decide_correction", { correction_id: 4 })).toEqual(["decide_correction"]);
  });

  it("include another phone where the phone does not answer", () => {
    expect(named("record_contact", {}, "unreachable")).toEqual(["record_contact", "replace_phone"]);
  });

  it("let an exemption be declined as well as approved", () => {
    const waiting = {
      id: 7,
      reason: "LANGUAGE",
      from: "2026-03-01",
      to: null,
      recorded_at: "2026-06-01T10:00:00Z",
      by: "Ann Lee",
      approved_at: null,
      approved_by: null,
      needs_approval: true,
      signals: [],
    };
    const base = { ...context, person: { ...mary, exemptions: [waiting] } };
    expect(named("approve_exemption", { exemption_id: 7 }, "exemption_approval", base)).toEqual([
      "approve_exemption",
      "decline_exemption",
    ]);
    const settled = { ...waiting, approved_at: "2026-06-14T10:00:00Z" };
    const after = { ...context, person: { ...mary, exemptions: [settled] } };
    expect(named("approve_exemption", { exemption_id: 7 }, "exemption_approval", after)).toEqual(
      [],
    );
  });

  it("are none when the record no longer holds what it was about", () => {
    const coded = { ...context, person: { ...mary, forms: [form(1, { reason: "too_ill" })] } };
    expect(named("code_reason", { form_ids: [1] }, "reason_needed", coded)).toEqual([]);
    expect(named("approve_exemption", { exemption_id: 99 })).toEqual([]);
    expect(named("resolve_time")).toEqual([]);
    expect(named("decide_correction")).toEqual([]);
    expect(named("dance")).toEqual([]);
  });
});

it("says so when a colleague has settled a row meanwhile, and closes it", async () => {
  const asked = row({
    kind: "reason_needed",
    action: { verb: "code_reason", label: "Give the reason", timepoint: "W12", form_ids: [1] },
  });
  let rows = [asked];
  serve({
    "GET /api/studies/trial/today": () => ({ now: "", as_of_date: "2026-06-15", rows }),
    "GET /api/studies/trial/participants/P-001": () => {
      rows = [];
      return { ...mary, forms: [form(1, { reason: "too_ill" })] };
    },
  });
  show(<TodayView route={visit("#/trial/today")} />);
  await userEvent.click(await screen.findByRole("button", { name: /Give the reason/ }));
  expect(await screen.findByText(/has been settled meanwhile/)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Close" }));
  await waitFor(() => expect(screen.queryByRole("link", { name: "P-001" })).toBeNull());
});

it("replaces a phone that does not answer in the row, and shows the code there", async () => {
  const calls = serve({
    "GET /api/studies/trial/today": {
      now: "",
      as_of_date: "2026-06-15",
      rows: [row({ kind: "unreachable" })],
    },
    "GET /api/studies/trial/participants/P-001": mary,
    "POST /api/studies/trial/participants/P-001/enrolment-codes": answer(201, {
      code: "ABCD-EFGH",
      kind: "on_site",
      pin: null,
      url: "http://x/enrol#ABCD-EFGH",
      expires_at: "2026-06-15T16:00:00Z",
      qr_svg: "",
    }),
  });
  show(<TodayView route={visit("#/trial/today")} />);
  await userEvent.click(await screen.findByRole("button", { name: /Record a call/ }));
  await userEvent.click(await screen.findByRole("button", { name: "Enrol a phone" }));
  await userEvent.click(screen.getByRole("button", { name: "Show a code" }));
  expect(await screen.findByText("ABCD-EFGH")).toBeTruthy();
  expect(calls.find((one) => one.method === "POST")?.body).toEqual({
    kind: "on_site",
    replace: false,
  });
});
