import { describe, expect, it } from "vitest";
import { isTooOld } from "./updates.ts";

describe("the oldest version the server talks to", () => {
  it.each([
    ["0.1.0", null, false],
    ["0.1.0", "0.1.0", false],
    ["0.1.0", "0.1.1", true],
    ["0.10.0", "0.9.9", false],
    ["1.0", "1.0.1", true],
    ["2.0.0", "1.9.9", false],
  ])("%s beside %s is too old: %s", (build, oldest, old) => {
    expect(isTooOld(build, oldest)).toBe(old);
  });
});
