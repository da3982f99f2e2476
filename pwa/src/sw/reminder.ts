/** What a push becomes on the screen: read from the declarative payload, or neutral words. */

export interface Shown {
  title: string;
  options: {
    body: string;
    tag: string;
    lang: string;
    icon: string;
    badge: string;
    data: { navigate: string };
  };
  /** One-time token that proves to the server that the reminder was shown. */
  ack: string | null;
}

const text = (value: unknown, instead: string): string =>
  typeof value === "string" && value.trim() !== "" ? value : instead;

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

/** The address a tap leads to; anything outside this origin becomes the home screen. */
function target(value: unknown, origin: string): string {
  try {
    const url = new URL(text(value, "/"), origin);
    return url.origin === origin ? url.href : `${origin}/`;
  } catch {
    return `${origin}/`;
  }
}

/** Reads `{"web_push": 8030, "notification": {…}}`; never throws, never shows nothing. */
export function shownReminder(payload: string, origin: string): Shown {
  let parsed: unknown = null;
  try {
    parsed = JSON.parse(payload);
  } catch {
    // Not JSON: the neutral words below are shown.
  }
  const notification = record(record(parsed).notification);
  const ack = record(notification.data).ack;
  return {
    title: text(notification.title, "Sayso"),
    options: {
      body: text(notification.body, "There is something to do in the app."),
      tag: text(notification.tag, "sayso"),
      lang: text(notification.lang, "en"),
      icon: "/icons/icon-192.png",
      badge: "/icons/badge-96.png",
      data: { navigate: target(notification.navigate, origin) },
    },
    ack: typeof ack === "string" ? ack : null,
  };
}
