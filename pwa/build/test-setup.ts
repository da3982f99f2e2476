/** Runs before every test file: a real IndexedDB implementation and an empty page between tests. */
import "fake-indexeddb/auto";
import { cleanup } from "@testing-library/preact";
import { afterEach } from "vitest";

afterEach(() => {
  // Tests of what runs without a page (storage, network) have none.
  if (typeof document === "undefined") return;
  cleanup();
  localStorage.clear();
  document.title = "";
});
