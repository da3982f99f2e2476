/** Registers the service worker and takes over new versions at quiet moments, never mid-form. */
import { setState } from "./state.ts";

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string };
}

/** The worker's address; under trusted types only this one address becomes a script. */
function workerUrl(): string {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  const rules = {
    createScriptURL: (url: string): string => {
      if (url !== "/sw.js") throw new TypeError(url);
      return url;
    },
  };
  return (types?.createPolicy("sayso-worker", rules) ?? rules).createScriptURL("/sw.js");
}

export async function startWorker(): Promise<void> {
  if (!import.meta.env.PROD) return;
  // A private window of Firefox keeps everything until it is closed; its file store tells.
  navigator.storage?.getDirectory?.().catch(() => setState({ forgetful: true }));
  if (!("serviceWorker" in navigator)) return setState({ forgetful: true });
  try {
    const registration = await navigator.serviceWorker.register(workerUrl(), {
      updateViaCache: "none",
    });
    // A first installation replaces nothing; only a later one is an update. The worker itself is
    // asked: what the registration says of it can arrive after its change of state.
    const offer = (found: ServiceWorker | null): void => {
      const replaces = registration.active && registration.active !== found;
      if (found?.state === "installed" && replaces) setState({ update: found });
    };
    offer(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const found = registration.installing ?? registration.waiting;
      found?.addEventListener("statechange", () => offer(found));
      offer(found);
    });
    const check = (): void => {
      if (document.visibilityState === "visible") registration.update().catch(() => undefined);
    };
    addEventListener("pageshow", check);
    document.addEventListener("visibilitychange", check);
  } catch (error) {
    // Without a worker the app still works while there is a network. What only failed to arrive
    // comes another time, and is a TypeError; anything else is this browser's refusal.
    if (!(error instanceof TypeError)) setState({ forgetful: true });
  }
}

/** Lets the new version take over and shows it. */
export function takeOver(worker: ServiceWorker): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), {
    once: true,
  });
  worker.postMessage("take-over");
}

/** Fetches the newest version when the person asks for it, and shows it. */
export async function updateNow(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker.getRegistration();
    if (!registration?.waiting) await registration?.update();
    const newer = registration?.waiting ?? registration?.installing;
    if (newer) return takeOver(newer);
  } catch {
    // Without a worker, or without a network, there is only the page itself to load again.
  }
  location.reload();
}

/** Whether this build is older than the oldest the server still talks to ("0.2.0"). */
export function isTooOld(build: string, oldest: string | null): boolean {
  // By numbers where there are numbers: 0.10 comes after 0.9.
  return oldest !== null && build.localeCompare(oldest, "en", { numeric: true }) < 0;
}
