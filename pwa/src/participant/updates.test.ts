import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { getState, setState } from "./state.ts";
import { isTooOld, startWorker } from "./updates.ts";

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

class Worker extends EventTarget {
  state = "installing";

  becomes(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }
}

class Registration extends EventTarget {
  installing: Worker | null = null;
  waiting: Worker | null = null;
  active: Worker | null = null;
  update = vi.fn(async () => undefined);

  finds(worker: Worker): void {
    this.installing = worker;
    this.dispatchEvent(new Event("updatefound"));
  }
}

describe("a newer version of the app", () => {
  const old = new Worker();
  let registration: Registration;

  async function start(): Promise<void> {
    vi.stubGlobal("navigator", { serviceWorker: { register: async () => registration } });
    await startWorker();
  }

  beforeEach(() => {
    vi.stubEnv("PROD", true);
    registration = new Registration();
    old.state = "activated";
    registration.active = old;
  });

  afterEach(() => {
    setState({ update: null });
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
  });

  it("is offered when it is installed, though the registration does not say so yet", async () => {
    await start();
    const newer = new Worker();
    registration.finds(newer);
    expect(getState().update).toBeNull();
    newer.becomes("installed");
    expect(getState().update).toBe(newer);
  });

  it("is offered when it was installed before this page looked", async () => {
    registration.waiting = new Worker();
    registration.waiting.state = "installed";
    await start();
    expect(getState().update).toBe(registration.waiting);
  });

  it("is offered when word of it comes only after it was installed", async () => {
    await start();
    registration.waiting = new Worker();
    registration.waiting.state = "installed";
    registration.dispatchEvent(new Event("updatefound"));
    expect(getState().update).toBe(registration.waiting);
  });

  it("is not the first one that this phone ever had", async () => {
    registration.active = null;
    await start();
    const first = new Worker();
    registration.finds(first);
    first.becomes("installed");
    registration.active = first;
    first.becomes("activating");
    expect(getState().update).toBeNull();
  });

  it("is no longer offered when it did not come whole", async () => {
    await start();
    const broken = new Worker();
    registration.finds(broken);
    broken.becomes("redundant");
    expect(getState().update).toBeNull();
  });
});

describe("a browser that keeps no app", () => {
  const starts = async (serviceWorker: object): Promise<boolean> => {
    vi.stubEnv("PROD", true);
    vi.stubGlobal("navigator", serviceWorker);
    await startWorker();
    return getState().forgetful;
  };
  const refusing = (error: Error) => ({ serviceWorker: { register: () => Promise.reject(error) } });

  afterEach(() => {
    setState({ forgetful: false });
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
  });

  it("is noticed where there are no workers at all, as in some private windows", async () => {
    expect(await starts({})).toBe(true);
  });

  it("is noticed where the worker is refused", async () => {
    expect(await starts(refusing(new DOMException("not here", "SecurityError")))).toBe(true);
  });

  it("is noticed where only the file store is refused, as in Firefox's private windows", async () => {
    const register = () => Promise.reject(new TypeError("no network"));
    const getDirectory = () => Promise.reject(new DOMException("", "SecurityError"));
    await starts({ serviceWorker: { register }, storage: { getDirectory } });
    await vi.waitFor(() => expect(getState().forgetful).toBe(true));
  });

  it("is not one that has a file store", async () => {
    const register = () => Promise.reject(new TypeError("no network"));
    const storage = { getDirectory: () => Promise.resolve({}) };
    expect(await starts({ serviceWorker: { register }, storage })).toBe(false);
  });

  it("is not what a lost network is taken for", async () => {
    expect(await starts(refusing(new TypeError("Failed to fetch the script")))).toBe(false);
  });
});
