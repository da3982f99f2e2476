/** The console's only reader of this computer's clock: defaults in forms, nothing more. */

export function now(): Date {
  return new Date();
}

/** Today's date in a zone (this computer's when none is given), as YYYY-MM-DD. */
export function today(zone?: string): string {
  const options: Intl.DateTimeFormatOptions = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    ...(zone ? { timeZone: zone } : {}),
  };
  return new Intl.DateTimeFormat("en-CA", options).format(now());
}

export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
