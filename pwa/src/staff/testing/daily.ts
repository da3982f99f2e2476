/** A small questionnaire of every type of question, and one form that asks it. */
import type { Questionnaire } from "../../core/questionnaire.ts";
import type { EntryForm, EntrySheet } from "../api/entries";

export const daily: Questionnaire = {
  id: "daily",
  version: "1.0.0",
  title: "Daily life",
  language: "en",
  recall: "In the past 7 days:",
  answer_sets: {
    much: [
      { code: 0, text: "Not at all" },
      { code: 1, text: "A little" },
      { code: 2, text: "Very much" },
    ],
  },
  items: [
    { id: "head", type: "display", style: "heading", text: "About your days" },
    { id: "tired", text: "Were you tired?", answer_options: "much" },
    {
      id: "why",
      type: "text",
      text: "What made you tired?",
      enable_when: ["tired", ">", 0],
      required: false,
    },
    { id: "pain", type: "scale", text: "Pain", min: 0, max: 10, ends: ["none", "worst"] },
    {
      id: "help",
      type: "multiple",
      text: "Who helped?",
      answer_options: [
        { code: "f", text: "Family" },
        { code: "n", text: "Neighbours" },
        { code: "x", text: "Nobody", exclusive: true },
      ],
    },
    { id: "work", type: "boolean", text: "Did you work?", skippable: false },
    { id: "on", type: "date", text: "When did you last go out?", max: "today" },
  ],
};

export const entryForm: EntryForm = {
  id: 5,
  timepoint: "W12",
  label: "Week 12",
  questionnaire: "daily",
  title: "Daily life",
  questionnaire_sha: "d".repeat(64),
  status: "open",
  why: "Open.",
  opens: "2026-06-01",
  closes: "2026-06-28",
  answered: false,
};

export const entrySheet: EntrySheet = {
  zone: "America/New_York",
  modes: [
    { code: "interview", label: "Interview" },
    { code: "paper", label: "Paper" },
  ],
  staff: [{ id: 1, name: "Ann Lee" }],
  forms: [entryForm, { ...entryForm, id: 6, title: "Worry" }],
  exempt: false,
};
