/**
 * Every sentence of the participant app. Short, plain, calm; a test measures how hard they are to
 * read. Texts of a questionnaire are not here: they come from the questionnaire, word for word.
 */

/** "1 questionnaire", "2 questionnaires". */
export const count = (n: number, one: string, many: string): string =>
  `${n} ${n === 1 ? one : many}`;

const forms = (n: number): string => count(n, "questionnaire", "questionnaires");

export const en = {
  appName: "Sayso",

  enrol: {
    title: "Welcome",
    lead: "Type the code from your study team.",
    leadLink: "Your code is filled in. Tap the button to begin.",
    leadPin: "Your study team tells you six numbers. Type them here.",
    pin: "Six numbers",
    pinHint: "Like 123 456",
    notAPin: "There are six numbers. Please check them.",
    passkey: "I have a passkey",
    label: "Your code",
    hint: "8 letters and numbers, like ABCD-EFGH",
    button: "Begin",
    working: "One moment",
    notACode: "A code has 8 letters and numbers. Please check it.",
    again:
      "This phone was signed out. Your answers are safe on it. Ask your study team for a new code.",
    inApp: "You are inside another app. Open its menu and choose “Open in browser”.",
  },

  home: {
    title: "Hello",
    todo: (n: number, minutes: number): string =>
      `You have ${forms(n)} to fill in. About ${count(minutes, "minute", "minutes")}.`,
    goOn: (n: number): string =>
      n === 1 ? "You have a questionnaire to finish." : `You have ${forms(n)} to finish.`,
    by: (date: string): string => `Please finish by ${date}.`,
    lastDay: "Today is the last day.",
    overdue: "The last day has passed. You can still send what you began.",
    nothing: "There is nothing to do today.",
    next: (date: string): string => `Next time: ${date}.`,
    noMore: "Nothing more is planned for now.",
    exempt: "You take part without questionnaires. There is nothing to fill in.",
    start: "Start",
    continue: "Go on",
    begun: "Begun",
    comingUp: "Coming up",
    past: "Past",
    earlier: "Earlier ones",
    opens: (date: string): string => `Opens ${date}`,
    received: (date: string): string => `Received ${date}`,
    onPhone: "Finished, waiting to be sent",
    held: "Finished, not sent. Please call your study team.",
    receipt: (code: string): string => `Receipt ${code}`,
    offline: "No connection just now. You can answer all the same.",
    away: "The study’s computer does not answer just now. You can go on all the same.",
    asOf: (time: string): string => `Last checked ${time}.`,
    forgetful:
      "This window keeps nothing once it is closed. Send your answers before you leave. A window that is not private is better.",
    clockWrong: "The clock on this phone seems wrong. Please check the date and time.",
    call: "Ask the team to call me",
    callAsked: (date: string): string => `You asked for a call on ${date}. The team has been told.`,
    callStop: "I do not need the call any more",
    phone: (team: string): string => `Call ${team}`,
    more: "Reminders and settings",
  },

  unsent: {
    title: (n: number): string => `${forms(n)} not sent yet`,
    body: "Your answers are safe on this phone. They are sent as soon as there is a network.",
    signIn: "Your answers are safe on this phone. A new code is needed to send them.",
    button: "Send now",
    sending: "Sending",
    heldTitle: "Please call your study team",
    heldBody: (title: string): string =>
      `“${title}” could not be taken. The answers are kept on this phone.`,
  },

  form: {
    progress: (at: number, of: number): string => `Question ${at} of ${of}`,
    back: "Back",
    close: "Pause and go home",
    next: "Next",
    skip: "I prefer not to answer",
    optional: "You may leave this out.",
    choose: "Choose one",
    pickAny: "Choose all that apply",
    yes: "Yes",
    no: "No",
    names: "Please do not write names or addresses.",
    left: (n: number): string =>
      n >= 0 ? `${count(n, "character", "characters")} left` : `${-n} too many`,
    untouched: "No answer yet. Move the marker or tap the line.",
    value: (value: string): string => `Your answer: ${value}`,
    less: "Less",
    moreButton: "More",
    clear: "Clear",
    demo: "Demonstration, not validated",
    loading: "Opening",
    saved: "Saved on this phone",
    savedBoth: "Saved on this phone and with the study team",
    savedTeam: "Saved with the study team",
    saving: "Saving",
    notSaved:
      "This phone cannot save. Please keep this page open until you have sent your answers.",
    gone: "This questionnaire is not on this phone yet. Please connect to the network and try again.",
    doneElsewhere: "You have already sent this one. There is nothing more to do.",
    elsewhereTitle: "Open in another window",
    elsewhere: "This questionnaire is open in another window. Only one can save your answers.",
    useHere: "Go on in this window",
    changed: "This questionnaire has changed since you began. Please answer it again.",
    unreadable: "What you had begun cannot be read on this phone any more. Please answer it again.",
    resumed: "We have kept your answers. You can go on where you left off.",
  },

  problem: {
    title: "Please look at this",
    required: "Choose an answer, or tap “I prefer not to answer”.",
    requiredNoSkip: "Please choose an answer.",
    requiredText: "Give an answer, or tap “I prefer not to answer”.",
    range: (min: string, max: string): string => `Give a number from ${min} to ${max}.`,
    bySlug: {
      required: "Please answer this question.",
      "not-a-choice": "Please choose one of the answers.",
      "not-a-number": "Please give a number, like 12.",
      "not-whole": "Please give a whole number, like 12.",
      "too-small": "This number is too small. Please check it.",
      "too-large": "This number is too large. Please check it.",
      "too-many-decimals": "Please use fewer digits after the point.",
      "off-step": "Please choose one of the marks on the line.",
      "not-a-date": "Please give a full date: day, month and year.",
      "not-a-time": "Please give a time, like 14:30.",
      "too-early": "This date is too early. Please check it.",
      "too-late": "This date is too late. Please check it.",
      "too-long": "This is too long. Please make it shorter.",
      "exclusive-mixed": "One of your answers can only stand alone.",
      "duplicate-choice": "Please choose each answer only once.",
      "wrong-type": "Please answer this question again.",
      "unknown-item": "This question is no longer asked.",
    } as Readonly<Record<string, string>>,
  },

  review: {
    title: "Check your answers",
    lead: "You can still change them.",
    change: "Change",
    noAnswer: "No answer",
    attest: "These are my own answers.",
    button: "Confirm and send",
    missing: (n: number): string => `${count(n, "question", "questions")} still to answer`,
  },

  done: {
    title: "Thank you",
    sent: "The study team has your answers.",
    code: "Your receipt",
    codeHint: "You can read this code out if you call.",
    kept: "Your answers are safe on this phone.",
    keptBody: "There is no network now. We send them when it is back. You can close the app.",
    keptAway:
      "The study’s computer does not answer just now. We send them when it does. You can close the app.",
    keptSignIn: "This phone needs a new code to send them. Please call your study team.",
    openPage:
      "Your answers are only in this window. Keep this page open. We keep trying to send them.",
    refused:
      "Your answers are kept on this phone, but they could not be taken. Please call your study team.",
    late: "It came after the last day. It still counts as your word, and the team will see it.",
    duplicate: "You had sent this one before. The team will see both.",
    next: (title: string): string => `Next: ${title}`,
    home: "Go home",
  },

  why: {
    ask: "Tell us why",
    thanks: "Thank you for telling us.",
    /** The reasons a participant can give; the keys are the study's codes. */
    reasons: {
      too_ill: "I was too ill",
      too_distressed: "It was too upsetting",
      forgot_or_intended_later: "I forgot",
      no_time: "I had no time",
      participant_unaware: "I did not know about it",
      technical: "The app did not work",
      refused_this_time: "I did not want to",
      unknown: "I would rather not say",
    } as Readonly<Record<string, string>>,
  },

  reminders: {
    title: "Reminders",
    askTitle: "Shall this phone remind you?",
    ask: "We send a short note when a new questionnaire is ready. It never says what the study is about.",
    yes: "Yes, remind me",
    notNow: "Not now",
    on: "Reminders work on this phone.",
    unproven: "Reminders are on. We have not seen one arrive yet.",
    off: "This phone does not remind you.",
    email: "You get reminders by e-mail.",
    denied: "Notes are turned off for this app. You can allow them in the settings of your phone.",
    unsupported: "This browser cannot show reminders.",
    installFirst: "Put the app on your home screen first. Then reminders can work.",
    failed: "This did not work. Please try again later.",
    test: "Send me a test reminder",
    testSent: "A test reminder is on its way. It should show within a minute.",
    hour: "When should we remind you?",
    hourOption: (hour: number): string => `${String(hour).padStart(2, "0")}:00`,
    saved: "Saved.",
    snooze: "Remind me later",
    thisEvening: "This evening",
    tomorrow: "Tomorrow",
    pause: "Pause reminders",
    pauseWeek: "For a week",
    pauseMonth: "For a month",
    pausedUntil: (date: string): string => `Paused until ${date}.`,
    snoozed: "We will remind you later.",
    resume: "Start reminders again",
    optOut: "Stop all reminders",
    optedOut: "You have stopped all reminders. The study goes on as before.",
  },

  settings: {
    text: "Text size",
    sizes: ["Normal", "Large", "Very large"] as readonly string[],
    install: "Put the app on your home screen",
    phone: "This phone",
    code: (code: string): string => `Your study code is ${code}.`,
    build: (build: string): string => `App version ${build}`,
    signOut: "Sign out and clear this phone",
    signOutBody:
      "This removes everything from this phone. Answers that the team has received are not lost.",
    signOutUnsent: (n: number): string =>
      `${forms(n)} not sent yet would be lost. Send first, or call your study team.`,
    signOutDrafts: "Answers you have begun but not sent are removed from this phone.",
    signOutYes: "Yes, clear this phone",
    cancel: "Cancel",
  },

  access: {
    calendarTitle: "Your calendar",
    calendar: "See your dates in your own calendar. It does not name the study.",
    calendarButton: "Add to my calendar",
    calendarOpen: "Open my calendar",
    calendarOnce: "Save the dates once",
    calendarSecret: "Who has this link can see your dates. Keep it to yourself.",
    calendarNew: "Make a new link",
    calendarEnd: "Stop the calendar",
    otherTitle: "Another phone",
    other: "Get a code for a new phone, or for the app on your home screen.",
    otherButton: "Show me a code",
    otherAgain: "Make a new code",
    otherUntil: (time: string): string => `Type it there. It works once, until ${time}.`,
    passkeyTitle: "Passkey",
    passkey: "Next time, come in with your finger, your face or the lock of your phone.",
    passkeyButton: "Make a passkey",
    passkeyOn: "You have a passkey.",
    passkeyOff: "Remove it",
  },

  lock: {
    title: "The app is locked",
    label: "Your number",
    hint: "4 to 6 digits",
    open: "Open",
    wrong: "This is not the right number. Please try again.",
    wait: (seconds: number): string =>
      `Please wait ${
        seconds > 90
          ? count(Math.ceil(seconds / 60), "minute", "minutes")
          : count(seconds, "second", "seconds")
      }, then try again.`,
    notANumber: "Please type 4 to 6 digits.",
    forgot: "I forgot my number",
    forgotten: "A new code opens the app. Ask your study team for one. Your answers stay here.",
    cardTitle: "Lock the app",
    card: "Do others use this phone too? The app can ask for a number that only you know.",
    choose: "Choose a number",
    isOn: "The app asks for your number when it starts, and after five minutes away.",
    ifForgotten: "If you forget it, your study team gives you a new code.",
    off: "Take the lock away",
    failed: "This phone cannot keep a lock.",
  },

  install: {
    title: "Keep it on your home screen",
    lead: "Then it opens like any other app, also with no network.",
    button: "Add to home screen",
    done: "The app is on your home screen.",
    steps: {
      ios: [
        "Tap the Share button at the edge of the screen.",
        "Scroll down and tap “Add to Home Screen”.",
        "Tap “Add”. Then open Sayso from your home screen.",
      ],
      chrome: [
        "Tap the three dots at the top right.",
        "Tap “Add to Home screen” or “Install app”.",
        "Tap “Install”. Then open Sayso from your home screen.",
      ],
      samsung: [
        "Tap the three lines at the bottom right.",
        "Tap “Add page to”, then “Home screen”.",
        "Tap “Add”. Then open Sayso from your home screen.",
      ],
      firefox: [
        "Tap the three dots beside the address.",
        "Tap “Add to Home screen”.",
        "Tap “Add”. Then open Sayso from your home screen.",
      ],
    },
    codeTitle: "A code for the new app",
    iosNote: "The new app asks for a code. Make it here, then type it there.",
    iosOther: "Please open this page in Safari first. Only Safari can do this on an iPhone.",
    desktop:
      "You can use this page in any browser. On a phone you can also keep it on the home screen.",
  },

  update: {
    needed: "This app is out of date. Update it to go on.",
    button: "Update now",
  },

  /** A sentence for every slug the server can answer with, and for what is no answer at all. */
  slugs: {
    offline: "There is no network just now. Please try again when it is back.",
    "server-away": "The study’s computer does not answer just now. Please try again in a while.",
    "sign-in-needed": "This phone needs a new code. Please ask your study team.",
    "code-not-accepted":
      "This code did not work. Codes work once and for a short time. Ask your study team for a new one.",
    "pin-not-accepted": "These numbers do not fit the link. Please check them.",
    "passkey-none": "No passkey was used. You can type a code as well.",
    "passkey-not-accepted": "This did not work. Please use a code from your study team.",
    "slow-down": "That was too often. Please wait a minute and try again.",
    "not-asked": "You are not sent questions, so there are no reminders to set up.",
    "endpoint-refused": "This browser cannot get our reminders. Please try another one.",
    "subscription-keys-refused": "This browser cannot get our reminders. Please try another one.",
    "push-not-set-up": "Reminders on phones are not set up here yet.",
    "client-header-missing": "Please close the app and open it again.",
    "not-allowed": "This cannot be done from this phone. Please call your study team.",
    "not-found": "This is not here any more. Please go back to the start.",
    "response-id-reused":
      "These answers differ from those sent before. Please call your study team.",
    "answers-malformed": "These answers could not be read. Please call your study team.",
    "store-unavailable": "The study’s computer cannot save just now. Please try again in a while.",
    "internal-error": "The study’s computer had a fault. Please try again in a while.",
    "request-timeout": "That took too long. Please try again.",
    "foreign-origin": "Please close the app and open it again.",
    "bad-request": "This could not be read. Please call your study team.",
    invalid: "This could not be read. Please call your study team.",
    "too-large": "This is too long to send. Please call your study team.",
    "participant-exempt": "You take part without questionnaires. There is nothing to fill in.",
    "value-not-storable": "This could not be saved. Please call your study team.",
    "unknown-missing-reason": "Please choose one of the reasons.",
    unreadable: "These answers can no longer be read on this phone. Please call your study team.",
    "other-person": "These answers belong to another code.",
  } as Readonly<Record<string, string>>,
  unknown: "Something went wrong. Your answers are safe. Please try again later.",
} as const;

/** The sentence for a slug. */
export const sentence = (slug: string): string => en.slugs[slug] ?? en.unknown;
