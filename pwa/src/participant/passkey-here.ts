/**
 * Whether passkeys can work here: in a browser that reads and writes their messages as JSON (those
 * since 2025 do), and under an address with a name, for passkeys are not bound to numbers.
 */
export const passkeysWork = (host = location.hostname): boolean =>
  "parseRequestOptionsFromJSON" in (globalThis.PublicKeyCredential ?? {}) &&
  !/^[\d.]+$|:/.test(host);
