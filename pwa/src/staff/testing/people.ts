/** A study and its people for tests: small, and named so that a test reads as a story. */
import type { FormView, ParticipantView, RateRow, Staff, Study, TodayRow } from "../api/types";

export const ann: Staff = {
  email: "ann@example.org",
  name: "Ann Lee",
  role: "coordinator",
  sites: [{ code: "BOS", name: "Boston" }],
  studies: [{ key: "trial", title: "A trial: stop or go on" }],
};

export const study: Study = {
  key: "trial",
  title: "A trial: stop or go on",
  version: "1",
  sha256: "4fc17cdf5954aaaa",
  official: false,
  banner: "UNOFFICIAL: made up for a test.",
  registry: null,
  today: "2026-06-15",
  arms: [
    {
      id: "continue",
      label: "Cohort 1: go on",
      anchors: [{ name: "enrolment", label: "Enrolment", source: "enrolment" }],
    },
    {
      id: "stop",
      label: "Cohort 2: stop",
      anchors: [{ name: "cessation", label: "Therapy stopped", source: "staff" }],
    },
  ],
  sites: [
    { code: "BOS", name: "Boston", zone: "America/New_York", parent: null },
    { code: "CHI", name: "Chicago", zone: "America/Chicago", parent: null },
  ],
  timepoints: [
    point("BL", "Baseline", -28, 0, 0),
    point("W12", "Week 12", 70, 84, 98),
    point("W24", "Week 24", 154, 168, 182),
  ],
  event_kinds: [
    { kind: "death", label: "Died", arms: ["continue", "stop"] },
    { kind: "restart_without_progression", label: "Restarted without progression", arms: ["stop"] },
  ],
  missing_reasons: [
    { code: "too_ill", label: "Too ill" },
    { code: "no_time", label: "No time" },
  ],
  exemption_reasons: [{ code: "LANGUAGE", label: "Does not read or understand English" }],
  visit_kinds: [{ code: "clinic", label: "Clinic" }],
  contact_channels: [{ code: "call", label: "Call" }],
  contact_outcomes: [
    { code: "spoke", label: "Spoke" },
    { code: "no_answer", label: "No answer" },
  ],
  languages: [
    { code: "en", label: "English" },
    { code: "es", label: "Spanish" },
  ],
  zones: ["America/Chicago", "America/New_York", "UTC"],
  provenance: [
    { field: "timepoints.W12.target", value: 84, source: "assumed" },
    { field: "title", value: "A trial", source: "public" },
  ],
  rules: { alive_rule: "window_close" },
  reminder_policy: { weekly_cap: 3 },
};

function point(id: string, label: string, opens: number, target: number, closes: number) {
  return {
    id,
    label,
    arms: ["continue", "stop"],
    anchor: null,
    on: [],
    enabled: true,
    opens,
    target,
    closes,
    pack: [
      { questionnaire: "life", title: "Daily life" },
      { questionnaire: "worry", title: "Worry" },
    ],
    visit: "clinic",
  };
}

/** Mary, on arm stop in Boston: enrolled, one form open, one missing without a reason. */
export const mary: ParticipantView = {
  code: "P-001",
  arm: "stop",
  site: "BOS",
  zone: "America/New_York",
  enrolled_on: "2026-01-05",
  status_line: "On study.",
  exempt_since: null,
  last_contact_on: null,
  preferred_language: "en",
  reads_english: true,
  reads_english_assessed: { on: "2026-01-05", by: "Ann Lee", how: "asked" },
  interpreter: false,
  anchors: [
    { name: "cessation", date: "2026-01-20", recorded_at: "2026-01-20T15:00:00Z", by: "Ann Lee" },
  ],
  exemptions: [],
  events: [],
  visits: [],
  planned_visits: [],
  contacts: [],
  devices: [],
  forms: [],
  responses: [],
  reminders: [],
  reachability: {
    state: "unreachable",
    why: "No phone is registered.",
    since: "2026-01-05T15:00:00Z",
  },
  call_requested_at: null,
  contact_details: { email: null, phone: "+1 555 0100" },
  etag: '"1.4"',
};

export function form(id: number, more: Partial<FormView> = {}): FormView {
  return {
    id,
    timepoint: "W12",
    label: "Week 12",
    questionnaire: "life",
    title: "Daily life",
    status: "missing",
    disposition: null,
    why: "The window closed on 2026-04-28 without an answer; no reason is coded yet.",
    opens: "2026-03-31",
    target: "2026-04-14",
    closes: "2026-04-28",
    response_id: null,
    reason: null,
    ...more,
  };
}

export function row(more: Partial<TodayRow> = {}): TodayRow {
  return {
    id: "silent:P-001:W12",
    kind: "silent",
    participant: "P-001",
    site: "BOS",
    arm: "stop",
    why: "Week 12: two forms open, nothing received for 5 days.",
    since: "2026-06-10",
    due: "2026-06-20",
    action: { verb: "record_contact", label: "Record a call", timepoint: "W12", form_ids: [1] },
    ...more,
  };
}

/** The worked example of the rules: 20 people, 11 forms due, 9 received, 8 of them in time. */
export function rates(more: Partial<RateRow> = {}): RateRow {
  return {
    timepoint: "W12",
    timepoint_label: "Week 12",
    arm: "stop",
    arm_label: "Cohort 2: stop",
    site: null,
    questionnaire: "life",
    enrolled: 20,
    expected: 11,
    exempt: 2,
    not_expected: 4,
    upcoming: 1,
    open: 1,
    received_open: 1,
    in_window_count: 8,
    late: 1,
    disputed: 0,
    missing: 2,
    completion: { n: 9, of: 11 },
    in_window: { n: 8, of: 11 },
    available_all: { n: 10, of: 20 },
    available_pro: { n: 9, of: 17 },
    to_date: { n: 10, of: 13 },
    scorable: { n: 8, of: 9 },
    reason_capture: { n: 1, of: 2 },
    item_completion: { n: 250, of: 260 },
    declined_items: 2,
    median_hours: 20.5,
    reasons: { refused_this_time: 1, "not coded": 1 },
    modes: { own_device: 8, interview: 1 },
    ...more,
  };
}
