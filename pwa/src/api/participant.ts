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

export const signIn = (
  code: string,
  label: string,
  pin: string | null = null,
): Promise<Result<Me>> =>
  ask("POST", "/api/device-sessions", { code, pin, device_label: label, app_build: __BUILD__ });
export const signOut = (): Promise<Result<void>> => ask("DELETE", "/api/me/session");
export const me = (): Promise<Result<Me>> => ask("GET", "/api/me");
export const questionnaire = (sha: string): Promise<Result<QuestionnaireDocument>> =>
  ask("GET", `/api/questionnaires/${sha}`);
export const form = (id: number): Promise<Result<FormDetail>> => ask("GET", `/api/me/forms/${id}`);
/** `base` is the `saved_at` of the draft that this phone last saw there. */
export const saveDraft = (
  id: number,
  { answers, skipped, at_item, saved_at }: Draft,
  base: string | null,
): Promise<Result<SavedDraft>> =>
  ask("PUT", `/api/me/forms/${id}/draft`, { answers, skipped, at_item, saved_at, base });
export const respond = (id: string, body: ResponseBody): Promise<Result<Receipt>> =>
  ask("PUT", `/api/me/responses/${id}`, body);
export const preferences = (wanted: Preferences): Promise<Result<Reminders>> =>
  ask("PUT", "/api/me/preferences", wanted);
export const askForCall = (): Promise<Result<{ call_requested_at: string }>> =>
  ask("POST", "/api/me/call-request", {});
export const callNoMore = (): Promise<Result<void>> => ask("DELETE", "/api/me/call-request");
export const sayWhy = (form: number, reason: string): Promise<Result<unknown>> =>
  ask("POST", "/api/me/missing-reasons", { expected_form_id: form, reason });
export const subscribe = (
  body: SubscriptionBody,
): Promise<Result<{ id: number; confirmed: boolean }>> => ask("PUT", "/api/me/subscriptions", body);
export const unsubscribe = (endpoint: string): Promise<Result<void>> =>
  ask("DELETE", "/api/me/subscriptions", { endpoint });
export const access = (): Promise<Result<Access>> => ask("GET", "/api/me/access");
export const transferCode = (): Promise<Result<{ code: string; expires_at: string }>> =>
  ask("POST", "/api/me/transfer-codes", {});
export const makeCalendar = (): Promise<Result<{ url: string }>> =>
  ask("POST", "/api/me/calendar", {});
export const endCalendar = (): Promise<Result<void>> => ask("DELETE", "/api/me/calendar");
export const askForPasskey = (): Promise<Result<unknown>> =>
  ask("POST", "/api/me/passkeys/options", {});
export const makePasskey = (credential: unknown): Promise<Result<Access>> =>
  ask("POST", "/api/me/passkeys", credential);
export const removePasskeys = (): Promise<Result<void>> => ask("DELETE", "/api/me/passkeys");
export const askWho = (): Promise<Result<unknown>> =>
  ask("POST", "/api/passkey-sessions/options", {});
export const signInWithPasskey = (credential: unknown, label: string): Promise<Result<Me>> =>
  ask("POST", "/api/passkey-sessions", {
    credential,
    device_label: label,
    app_build: __BUILD__,
  });
export const testReminder = (): Promise<Result<void>> => ask("POST", "/api/me/test-reminder", {});
export const tellUnsent = (forms: number): Promise<Result<void>> =>
  ask("PUT", "/api/me/unsent", { forms });
export const acknowledge = (token: string): Promise<Result<void>> =>
  ask("POST", "/api/acks", { token });
