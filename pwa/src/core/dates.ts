/** Dates and instants as people and the server write them. `now` is always given. */

/** "Thursday 18 June"; with the year when it is not the year of `today`. */
export function longDate(date: string, today: string): string {
  const sameYear = date.slice(0, 4) === today.slice(0, 4);
  return new Intl.DateTimeFormat("en-GB", {
    weekday: "long",
    day: "numeric",
    month: "long",
    timeZone: "UTC",
    ...(sameYear ? {} : { year: "numeric" }),
  })
    .format(new Date(`${date}T12:00:00Z`))
    .replace(",", "");
}

/** "18 June"; with the year when it is not the year of `today`. */
export function shortDate(date: string, today: string): string {
  return longDate(date, today).replace(/^\S+ /, "");
}

/** The local calendar date of an instant in a zone (this device's when none is given or known), "2026-06-18". */
export function dateIn(zone: string | undefined, now: Date): string {
  // Put together from its parts: no locale writes dates like this in every browser.
  const format = (timeZone: string | undefined): string => {
    const how = { timeZone, year: "numeric", month: "2-digit", day: "2-digit" } as const;
    const parts = new Intl.DateTimeFormat("en", how).formatToParts(now);
    const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? "";
    return `${part("year")}-${part("month")}-${part("day")}`;
  };
  try {
    return format(zone);
  } catch {
    return format(undefined);
  }
}

/** Days from one calendar date to another; negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** The calendar date some days later. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** RFC 3339 with the phone's own offset, as a response carries it: "2026-06-18T09:30:05+02:00". */
export function withOffset(now: Date): string {
  const minutes = -now.getTimezoneOffset();
  const local = new Date(now.getTime() + minutes * 60_000).toISOString().slice(0, 19);
  const two = (value: number): string => String(Math.floor(Math.abs(value))).padStart(2, "0");
  return `${local}${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** "9:05" on the phone's own clock, for receipts. */
export function clockTime(instant: string): string {
  return new Intl.DateTimeFormat("en-GB", { hour: "numeric", minute: "2-digit" }).format(
    new Date(instant),
  );
}
