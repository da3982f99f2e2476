/** Sends one outbox entry; used by the app and by its service worker alike. */
import type { Entry, Outcome } from "../device/outbox.ts";
import * as api from "./participant.ts";
import type { ResponseBody } from "./types.ts";

/** What the server can only refuse for good; anything else is worth another try. */
const FINAL: ReadonlySet<number> = new Set([409, 413, 422]);

export async function sendEntry(entry: Entry, now: Date): Promise<Outcome> {
  const body: ResponseBody = {
    expected_form_id: entry.form_id,
    questionnaire_sha: entry.questionnaire_sha,
    answers: entry.answers,
    skipped: entry.skipped,
    authored_at: entry.authored_at,
    authored_zone: entry.authored_zone,
    sent_at: now.toISOString(),
    offer_token: entry.offer_token,
    attested: true,
    mode: "own_device",
    app_build: __BUILD__,
  };
  const result = await api.respond(entry.id, body);
  if (!result.ok) {
    // A refusal counts only when this server says so by name; a proxy's page does not.
    const named = result.slug !== "server-away";
    const kind = named && FINAL.has(result.status) ? "refused" : "later";
    return { kind, slug: result.slug };
  }
  const { id, code, received_at, disposition } = result.data;
  if (id !== entry.id || !code) return { kind: "later", slug: "server-away" };
  return { kind: "receipt", code, received_at, disposition };
}
