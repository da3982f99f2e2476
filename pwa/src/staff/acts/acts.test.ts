import { describe, expect, it } from "vitest";
import { faults, initialValues } from "../parts/form";
import { form, mary, study } from "../testing/people";
import type { Act, ActContext } from "./base";
import {
  approveExemption,
  declineExemption,
  endExemption,
  exempt,
  replacePhone,
  resolveConflict,
  resolveTime,
} from "./decide";
import {
  codeReason,
  correctAnchor,
  recordContact,
  recordEvent,
  recordVisit,
  takeBack,
} from "./record";

const context: ActContext = { study, person: mary, today: "2026-06-15" };
const base = "/api/studies/trial/participants/P-001";

/** What an act sends when its fields hold their initial values and these. */
function sent(act: Act, values: Record<string, string> = {}) {
  return act.sendings({ ...initialValues(act.fields), ...values });
}

const waiting = {
  id: 7,
  reason: "LANGUAGE",
  from: "2026-02-01",
  to: null,
  recorded_at: "2026-06-01T15:00:00Z",
  by: "Bea Ott",
  approved_at: null,
  approved_by: null,
  needs_approval: true,
  signals: [],
};

describe("a contact", () => {
  it("is today by telephone unless staff say otherwise", () => {
    expect(sent(recordContact(context), { outcome: "spoke", note: " Tonight. " })).toEqual([
      {
        path: `${base}/contacts`,
        body: {
          date: "2026-06-15",
          channel: "call",
          outcome: "spoke",
          interpreter_used: false,
          note: "Tonight.",
        },
      },
    ]);
  });

  it("needs an outcome and cannot lie in the future", () => {
    const { fields } = recordContact(context);
    const wrong = faults(fields, { ...initialValues(fields), date: "2026-06-16" });
    expect(Object.keys(wrong).sort()).toEqual(["date", "outcome"]);
  });
});

describe("a visit", () => {
  it("is the planned one whose window is open", () => {
    const person = {
      ...mary,
      planned_visits: [
        {
          timepoint: "W24",
          label: "Week 24",
          kind: "clinic",
          opens: "2026-06-10",
          target: "2026-06-24",
          closes: "2026-07-08",
          status: "due",
          on: null,
        },
      ],
    };
    expect(sent(recordVisit({ ...context, person }))[0]?.body).toEqual({
      timepoint: "W24",
      date: "2026-06-15",
      kind: "clinic",
    });
  });

  it("outside the plan has no timepoint", () => {
    expect(sent(recordVisit(context))[0]?.body).toMatchObject({ timepoint: null });
  });

  it("is the one that the worklist named", () => {
    expect(sent(recordVisit({ ...context, timepoint: "W12" }))[0]?.body).toMatchObject({
      timepoint: "W12",
    });
  });
});

it("an event offers only what can happen in the arm, and warns that messages stop", () => {
  const act = recordEvent({ ...context, person: { ...mary, arm: "continue" } });
  expect(act.fields[0]?.options?.map((option) => option.value)).toEqual(["death"]);
  expect(act.intro).toContain("no message is sent");
  expect(sent(act, { kind: "death" })[0]).toEqual({
    path: `${base}/events`,
    body: { kind: "death", date: "2026-06-15" },
  });
});

describe("a reason", () => {
  const forms = [
    form(1),
    form(2, { title: "Worry" }),
    form(3, { reason: "no_time" }),
    form(4, { status: "open" }),
  ];
  const person = { ...mary, forms };

  it("is given to all forms that the worklist row names, in one go", () => {
    const act = codeReason({ ...context, person, formIds: [1, 2] });
    expect(sent(act, { reason: "too_ill" }).map((one) => one.body)).toEqual([
      { expected_form_id: 1, reason: "too_ill" },
      { expected_form_id: 2, reason: "too_ill" },
    ]);
  });

  it("is asked for missing forms without one only", () => {
    const options = codeReason({ ...context, person }).fields[0]?.options ?? [];
    expect(options.map((option) => option.value)).toEqual(["all", "1", "2"]);
  });

  it("can be given to one form", () => {
    const act = codeReason({ ...context, person });
    expect(sent(act, { form: "2", reason: "no_time" })).toHaveLength(1);
  });
});

it("an anchor is corrected with a reason; the day of enrolment is no anchor of that kind", () => {
  const act = correctAnchor(context);
  expect(act.fields[0]?.options?.map((option) => option.value)).toEqual(["cessation"]);
  expect(sent(act, { date: "2026-01-22", reason: "Typing error" })[0]?.body).toEqual({
    name: "cessation",
    date: "2026-01-22",
    reason: "Typing error",
  });
});

describe("an exemption", () => {
  it("offers only the reasons that the study allows", () => {
    const act = exempt(context);
    expect(act.fields[0]?.options?.map((option) => option.value)).toEqual(["LANGUAGE"]);
    expect(sent(act)[0]).toEqual({
      path: `${base}/exemptions`,
      body: { reason: "LANGUAGE", from: "2026-06-15", to: null },
    });
  });

  it("is approved only with the box ticked, and names who entered it", () => {
    const act = approveExemption(context, waiting);
    expect(act.intro).toContain("Bea Ott");
    expect(faults(act.fields, initialValues(act.fields))).toHaveProperty("checked");
    expect(sent(act)[0]).toEqual({ path: `${base}/exemptions/7/approval`, body: {} });
  });

  it("is declined or ended with a reason", () => {
    expect(sent(declineExemption(context, waiting), { reason: "Reads well" })[0]).toEqual({
      path: `${base}/exemptions/7/void`,
      body: { reason: "Reads well" },
    });
    expect(sent(endExemption(context, waiting), { reason: "Learnt English" })[0]).toEqual({
      path: `${base}/exemptions/7/end`,
      body: { on: "2026-06-15", reason: "Learnt English" },
    });
  });
});

describe("a phone", () => {
  const device = {
    id: 1,
    label: "Pixel 7",
    enrolled_at: "2026-01-05T15:00:00Z",
    last_seen_at: null,
    revoked_at: null,
    unsent: 0,
    came_in: "on_site" as const,
  };

  it("is simply enrolled when there is none", () => {
    const act = replacePhone(context);
    expect(act.fields.map((field) => field.name)).toEqual(["kind"]);
    expect(sent(act, { kind: "remote" })[0]?.body).toEqual({ kind: "remote", replace: false });
    expect(sent(act)[0]?.body).toEqual({ kind: "on_site", replace: false });
  });

  it("replaces the others when there is one, in three presses", () => {
    const act = replacePhone({ ...context, person: { ...mary, devices: [device] } });
    expect(sent(act)[0]?.body).toEqual({
      kind: "on_site",
      replace: true,
      reason: "new_phone",
    });
  });
});

it("decisions are said with a reason and have no default", () => {
  for (const act of [resolveConflict(context, ["r-1"]), resolveTime(context, ["r-1"])]) {
    expect(Object.keys(faults(act.fields, initialValues(act.fields)))).toEqual([
      "accept",
      "reason",
    ]);
    expect(sent(act, { accept: "yes", reason: "She said so" })[0]?.body).toEqual({
      accept: true,
      reason: "She said so",
    });
  }
});

it("one decision about a pack is sent for each of its responses", () => {
  const act = resolveConflict(context, ["r-1", "r-2"]);
  const paths = sent(act, { accept: "no", reason: "Sent twice" }).map((sending) => sending.path);
  expect(paths.map((path) => path.split("/").at(-2))).toEqual(["r-1", "r-2"]);
});

it("an entry made by mistake is taken back with a reason", () => {
  expect(sent(takeBack(context, "visits", 12), { reason: "Wrong person" })[0]).toEqual({
    path: `${base}/visits/12/void`,
    body: { reason: "Wrong person" },
  });
});
