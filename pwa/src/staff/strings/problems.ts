/**
 * A sentence for every problem the server can name, saying what to do. A slug
 * that is not listed falls back to the server's own sentence.
 */

const bySlug: Readonly<Record<string, string>> = {
  offline: "The server cannot be reached. Nothing was saved. Check the network, then try again.",
  "sign-in-needed":
    "Your session has ended. Sign in, then press the button again. Your entry is still here.",
  "not-allowed": "Your role does not allow this. Ask the administrator of the study.",
  "not-found": "This does not exist, or it belongs to a site you do not look after.",
  "slow-down": "Too many tries in a short time. Wait a moment, then try again.",
  "credentials-not-accepted": "The e-mail and the password do not belong together.",
  "invitation-not-accepted": "This invitation was used already or is too old. Ask for a new one.",
  "changed-meanwhile":
    "Somebody else changed this record after you opened it. Nothing of yours was saved and your entry is still here. Look at what changed, then save again.",
  "client-header-missing": "This page is out of date. Load it again.",
  "server-trouble": "The server had trouble. Nothing was saved. Try again in a moment.",
  "request-not-understood": "The server did not understand the request. Load the page again.",
};

export const problems = {
  title: "There is a problem",
  bySlug,
  unknown: "Something went wrong. Nothing was saved. Try again.",
  missing: (label: string) => `Fill in: ${label}.`,
  chooseOne: (label: string) => `Choose: ${label}.`,
  notADate: (label: string) => `Enter a full date: ${label}.`,
  dateTooLate: (label: string) => `The date cannot lie in the future: ${label}.`,
  dateTooEarly: (label: string, date: string) => `The date cannot lie before ${date}: ${label}.`,
  wait: (seconds: number) => `Try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`,
} as const;
