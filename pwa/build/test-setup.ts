/** Runs before every test file: a real IndexedDB implementation and an empty page between tests. */
import "fake-indexeddb/auto";
import * as threads from "node:worker_threads";
import { cleanup, configure } from "@testing-library/preact";
import { afterEach } from "vitest";

// The test page has no locks between windows; Node's own are the real thing. They hold for the whole
// process, so that every file has names of its own: another file's windows are another phone's.
const { locks } = threads as unknown as { locks: LockManager };
const phone = crypto.randomUUID();
const request = (name: string, ...how: [LockGrantedCallback<unknown>]): Promise<unknown> =>
  locks.request(`${phone} ${name}`, ...how);
if (!navigator.locks) Object.defineProperty(navigator, "locks", { value: { request } });

// What is waited for comes at once on a machine at rest, and late on one that builds beside it.
configure({ asyncUtilTimeout: 10_000 });

afterEach(() => {
  // Tests of what runs without a page (storage, network) have none.
  if (typeof document === "undefined") return;
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
  document.title = "";
});
