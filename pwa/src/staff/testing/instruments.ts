/** A study's instruments for tests: one asked, one waiting under a licence, one pack. */
import type { Adopted, InstrumentLine, Instruments, Licence } from "../api/instruments";

export const PAGE = "/api/studies/trial/instruments";

export const licence: Licence = {
  id: 7,
  instrument: "phq-9",
  owner: "An owner",
  reference: "Agreement 17",
  expires: "2030-12-31",
  languages: ["en"],
  modes: ["own_device"],
  screens_need_approval: false,
  screens_approved_on: null,
};

export const line: InstrumentLine = {
  instrument: "life",
  version: "1.0.0",
  title: "Daily life",
  sha256: "a".repeat(64),
  status: "demonstration",
  language: "en",
  recall: "",
  minutes: 2,
  items: 3,
  scores: [{ id: "strain", title: "Strain" }],
  licence: null,
  faults: [],
};

export const adopted: Adopted = {
  ...line,
  instrument: "phq-9",
  version: "1.0+aaaaaaaa",
  title: "Nine questions",
  sha256: "b".repeat(64),
  status: "licensed",
  licence,
  id: 3,
  pack: "phq-9@1.0",
  recorded_at: "2026-06-15T15:00:00Z",
  pinned: false,
};

export const page: Instruments = {
  study_version: "2",
  pinned: [line],
  adopted: [adopted],
  licences: [licence],
  packs: [
    { name: "phq-9@1.0", instrument: "phq-9", version: "1.0", owner: "", items: 9, scores: 2 },
  ],
  warnings: ["The licence of phq-9 for the study trial ends in 9 days."],
};
