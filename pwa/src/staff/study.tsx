/** The study on screen with the labels of its parts, so that views never print a bare id. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Arm, Study } from "./api/types";
import { words } from "./format";

export const StudyContext = createContext<Study | null>(null);

export function useStudy(): Study {
  const study = useContext(StudyContext);
  if (study === null) throw new Error("a view was shown without its study");
  return study;
}

export function armLabel(study: Study, id: string): string {
  return study.arms.find((arm) => arm.id === id)?.label ?? id;
}

/** "Cohort 1: continue therapy" as "Cohort 1": for dense tables; the whole label is on Study. */
export function armShort(study: Study, id: string): string {
  return heading(armLabel(study, id));
}

/** What stands before the colon of a title. */
export function heading(title: string): string {
  return title.split(":")[0]?.trim() || title;
}

export function siteName(study: Study, code: string): string {
  const site = study.sites.find((one) => one.code === code);
  return site ? `${site.code} ${site.name}` : code;
}

export function timepointLabel(study: Study, id: string): string {
  return study.timepoints.find((timepoint) => timepoint.id === id)?.label ?? id;
}

export function questionnaireTitle(study: Study, id: string | null): string {
  for (const timepoint of study.timepoints)
    for (const entry of timepoint.pack) if (entry.questionnaire === id) return entry.title;
  return id ?? "";
}

/** Every questionnaire of the study once, in the order of its first timepoint. */
export function questionnaires(study: Study): { readonly code: string; readonly label: string }[] {
  const found = new Map<string, string>();
  for (const timepoint of study.timepoints)
    for (const entry of timepoint.pack)
      if (!found.has(entry.questionnaire)) found.set(entry.questionnaire, entry.title);
  return [...found].map(([code, label]) => ({ code, label }));
}

export function anchorLabel(study: Study, armId: string, name: string): string {
  const arm = study.arms.find((one) => one.id === armId) ?? study.arms[0];
  return arm?.anchors.find((anchor) => anchor.name === name)?.label ?? words(name);
}

/** The anchors of an arm that staff date themselves; enrolment dates itself. */
export function ownAnchors(study: Study, armId: string): Arm["anchors"] {
  const arm = study.arms.find((one) => one.id === armId);
  return (arm?.anchors ?? []).filter((anchor) => anchor.source !== "enrolment");
}

export function eventLabel(study: Study, kind: string): string {
  return study.event_kinds.find((one) => one.kind === kind)?.label ?? words(kind);
}

export function reasonLabel(study: Study, code: string): string {
  return study.missing_reasons.find((reason) => reason.code === code)?.label ?? words(code);
}

export function languageLabel(study: Study, code: string): string {
  return study.languages.find((language) => language.code === code)?.label ?? code;
}
