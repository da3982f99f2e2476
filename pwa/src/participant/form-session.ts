/**
 * One questionnaire being answered: opened from the phone or the server, every change written to
 * the phone before it is called saved, copied to the server when there is a network, and handed
 * to the outbox when the person confirms it.
 */
import { api } from "../api/participant.ts";
import type { Draft, FormCard } from "../api/types.ts";
import { withOffset } from "../core/dates.ts";
import type { Answers, Questionnaire, Value } from "../core/questionnaire.ts";
import { now } from "../device/clock.ts";
import { loadQuestionnaire, saveQuestionnaire } from "../device/db.ts";
import { type LocalDraft, loadDraft, saveDraft } from "../device/drafts.ts";
import { claim } from "../device/locks.ts";
import { type Entry, enqueue } from "../device/outbox.ts";
import { findForm, finished } from "./plan.ts";
import { getState, setState } from "./state.ts";
import { askForBackgroundSync, orElse, readOutbox, sendAll } from "./sync.ts";

export type Phase = "opening" | "gone" | "finished" | "elsewhere" | "ready";
export type Saved = "nothing" | "saving" | "phone" | "both" | "team" | "failed";

export interface FormState {
  phase: Phase;
  card: FormCard | null;
  questionnaire: Questionnaire | null;
  draft: LocalDraft | null;
  saved: Saved;
  notice: "resumed" | "changed" | null;
  /** Why it could not be opened, as a slug, when the phase is "gone". */
  slug: string | null;
}

const MIRROR_AFTER_MS = 1500;

let askedToPersist = false;

/** Asks the browser, once, not to clear this app's storage when space runs low. */
function askToPersist(): void {
  if (askedToPersist) return;
  askedToPersist = true;
  void navigator.storage?.persist?.().catch(() => false);
}

const newer = (one: { saved_at: string } | null, other: { saved_at: string } | null): boolean =>
  Date.parse(one?.saved_at ?? "") > (Date.parse(other?.saved_at ?? "") || 0);

export class FormSession {
  state: FormState = {
    phase: "opening",
    card: null,
    questionnaire: null,
    draft: null,
    saved: "nothing",
    notice: null,
    slug: null,
  };
  private readonly formId: number;
  private readonly changed: (state: FormState) => void;
  private release: (() => void) | null = null;
  private writing: Promise<void> = Promise.resolve();
  private mirrorTimer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  constructor(formId: number, changed: (state: FormState) => void) {
    this.formId = formId;
    this.changed = changed;
  }

  private set(change: Partial<FormState>): void {
    this.state = { ...this.state, ...change };
    if (!this.closed) this.changed(this.state);
  }

  /** Opens the form for this window; `steal` takes it over from another one. */
  async open(steal = false): Promise<void> {
    const { me, waiting, receipts } = getState();
    if (!me) return this.set({ phase: "gone", slug: "sign-in-needed" });
    const card = findForm(me, this.formId)?.form ?? (await this.cardFromServer());
    if (finished(waiting, receipts).has(this.formId) || card?.state === "received") {
      return this.set({ phase: "finished", card });
    }
    if (!card) return this.set({ phase: "gone", slug: "not-found" });
    this.release = await claim(`sayso-form-${this.formId}`, {
      steal,
      onLost: () => this.set({ phase: "elsewhere" }),
    });
    if (this.closed) return this.close();
    if (!this.release) return this.set({ phase: "elsewhere", card });
    const [questionnaire, slug] = await this.questionnaire(card.questionnaire_sha);
    if (!questionnaire) return this.set({ phase: "gone", card, slug });
    const { draft, notice, saved } = await this.startingDraft(card, me.participant_code);
    this.set({ phase: "ready", card, questionnaire, draft, notice, saved });
  }

  private async cardFromServer(): Promise<FormCard | null> {
    const result = await api.form(this.formId);
    return result.ok ? result.data.form : null;
  }

  private async questionnaire(sha: string): Promise<[Questionnaire | null, string]> {
    const local = await orElse(loadQuestionnaire(sha), undefined);
    if (local) return [local, ""];
    const result = await api.questionnaire(sha);
    if (!result.ok) return [null, result.slug];
    await orElse(saveQuestionnaire(sha, result.data.questionnaire), "");
    return [result.data.questionnaire, ""];
  }

  private async startingDraft(
    card: FormCard,
    person: string,
  ): Promise<Pick<FormState, "draft" | "notice" | "saved">> {
    const local = await orElse(loadDraft(card.id, person), null);
    const same = local?.questionnaire_sha === card.questionnaire_sha ? local : null;
    const server = await this.serverDraft(card, same);
    const fresh: LocalDraft = {
      form_id: card.id,
      person,
      response_id: same?.response_id ?? crypto.randomUUID(),
      questionnaire_sha: card.questionnaire_sha,
      answers: {},
      skipped: [],
      at_item: null,
      saved_at: now().toISOString(),
      mirrored_at: null,
    };
    if (server) {
      const draft = { ...fresh, ...server, mirrored_at: server.saved_at };
      return { draft, notice: "resumed", saved: "team" };
    }
    if (same) {
      const begun = Object.keys(same.answers).length + same.skipped.length > 0;
      const saved = same.mirrored_at === same.saved_at ? "both" : "phone";
      return { draft: same, notice: begun ? "resumed" : null, saved };
    }
    return { draft: fresh, notice: local ? "changed" : null, saved: "nothing" };
  }

  /** The server's draft where it is newer than the phone's: begun on another device. */
  private async serverDraft(card: FormCard, local: LocalDraft | null): Promise<Draft | null> {
    const at = card.draft_saved_at;
    if (!at || !newer({ saved_at: at }, local)) return null;
    const result = await api.form(card.id);
    const draft = result.ok ? result.data.draft : null;
    return draft && newer(draft, local) ? draft : null;
  }

  /** Takes an answer; undefined removes it. An answer takes a skip away and the other way round. */
  answer(item: string, value: Value | undefined): void {
    const { draft } = this.state;
    if (!draft) return;
    const { [item]: _gone, ...others } = draft.answers;
    const answers: Answers = value === undefined ? others : { ...others, [item]: value };
    const skipped =
      value === undefined ? draft.skipped : draft.skipped.filter((one) => one !== item);
    this.write({ ...draft, answers, skipped, at_item: item });
  }

  skip(item: string, isSkipped: boolean): void {
    const { draft } = this.state;
    if (!draft) return;
    const { [item]: answer, ...others } = draft.answers;
    const answers = isSkipped || answer === undefined ? others : draft.answers;
    const without = draft.skipped.filter((one) => one !== item);
    const skipped = isSkipped ? [...without, item] : without;
    this.write({ ...draft, answers, skipped, at_item: item });
  }

  /** Remembers where the person is, so that "go on" opens there. */
  arrive(item: string): void {
    const { draft, saved } = this.state;
    if (!draft || draft.at_item === item || saved === "nothing") return;
    this.write({ ...draft, at_item: item });
  }

  private write(draft: LocalDraft): void {
    const stamped = { ...draft, saved_at: now().toISOString() };
    this.set({ draft: stamped, saved: "saving", notice: null });
    this.writing = this.writing.then(async () => {
      const stored = await saveDraft(stamped).then(
        () => true,
        () => false,
      );
      if (stored) askToPersist();
      if (this.state.draft === stamped) this.set({ saved: stored ? "phone" : "failed" });
    });
    clearTimeout(this.mirrorTimer);
    this.mirrorTimer = setTimeout(() => void this.mirror(), MIRROR_AFTER_MS);
  }

  /** Resolves when everything answered so far has been written, or could not be. */
  async settled(): Promise<void> {
    let last: Promise<void>;
    do {
      last = this.writing;
      await last;
    } while (last !== this.writing);
  }

  private async mirror(): Promise<void> {
    await this.settled();
    const { draft } = this.state;
    if (!draft || this.closed || this.state.phase !== "ready" || getState().lost) return;
    const { answers, skipped, at_item, saved_at } = draft;
    const result = await api.saveDraft(this.formId, { answers, skipped, at_item, saved_at });
    if (result.ok) {
      if (this.state.draft !== draft || this.closed) return;
      const mirrored = { ...draft, mirrored_at: saved_at };
      const stored = this.state.saved !== "failed" && this.state.saved !== "team";
      this.set({ draft: mirrored, saved: stored ? "both" : "team" });
      if (stored) await orElse(saveDraft(mirrored), undefined);
    } else if (result.slug === "sign-in-needed") {
      setState({ lost: true });
    }
  }

  /** The person has confirmed: into the outbox first, then off if there is a network. */
  async send(): Promise<string | null> {
    clearTimeout(this.mirrorTimer);
    await this.settled();
    const { draft, card } = this.state;
    if (!draft || !card) return null;
    const at = now();
    const entry: Entry = {
      id: draft.response_id,
      form_id: card.id,
      title: card.title,
      person: draft.person,
      questionnaire_sha: draft.questionnaire_sha,
      answers: draft.answers,
      skipped: draft.skipped,
      authored_at: withOffset(at),
      authored_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      offer_token: card.offer_token,
    };
    try {
      await enqueue(entry, at.getTime());
    } catch {
      setState({ unstored: entry });
    }
    await readOutbox();
    await sendAll();
    void askForBackgroundSync();
    this.close();
    return entry.id;
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.mirrorTimer);
    this.release?.();
  }
}
