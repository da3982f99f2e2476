/**
 * One participant with the clinic's tablet: from the code to the last receipt, or until nobody
 * touches it any more. Everything lives in this object. When the visit is over it forgets; only
 * answers that have not reached the server are kept, unseen, as long as the page stays open.
 */
import type { Result } from "../api/client.ts";
import { isCode, normalCode } from "../core/code.ts";
import { now } from "../device/clock.ts";
import { TabletForm } from "./answering.ts";
import * as api from "./api.ts";

/** So long before the end the page asks whether somebody is there. */
export const WARN_MS = 60_000;
/** A touch is told to the server at most so often. */
const TOUCH_MS = 20_000;
const RETRY_MS = 4000;

export type Ending = "idle" | "ended" | "given-back";

export interface Place {
  form: TabletForm;
  /** The question, or null for the page of all answers. */
  item: string | null;
  fromReview: boolean;
}

export interface VisitState {
  phase: "starting" | "door" | "list" | "form" | "thanks" | "over";
  view: api.TabletView | null;
  place: Place | null;
  /** Receipts of what was sent, in order; `form` is the id of its form. */
  sent: readonly { form: number; title: string; code: string }[];
  /** Whether the last request got no answer. */
  lost: boolean;
  /** Seconds until the end, once they are to be shown. */
  left: number | null;
  ending: Ending | null;
  /** Answers that are on this page only, after the session has ended. */
  keeps: boolean;
  assistance: api.Assistance | null;
}

export interface Refusal {
  slug: string;
  /** Seconds to wait, when the server says so. */
  wait: number | null;
}

const initial: VisitState = {
  phase: "starting",
  view: null,
  place: null,
  sent: [],
  lost: false,
  left: null,
  ending: null,
  keeps: false,
  assistance: null,
};

export class Visit {
  state: VisitState = initial;
  private readonly changed: () => void;
  private readonly forms = new Map<number, TabletForm>();
  private kept: { person: string; forms: readonly TabletForm[] } | null = null;
  /** When the session ends, by this tablet's clock. */
  private endsAt = 0;
  private usedAt = 0;
  private toldAt = 0;
  private triedAt = 0;
  private sending = false;

  constructor(changed: () => void) {
    this.changed = changed;
  }

  private set(change: Partial<VisitState>): void {
    this.state = { ...this.state, ...change };
    this.changed();
  }

  /** Whether some of a form has been answered, here or before. */
  isBegun(form: api.OpenForm): boolean {
    return this.forms.get(form.id)?.isBegun ?? form.draft_saved_at !== null;
  }

  /** Whether somebody has the tablet in her hands. */
  get isOn(): boolean {
    return this.state.phase === "list" || this.state.phase === "form";
  }

  /** Whether leaving the page now would lose answers. */
  get holds(): boolean {
    return this.kept !== null || [...this.forms.values()].some((form) => form.isWaiting);
  }

  /** The page was opened: go on where a session still runs, else, or with a new code, ask for it. */
  async start(hasCode: boolean): Promise<void> {
    if (hasCode) return this.set({ phase: "door" });
    const result = await api.look();
    if (result.ok) this.take(result.data);
    else this.set({ phase: "door", lost: result.status === 0 });
  }

  /** Tries a code; what stands in the way, or null. */
  async enter(typed: string): Promise<Refusal | null> {
    if (!isCode(typed)) return { slug: "not-a-code", wait: null };
    const result = await api.begin(normalCode(typed));
    if (!result.ok) return { slug: result.slug, wait: result.retryAfter };
    this.take(result.data);
    return null;
  }

  private take(view: api.TabletView): void {
    this.follow(view);
    this.usedAt = this.toldAt = now().getTime();
    this.forms.clear();
    if (this.kept?.person === view.participant_code) {
      for (const form of this.kept.forms) this.forms.set(form.card.id, form);
      this.kept = null;
    }
    this.set({ ...initial, phase: "list", view, keeps: this.kept !== null });
    void this.retry();
  }

  private follow({ ends_at, server_time }: api.StillHere): void {
    this.endsAt = now().getTime() + Date.parse(ends_at) - Date.parse(server_time);
  }

  /** Opens a form where it was left. Answers whether that went well. */
  async open(id: number): Promise<boolean> {
    const known = this.forms.get(id);
    if (!known) {
      const result = await api.form(id);
      this.heard(result);
      if (!result.ok || !this.isOn) return false;
      const around = {
        changed: () => this.changed(),
        heard: (said: Result<unknown>) => this.heard(said),
      };
      this.forms.set(id, new TabletForm(result.data, around));
    }
    const form = this.forms.get(id) as TabletForm;
    this.set({ phase: "form", place: { form, item: form.place, fromReview: false } });
    return true;
  }

  /** Shows a question of the open form, or with null the page of all answers. */
  show(item: string | null, fromReview = false): void {
    const { place } = this.state;
    if (place) this.set({ place: { form: place.form, item, fromReview } });
  }

  /** Back to the list; the form stays as it is. */
  pause(): void {
    void this.state.place?.form.save();
    this.set({ phase: "list", place: null });
  }

  /** The question after this one, or the page of all answers. */
  next(): void {
    const { place } = this.state;
    if (!place) return;
    const { form, item, fromReview } = place;
    if (fromReview) {
      this.show(form.open, form.open !== null);
      return;
    }
    const at = form.way.findIndex(({ question }) => question.id === item);
    this.show(form.way[at + 1]?.question.id ?? null);
  }

  sayHelp(assistance: api.Assistance): void {
    this.set({ assistance });
  }

  /** The person has confirmed the open form. */
  async send(): Promise<void> {
    const { place, assistance } = this.state;
    if (!place || !assistance) return;
    place.form.confirm(assistance);
    await this.deliver(place.form);
  }

  private async deliver(form: TabletForm): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    const receipt = await form.send();
    this.sending = false;
    if (!receipt || !this.state.view) return;
    const { id, title } = form.card;
    this.forms.delete(id);
    const view = {
      ...this.state.view,
      forms: this.state.view.forms.filter((one) => one.id !== id),
    };
    const sent = [...this.state.sent, { form: id, title, code: receipt.code }];
    const seen = this.state.place && this.state.place.form !== form;
    if (view.forms.length > 0) {
      this.set({ view, sent, ...(seen ? {} : { phase: "list", place: null }) });
    } else {
      this.forget();
      this.set({ ...initial, phase: "thanks", sent });
    }
  }

  /** She gives the tablet back before everything is answered. */
  async giveBack(): Promise<void> {
    await Promise.all([...this.forms.values()].map((form) => form.save()));
    if (!this.isOn) return;
    const result = await api.leave("given_back");
    if (result.ok) this.end("given-back");
    else this.heard(result);
  }

  /** Somebody uses the page. */
  async touched(): Promise<void> {
    if (!this.isOn || this.state.left !== null) return;
    this.usedAt = now().getTime();
    if (this.usedAt - this.toldAt >= TOUCH_MS) await this.tell();
  }

  /** "I am still here." */
  async stay(): Promise<void> {
    this.usedAt = now().getTime();
    await this.tell();
    await this.tick();
  }

  private async tell(): Promise<void> {
    this.toldAt = now().getTime();
    const result = await api.stillHere();
    if (result.ok) this.follow(result.data);
    this.heard(result);
  }

  /** Called every second, and at once when the page is seen again after a sleep. */
  async tick(): Promise<void> {
    if (!this.isOn) return;
    const at = now().getTime();
    const idle = (this.state.view?.idle_seconds ?? 0) * 1000;
    // Without a connection nothing can be told to the server; who answers then is not sent away.
    const end = this.state.lost ? Math.max(this.endsAt, this.usedAt + idle) : this.endsAt;
    if (at >= end) return this.lapse();
    const left = end - at <= WARN_MS ? Math.ceil((end - at) / 1000) : null;
    if (left !== this.state.left) this.set({ left });
    if (this.state.lost && at - this.triedAt >= RETRY_MS) await this.retry();
  }

  private async lapse(): Promise<void> {
    // The server ends it by its own clock; this only tidies up, and takes the cookie away.
    this.end("idle");
    await api.leave("idle");
  }

  /** Tries again what has not reached the server; asks whether it is there when nothing waits. */
  async retry(): Promise<void> {
    this.triedAt = now().getTime();
    const waiting = [...this.forms.values()].filter((form) => form.isWaiting);
    for (const form of waiting) await (form.confirmed ? this.deliver(form) : form.save());
    if (waiting.length === 0 && this.state.lost) await this.tell();
  }

  private heard(result: Result<unknown>): void {
    if (!this.isOn) return;
    if (!result.ok && result.slug === "sign-in-needed") {
      this.end("ended");
      return;
    }
    const lost = !result.ok && (result.status === 0 || result.slug === "server-away");
    if (lost !== this.state.lost) this.set({ lost });
    if (lost) this.triedAt = now().getTime();
  }

  /** The session is over: everything is forgotten but what has not arrived. */
  private end(ending: Ending): void {
    if (!this.isOn) return;
    const waiting = [...this.forms.values()].filter((form) => form.isWaiting && !form.refused);
    const person = this.state.view?.participant_code ?? "";
    if (waiting.length > 0) this.kept = { person, forms: waiting };
    this.forget();
    this.set({ ...initial, phase: "over", ending, keeps: this.kept !== null });
  }

  private forget(): void {
    for (const form of this.forms.values()) form.rest();
    this.forms.clear();
  }

  /** From the last page to the field for a code, on the same page. */
  toDoor(): void {
    this.set({ ...initial, phase: "door", keeps: this.kept !== null });
  }
}
