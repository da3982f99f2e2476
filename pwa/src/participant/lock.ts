/**
 * A number that the app asks for, for a phone that others in the house use too. It hides the
 * screen and nothing else: what lies on the phone is encrypted without it, and whatever waits to be
 * sent is sent while it is asked for. Kept where it can be read before the database opens, so that
 * nothing is seen on the way.
 */
import { now } from "../device/clock.ts";
import { en } from "../strings/en.ts";
import { readChoice, writeChoice } from "./prefs.ts";
import { go, parse, paths } from "./router.ts";
import { getState, setState } from "./state.ts";

interface Lock {
  salt: string;
  rounds: number;
  /** What PBKDF2 makes of the number, in base64. */
  verifier: string;
  /** Wrong tries since the last right one. */
  slips: number;
  /** Until when, in milliseconds, no further try counts. */
  until: number;
}

/**
 * About a third of a second on a phone of 2020. More would not help: there are only so many short
 * numbers, and what they guard is a screen.
 */
const ROUNDS = 200_000;
/** Looking up a date in another app should not cost a number; an evening elsewhere should. */
export const AWAY_MS = 5 * 60_000;
export const FREE_SLIPS = 3;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000;

const read = (): Lock | null => JSON.parse(readChoice("lock") ?? "null") as Lock | null;
const write = (lock: Lock): void => writeChoice("lock", JSON.stringify(lock));

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

async function verifierOf(number: string, salt: string, rounds: number): Promise<string> {
  const bytes = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", bytes.encode(number), "PBKDF2", false, [
    "deriveBits",
  ]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes.encode(salt), iterations: rounds };
  return base64(new Uint8Array(await crypto.subtle.deriveBits(how, key, 256)));
}

/** What was typed as a number of 4 to 6 digits, without spaces; null when it is none. */
export function lockNumber(typed: string): string | null {
  const digits = typed.replace(/\s/g, "");
  return /^\d{4,6}$/.test(digits) ? digits : null;
}

export const isLockOn = (): boolean => readChoice("lock") !== null;

/** Turns the lock on; false when this phone keeps no choices. */
export async function setLock(number: string, rounds = ROUNDS): Promise<boolean> {
  const salt = base64(crypto.getRandomValues(new Uint8Array(16)));
  const verifier = await verifierOf(number, salt, rounds);
  write({ salt, rounds, verifier, slips: 0, until: 0 });
  return isLockOn();
}

/** Takes the lock away: she wants it no more, or has come in by a way that needs no number. */
export function clearLock(): void {
  writeChoice("lock", null);
  setState({ locked: false });
}

/** How long no try counts after so many slips, in milliseconds. */
export const waitAfter = (slips: number): number =>
  slips <= FREE_SLIPS
    ? 0
    : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (slips - FREE_SLIPS - 1));

/** Tries a number; 0 opens, a positive number says how many seconds to wait, -1 that it is wrong. */
export async function tryNumber(number: string): Promise<number> {
  const lock = read();
  if (!lock) return 0;
  const at = now().getTime();
  // A clock that was set back must not make the wait longer than it ever was.
  const left = Math.min(lock.until - at, waitAfter(lock.slips));
  if (left > 0) return Math.ceil(left / 1000);
  // Counted before it is looked at, so that leaving in the middle takes nothing back.
  const slips = lock.slips + 1;
  write({ ...lock, slips, until: at + waitAfter(slips) });
  if ((await verifierOf(number, lock.salt, lock.rounds)) !== lock.verifier) return -1;
  write({ ...lock, slips: 0, until: 0 });
  stayed();
  setState({ locked: false });
  return 0;
}

/** Remembers, as long as this window lives, that she was here just now. */
function stayed(): void {
  try {
    sessionStorage.setItem("here", String(now().getTime()));
  } catch {
    // Then the number is asked for after each reload.
  }
}

function wasHereLately(): boolean {
  try {
    const away = now().getTime() - Number(sessionStorage.getItem("here") ?? "-1");
    return away >= 0 && away < AWAY_MS;
  } catch {
    return false;
  }
}

function lockUnlessLately(): void {
  if (getState().locked || !isLockOn() || wasHereLately()) return;
  setState({ locked: true });
  document.title = en.appName;
  const route = parse(location.hash, location.pathname);
  // An address may name a question. The form opens where she was all the same.
  if (route.name === "question" && route.item) go(paths.form(route.form), { replace: true });
}

function look(): void {
  const hidden = document.visibilityState === "hidden";
  if (hidden && !getState().locked) stayed();
  if (!hidden) lockUnlessLately();
  // Systems take a picture of an app when it is left, and show it among the open ones.
  document.documentElement.toggleAttribute("data-away", hidden && isLockOn());
}

/** Asks for the number now, if there is one, and whenever she comes back after a while. */
export function watchLock(): void {
  lockUnlessLately();
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", look);
}
