/** What the staff half of the API answers about one participant. */

import type { Correction, Entry } from "./entries";

export interface AnchorView {
  readonly name: string;
  readonly date: string;
  readonly recorded_at: string | null;
  readonly by: string | null;
}

export interface ExemptionView {
  readonly id: number;
  readonly reason: string;
  readonly from: string;
  readonly to: string | null;
  readonly recorded_at: string;
  readonly by: string | null;
  readonly approved_at: string | null;
  readonly approved_by: string | null;
  readonly needs_approval: boolean;
  readonly signals: readonly string[];
}

export interface EventView {
  readonly id: number;
  readonly kind: string;
  readonly label: string;
  readonly date: string;
  readonly recorded_at: string | null;
  readonly by: string | null;
}

export interface VisitView {
  readonly id: number;
  readonly timepoint: string | null;
  readonly date: string;
  readonly kind: string;
  readonly recorded_at?: string | null;
  readonly by?: string | null;
}

export interface PlannedVisit {
  readonly timepoint: string;
  readonly label: string;
  readonly kind: string | null;
  readonly opens: string;
  readonly target: string;
  readonly closes: string;
  /** upcoming, due, done, missed or not_expected */
  readonly status: string;
  readonly on: string | null;
}

export interface ContactView {
  readonly id: number;
  readonly date: string;
  readonly channel: string;
  readonly outcome: string;
  readonly interpreter_used: boolean;
  readonly note?: string | null;
  readonly recorded_at?: string | null;
  readonly by?: string | null;
}

export interface DeviceView {
  readonly id: number;
  readonly label: string | null;
  readonly enrolled_at: string;
  readonly last_seen_at: string | null;
  readonly revoked_at: string | null;
  readonly unsent: number;
  readonly came_in: "on_site" | "remote" | "transfer" | "passkey";
}

/** What changes while a phone is being enrolled; asked for again and again. */
export interface Phones {
  readonly devices: readonly DeviceView[];
  readonly reachability: ParticipantView["reachability"];
}

export interface FormView {
  readonly id: number;
  readonly timepoint: string;
  readonly label: string;
  readonly questionnaire: string;
  readonly title: string;
  readonly status: string;
  readonly disposition: string | null;
  readonly why: string;
  readonly opens: string;
  readonly target: string;
  readonly closes: string;
  readonly response_id: string | null;
  readonly reason: string | null;
}

export interface ScoreView {
  readonly id: string;
  readonly title: string;
  readonly value: number | null;
  readonly label: string | null;
  readonly n_answered: number;
  readonly n_items: number;
}

/** The scores of one moment, and the versions behind them. */
export interface ScoringView {
  readonly scored_at: string;
  readonly rules_version: string;
  readonly engine_version: string;
  readonly scores: readonly ScoreView[];
}

export interface ResponseView {
  readonly id: string;
  readonly form_id: number | null;
  readonly questionnaire_sha?: string;
  readonly authored_at: string;
  readonly received_at: string;
  readonly mode: string;
  readonly disposition: string;
  readonly skew_seconds: number;
  readonly time_accepted: boolean | null;
  /** Whether a second copy or an answer nobody asked for still waits for a decision. */
  readonly conflict: boolean;
  readonly conflict_resolution: string | null;
  /** Who of the staff typed it in; null when the participant sent it herself. */
  readonly recorded_by?: string | null;
  readonly entry?: Entry | null;
  readonly corrections?: readonly Correction[];
  readonly scores: readonly ScoreView[];
  /** Every scoring, oldest first; empty where there was only one. */
  readonly scorings?: readonly ScoringView[];
}

export interface ReminderView {
  /** A test and the confirmation of a new phone are about no timepoint. */
  readonly purpose: "reminder" | "test" | "confirm";
  readonly at: string;
  readonly timepoint: string | null;
  readonly step: string;
  readonly label: string;
  readonly channel: string | null;
  readonly outcome: string | null;
  readonly why: string;
}

export interface ParticipantView {
  readonly code: string;
  readonly arm: string;
  readonly site: string;
  readonly zone: string;
  readonly enrolled_on: string;
  readonly preferred_language: string;
  readonly reads_english: boolean;
  readonly reads_english_assessed: {
    readonly on: string | null;
    readonly by: string | null;
    readonly how: string | null;
  } | null;
  readonly interpreter: boolean;
  readonly anchors: readonly AnchorView[];
  readonly exemptions: readonly ExemptionView[];
  readonly events: readonly EventView[];
  readonly visits: readonly VisitView[];
  readonly planned_visits: readonly PlannedVisit[];
  readonly contacts: readonly ContactView[];
  readonly devices: readonly DeviceView[];
  readonly forms: readonly FormView[];
  readonly responses: readonly ResponseView[];
  readonly reminders: readonly ReminderView[];
  /** `since` is when `why` became true, as far as it is known. */
  readonly reachability: {
    readonly state: string;
    readonly why: string;
    readonly since: string | null;
  };
  readonly contact_details: { readonly email: string | null; readonly phone: string | null } | null;
  readonly status_line: string;
  readonly exempt_since: string | null;
  readonly last_contact_on: string | null;
  readonly call_requested_at: string | null;
  readonly etag: string | null;
}
