/**
 * One questionnaire being answered: opened from the phone or the server, every change written to
 * the phone before it is called saved, copied to the server when there is a network, and handed
 * to the outbox when the person confirms it.
 */
import * as api from "../api/participant.ts";
import type { Draft, FormCard, FormDetail } from "../api/types.ts";
import { withOffset } from "../core/dates.ts";
import type { Answers, Questionnaire, Value } from "../core/questionnaire.ts";
import { now } from "../device/clock.ts";
import { loadQuestionnaire, saveQuestionnaire } from "../device/db.ts";
import {
  afterMirror,
  changeDraft,
  isMirrored,
  joined,
  type LocalDraft,
  loadDraft,
  saveDraft,
  UNREADABLE,
} from "../device/drafts.ts";
import { claim } from "../device/locks.ts";
import { type Entry, enqueue } from "../device/outbox.ts";
import { takeEarlyForm } from "./early.ts";
import { findForm, finished } from "./plan.ts";
import { answering, getState, setState } from "./state.ts";
import { askForBackgroundSync, keepMe, orElse, readOutbox, sendAll } from "./sync.ts";

export type Phase = "opening" | "gone" | "finished" | "elsewhere" | "ready";
export type Saved = "nothing" | "saving" | "phone" | "both" | "team" | "failed";

export interface FormState {
  phase: Phase;
  card: FormCard | null;
  questionnaire: Questionnaire | null;
  draft: LocalDraft | null;
  saved: Saved;
  notice: "resumed" | "changed" | "unreadable" | null;
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

const begun = (draft: LocalDraft): boolean =>
  Object.keys(draft.answers).length + draft.skipped.length > 0;

const sameInstant = (one: string | null, other: string | null): boolean =>
  Date.parse(one ?? "") === Date.parse(other ?? "");

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
  private detail: FormDetail | null = null;
  private release: (() => void) | null = null;
  private writing: Promise<void> = Promise.resolve();
  private mirrorTimer: ReturnType<typeof setTimeout> | undefined;
  private writes = 0;
  private closed = false;
  private handedOver = false;

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
    const { me } = getState();
    if (!me) return this.set({ phase: "gone", slug: "sign-in-needed" });
    const person = me.participant_code;
    this.detail = await takeEarlyForm(this.formId);
    const isCold = this.detail !== null;
    const card = findForm(me, this.formId)?.form ?? (await this.ask())?.form ?? null;
    if (finished(getState()).has(this.formId) || card?.state === "received") {
      return this.set({ phase: "finished", card });
    }
    if (!card) return this.set({ phase: "gone", slug: "not-found" });
    const here = this.findHere(card, person, steal);
    // A phone that a reminder has opened cold has nothing of its own: its question comes at once.
    const found = isCold ? null : await here;
    if (found === undefined) return;
    const local = found === UNREADABLE ? null : found;
    const mine = await this.answerable(card, local);
    const [questionnaire, slug] = mine?.questionnaire
      ? [mine.questionnaire, ""]
      : await this.questionnaire(card.questionnaire_sha);
    if (!questionnaire) return this.set({ phase: "gone", card, slug });
    const begin = await this.startingDraft(card, person, mine?.draft ?? null, isCold);
    if (begin.saved === "nothing" && found === UNREADABLE) begin.notice = "unreadable";
    else if (begin.saved === "nothing" && local && begun(local)) begin.notice = "changed";
    if (this.closed || this.state.phase === "elsewhere") return;
    answering.add(this.formId);
    this.set({ phase: "ready", card, questionnaire, ...begin });
    if (isCold) this.writing = this.writing.then(async () => this.joinHere(await here));
  }

  /** The draft on this phone, once the form is this window's alone; undefined when it is not. */
  private async findHere(
    card: FormCard,
    person: string,
    steal: boolean,
  ): Promise<LocalDraft | typeof UNREADABLE | null | undefined> {
    this.release = await claim(`sayso-form-${this.formId}`, {
      steal,
      onLost: () => this.set({ phase: "elsewhere" }),
    });
    if (this.closed) this.close();
    else if (!this.release) this.set({ phase: "elsewhere", card });
    else return orElse(loadDraft(card.id, person), null);
    return undefined;
  }

  /** Takes in what nobody expected on this phone, before anything is written over it. */
  private joinHere(found: LocalDraft | typeof UNREADABLE | null | undefined): void {
    const { draft } = this.state;
    if (!draft || !found || found === UNREADABLE) return;
    if (found.questionnaire_sha !== draft.questionnaire_sha) return;
    this.set({ draft: { ...joined(found, draft), base: draft.base ?? found.base } });
  }

  /** The form as the server has it; asked at most once. */
  private async ask(): Promise<FormDetail | null> {
    if (!this.detail) {
      const result = await api.form(this.formId);
      if (result.ok) this.detail = result.data;
    }
    return this.detail;
  }

  /**
   * The phone's draft where one can go on with it. What was begun is finished in the very words it
   * was begun in, also when newer ones have been published since: the server takes both.
   */
  private async answerable(
    card: FormCard,
    local: LocalDraft | null,
  ): Promise<{ draft: LocalDraft; questionnaire?: Questionnaire } | null> {
    if (!local) return null;
    if (local.questionnaire_sha === card.questionnaire_sha) return { draft: local };
    const questionnaire = await orElse(loadQuestionnaire(local.questionnaire_sha));
    return questionnaire ? { draft: local, questionnaire } : null;
  }

  private async questionnaire(sha: string): Promise<[Questionnaire | null, string]> {
    const { detail } = this;
    let document =
      detail?.questionnaire_sha === sha
        ? detail.questionnaire
        : await orElse(loadQuestionnaire(sha));
    if (!document) {
      const result = await api.questionnaire(sha);
      if (!result.ok) return [null, result.slug];
      document = result.data.questionnaire;
    }
    void orElse(saveQuestionnaire(sha, document));
    return [document, ""];
  }

  private async startingDraft(
    card: FormCard,
    person: string,
    local: LocalDraft | null,
    isCold: boolean,
  ): Promise<Pick<FormState, "draft" | "notice" | "saved">> {
    const theirs = await this.serverDraft(card, local);
    const fresh: LocalDraft = {
      form_id: card.id,
      person,
      response_id: crypto.randomUUID(),
      questionnaire_sha: card.questionnaire_sha,
      answers: {},
      skipped: [],
      at_item: null,
      saved_at: now().toISOString(),
      base: null,
    };
    const draft = theirs ? joined(local ?? fresh, theirs) : (local ?? fresh);
    if (!local && !theirs) return { draft, notice: null, saved: "nothing" };
    // Opened cold, it is written when she goes on or turns away: the team has it already.
    const write = async (): Promise<boolean> => !isCold && saveDraft(draft).then(() => true);
    const stored = !theirs || (await orElse(write(), false));
    const saved = isMirrored(draft) ? (stored ? "both" : "team") : "phone";
    return { draft, notice: begun(draft) ? "resumed" : null, saved };
  }

  /** The server's draft where this phone has not seen it: begun, or gone on with, on another. */
  private async serverDraft(card: FormCard, local: LocalDraft | null): Promise<Draft | null> {
    if (local && local.questionnaire_sha !== card.questionnaire_sha) return null;
    const known = local?.base?.saved_at ?? null;
    if (!this.detail && (!card.draft_saved_at || sameInstant(card.draft_saved_at, known))) {
      return null;
    }
    const draft = (await this.ask())?.draft ?? null;
    return draft && !sameInstant(draft.saved_at, known) ? draft : null;
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
    const number = ++this.writes;
    this.set({ draft: stamped, saved: "saving", notice: null });
    this.writing = this.writing.then(async () => {
      // Another window may have taken the form over meanwhile: then that one writes.
      const stored = await saveDraft(
        this.state.draft ?? stamped,
        () => this.state.phase === "ready",
      ).then(
        () => true,
        () => false,
      );
      if (stored) askToPersist();
      if (number === this.writes) this.set({ saved: stored ? "phone" : "failed" });
    });
    this.mirrorSoon();
  }

  /**
   * Writes once more what is on the screen when the person turns away: a phone whose storage was
   * cleared meanwhile would otherwise have nothing of it until the next answer.
   */
  readonly keep = (): void => {
    // Somebody who has signed out in another window wants nothing kept.
    const isOpen = (): boolean =>
      this.state.phase === "ready" && !this.handedOver && getState().me !== null;
    const { draft, questionnaire, saved } = this.state;
    if (!draft || !questionnaire || saved === "nothing" || !isOpen()) return;
    this.writing = this.writing
      .then(() =>
        Promise.allSettled([
          saveDraft(this.state.draft ?? draft, isOpen),
          saveQuestionnaire(draft.questionnaire_sha, questionnaire),
          keepMe(),
        ]),
      )
      .then(readOutbox);
    clearTimeout(this.mirrorTimer);
    if (!isMirrored(draft)) void this.mirror();
  };

  private mirrorSoon(): void {
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
    const result = await api.saveDraft(this.formId, draft, draft.base?.saved_at ?? null);
    if (!result.ok) {
      if (result.slug === "sign-in-needed") setState({ lost: true });
      return;
    }
    const after = afterMirror(draft, result.data.draft);
    await orElse(changeDraft(this.formId, after), null);
    const { draft: current, saved, phase } = this.state;
    if (!current || this.closed || phase !== "ready") return;
    const next = after(current);
    const there = saved === "failed" || saved === "team" ? "team" : "both";
    this.set({ draft: next, saved: isMirrored(next) && saved !== "saving" ? there : saved });
    // Another phone's answers are in it now; the server does not have the whole yet.
    if (result.data.draft && !isMirrored(next)) this.mirrorSoon();
  }

  /** The person has confirmed: into the outbox first, then off if there is a network. */
  async send(): Promise<string | null> {
    clearTimeout(this.mirrorTimer);
    await this.settled();
    const { draft, card } = this.state;
    if (!draft || !card) return null;
    this.handedOver = true;
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
      const others = getState().unstored.filter((one) => one.id !== entry.id);
      setState({ unstored: [...others, entry] });
    }
    await readOutbox();
    await sendAll();
    void askForBackgroundSync();
    this.close();
    return entry.id;
  }

  close(): void {
    this.closed = true;
    answering.delete(this.formId);
    clearTimeout(this.mirrorTimer);
    this.release?.();
  }
}
