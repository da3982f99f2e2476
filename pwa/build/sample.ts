/** One participant and one short questionnaire with every type of question, for tests. */
import type { FormCard, Me } from "../src/api/types.ts";
import type { Questionnaire } from "../src/core/questionnaire.ts";

export const SHA = "f".repeat(64);

export const sample: Questionnaire = {
  id: "sample",
  version: "1.0.0",
  title: "All kinds of questions",
  language: "en",
  status: "demonstration",
  items: [
    {
      id: "week",
      type: "page",
      text: "Thinking about this week",
      items: [
        {
          id: "ache",
          type: "choice",
          text: "Did anything ache?",
          help: "Any ache counts.",
          answer_options: [
            { code: 0, text: "Not at all" },
            { code: 1, text: "A little" },
            { code: 2, text: "A lot" },
          ],
        },
        {
          id: "where",
          type: "multiple",
          text: "Where did it ache?",
          enable_when: ["ache", ">", 0],
          answer_options: [
            { code: "back", text: "Back" },
            { code: "knee", text: "Knee" },
            { code: "none", text: "None of these", exclusive: true },
          ],
        },
      ],
    },
    {
      id: "rooms",
      type: "matrix",
      text: "How hard was it to get to these?",
      answer_options: [
        { code: 0, text: "Easy" },
        { code: 1, text: "Hard" },
      ],
      items: [{ id: "kitchen", text: "The kitchen" }],
    },
    {
      id: "worst",
      type: "scale",
      text: "How bad at worst?",
      min: 0,
      max: 10,
      ends: ["None", "Worst"],
    },
    {
      id: "overall",
      type: "scale",
      text: "How was your week?",
      min: 0,
      max: 100,
      ends: ["Bad", "Good"],
    },
    { id: "days", type: "integer", text: "How many days in bed?", min: 0, max: 7, unit: "days" },
    {
      id: "weight",
      type: "decimal",
      text: "What do you weigh?",
      min: 20,
      max: 300,
      unit: "kg",
      decimals: 1,
    },
    { id: "help", type: "boolean", text: "Did someone help you?" },
    { id: "since", type: "date", text: "Since when?", max: "today" },
    { id: "woke", type: "time", text: "When did you wake up?" },
    { id: "word", type: "text", text: "One word for your week?", required: false },
    { id: "more", type: "long_text", text: "Anything else?", required: false },
  ],
};

export const card = (more: Partial<FormCard> = {}): FormCard => ({
  id: 7,
  title: sample.title,
  minutes: 3,
  items: 12,
  questionnaire_sha: SHA,
  state: "open",
  why: "Open until the end of 30 June 2026.",
  received_at: null,
  offer_token: "offer-7",
  draft_saved_at: null,
  ...more,
});

/** A participant with one open occasion; dates are given so that nothing hangs on today. */
export const person = (forms: FormCard[] = [card()], more: Partial<Me> = {}): Me => ({
  study_name: "Your questionnaires",
  exempt: null,
  participant_code: "S1-0042",
  zone: "Europe/London",
  today: "2026-06-18",
  occasions: [
    {
      timepoint: "W12",
      label: "Week 12",
      opens_on: "2000-01-01",
      target_on: "2000-01-02",
      closes_on: "2999-12-31",
      closes_at: "2999-12-31T23:00:00Z",
      state: "open",
      closed_why: null,
      forms,
    },
  ],
  reminders: {
    hour: 9,
    paused_until: null,
    opted_out: false,
    push: "none",
    email: false,
    vapid_public_key: null,
  },
  call_requested_at: null,
  support: { phone: "+44 20 7946 0018", team_name: "the study team" },
  server_time: new Date().toISOString(),
  unsent: 0,
  min_app_build: null,
  ...more,
});
