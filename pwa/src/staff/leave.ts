/** Leaving the console for good: signed out on the server, and nothing of it left on the screen. */
import { Problem, write } from "./api/client";

/** Ends the session; a session that has ended already is as good. Throws the Problem otherwise. */
export async function signOut(): Promise<void> {
  try {
    await write("DELETE", "/api/staff/session");
  } catch (error) {
    const gone = error instanceof Problem && error.status !== 0 && error.status < 500;
    if (!gone) throw error;
  }
}

/**
 * Signs out, empties the page and goes to another one in its place. Browsers can show a page again
 * as it was left, so it is left empty: whoever gets this screen next must not see anybody.
 */
export async function leaveTo(address: string): Promise<void> {
  await signOut();
  document.getElementById("console")?.replaceChildren();
  window.location.replace(address);
}

/** The channel on which a tablet page tells every window of the console that staff are signed out. */
const DESK = "sayso-desk";

/** Calls back when this browser is handed over to a participant; returns how to stop. */
export function whenHandedOver(act: () => void): () => void {
  const channel = new BroadcastChannel(DESK);
  channel.onmessage = act;
  return () => channel.close();
}
