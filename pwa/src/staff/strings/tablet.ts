/** Words of the clinic's tablet in a participant's hands. */

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

export const tablet = {
  button: "Hand over a tablet",
  title: (code: string) => `Answer on the clinic's tablet: ${code}`,
  intro:
    "The participant answers herself, on a tablet of the clinic, what is open for her now. It ends with the last questionnaire, when she gives it back, or after five minutes without a touch. Nothing stays on the tablet.",
  show: "Show the code",
  codeLabel: "Code for the tablet",
  qrLabel: "QR picture that opens the tablet page with the code filled in",
  scan: "Scan the picture with the tablet, or open this address there and type the code:",
  left: (minutes: number) => `Works once, for ${count(minutes, "minute", "minutes")} more.`,
  here: "Use this very screen",
  hereHint: "You are signed out here first. To come back, sign in again.",
  end: "End it",
  again: "Make a new code",
  states: {
    waiting: "Waiting for the code to be typed.",
    active: "She is answering.",
    finished: "Everything is answered and sent.",
    given_back: "She has given the tablet back.",
    expired: "Ended: time ran out.",
    ended: "Ended.",
  } as Readonly<Record<string, string>>,
  taken: (time: string) => `On the tablet since ${time}.`,
  sent: (time: string, code: string) => `Sent ${time}, receipt ${code}.`,
  over: (time: string) => `Over since ${time}.`,
  entry: (by: string) => `Clinic tablet handed over by ${by}`,
  entryReceived: (n: number, receipts: string) =>
    n === 0 ? "nothing sent" : `${count(n, "questionnaire", "questionnaires")} sent: ${receipts}`,
  entryStates: {
    waiting: "code not typed yet",
    active: "in her hands now",
    finished: "all answered",
    given_back: "given back",
    expired: "ended by time",
    ended: "ended by staff",
  } as Readonly<Record<string, string>>,
  inHand: "This screen was handed to a participant. Signing in takes it back.",
  todayTitle: "Tablets, last 24 hours",
  todayCaption: "Tablets handed over",
  who: "Participant",
  since: "Handed over",
  state: "State",
  received: "Receipts",
  none: "None yet",
} as const;
