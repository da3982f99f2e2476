/** Where the participant app starts: what the phone knows first, then the server. */
import { render } from "preact";
import "../ui/tokens.css";
import "../ui/base.css";
import "./frame.css";
import "./screens.css";
import "./question.css";
import * as api from "../api/participant.ts";
import { App, isEnrolmentLink } from "./app.tsx";
import { askEarly } from "./early.ts";
import { watchLock } from "./lock.ts";
import { watchInstallPrompt } from "./platform.ts";
import { applyTextSize, isKnown, oweSignOut, signOutOwed, textSize } from "./prefs.ts";
import { reconcileQuietly, watchPermission } from "./push.ts";
import { parse } from "./router.ts";
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
  watchLock();
  watch();
  // Whoever follows an enrolment link waits for nothing: there is no session to look for.
  const isLink = isEnrolmentLink();
  askEarly(isLink || signOutOwed() ? null : parse(location.hash, location.pathname));
  if (isLink) setState({ started: true });
  const phone = readPhone();
  // A phone that nobody has used has nothing to tell: there the server's word is enough.
  const isNew = !isKnown();
  if (isLink || isNew) render(<App />, root);
  if (!isNew) await phone;
  const known = getState().me !== null;
  // Someone who is known sees the home screen at once; a stranger may still have a session.
  if (known) setState({ started: true });
  if (!isLink && !isNew) render(<App />, root);
  await paySignOut();
  if (known || !(signOutOwed() || isLink)) await syncNow();
  await phone;
  setState({ started: true });
  void startWorker();
  void reconcileQuietly();
  void watchPermission();
}

const root = document.getElementById("app");
if (root) void start(root);
