import { describe, expect, it } from "vitest";
import type { FormCard, Me, Occasion } from "../api/types.ts";
import { clockIsWrong, findForm, finished, isOpen, nextForm, todo, upcoming } from "./plan.ts";

const form = (id: number, state: FormCard["state"] = "open"): FormCard => ({
  id,
  title: `Form ${id}`,
  minutes: 3,
  items: 8,
  questionnaire_sha: `sha-${id}`,
  state,
  why: "",
  received_at: null,
  offer_token: null,
  draft_saved_at: null,
});

const occasion = (
  timepoint: string,
  state: Occasion["state"],
  opens_on: string,
  closes_on: string,
  forms: FormCard[],
): Occasion => ({
  timepoint,
  label: timepoint,
  opens_on,
  target_on: opens_on,
  closes_on,
  closes_at: `${closes_on}T23:00:00Z`,
  state,
  closed_why: null,
  forms,
});

const me = (occasions: Occasion[], exempt: Me["exempt"] = null): Me => ({
  study_name: "A study",
  exempt,
  participant_code: "S1-1",
  zone: "Europe/London",
  today: "2026-06-18",
  occasions,
  reminders: {
    hour: 9,
    paused_until: null,
    opted_out: false,
    push: "none",
    email: false,
    vapid_public_key: null,
  },
  call_requested_at: null,
  support: { phone: null, team_name: "the team" },
  unsent: 0,
  server_time: "2026-06-18T09:00:00Z",
  min_app_build: null,
});

const w12 = occasion("W12", "open", "2026-06-10", "2026-06-30", [
  form(1),
  form(2),
  form(3, "received"),
]);
const w24 = occasion("W24", "upcoming", "2026-06-20", "2026-06-25", [form(4, "upcoming")]);
const none = new Set<number>();

describe("what there is to do", () => {
  it("is what is open and not received", () => {
    const list = todo(me([w12, w24]), none, "2026-06-18", none);
    expect(list.flatMap(({ forms }) => forms.map(({ id }) => id))).toEqual([1, 2]);
  });

  it("opens by the phone's own date while the network is away, soonest end first", () => {
    const list = todo(me([w12, w24]), none, "2026-06-20", none);
    expect(list.map(({ occasion: one }) => one.timepoint)).toEqual(["W24", "W12"]);
    expect(isOpen(w24, "2026-06-26")).toBe(false);
  });

  it("leaves out what is finished on this phone", () => {
    const waiting = [{ id: "r", form_id: 1, title: "", state: "waiting" as const, slug: null }];
    const receipts = [
      { id: "s", form_id: 2, title: "", code: "C", received_at: "", disposition: "in_window" },
    ];
    expect(
      todo(me([w12]), finished({ waiting, unstored: [], receipts }), "2026-06-18", none),
    ).toEqual([]);
  });

  it("is also what was begun here before its last day passed, and nothing else of the past", () => {
    const past = occasion("W04", "closed", "2026-01-01", "2026-01-09", [
      form(5, "missing"),
      form(6, "missing"),
      form(7, "not_expected"),
    ]);
    const list = todo(me([past]), none, "2026-06-18", new Set([5, 7]));
    expect(list.flatMap(({ forms }) => forms.map(({ id }) => id))).toEqual([5]);
    expect(todo(me([past]), new Set([5]), "2026-06-18", new Set([5]))).toEqual([]);
  });

  it("is nothing for an exempt person, whatever else the server says", () => {
    expect(todo(me([w12], { since: "2026-06-01" }), none, "2026-06-18", none)).toEqual([]);
  });

  it("goes on with the same occasion before another", () => {
    const list = todo(me([w12, w24]), new Set([1]), "2026-06-20", none);
    expect(nextForm(list, 1, me([w12, w24]))?.id).toBe(2);
    expect(nextForm(list, 4, me([w12, w24]))?.id).toBe(4);
    expect(nextForm([], 1, me([w12]))).toBeNull();
  });
});

describe("what is coming", () => {
  it("is listed soonest first and leaves when it opens", () => {
    const later = occasion("W36", "upcoming", "2026-09-01", "2026-09-20", []);
    const seen = upcoming(me([later, w24, w12]), "2026-06-18");
    expect(seen.map(({ timepoint }) => timepoint)).toEqual(["W24", "W36"]);
    expect(upcoming(me([w24]), "2026-06-20")).toEqual([]);
  });
});

describe("finding a form", () => {
  it("brings its occasion with it", () => {
    expect(findForm(me([w12, w24]), 4)?.occasion.timepoint).toBe("W24");
    expect(findForm(me([w12]), 99)).toBeNull();
  });
});

describe("the phone's clock", () => {
  it.each([
    [9 * 60_000, false],
    [-9 * 60_000, false],
    [11 * 60_000, true],
    [-5 * 86_400_000, true],
  ])("%i ms from the server's is wrong: %s", (difference, wrong) => {
    const server = "2026-06-18T09:00:00Z";
    expect(clockIsWrong(server, Date.parse(server) + difference)).toBe(wrong);
  });
});
