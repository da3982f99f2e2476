/** What the staff half of the API says about answers: typed in, corrected, given on a tablet. */
import type { Answers } from "../../core/questionnaire.ts";

export interface Given {
  readonly answers: Answers;
  readonly skipped: readonly string[];
}

export interface EntryForm {
  readonly id: number;
  readonly timepoint: string;
  readonly label: string;
  readonly questionnaire: string;
  readonly title: string;
  readonly questionnaire_sha: string;
  readonly status: string;
  readonly why: string;
  readonly opens: string;
  readonly closes: string;
  readonly answered: boolean;
}

export interface EntrySheet {
  readonly zone: string;
  readonly modes: readonly { readonly code: string; readonly label: string }[];
  readonly staff: readonly { readonly id: number; readonly name: string }[];
  readonly forms: readonly EntryForm[];
  readonly exempt: boolean;
}

export interface Change {
  readonly item: string;
  readonly text: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface Correction {
  readonly id: number;
  readonly reason: string;
  readonly proposed_at: string;
  readonly proposed_by: string | null;
  readonly state: string;
  readonly decided_at: string | null;
  readonly decided_by: string | null;
  readonly decision_reason: string | null;
  readonly may_decide: boolean;
}

export interface AnsweredResponse extends Given {
  readonly id: string;
  readonly form_id: number | null;
  readonly questionnaire_sha: string;
  readonly mode: string;
  readonly disposition: string;
  readonly authored_at: string;
  readonly received_at: string;
  readonly recorded_by: string | null;
  readonly standing: Given;
  readonly corrections: readonly (Correction & Given & { readonly changes: readonly Change[] })[];
  readonly bodies: readonly (Given & {
    readonly received_at: string;
    readonly resolution: string | null;
  })[];
  /** What the second typing of a paper form said; shown once both typings are there. */
  readonly second_typing: null | (Given & { readonly items: readonly string[] });
}

export interface Entry {
  readonly administered_by: string | null;
  readonly collected_local: string;
  readonly entered_at: string;
  readonly note: string | null;
  /** A paper form that somebody else has typed in, and that nobody has typed again. */
  readonly may_verify: boolean;
  readonly verification: null | Verification;
}

export interface Verification {
  readonly agrees: boolean;
  readonly by: string | null;
  readonly at: string;
  readonly items: readonly string[];
  readonly settled: null | {
    readonly at: string;
    readonly by: string | null;
    readonly reason: string;
    /** Without one the first typing stands. */
    readonly correction_id: number | null;
  };
}

/** The code for a clinic's tablet, shown once. */
export interface TabletCode {
  readonly id: number;
  readonly code: string;
  readonly url: string;
  readonly expires_at: string;
  readonly qr_svg: string;
}

export interface TabletHandover {
  readonly id: number;
  readonly participant: string;
  readonly site: string;
  readonly started_at: string;
  readonly by: string | null;
  readonly expires_at: string;
  readonly taken_at: string | null;
  readonly over_at: string | null;
  /** waiting, active, finished, given_back, expired or ended */
  readonly state: string;
  /** The receipts of what came from the tablet. */
  readonly arrived: readonly { readonly code: string; readonly received_at: string }[];
}

export interface TabletHandovers {
  readonly server_time: string;
  readonly rows: readonly TabletHandover[];
}
