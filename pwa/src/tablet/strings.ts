/** What the clinic's tablet says besides the words of the participant app, as plainly as that. */
import { count } from "../strings/en.ts";

const forms = (n: number): string => count(n, "questionnaire", "questionnaires");

export const words = {
  door: {
    title: "Welcome",
    lead: "Type the code from the study team.",
    leadLink: "Your code is filled in. Tap the button to begin.",
    wait: (seconds: number): string =>
      `Please wait ${count(seconds, "second", "seconds")}, then try again.`,
  },
  list: {
    title: "Hello",
    todo: (n: number, minutes: number): string =>
      `There ${n === 1 ? "is" : "are"} ${forms(n)} for you. About ${count(minutes, "minute", "minutes")}.`,
    left: (n: number): string => `Thank you. ${forms(n)} to go.`,
    team: (team: string): string => `From ${team}.`,
    nothing: "There is nothing to fill in just now. Please give the tablet back.",
    minutes: (n: number): string => count(n, "minute", "minutes"),
    sent: "Sent",
    begun: "Begun",
    start: "Start",
    goOn: "Go on",
    next: (title: string): string => `Next: ${title}`,
    stays: "Nothing stays on this tablet.",
    stop: "Stop and give the tablet back",
    stopAsk: "Do you want to stop?",
    stopSafe: "What you have answered is with the study team. You can go on with it later.",
    stopUnsafe: "Some answers have not reached the study team yet. Please wait a little.",
    stopYes: "Yes, give it back",
    stopNo: "No, go on",
    notNow: "This one cannot be opened just now. Please try again.",
  },
  help: {
    ask: "Did somebody help you?",
    choices: {
      none: "No",
      read_aloud: "Yes, somebody read it to me",
      typed_for_me: "Yes, somebody tapped for me",
    },
    missing: "Please say if somebody helped you.",
  },
  still: {
    title: "Are you still there?",
    body: (seconds: number): string =>
      `This closes in ${count(seconds, "second", "seconds")}. Your answers are safe.`,
    unsafe: (seconds: number): string => `This closes in ${count(seconds, "second", "seconds")}.`,
    button: "I am still here",
  },
  network: {
    lost: "No connection just now. Go on, and keep this page open. We keep trying.",
    sending: "Your answers are on this page. We send them when there is a connection.",
    refused: "Your answers could not be taken. Please tell the study team.",
  },
  over: {
    back: "Please give the tablet back.",
    titles: { idle: "This has ended", ended: "This has ended", "given-back": "Thank you" },
    why: {
      idle: "Nobody touched the tablet for five minutes.",
      ended: "It was closed, or nobody touched it for five minutes.",
      "given-back": "You can go on later, on your phone or here.",
    },
    safe: "What was answered is with the study team.",
    kept: "Some answers have not reached the study team yet. They are safe while this page stays open. Type a new code for the same person to send them.",
    code: "Type a new code",
  },
  thanks: {
    title: "Thank you",
    lead: "The study team has your answers.",
    receipts: (n: number): string => (n === 1 ? "Your receipt" : "Your receipts"),
    hint: "You can read this out if you call. You need not keep it.",
    done: "Done",
  },
} as const;
