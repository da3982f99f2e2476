/** The instruments of a study as the staff API answers them. Dates are "YYYY-MM-DD". */
import type { Questionnaire } from "../../core/questionnaire";

export interface Licence {
  readonly id?: number;
  readonly instrument: string;
  readonly owner: string;
  readonly reference: string;
  /** The last day; null where the owner sets no end. */
  readonly expires: string | null;
  readonly languages: readonly string[];
  readonly modes: readonly string[];
  readonly screens_need_approval: boolean;
  readonly screens_approved_on: string | null;
}

export interface InstrumentLine {
  readonly instrument: string;
  readonly version: string;
  readonly title: string;
  readonly sha256: string;
  readonly status: string;
  readonly language: string;
  readonly recall: string;
  readonly minutes: number | null;
  readonly items: number;
  readonly scores: readonly { readonly id: string; readonly title: string }[];
  readonly licence: Licence | null;
  /** Why a version of the study could not ask it from today on. */
  readonly faults: readonly string[];
}

export interface Adopted extends InstrumentLine {
  readonly id: number;
  readonly pack: string;
  readonly recorded_at: string;
  readonly pinned: boolean;
}

export interface Pack {
  readonly name: string;
  readonly instrument: string;
  readonly version: string;
  readonly owner: string;
  readonly items: number;
  readonly scores: number;
}

export interface Instruments {
  readonly study_version: string;
  readonly pinned: readonly InstrumentLine[];
  readonly adopted: readonly Adopted[];
  readonly licences: readonly Licence[];
  readonly packs: readonly Pack[];
  readonly warnings: readonly string[];
}

export interface InstrumentDocument {
  readonly sha256: string;
  readonly questionnaire: Questionnaire;
}

export interface Match {
  readonly item: string;
  readonly source: string;
  readonly text: string;
  readonly how: string;
  readonly codes_by: string;
  readonly confidence: "certain" | "likely" | "look";
  readonly codes: readonly {
    readonly code: string;
    readonly text: string;
    readonly becomes: string;
  }[];
}

interface Remark {
  readonly place: string;
  readonly what: string;
}

export interface Adoption {
  readonly pack: string;
  readonly format: string;
  readonly title: string;
  readonly file_sha256: string;
  readonly matches: readonly Match[];
  readonly unmatched: readonly string[];
  readonly extra: readonly string[];
  readonly offered: readonly { readonly id: string; readonly text: string }[];
  readonly changed: readonly Remark[];
  readonly refused: readonly Remark[];
  readonly problems: readonly string[];
  readonly worked_examples: number;
}
