/**
 * What the staff half of the API answers, as the console reads it. Dates are
 * "YYYY-MM-DD", instants are RFC 3339 in UTC, a share is always a pair n / of.
 */

import type { ParticipantView, PlannedVisit } from "./person";

export type * from "./person";

export interface Site {
  readonly code: string;
  readonly name: string;
  readonly zone?: string;
  readonly parent?: string | null;
}

export interface Staff {
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly sites: readonly Site[];
  readonly studies: readonly { readonly key: string; readonly title: string }[];
}

export interface StudySummary {
  readonly key: string;
  readonly title: string;
  readonly version: string;
  readonly official: boolean;
  readonly banner: string | null;
}

export interface Arm {
  readonly id: string;
  readonly label: string;
  readonly anchors: readonly {
    readonly name: string;
    readonly label: string;
    /** "enrolment" when the day of enrolment dates it, else staff do. */
    readonly source: string;
  }[];
}

export interface Timepoint {
  readonly id: string;
  readonly label: string;
  readonly arms: readonly string[];
  /** The anchor it counts from; none for forms that an event opens. */
  readonly anchor: string | null;
  /** The kinds of event that open it; empty for planned timepoints. */
  readonly on: readonly string[];
  readonly enabled: boolean;
  readonly opens: number;
  readonly target: number;
  readonly closes: number;
  readonly pack: readonly { readonly questionnaire: string; readonly title: string }[];
  readonly visit: string | null;
}

export interface Choice {
  readonly code: string;
  readonly label: string;
}

export interface EventKind {
  readonly kind: string;
  readonly label: string;
  readonly arms: readonly string[];
}

export interface ProvenanceLine {
  readonly field: string;
  readonly value: unknown;
  readonly source: string;
}

export interface Study extends StudySummary {
  readonly sha256: string;
  readonly arms: readonly Arm[];
  readonly sites: readonly Site[];
  readonly timepoints: readonly Timepoint[];
  readonly event_kinds: readonly EventKind[];
  readonly missing_reasons: readonly Choice[];
  readonly exemption_reasons: readonly Choice[];
  readonly visit_kinds: readonly Choice[];
  readonly contact_channels: readonly Choice[];
  readonly contact_outcomes: readonly Choice[];
  readonly languages: readonly Choice[];
  readonly zones: readonly string[];
  readonly provenance: readonly ProvenanceLine[];
  readonly rules: Readonly<Record<string, unknown>>;
  readonly reminder_policy: Readonly<Record<string, unknown>>;
  readonly registry: string | null;
  /** The server's day, in UTC. */
  readonly today: string;
}

export interface Share {
  readonly n: number;
  readonly of: number;
}

export interface TodayAction {
  readonly verb: string;
  readonly label: string;
  readonly timepoint?: string | null;
  readonly form_ids?: readonly number[] | null;
  readonly exemption_id?: number | null;
  readonly response_ids?: readonly string[];
  readonly correction_id?: number | null;
}

export interface TodayRow {
  readonly id: string;
  readonly kind: string;
  readonly participant: string;
  readonly site: string;
  readonly arm: string;
  readonly why: string;
  readonly since: string | null;
  readonly due: string | null;
  readonly action: TodayAction;
}

export interface Today {
  readonly now: string;
  readonly as_of_date: string;
  readonly rows: readonly TodayRow[];
}

export interface RateRow {
  readonly timepoint: string;
  readonly timepoint_label?: string | null;
  readonly arm: string;
  readonly arm_label?: string | null;
  readonly site: string | null;
  readonly questionnaire: string | null;
  readonly enrolled: number;
  readonly expected: number;
  readonly exempt: number;
  readonly not_expected: number;
  readonly upcoming: number;
  readonly open: number;
  readonly received_open: number;
  readonly in_window_count: number;
  readonly late: number;
  readonly missing: number;
  readonly completion: Share;
  readonly in_window: Share;
  readonly available_all: Share;
  readonly available_pro: Share;
  readonly to_date: Share;
  readonly scorable: Share;
  readonly reason_capture: Share;
  readonly disputed: number;
  readonly item_completion: Share;
  readonly declined_items: number;
  /** Median hours from opening to sending; null without data or where rows were put together. */
  readonly median_hours: number | null;
  readonly reasons: Readonly<Record<string, number>>;
  readonly modes: Readonly<Record<string, number>>;
}

export interface Retention {
  readonly exempt: Share;
  readonly not_exempt: Share;
}

export interface Completion {
  readonly now: string;
  readonly rule_version: string;
  readonly alive_rule: string;
  readonly study_sha256: string;
  readonly rates: readonly RateRow[];
  readonly by_site: readonly RateRow[];
  readonly balance_ok: boolean;
  readonly retention: Retention;
  readonly contact_currency: Share;
  readonly complete_persons: readonly (Share & {
    readonly timepoint: string;
    readonly arm: string;
  })[];
  readonly exempt_share: readonly (Share & { readonly site: string; readonly arm: string })[];
  readonly adherence: {
    readonly median_percent: number | null;
    readonly bands: Readonly<Record<string, Share>>;
  };
  readonly reminder_yield: readonly (Share & { readonly step: string; readonly label: string })[];
  readonly backup_yield: Share;
}

export interface TrendMonth extends Share {
  /** "2026-05": the windows of these forms closed in it. */
  readonly month: string;
  /** In percent. */
  readonly wilson: readonly [number, number] | null;
}

export interface Trend {
  readonly now: string;
  readonly rule_version: string;
  readonly alive_rule: string;
  readonly months: readonly TrendMonth[];
}

export interface FormRow {
  readonly participant: string;
  readonly site: string;
  readonly arm: string;
  readonly timepoint: string;
  readonly questionnaire: string | null;
  readonly status: string;
  readonly disposition: string | null;
  readonly why: string;
  readonly opens: string | null;
  readonly target: string | null;
  readonly closes: string | null;
}

export interface FormPage {
  readonly total: number;
  readonly next: string | null;
  readonly rows: readonly FormRow[];
}

export interface PersonRow extends Share {
  readonly participant: string;
  readonly site: string;
  readonly arm: string;
}

/** The people behind a figure; `n` and `of` are the sums over all of them. */
export interface People extends Share {
  readonly total: number;
  readonly next: string | null;
  readonly rows: readonly PersonRow[];
}

export interface NextStep {
  readonly timepoint: string;
  readonly label: string;
  readonly opens: string;
  readonly closes: string;
}

export interface ParticipantRow {
  readonly code: string;
  readonly site: string;
  readonly arm: string;
  readonly enrolled_on: string;
  readonly exempt_since: string | null;
  readonly next: NextStep | null;
  readonly open_forms: number;
  readonly received: number;
  readonly expected: number;
  readonly reachability: string;
  readonly last_contact_on: string | null;
  readonly status_line: string;
}

export interface ParticipantPage {
  readonly total: number | null;
  readonly next: string | null;
  readonly rows: readonly ParticipantRow[];
}

export interface Enrolment {
  readonly code: string;
  /** "on_site" to scan or type, "remote" as a link to send. */
  readonly kind?: string;
  /** Told by voice with a remote link, shown only once. */
  readonly pin?: string | null;
  readonly url: string;
  readonly expires_at: string;
  readonly qr_svg: string;
}

export interface Enrolled {
  readonly participant: ParticipantView;
  readonly enrolment: Enrolment | null;
}

export interface ExemptRow {
  readonly code: string;
  readonly site: string;
  readonly arm: string;
  readonly since: string;
  readonly needs_approval: boolean;
  readonly exemption_id: number;
  readonly status_line: string;
  readonly preferred_language: string;
  readonly interpreter: boolean;
  readonly last_visit_on: string | null;
  readonly next_visit: PlannedVisit | null;
  readonly last_contact_on: string | null;
  readonly signals: readonly string[];
}

export interface Exempt {
  readonly rows: readonly ExemptRow[];
  readonly retention: Retention;
  readonly shares: readonly (Share & { readonly site: string; readonly signal: string | null })[];
}

export interface AuditEvent {
  readonly seq: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string | null;
  readonly participant: string | null;
  readonly before: unknown;
  readonly after: unknown;
  readonly reason: string | null;
}

export interface AuditPage {
  readonly events: readonly AuditEvent[];
  readonly next: number | null;
  /** The events of this page are what was written. */
  readonly verified: boolean;
  /** The newest verdict on the whole trail. */
  readonly checked: AuditVerdict | null;
}

export interface AuditVerdict {
  readonly at: string;
  readonly by: string;
  readonly events: number;
  readonly faults: readonly string[];
}
