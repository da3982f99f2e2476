import { describe, expect, it } from "vitest";
import { isCode, isLinkCode, normalCode, pinOf, shownCode } from "./code.ts";

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

  it("tells the code of a link from one that is typed", () => {
    const link = "0123456789ABCDEFGHJKMNPQRS";
    expect([link, link.toLowerCase(), "ABCD-EFGH", `${link}T`].map(isLinkCode)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(isCode(link)).toBe(false);
  });

  it.each([
    ["123456", "123456"],
    [" 123 456 ", "123456"],
    ["123-456", "123456"],
    ["12345", ""],
    ["1234567", ""],
    ["abcdef", ""],
  ])("reads %j as the numbers %j", (typed, pin) => {
    expect(pinOf(typed)).toBe(pin);
  });

  it("is shown in two groups of four", () => {
    expect(shownCode("abcdefgh")).toBe("ABCD-EFGH");
    expect(shownCode("abc")).toBe("ABC");
    expect(shownCode("abcdefghjkmn")).toBe("ABCD-EFGH");
  });
});
