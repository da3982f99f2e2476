/**
 * The codes that let a phone in, in Crockford's alphabet, which leaves out the letters that are
 * easily confused and reads O as 0 and I or L as 1. Eight characters are typed by a person; the
 * long one travels in a link and needs six numbers that the study team tells by voice.
 */

const ALPHABET = /^[0-9A-HJKMNP-TV-Z]*$/;
const TYPED = 8;
const LINKED = 26;

/** What the person typed, as the server knows it: capitals, no spaces or dashes. */
export function normalCode(typed: string): string {
  return typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
}

const fits = (typed: string, length: number): boolean => {
  const code = normalCode(typed);
  return code.length === length && ALPHABET.test(code);
};

/** Whether this can be a code at all: eight characters of the alphabet. */
export const isCode = (typed: string): boolean => fits(typed, TYPED);

/** Whether this is the code of a link that was sent. */
export const isLinkCode = (text: string): boolean => fits(text, LINKED);

/** The six numbers of a link, or "" when these are not six numbers. */
export const pinOf = (typed: string): string => {
  const digits = typed.replace(/\D/g, "");
  return digits.length === 6 ? digits : "";
};

/** As it is printed: two groups of four. */
export function shownCode(typed: string): string {
  const code = normalCode(typed).slice(0, TYPED);
  return code.length > 4 ? `${code.slice(0, 4)}-${code.slice(4)}` : code;
}
