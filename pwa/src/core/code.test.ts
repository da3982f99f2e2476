import { describe, expect, it } from "vitest";
import { isCode, normalCode, shownCode } from "./code.ts";

describe("the code from the study team", () => {
  it.each([
    ["abcd-efgh", "ABCDEFGH"],
    [" ab cd ef gh ", "ABCDEFGH"],
    ["OIL0-OIL0", "01100110"],
  ])("reads %j as %s", (typed, code) => {
    expect(normalCode(typed)).toBe(code);
  });

  it.each(["ABCD-EFGH", "abcdefgh", "0O1I-L234", "  abcd efgh"])("takes %j for a code", (typed) => {
    expect(isCode(typed)).toBe(true);
  });

  it.each(["", "ABCD", "ABCD-EFGHJ", "ABCD-EFGU", "ÄBCD-EFGH"])(
    "does not take %j for one",
    (typed) => {
      expect(isCode(typed)).toBe(false);
    },
  );

  it("is shown in two groups of four", () => {
    expect(shownCode("abcdefgh")).toBe("ABCD-EFGH");
    expect(shownCode("abc")).toBe("ABC");
    expect(shownCode("abcdefghjkmn")).toBe("ABCD-EFGH");
  });
});
