import { describe, expect, it } from "vitest";
import { form, mary, study } from "../testing/people";
import { responseLine, scoreLines, timeline } from "./timeline";

const TODAY = "2026-06-15";

const answered = {
  id: "r-1",
  form_id: 1,
  authored_at: "2026-04-14T14:02:00Z",
  received_at: "2026-04-18T09:00:00Z",
  mode: "own_device",
  disposition: "in_window",
  skew_seconds: 10_800,
  time_accepted: null,
  conflict: false,
  conflict_resolution: null,
  scores: [
    { id: "s", title: "Strain", value: 41.7, label: null, n_answered: 6, n_items: 7 },
    { id: "t", title: "Sleep", value: null, label: null, n_answered: 1, n_items: 7 },
  ],
};

describe("the timeline", () => {
  it("keeps the questionnaires of a timepoint together", () => {
    const person = { ...mary, forms: [form(1), form(2, { title: "Worry" })] };
    const entry = timeline(study, person, TODAY).past.find((one) => one.key === "forms W12");
    expect(entry?.occasion?.forms.map((one) => one.id)).toEqual([1, 2]);
    expect(entry?.date).toBe("2026-04-14");
  });

  it("puts an open window under now, with its last day", () => {
    const open = form(1, {
      status: "open",
      opens: "2026-06-01",
      target: "2026-06-20",
      closes: "2026-06-29",
    });
    const { now, past, coming } = timeline(study, { ...mary, forms: [open] }, TODAY);
    expect(now.map((entry) => [entry.key, entry.until])).toEqual([["forms W12", "2026-06-29"]]);
    expect([...past, ...coming].some((entry) => entry.occasion)).toBe(false);
  });

  it("orders what is to come soonest first and what has been latest first", () => {
    const person = {
      ...mary,
      forms: [
        form(1, { timepoint: "W24", opens: "2026-09-01", status: "upcoming" }),
        form(2, { timepoint: "W36", opens: "2026-08-01", status: "upcoming" }),
      ],
    };
    const { coming, past } = timeline(study, person, TODAY);
    expect(coming.map((entry) => entry.date)).toEqual(["2026-08-01", "2026-09-01"]);
    expect(past.map((entry) => entry.key)).toEqual(["anchor cessation 2026-01-20", "enrolled"]);
  });

  it("shows a planned visit as due, as missed, or not at all once it took place", () => {
    const planned = (status: string) => ({
      ...mary,
      planned_visits: [
        {
          timepoint: "W12",
          label: "Week 12",
          kind: "clinic",
          opens: "2026-06-01",
          target: "2026-06-10",
          closes: "2026-06-20",
          status,
          on: null,
        },
      ],
    });
    const titles = (status: string) => {
      const { now, past } = timeline(study, planned(status), TODAY);
      return [...now, ...past]
        .filter((entry) => entry.group === "visits")
        .map((entry) => entry.title);
    };
    expect(titles("due")).toEqual(["Visit planned: Week 12"]);
    expect(titles("done")).toEqual([]);
    expect(titles("not_expected")).toEqual([]);
    const missed = { ...planned("missed") };
    expect(timeline(study, missed, "2026-06-30").past[0]?.title).toBe(
      "Visit not recorded: Week 12",
    );
  });

  it("shows a test and the first message to a new phone, apart from the reminders", () => {
    const about = { timepoint: null, channel: "push", outcome: "shown" };
    const person = {
      ...mary,
      forms: [form(1)],
      reminders: [
        {
          ...about,
          purpose: "test" as const,
          at: "2026-06-10T15:30:00Z",
          step: "test",
          label: "Test reminder",
          why: "The phone confirmed that it was shown.",
        },
        {
          ...about,
          purpose: "confirm" as const,
          at: "2026-06-09T02:00:00Z",
          step: "confirm",
          label: "Reminders switched on",
          outcome: "sent",
          why: "The push service took the message. The phone has not confirmed that it was shown.",
        },
      ],
    };
    const { past } = timeline(study, person, TODAY);
    const [test, confirm] = past.filter((entry) => entry.title.includes("about no questionnaire"));
    expect(test?.title).toBe("Test reminder, about no questionnaire");
    expect(test?.lines[0]).toBe("10 Jun 2026, 11:30, push");
    expect(test?.lines[1]).toBe("The phone confirmed that it was shown.");
    // By her calendar, not by that of the server.
    expect(confirm?.date).toBe("2026-06-08");
    expect([test?.group, confirm?.group]).toEqual(["devices", "devices"]);
    const forms = past.find((entry) => entry.occasion);
    expect(forms?.occasion?.reminders).toEqual([]);
  });

  it("keeps the reminders of forms that are no longer asked", () => {
    const reminder = {
      purpose: "reminder" as const,
      at: "2026-04-01T14:00:00Z",
      timepoint: "W24",
      step: "open",
      label: "On the day it opens",
      channel: null,
      outcome: "cancelled",
      why: "No reminder: this is no longer asked.",
    };
    const person = { ...mary, forms: [form(1)], reminders: [reminder] };
    const { past } = timeline(study, person, TODAY);
    const left = past.find((entry) => entry.key === "reminders W24");
    expect(left?.title).toBe("Reminders of Week 24, which is no longer asked");
    expect([left?.date, left?.group]).toEqual(["2026-04-01", "forms"]);
    expect(left?.occasion?.reminders).toEqual([reminder]);
    expect(left?.occasion?.forms).toEqual([]);
  });

  it("says who exempted, since when, and what is odd about it", () => {
    const exemption = {
      id: 3,
      reason: "LANGUAGE",
      from: "2026-02-01",
      to: "2026-05-01",
      recorded_at: "2026-03-01T15:00:00Z",
      by: "Bea Ott",
      approved_at: null,
      approved_by: null,
      needs_approval: true,
      signals: ["Entered on 2026-03-01, after Baseline had closed."],
    };
    const entries = timeline(study, { ...mary, exemptions: [exemption] }, TODAY).past;
    const start = entries.find((entry) => entry.key === "exempt 3");
    expect(start?.lines).toEqual([
      "Exemption waits for a second approver",
      "Entered on 1 Mar 2026, after Baseline had closed.",
      "entered 1 Mar 2026 by Bea Ott",
    ]);
    expect(entries.find((entry) => entry.key === "exempt end 3")?.date).toBe("2026-05-01");
  });

  it("offers to take back what staff entered, and nothing else", () => {
    const person = {
      ...mary,
      visits: [
        {
          id: 12,
          timepoint: "W12",
          date: "2026-04-14",
          kind: "clinic",
          recorded_at: null,
          by: null,
        },
      ],
      contacts: [
        {
          id: 13,
          date: "2026-04-15",
          channel: "call",
          outcome: "spoke",
          interpreter_used: true,
          note: "Prefers mornings.",
        },
      ],
      events: [
        {
          id: 14,
          kind: "progression",
          label: "Progression",
          date: "2026-05-01",
          recorded_at: null,
          by: null,
        },
      ],
    };
    const { past } = timeline(study, person, TODAY);
    expect(past.flatMap((entry) => (entry.entered ? [entry.entered] : []))).toEqual([
      { kind: "events", id: 14 },
      { kind: "contacts", id: 13 },
      { kind: "visits", id: 12 },
    ]);
  });

  it("puts a phone on the day of the participant's own zone", () => {
    const device = {
      id: 1,
      label: "Pixel 7",
      enrolled_at: "2026-01-06T02:00:00Z",
      last_seen_at: null,
      revoked_at: "2026-03-01T15:00:00Z",
      unsent: 0,
      came_in: "transfer" as const,
    };
    const { past } = timeline(study, { ...mary, devices: [device] }, TODAY);
    expect(
      past.filter((entry) => entry.group === "devices").map((entry) => [entry.date, entry.title]),
    ).toEqual([
      ["2026-03-01", "Phone signed out: Pixel 7"],
      ["2026-01-05", "Phone enrolled: Pixel 7"],
    ]);
  });

  it.each([
    ["on_site", "with a code at the site"],
    ["remote", "with a link and a PIN"],
    ["transfer", "with a code from another phone"],
    ["passkey", "with a passkey"],
  ] as const)("says how a phone came in: %s", (came_in, words) => {
    const enrolled_at = "2026-01-06T02:00:00Z";
    const last_seen_at = "2026-01-07T15:00:00Z";
    const device = {
      id: 1,
      label: "",
      enrolled_at,
      last_seen_at,
      revoked_at: null,
      unsent: 0,
      came_in,
    };
    const { past } = timeline(study, { ...mary, devices: [device] }, TODAY);
    const entry = past.find(({ group }) => group === "devices");
    expect(entry?.title).toBe("Phone enrolled: no name");
    expect(entry?.lines).toEqual([words, "last seen 7 Jan 2026, 10:00"]);
  });
});

describe("an answer", () => {
  it("says when it was given and came, how, and what the phone's clock was like", () => {
    expect(responseLine(answered, "America/New_York")).toBe(
      "answered 14 Apr 2026, 10:02, received 18 Apr 2026, 05:00, own phone, the phone's clock was 180 min fast",
    );
  });

  it("has its scores, or the word that there is none", () => {
    expect(scoreLines(answered)).toEqual([
      "Strain: 41.7 (6 of 7 answered)",
      "Sleep: cannot be scored (1 of 7 answered)",
    ]);
  });
});
