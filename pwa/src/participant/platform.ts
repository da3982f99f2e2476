/** What kind of phone and browser this is, as far as it changes what we tell the person. */

export interface Platform {
  os: "ios" | "android" | "other";
  /** Running from the home screen. */
  installed: boolean;
  /** A browser inside another app (mail, chat), where installing and reminders do not work. */
  inApp: boolean;
  /** On an iPhone only Safari's own page can be put on the home screen everywhere. */
  safari: boolean;
}

const IN_APP =
  /\b(FBAN|FBAV|FB_IAB|Instagram|Line\/|MicroMessenger|WhatsApp|Snapchat|GSA\/)|; wv\)/;

/** Reads the platform from the user agent and the window; `touches` tells an iPad from a Mac. */
export function platformOf(agent: string, touches: number, installed: boolean): Platform {
  const iPad = /Macintosh/.test(agent) && touches > 1;
  const ios = iPad || /iPhone|iPad|iPod/.test(agent);
  const os = ios ? "ios" : /Android/.test(agent) ? "android" : "other";
  const safari =
    ios && /Version\/[\d.]+.*Safari\//.test(agent) && !/CriOS|FxiOS|EdgiOS/.test(agent);
  return { os, installed, inApp: IN_APP.test(agent), safari };
}

/** Which way of installing to show. */
export type Guide = "in-app" | "ios" | "ios-other" | "chrome" | "samsung" | "firefox" | "desktop";

export function guide({ os, inApp, safari }: Platform, agent = navigator.userAgent): Guide {
  if (inApp) return "in-app";
  if (os === "ios") return safari ? "ios" : "ios-other";
  if (os === "other") return "desktop";
  if (/SamsungBrowser/.test(agent)) return "samsung";
  return /Firefox/.test(agent) ? "firefox" : "chrome";
}

export function platform(): Platform {
  const standalone = (navigator as { standalone?: boolean }).standalone === true;
  const installed = standalone || matchMedia("(display-mode: standalone)").matches;
  return platformOf(navigator.userAgent, navigator.maxTouchPoints, installed);
}

/** A name by which staff can tell this phone from another: "Android phone". */
export function deviceLabel({ os }: Platform): string {
  return { ios: "iPhone or iPad", android: "Android phone", other: "Browser" }[os];
}

interface InstallPrompt extends Event {
  prompt(): Promise<{ outcome: "accepted" | "dismissed" }>;
}

let prompt: InstallPrompt | null = null;

/** Catches the browser's own offer to install, to be made when the person asks for it. */
export function watchInstallPrompt(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    prompt = event as InstallPrompt;
  });
}

export const canPrompt = (): boolean => prompt !== null;

/** Shows the browser's own question; true when the person said yes. */
export async function promptInstall(): Promise<boolean> {
  const asked = await prompt?.prompt();
  prompt = null;
  return asked?.outcome === "accepted";
}
