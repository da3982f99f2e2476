import { describe, expect, it } from "vitest";
import { en, sentence } from "./en.ts";

/** Every text of the app, functions called with likely values, with the path it stands under. */
function texts(value: unknown, path: string[] = []): [string, string][] {
  if (typeof value === "string") return [[path.join("."), value]];
  if (typeof value === "function") {
    const call = value as (...values: unknown[]) => string;
    const sample = call.length > 1 ? call(2, 12) : call(2);
    return [[path.join("."), sample]];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => texts(inner, [...path, key]));
}

const all = texts(en);

/** Syllables of an English word: groups of vowels, without a silent e at the end. */
function syllables(word: string): number {
  const bare = word.toLowerCase().replace(/[^a-z]/g, "");
  if (bare.length <= 3) return 1;
  const groups = bare.replace(/(?:[^laeiouy]es|[^laeiouy]e|ed)$/, "").match(/[aeiouy]{1,2}/g);
  return Math.max(1, groups?.length ?? 1);
}

/** The school grade (Flesch and Kincaid's formula) at which a text can be read. */
function grade(text: string): number {
  const sentences = Math.max(1, (text.match(/[.!?](?:\s|$)/g) ?? []).length);
  const words = text.split(/\s+/).filter((word) => /[a-z0-9]/i.test(word));
  const beats = words.reduce((sum, word) => sum + syllables(word), 0);
  return 0.39 * (words.length / sentences) + 11.8 * (beats / words.length) - 15.59;
}

const wordsOf = (text: string): number => text.split(/\s+/).filter(Boolean).length;

describe("the formula", () => {
  it("tells hard texts from easy ones", () => {
    expect(grade("The cat sat on the mat. It was warm.")).toBeLessThan(2);
    const hard =
      "Notwithstanding the aforementioned stipulations, participants' authorisation is irrevocably presupposed.";
    expect(grade(hard)).toBeGreaterThan(15);
  });
});

describe("what the app says", () => {
  it("covers every screen", () => {
    expect(all.length).toBeGreaterThan(150);
  });

  it("reads at eighth grade or below, taken together", () => {
    const sentences = all.map(([, text]) => (/[.!?]$/.test(text) ? text : `${text}.`));
    expect(grade(sentences.join(" "))).toBeLessThanOrEqual(6);
  });

  const long = all.filter(([, text]) => wordsOf(text) >= 6);

  it.each(long)("%s is easy to read", (_path, text) => {
    expect(grade(text)).toBeLessThanOrEqual(8);
  });

  it.each(all)("%s has no sentence of more than 16 words", (_path, text) => {
    for (const one of text.split(/(?<=[.!?])\s/)) expect(wordsOf(one)).toBeLessThanOrEqual(16);
  });

  it.each(all)("%s speaks to a person, not about a patient", (_path, text) => {
    expect(text).not.toMatch(
      /\b(patient|subject|user|compliance|adherence|submit|error|invalid)\b/i,
    );
  });

  it.each(all)("%s names no disease, drug or trial", (_path, text) => {
    expect(text).not.toMatch(/\b(cancer|tumou?r|HER2|therapy|drug|trial|breast)\b/i);
  });
});

describe("a slug without a sentence", () => {
  it("still gets calm words", () => {
    expect(sentence("never-heard-of")).toBe(en.unknown);
    expect(sentence("offline")).toBe(en.slugs.offline);
  });
});

describe("before the first question", () => {
  it("a person reads at most 60 words of ours", () => {
    const { enrol, home, form } = en;
    const first = [enrol.title, enrol.leadLink, enrol.label, enrol.hint, enrol.button];
    const second = [
      en.appName,
      home.title,
      home.todo(4, 13),
      home.by("Monday 7 December"),
      home.start,
    ];
    const third = [form.back, form.progress(1, 30)];
    expect(wordsOf([...first, ...second, ...third].join(" "))).toBeLessThanOrEqual(60);
  });
});
