/** How the sending of reminders stands, as `GET /api/operations` says it, and one's own summaries. */
export interface WorkerSign {
  readonly name: string;
  readonly at: string;
  readonly lives: boolean;
  /** Since the worker started, by what it did. */
  readonly counts: Readonly<Record<string, number>>;
  /** Push services that it leaves alone for a while, with the reason. */
  readonly troubles: Readonly<Record<string, string>>;
}

export interface DeadLetter {
  readonly at: string;
  readonly participant: string | null;
  readonly site: string | null;
  readonly purpose: string;
  readonly channel: string;
  readonly attempts: number;
  readonly why: string;
}

export interface SigningKey {
  readonly id: string;
  readonly current: boolean;
  readonly phones: number;
}

export interface Operations {
  readonly now: string;
  readonly complaint: string | null;
  readonly late_seconds: number;
  readonly due: number;
  readonly retrying: number;
  readonly failed: number;
  readonly workers: readonly WorkerSign[];
  readonly round_trip: {
    readonly asked_at: string;
    readonly came_back_at: string | null;
    readonly why: string;
  } | null;
  /** The newest verdict on the audit trail, null while there is none. */
  readonly trail: {
    readonly at: string;
    readonly events: number;
    readonly faults: readonly string[];
  } | null;
  readonly keys: readonly SigningKey[];
  readonly dead_letters: readonly DeadLetter[];
}

export interface Summary {
  readonly site: string;
  readonly name: string;
  readonly wanted: boolean;
}

export interface Summaries {
  /** Whether this server can send e-mail at all. */
  readonly possible: boolean;
  readonly sites: readonly Summary[];
}
