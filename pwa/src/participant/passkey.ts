/**
 * Passkeys: the phone's own lock (finger, face, number) in place of a code. The browser finds the
 * right one by itself; what it signs is checked by the server.
 */
import * as api from "../api/participant.ts";
import type { Access, Me } from "../api/types.ts";
import { deviceLabel, platform } from "./platform.ts";

/** The server's question as JSON. */
type Asked = Answer<PublicKeyCredentialCreationOptionsJSON & PublicKeyCredentialRequestOptionsJSON>;
type Answer<T> = { ok: true; data: T } | { ok: false; slug: string };

/** Runs the browser's own question; a person who turns away is "passkey-none", not a fault. */
async function through<T>(
  asked: Answer<unknown>,
  show: (asked: Extract<Asked, { ok: true }>["data"]) => Promise<Credential | null>,
  send: (credential: unknown) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  if (!asked.ok) return asked;
  try {
    const made = await show((asked as Extract<Asked, { ok: true }>).data);
    if (made) return await send((made as PublicKeyCredential).toJSON());
  } catch {
    // Cancelled, too slow, none there, or one there already: the browser does not tell which.
  }
  return { ok: false, slug: "passkey-none" };
}

export const makePasskey = async (): Promise<Answer<Access>> =>
  through(
    await api.askForPasskey(),
    (asked) =>
      navigator.credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked),
      }),
    api.makePasskey,
  );

export const usePasskey = async (): Promise<Answer<Me>> =>
  through(
    await api.askWho(),
    (asked) =>
      navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked),
      }),
    (credential) => api.signInWithPasskey(credential, deviceLabel(platform())),
  );
