/** Small choices that are no health data and may stay readable on the phone. */

/** A choice, or null; it is never asked of the server. */
export const readChoice = (name: string): string | null => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
};

export const writeChoice = (name: string, value: string | null): void => {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Without local storage the choice lasts as long as the page.
  }
};

/** 0, 1 or 2: how far the text is enlarged beyond the person's own setting. */
export const textSize = (): number => Number(readChoice("text-size") ?? "0") || 0;

export function setTextSize(size: number): void {
  writeChoice("text-size", String(size));
  applyTextSize(size);
}

export function applyTextSize(size: number): void {
  document.documentElement.dataset.text = String(size);
}

/** Whether somebody has signed in on this phone, known before its database can be read. */
export const isKnown = (): boolean => readChoice("known") !== null;
export const rememberKnown = (known: boolean): void => writeChoice("known", known ? "yes" : null);

/** Something the person has said "not now" to, so that it is not offered again by itself. */
export const dismissed = (what: string): boolean => readChoice(`dismissed-${what}`) !== null;
export const dismiss = (what: string): void => writeChoice(`dismissed-${what}`, "yes");

/** Whether the person has said on this phone why a form was missed. */
export const saidWhy = (form: number): boolean => dismissed(`why-${form}`);
export const rememberWhy = (form: number): void => dismiss(`why-${form}`);

/** Forgets every choice but the text size; part of clearing the phone. */
export function forgetChoices(): void {
  rememberKnown(false);
  writeChoice("lock", null);
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith("dismissed-")) localStorage.removeItem(name);
    }
  } catch {
    // Nothing was kept where nothing can be kept.
  }
}

/** A sign-out made without network: the server is told before anything else next time. */
export const signOutOwed = (): boolean => readChoice("sign-out-owed") !== null;
export const oweSignOut = (owed: boolean): void =>
  writeChoice("sign-out-owed", owed ? "yes" : null);
