/**
 * A sentence for every problem the server can name, saying what to do. A slug
 * that is not listed falls back to the server's own sentence.
 */

const bySlug: Readonly<Record<string, string>> = {
  "staff-exists": "There is an account for this e-mail address already. Change that one.",
  "site-needed": "Choose at least one site.",
  "last-administrator":
    "This is the last administrator. Make somebody else an administrator first.",
  "not-oneself": "Ask another administrator to change your own account.",
  offline: "The server cannot be reached. Nothing was saved. Check the network, then try again.",
  "sign-in-needed":
    "Your session has ended. Sign in, then press the button again. Your entry is still here.",
  "not-allowed": "Your role does not allow this. Ask the administrator of the study.",
  "not-found": "This does not exist, or it belongs to a site you do not look after.",
  "slow-down": "Too many tries in a short time. Wait a moment, then try again.",
  "credentials-not-accepted": "The e-mail and the password do not belong together.",
  "invitation-not-accepted": "This invitation was used already or is too old. Ask for a new one.",
  "password-too-weak": "Choose a longer password that is harder to guess, at least 15 characters.",
  "tablet-in-hand": "This screen is in a participant's hands. Sign in to take it back.",
  "changed-meanwhile":
    "Somebody else changed this record after you opened it. Nothing of yours was saved and your entry is still here. Look at what changed, then save again.",
  "client-header-missing": "This page is out of date. Load it again.",
  "foreign-origin": "Open the console in its own window and sign in there.",
  "internal-error": "Something went wrong on the server; it has been noted. Nothing was saved.",
  "server-trouble": "The server had trouble. Nothing was saved. Try again in a moment.",
  "store-unavailable":
    "The server cannot reach its data just now. Nothing was saved. Try again in a moment.",
  "request-not-understood": "The server did not understand the request. Load the page again.",
  invalid: "Something is missing or wrong in what was entered.",
  "participant-code-taken":
    "The study has a participant with this code already. Check the enrolment log.",
  "participant-exempt": "This person is exempt from questionnaires, so there is no phone to enrol.",
  "second-person-needed":
    "Whoever entered an exemption cannot approve it. Ask a colleague to do it.",
  "exemptions-overlap": "Another exemption covers part of this time. End that one first.",
  "form-not-missing": "This form is not missing any more, so it needs no reason.",
};

/** What the rules of a study refuse: here the server's own sentence names the dates and the words. */
const ownWords: ReadonlySet<string> = new Set([
  "access-end-refused",
  "already-recorded",
  "already-settled",
  "anchor-after-answered-form",
  "arm-switch-refused",
  "dates-out-of-order",
  "exemption-reason-not-allowed",
  "file-not-adopted",
  "instrument-file-wrong",
  "licence-incomplete",
  "pack-not-found",
  "email-invalid",
  "interpreter-refused",
  "not-a-paper-form",
  "nothing-open",
  "nothing-to-correct",
  "plan-changed",
  "participant-code-invalid",
  "questionnaire-changed",
  "questionnaire-not-found",
  "questionnaire-not-licensed",
  "study-file-wrong",
  "study-version-taken",
  "unknown-anchor",
  "unknown-arm",
  "unknown-event-kind",
  "unknown-missing-reason",
  "unknown-site",
  "unknown-study",
  "unknown-timepoint",
  "unknown-word",
  "unknown-zone",
  "unknown-language",
]);

/** A label that asks a question loses its mark when a sentence is made of it. */
const bare = (label: string) => label.replace(/[?:.]+$/, "");

export const problems = {
  title: "There is a problem",
  bySlug,
  ownWords,
  unknown: "Something went wrong. Nothing was saved. Try again.",
  missing: (label: string) => `Fill in: ${bare(label)}.`,
  chooseOne: (label: string) => `Choose: ${bare(label)}.`,
  notADate: (label: string) => `Enter a full date: ${label}.`,
  dateTooLate: (label: string) => `The date cannot lie in the future: ${label}.`,
  dateTooEarly: (label: string, date: string) => `The date cannot lie before ${date}: ${label}.`,
  wait: (seconds: number) => `Try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`,
} as const;
