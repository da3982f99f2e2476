// @vitest-environment node
/** Whatever two phones did to one form: no answer of either is lost, and no clock is asked. */
import { describe, expect, it } from "vitest";
import { type Answered, merge, same } from "./merge.ts";

const draft = (answers: Answered["answers"], ...skipped: string[]): Answered => ({
  answers,
  skipped,
});
const nothing = draft({});

describe("two drafts of one form become one", () => {
  it("with the answers of both", () => {
    const both = merge(null, draft({ a: 1, b: 2 }), draft({ c: 3 }, "d"));
    expect(both).toEqual(draft({ a: 1, b: 2, c: 3 }, "d"));
  });

  it("where only the other one has changed an answer, the change counts", () => {
    const base = draft({ a: 1, b: 1 });
    expect(merge(base, base, draft({ a: 2, b: 1 }))).toEqual(draft({ a: 2, b: 1 }));
    expect(merge(base, base, draft({ b: 1 }, "a"))).toEqual(draft({ b: 1 }, "a"));
    expect(merge(base, base, draft({ b: 1 }))).toEqual(draft({ b: 1 }));
  });

  it("where only this one has changed an answer, its change counts", () => {
    const base = draft({ a: 1 }, "b");
    expect(merge(base, draft({ a: 2 }, "b"), base)).toEqual(draft({ a: 2 }, "b"));
    expect(merge(base, draft({ a: 1, b: 5 }), base)).toEqual(draft({ a: 1, b: 5 }));
    expect(merge(base, draft({}, "b"), base)).toEqual(draft({}, "b"));
  });

  it("where both have, the phone in the hand has the word", () => {
    expect(merge(draft({ a: 1 }), draft({ a: 2 }), draft({ a: 3 }))).toEqual(draft({ a: 2 }));
    expect(merge(null, draft({}, "a"), draft({ a: 3 }))).toEqual(draft({}, "a"));
  });

  it("and is the same whichever order the boxes were ticked in is not claimed", () => {
    expect(same(draft({ a: ["x", "y"] }), draft({ a: ["y", "x"] }))).toBe(false);
    expect(same(draft({ a: 1 }, "b"), draft({ a: 1 }, "b"))).toBe(true);
    expect(same(nothing, draft({ a: 0 }))).toBe(false);
  });
});

describe("for every pair of histories of three questions", () => {
  const states = [undefined, 0, 1, "skip"] as const;
  type State = (typeof states)[number];
  const triples = states.flatMap((a) => states.flatMap((b) => states.map((c) => [a, b, c])));
  const of = (list: readonly State[]): Answered => {
    const answers: Record<string, number> = {};
    const skipped: string[] = [];
    list.forEach((state, index) => {
      if (state === "skip") skipped.push(`q${index}`);
      else if (state !== undefined) answers[`q${index}`] = state;
    });
    return { answers, skipped };
  };

  it("a question that somebody answered since the base is never without an answer", () => {
    for (const [base, mine, theirs] of triples) {
      const merged = merge(of([base]), of([mine]), of([theirs]));
      const [result] = [merged.skipped.includes("q0") ? "skip" : merged.answers.q0];
      // Only what was taken back on one phone, and left alone on the other, may be gone.
      const takenBack =
        (mine === undefined && theirs === undefined) ||
        (mine === undefined && base !== undefined) ||
        (theirs === undefined && base === mine);
      if (!takenBack) expect(result, `${base} ${mine} ${theirs}`).not.toBeUndefined();
    }
  });

  it("merging again with what came out changes nothing", () => {
    for (const list of triples) {
      const [base, mine, theirs] = [of([list[0]]), of([list[1]]), of([list[2]])];
      const once = merge(base, mine, theirs);
      expect(same(merge(theirs, once, theirs), once)).toBe(true);
      expect(same(merge(once, once, once), once)).toBe(true);
    }
  });
});
