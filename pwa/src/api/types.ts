/** What the participant's part of the API sends and takes; the server's schemas are its twin. */
import type { Answers, Questionnaire } from "../core/questionnaire.ts";

export type FormState = "open" | "upcoming" | "received" | "missing" | "exempt" | "not_expected";

export interface FormCard {
  id: number;
  title: string;
  minutes: number;
  items: number;
  questionnaire_sha: string;
  state: FormState;
  /** One plain sentence: why the form is in this state. */
  why: string;
  received_at: string | null;
  offer_token: string | null;
  draft_saved_at: string | null;
}

export interface Occasion {
  timepoint: string;
  label: string;
  /** Local dates in the participant's zone. */
  opens_on: string;
  target_on: string;
  closes_on: string;
  /** The instant at which the window has closed. */
  closes_at: string;
  state: "open" | "upcoming" | "done" | "closed";
  closed_why: string | null;
  forms: FormCard[];
}

export interface Reminders {
  hour: number;
  paused_until: string | null;
  opted_out: boolean;
  push: "proven" | "unproven" | "none";
  email: boolean;
  vapid_public_key: string | null;
}

export interface Me {
  study_name: string;
  exempt: { since: string } | null;
  participant_code: string;
  zone: string;
  /** The local date where the participant is. */
  today: string;
  occasions: Occasion[];
  reminders: Reminders;
  call_requested_at: string | null;
  support: { phone: string | null; team_name: string };
  server_time: string;
  unsent: number;
  min_app_build: string | null;
}

/** What she has set up besides this phone. */
export interface Access {
  passkeys: number;
  /** When her calendar was made. */
  calendar_since: string | null;
}

export interface Draft {
  answers: Answers;
  skipped: string[];
  at_item: string | null;
  saved_at: string;
}

export interface FormDetail {
  form: FormCard & { timepoint: string; label: string; closes_on: string; closes_at: string };
  questionnaire_sha: string;
  questionnaire: Questionnaire;
  draft: Draft | null;
}

/** What became of a draft: `draft` is null when it was kept, else what the server has instead. */
export interface SavedDraft {
  saved_at: string;
  draft: Draft | null;
}

export interface QuestionnaireDocument {
  sha256: string;
  questionnaire: Questionnaire;
}

export interface ResponseBody {
  expected_form_id: number | null;
  questionnaire_sha: string;
  answers: Answers;
  skipped: string[];
  /** RFC 3339 with the phone's own offset. */
  authored_at: string;
  authored_zone: string;
  sent_at: string;
  offer_token: string | null;
  attested: true;
  mode: "own_device" | "clinic_tablet";
  app_build: string;
}

export interface Receipt {
  id: string;
  /** Short, to be read out: "7KQ2-M4". */
  code: string;
  received_at: string;
  disposition: "in_window" | "late" | "duplicate" | "unexpected" | "time_disputed";
}

export interface Preferences {
  hour?: number;
  paused_until?: string | null;
  snooze_until?: string | null;
  opted_out?: boolean;
}
