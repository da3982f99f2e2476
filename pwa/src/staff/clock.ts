/** The console's only reader of this computer's clock: defaults in forms, nothing more. */

import { dateIn } from "../core/dates";

export function now(): Date {
  return new Date();
}

/** Today's date in a zone (this computer's when none is given), as YYYY-MM-DD. */
export function today(zone?: string): string {
  return dateIn(zone, now());
}

/**
 * The participant's own date today. A demonstration server may live on another
 * day than this computer; where the two differ by more than a zone can explain,
 * the server's day is the one that the study counts by.
 */
export function studyToday(serverDay: string, zone?: string): string {
  const here = today(zone);
  const apart = Math.abs(Date.parse(here) - Date.parse(serverDay)) / 86_400_000;
  return apart > 1 ? serverDay : here;
}

export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
