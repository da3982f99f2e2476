/** What the clinic's tablet asks the server, by name. */
import { client, type Result } from "../api/client.ts";
import type { Draft, FormDetail, Receipt, ResponseBody, SavedDraft } from "../api/types.ts";

const ask = client(`tablet/${__BUILD__}`);

/** Until when the session lasts, by the server's clock. */
export interface StillHere {
  ends_at: string;
  server_time: string;
}

export type OpenForm = FormDetail["form"];

/** What there is to answer. Nothing of it is shown that says who answers. */
export interface TabletView extends StillHere {
  participant_code: string;
  /** Who looks after the participant. */
  label: string;
  zone: string;
  idle_seconds: number;
  forms: OpenForm[];
}

export type Assistance = "none" | "read_aloud" | "typed_for_me";
export type TabletResponse = ResponseBody & { assistance: Assistance };

export const begin = (code: string): Promise<Result<TabletView>> =>
  ask("POST", "/api/tablet/session", { code });
export const look = (): Promise<Result<TabletView>> => ask("GET", "/api/tablet");
export const stillHere = (): Promise<Result<StillHere>> => ask("PUT", "/api/tablet/session", {});
export const leave = (how: "given_back" | "idle"): Promise<Result<void>> =>
  ask("DELETE", `/api/tablet/session?how=${how}`);
export const form = (id: number): Promise<Result<FormDetail>> => ask("GET", `/api/me/forms/${id}`);
/** `base` is the `saved_at` of the draft that was last seen there. */
export const saveDraft = (
  id: number,
  { answers, skipped, at_item, saved_at }: Draft,
  base: string | null,
): Promise<Result<SavedDraft>> =>
  ask("PUT", `/api/me/forms/${id}/draft`, { answers, skipped, at_item, saved_at, base });
export const respond = (id: string, body: TabletResponse): Promise<Result<Receipt>> =>
  ask("PUT", `/api/me/responses/${id}`, body);
