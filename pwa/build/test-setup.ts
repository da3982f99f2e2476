/** Runs before every test file: a real IndexedDB implementation and an empty page between tests. */
import "fake-indexeddb/auto";
import { cleanup } from "@testing-library/preact";
import { afterEach } from "vitest";

afterEach(() => {
  cleanup();
  localStorage.clear();
  document.title = "";
});
