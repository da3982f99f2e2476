/** Small choices that are no health data and may stay readable on the phone. */

const read = (name: string): string | null => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
};

const write = (name: string, value: string | null): void => {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Without local storage the choice lasts as long as the page.
  }
};

/** 0, 1 or 2: how far the text is enlarged beyond the person's own setting. */
export const textSize = (): number => Number(read("text-size") ?? "0") || 0;

export function setTextSize(size: number): void {
  write("text-size", String(size));
  applyTextSize(size);
}

export function applyTextSize(size: number): void {
  document.documentElement.dataset.text = String(size);
}

/** Whether somebody has signed in on this phone, known before its database can be read. */
export const isKnown = (): boolean => read("known") !== null;
export const rememberKnown = (known: boolean): void => write("known", known ? "yes" : null);

/** Something the person has said "not now" to, so that it is not offered again by itself. */
export const dismissed = (what: string): boolean => read(`dismissed-${what}`) !== null;
export const dismiss = (what: string): void => write(`dismissed-${what}`, "yes");

/** Whether the person has said on this phone why a form was missed. */
export const saidWhy = (form: number): boolean => dismissed(`why-${form}`);
export const rememberWhy = (form: number): void => dismiss(`why-${form}`);

/** Forgets every choice but the text size; part of clearing the phone. */
export function forgetChoices(): void {
  rememberKnown(false);
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith("dismissed-")) localStorage.removeItem(name);
    }
  } catch {
    // Nothing was kept where nothing can be kept.
  }
}

/** A sign-out made without network: the server is told before anything else next time. */
export const signOutOwed = (): boolean => read("sign-out-owed") !== null;
export const oweSignOut = (owed: boolean): void => write("sign-out-owed", owed ? "yes" : null);
