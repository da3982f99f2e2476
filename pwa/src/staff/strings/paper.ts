/** Words of what is printed: blank forms, the participant's guide, her calendar; and of amendments. */

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

export const paper = {
  formsTitle: "Blank paper forms",
  formsLead:
    "For a person who answers on paper. Only questionnaires written for this program can be printed here; for a licensed one, use its owner's own paper form.",
  noForms: "This study asks no questionnaire that can be printed here.",
  form: (title: string) => `Paper form: ${title}`,
  licensed:
    "This questionnaire is licensed. Its owner decides about paper copies, so it is not printed here. Use the owner's own form.",
  code: "Study code",
  date: "Date",
  time: "Time",
  help: "Did anybody help you?",
  helps: ["No", "Somebody read it to me", "Somebody wrote for me"],
  declined: "I prefer not to answer",
  many: "Tick all that fit.",
  one: "Tick one.",
  scale: (low: number, high: number) => `Write a number from ${low} to ${high}`,
  circle: "Circle one number.",
  about: (recall: string) => `This is about: ${recall}.`,
  onlyIf: (when: string) => `Only if ${when}.`,
  backToStudy: "Back to Study",
  footer: (id: string, version: string, sha: string) => `${id} ${version}, ${sha}.`,
  demonstration: "Written for demonstration, not validated.",
  thanks: "Thank you. Please give this sheet to your study team.",
  yes: "Yes",
  no: "No",
  dateShape: "day / month / year",
  timeShape: "hour : minute",
  when: {
    is: (what: string, value: string) => `“${what}” is ${value}`,
    isNot: (what: string, value: string) => `“${what}” is answered and not ${value}`,
    less: (what: string, value: string) => `“${what}” is less than ${value}`,
    most: (what: string, value: string) => `“${what}” is ${value} or less`,
    more: (what: string, value: string) => `“${what}” is more than ${value}`,
    least: (what: string, value: string) => `“${what}” is ${value} or more`,
    among: (what: string, values: string) => `“${what}” is ${values}`,
    answered: (what: string) => `you answered “${what}”`,
    not: (inner: string) => `it is not so that ${inner}`,
    and: " and ",
    or: " or ",
  },

  guide: {
    button: "Print the guide",
    title: "Your questionnaires: a short guide",
    intro:
      "In this study you are asked now and then how you are. You answer on your own phone. It takes a few minutes.",
    steps: [
      {
        head: "To begin",
        text: "Point your phone's camera at the picture that your team shows you, or type the code. You need no password. You are not asked your name or your birthday.",
      },
      {
        head: "When it is time",
        text: "You get a short message. Open it, or open the page yourself. One question is shown at a time. You can stop and go on later. Nothing is lost.",
      },
      {
        head: "Without a network",
        text: "It works in the waiting room and in the train too. Your answers wait on the phone and go out by themselves. The page says “Sent to the study team” when they have arrived.",
      },
      {
        head: "Your answers",
        text: "There is no right or wrong. You may leave a question out: press “I prefer not to answer”. Nobody reads your answers right away. If you feel unwell, call your team or the emergency number.",
      },
      {
        head: "Messages",
        text: "You choose the hour. You can put them off, pause them or switch them off. They never say what the study is about.",
      },
      {
        head: "A new or lost phone",
        text: "Call your team. They end the old phone and give you a new code.",
      },
      {
        head: "If you want to stop",
        text: "You can stop the questionnaires at any time and stay in the study. Tell your team. You need no reason.",
      },
    ],
    call: "Your study team",
    telephone: "Telephone",
    yourCode: "Your study code",
  },

  calendar: {
    button: "Print the calendar",
    title: "Your dates",
    intro:
      "These are the dates planned for you. They can change; your team tells you. You can always call.",
    caption: "Visits and questionnaires to come",
    what: "What",
    from: "From",
    best: "Best on",
    until: "Until",
    visit: (label: string) => `Visit: ${label}`,
    forms: (label: string, n: number) => `${label}: ${count(n, "questionnaire", "questionnaires")}`,
    empty: "Nothing is planned.",
    printed: (date: string) => `Printed ${date}.`,
  },

  amendment: {
    title: "Versions and amendments",
    caption: "Versions of this study",
    version: "Version",
    effective: "In effect from",
    beginning: "the beginning",
    published: "Published",
    fingerprint: "Fingerprint",
    current: "Current",
    notYet: "Not in effect yet",
    planTitle: "Plan an amendment",
    planLead:
      "Choose the amended study file. You see what it would change before anything is changed. Answered forms are never touched.",
    file: "Study file (TOML)",
    effectiveOn: "In effect from",
    effectiveHint: "Windows that open from this day on follow the new version.",
    plan: "Show the plan",
    planning: "Planning…",
    noFile: "Choose a study file.",
    tooLarge: "The file is larger than a study file can be.",
    wrong: "The file does not describe a study that can be run:",
    planned: (version: string) => `What version ${version} would change`,
    byTimepoint: "By timepoint",
    byParticipant: (n: number) =>
      count(n, "participant with a change", "participants with a change"),
    adds: "New",
    moves: "Moved",
    closes: "Closed",
    renews: "Another questionnaire version",
    kept: "Stay",
    apply: (version: string) => `Apply version ${version}`,
    applying: "Applying…",
    applied: (version: string) => `Version ${version} is in force.`,
    changed:
      "The plan is not the same any more: something happened since it was made. This is the plan as it is now. Look at it, then apply.",
    discard: "Discard the plan",
    onlyAdministrators: "Administrators plan and apply amendments.",
  },
} as const;
