/**
 * Where the clinic's tablet starts. This page is one of its own: no worker stands between it and
 * the server, and nothing is written to the tablet.
 */
import { render } from "preact";
import "../ui/tokens.css";
import "../ui/base.css";
import "../participant/frame.css";
import "../participant/screens.css";
import "../participant/question.css";
import "./tablet.css";
import { isCode, shownCode } from "../core/code.ts";
import { App } from "./app.tsx";
import { Visit } from "./visit.ts";

/** The code of the picture: what follows "#", which browsers do not send anywhere. */
function takeCode(): string {
  const code = decodeURIComponent(location.hash.slice(1));
  if (location.hash) history.replaceState(null, "", location.pathname);
  return isCode(code) ? shownCode(code) : "";
}

/** A page that knows nothing of whoever had the tablet before. */
const afresh = (): void => location.replace("/tablet");

/** Starts the page in an element; resolves, with what ends it, when it is known where it starts. */
export async function start(root: HTMLElement, fresh = afresh): Promise<() => void> {
  let code = takeCode();
  let told = false;
  const visit: Visit = new Visit(() => {
    // Windows of the console in this browser show people, and must not any more.
    if (visit.state.phase === "list" && !told) tellConsole();
    told = visit.state.view !== null;
    // A code works once: when it has, the field for the next one is empty.
    if (told) code = "";
    draw();
  });
  const draw = (): void => render(<App visit={visit} code={code} fresh={fresh} />, root);
  const over = new AbortController();
  const on = (target: EventTarget, name: string, heard: (event: Event) => void): void =>
    target.addEventListener(name, heard, { signal: over.signal });
  const timer = setInterval(() => void visit.tick(), 1000);
  on(document, "visibilitychange", () => void visit.tick());
  for (const name of USES) on(window, name, () => void visit.touched());
  on(window, "online", () => void visit.retry());
  on(window, "hashchange", () => {
    // The next picture was scanned into the page that is open already.
    const next = takeCode();
    if (!next || visit.isOn) return;
    code = next;
    visit.toDoor();
  });
  on(window, "beforeunload", (event) => {
    if (visit.holds) event.preventDefault();
  });
  on(window, "pageshow", (event) => {
    // A browser that had set the page aside shows it again with everything that was on it.
    if ((event as PageTransitionEvent).persisted && !visit.holds) fresh();
  });
  draw();
  await visit.start(code !== "");
  return () => {
    over.abort();
    clearInterval(timer);
    render(null, root);
  };
}

const USES = ["pointerdown", "keydown", "input", "wheel"] as const;

function tellConsole(): void {
  const channel = new BroadcastChannel("sayso-desk");
  channel.postMessage("handed over");
  channel.close();
}

const root = document.getElementById("tablet");
if (root) void start(root);
