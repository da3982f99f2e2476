/** Where the participant app starts: what the phone knows first, then the server. */
import { render } from "preact";
import "../ui/tokens.css";
import "../ui/base.css";
import "./participant.css";
import { api } from "../api/participant.ts";
import { App, isEnrolmentLink } from "./app.tsx";
import { watchInstallPrompt } from "./platform.ts";
import { applyTextSize, oweSignOut, signOutOwed, textSize } from "./prefs.ts";
import { reconcileQuietly } from "./push.ts";
import { getState, setState } from "./state.ts";
import { readPhone, syncNow, watch } from "./sync.ts";
import { startWorker } from "./updates.ts";

async function paySignOut(): Promise<void> {
  if (!signOutOwed()) return;
  const result = await api.signOut();
  if (result.ok || result.slug === "sign-in-needed") oweSignOut(false);
}

/** Starts the app in an element of the page; resolves when the first round is done. */
export async function start(root: HTMLElement): Promise<void> {
  applyTextSize(textSize());
  watchInstallPrompt();
  await readPhone();
  const known = getState().me !== null;
  // Someone who is known sees the home screen at once; a stranger may still have a session.
  if (known) setState({ started: true });
  render(<App />, root);
  watch();
  await paySignOut();
  // Someone who follows an enrolment link has no session to look for.
  if (known || !(signOutOwed() || isEnrolmentLink())) await syncNow();
  setState({ started: true });
  void startWorker();
  void reconcileQuietly();
}

const root = document.getElementById("app");
if (root) void start(root);
