/**
 * The 8-character code that lets a phone in: Crockford's alphabet, which leaves out the letters
 * that are easily confused and reads O as 0 and I or L as 1.
 */

const ALPHABET = /^[0-9A-HJKMNP-TV-Z]*$/;

/** What the person typed, as the server knows it: capitals, no spaces or dashes. */
export function normalCode(typed: string): string {
  return typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
}

/** Whether this can be a code at all: eight characters of the alphabet. */
export function isCode(typed: string): boolean {
  const code = normalCode(typed);
  return code.length === 8 && ALPHABET.test(code);
}

/** As it is printed: two groups of four. */
export function shownCode(typed: string): string {
  const code = normalCode(typed).slice(0, 8);
  return code.length > 4 ? `${code.slice(0, 4)}-${code.slice(4)}` : code;
}
