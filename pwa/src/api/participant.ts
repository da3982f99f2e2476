/** The participant's requests, by name. */
import { client, type Result } from "./client.ts";
import type {
  Access,
  Draft,
  FormDetail,
  Me,
  Preferences,
  QuestionnaireDocument,
  Receipt,
  Reminders,
  ResponseBody,
  SavedDraft,
} from "./types.ts";

const ask = client(`participant/${__BUILD__}`);

export interface SubscriptionBody {
  endpoint: string;
  keys: { p256dh: string; auth: string };
  replaces?: string;
}

export const api = {
  signIn: (code: string, label: string, pin: string | null = null): Promise<Result<Me>> =>
    ask("POST", "/api/device-sessions", { code, pin, device_label: label, app_build: __BUILD__ }),
  signOut: (): Promise<Result<void>> => ask("DELETE", "/api/me/session"),
  me: (): Promise<Result<Me>> => ask("GET", "/api/me"),
  questionnaire: (sha: string): Promise<Result<QuestionnaireDocument>> =>
    ask("GET", `/api/questionnaires/${sha}`),
  form: (id: number): Promise<Result<FormDetail>> => ask("GET", `/api/me/forms/${id}`),
  /** `base` is the `saved_at` of the draft that this phone last saw there. */
  saveDraft: (
    id: number,
    { answers, skipped, at_item, saved_at }: Draft,
    base: string | null,
  ): Promise<Result<SavedDraft>> =>
    ask("PUT", `/api/me/forms/${id}/draft`, { answers, skipped, at_item, saved_at, base }),
  respond: (id: string, body: ResponseBody): Promise<Result<Receipt>> =>
    ask("PUT", `/api/me/responses/${id}`, body),
  preferences: (wanted: Preferences): Promise<Result<Reminders>> =>
    ask("PUT", "/api/me/preferences", wanted),
  askForCall: (): Promise<Result<{ call_requested_at: string }>> =>
    ask("POST", "/api/me/call-request", {}),
  callNoMore: (): Promise<Result<void>> => ask("DELETE", "/api/me/call-request"),
  sayWhy: (form: number, reason: string): Promise<Result<unknown>> =>
    ask("POST", "/api/me/missing-reasons", { expected_form_id: form, reason }),
  subscribe: (body: SubscriptionBody): Promise<Result<{ id: number; confirmed: boolean }>> =>
    ask("PUT", "/api/me/subscriptions", body),
  unsubscribe: (endpoint: string): Promise<Result<void>> =>
    ask("DELETE", "/api/me/subscriptions", { endpoint }),
  access: (): Promise<Result<Access>> => ask("GET", "/api/me/access"),
  transferCode: (): Promise<Result<{ code: string; expires_at: string }>> =>
    ask("POST", "/api/me/transfer-codes", {}),
  makeCalendar: (): Promise<Result<{ url: string }>> => ask("POST", "/api/me/calendar", {}),
  endCalendar: (): Promise<Result<void>> => ask("DELETE", "/api/me/calendar"),
  askForPasskey: (): Promise<Result<unknown>> => ask("POST", "/api/me/passkeys/options", {}),
  makePasskey: (credential: unknown): Promise<Result<Access>> =>
    ask("POST", "/api/me/passkeys", credential),
  removePasskeys: (): Promise<Result<void>> => ask("DELETE", "/api/me/passkeys"),
  askWho: (): Promise<Result<unknown>> => ask("POST", "/api/passkey-sessions/options", {}),
  signInWithPasskey: (credential: unknown, label: string): Promise<Result<Me>> =>
    ask("POST", "/api/passkey-sessions", {
      credential,
      device_label: label,
      app_build: __BUILD__,
    }),
  testReminder: (): Promise<Result<void>> => ask("POST", "/api/me/test-reminder", {}),
  acknowledge: (token: string): Promise<Result<void>> => ask("POST", "/api/acks", { token }),
};
