/**
 * One questionnaire on the clinic's tablet. Its answers live in this object and, a moment later,
 * with the server: nothing is ever written to the tablet.
 */
import type { Problem, Result } from "../api/client.ts";
import type { Draft, FormDetail, Receipt, SavedDraft } from "../api/types.ts";
import { withOffset } from "../core/dates.ts";
import { merge, same } from "../core/merge.ts";
import type { Questionnaire, Value } from "../core/questionnaire.ts";
import { firstOpen, resumeAt, type Step, steps } from "../core/steps.ts";
import { now } from "../device/clock.ts";
import type { Answering, AnsweringState } from "../participant/question.tsx";
import * as api from "./api.ts";

const SAVE_AFTER_MS = 700;

/** What the form tells the page about its requests. */
export interface Around {
  changed(): void;
  /** A request has ended; every one passes here, so that the page knows how the network is. */
  heard(result: Result<unknown>): void;
}

const nothing = (): Draft => ({ answers: {}, skipped: [], at_item: null, saved_at: "" });

export class TabletForm implements Answering {
  state: AnsweringState;
  card: api.OpenForm;
  /** Confirmed by the person and on its way; null before. */
  confirmed: api.TabletResponse | null = null;
  /** Why the server will not take what was confirmed, as a slug. */
  refused: string | null = null;
  readonly questionnaire: Questionnaire;
  readonly responseId = crypto.randomUUID();
  private readonly around: Around;
  private draft: Draft;
  /** What the server has, as far as is known here. */
  private base: Draft | null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private busy: Promise<void> | null = null;

  constructor(detail: FormDetail, around: Around) {
    this.card = detail.form;
    this.questionnaire = detail.questionnaire;
    this.around = around;
    this.base = detail.draft;
    this.draft = detail.draft ?? nothing();
    this.state = {
      questionnaire: detail.questionnaire,
      draft: this.draft,
      saved: this.isBegun ? "team" : "nothing",
      notice: this.isBegun ? "resumed" : null,
    };
  }

  get isBegun(): boolean {
    return Object.keys(this.draft.answers).length + this.draft.skipped.length > 0;
  }

  /** Whether something of it has not reached the server. */
  get isWaiting(): boolean {
    return this.confirmed !== null || !same(this.draft, this.base ?? nothing());
  }

  get way(): Step[] {
    return steps(this.questionnaire, this.draft.answers, this.draft.skipped);
  }

  get open(): string | null {
    return firstOpen(this.way, this.draft.answers, this.draft.skipped);
  }

  /** Where to begin or go on; null for the page of all answers. */
  get place(): string | null {
    if (this.isBegun && this.open === null) return null;
    return resumeAt(this.way, this.draft.at_item);
  }

  answer(item: string, value: Value | undefined): void {
    const { [item]: _gone, ...others } = this.draft.answers;
    const answers = value === undefined ? others : { ...others, [item]: value };
    const without = this.draft.skipped.filter((one) => one !== item);
    this.write({ answers, skipped: value === undefined ? this.draft.skipped : without }, item);
  }

  skip(item: string, isSkipped: boolean): void {
    const { [item]: _gone, ...others } = this.draft.answers;
    const without = this.draft.skipped.filter((one) => one !== item);
    const answers = isSkipped ? others : this.draft.answers;
    this.write({ answers, skipped: isSkipped ? [...without, item] : without }, item);
  }

  /** Remembers where the person is; it goes to the server with the next answer. */
  arrive(item: string): void {
    this.draft = { ...this.draft, at_item: item };
  }

  /** Nothing is written here that one would have to wait for. */
  settled(): Promise<void> {
    return Promise.resolve();
  }

  private write(change: Pick<Draft, "answers" | "skipped">, item: string): void {
    this.draft = { ...change, at_item: item, saved_at: now().toISOString() };
    this.show({ saved: "saving", notice: null });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), SAVE_AFTER_MS);
  }

  private show(change: Partial<AnsweringState>): void {
    this.state = { ...this.state, draft: this.draft, ...change };
    this.around.changed();
  }

  /** Copies what is answered to the server; one request at a time. */
  save(): Promise<void> {
    clearTimeout(this.timer);
    this.busy ??= this.saveOnce().finally(() => {
      this.busy = null;
    });
    return this.busy;
  }

  private async saveOnce(): Promise<void> {
    if (this.confirmed || !this.isWaiting) return;
    const sent = this.draft;
    const result = await api.saveDraft(this.card.id, sent, this.base?.saved_at || null);
    if (result.ok) this.met(sent, result.data);
    else this.show({ saved: "nothing" });
    this.around.heard(result);
  }

  /** The server has the draft, or another one, begun elsewhere: then both are put together. */
  private met(sent: Draft, said: SavedDraft): void {
    if (said.draft) {
      this.draft = { ...this.draft, ...plain(merge(this.base, this.draft, said.draft)) };
      this.base = said.draft;
    } else {
      this.base = { ...sent, saved_at: said.saved_at };
    }
    const there = same(this.draft, this.base);
    this.show({ saved: there ? "team" : "saving" });
    if (!there) this.timer = setTimeout(() => void this.save(), SAVE_AFTER_MS);
  }

  /** The person has confirmed: what is sent from now on is exactly this. */
  confirm(assistance: api.Assistance): void {
    clearTimeout(this.timer);
    const at = now();
    this.confirmed = {
      expected_form_id: this.card.id,
      questionnaire_sha: this.card.questionnaire_sha,
      answers: this.draft.answers,
      skipped: this.draft.skipped,
      authored_at: withOffset(at),
      authored_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      sent_at: at.toISOString(),
      offer_token: this.card.offer_token,
      attested: true,
      mode: "clinic_tablet",
      app_build: __BUILD__,
      assistance,
    };
  }

  /** Sends what was confirmed; sending again is safe. Null while it cannot be sent. */
  async send(): Promise<Receipt | null> {
    if (!this.confirmed || this.refused) return null;
    const body = { ...this.confirmed, sent_at: now().toISOString() };
    const result = await api.respond(this.responseId, body);
    if (!result.ok && isFinal(result)) {
      this.refused = result.slug;
      this.around.changed();
    }
    this.around.heard(result);
    return result.ok ? result.data : null;
  }

  /** Nothing is sent from here any more by itself. */
  rest(): void {
    clearTimeout(this.timer);
  }
}

const plain = ({ answers, skipped }: Pick<Draft, "answers"> & { skipped: readonly string[] }) => ({
  answers,
  skipped: [...skipped],
});

/** What the server refuses by name and for good; anything else is worth another try. */
const isFinal = ({ slug, status }: Problem): boolean =>
  slug !== "server-away" && (status === 409 || status === 413 || status === 422);
