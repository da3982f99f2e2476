import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { person } from "../../build/sample.ts";
import { problem, startServer, type TestServer } from "../../build/test-server.ts";
import { wipe } from "../device/db.ts";
import {
  keyBytes,
  reach,
  reconcile,
  reconcileQuietly,
  turnOff,
  turnOn,
  watchPermission,
} from "./push.ts";
import { forgetState, getState, setState } from "./state.ts";

const KEY =
  "BDyGz1irBWAGQD4sqYka5IQgKdnqOGR14QvzZDjRJmRsXMWU6e3aFg4xfVE6l7NsSfGAzFWdD00dIak6jCHoNcQ";
const OTHER =
  "BNbxGYNMhEIi9zrneh7mqV4oUanjLUK3m-mYZBc62frMKrEoMk88r3Lk596T0ck9xlT-aok0fO1KXBLV4-XqxYM";

let server: TestServer;

/** A browser's push manager as far as we use it: at most one subscription at a time. */
class Manager {
  current: PushSubscription | null = null;
  made = 0;

  subscribe = async (options: { applicationServerKey: Uint8Array<ArrayBuffer> }) => {
    this.made += 1;
    const endpoint = `https://push.example.net/${this.made}`;
    this.current = {
      endpoint,
      options: { applicationServerKey: options.applicationServerKey.buffer, userVisibleOnly: true },
      toJSON: () => ({ endpoint, keys: { p256dh: "P", auth: "A" } }),
      unsubscribe: async () => {
        this.current = null;
        return true;
      },
    } as unknown as PushSubscription;
    return this.current;
  };

  readonly getSubscription = async () => this.current;
}

let manager: Manager;
const asks = { permission: "default" as NotificationPermission, answer: "granted" };

beforeEach(async () => {
  server = await startServer({
    "PUT /api/me/subscriptions": () => ({ body: { id: 1, confirmed: false } }),
    "DELETE /api/me/subscriptions": () => ({ status: 204 }),
  });
  manager = new Manager();
  const registration = { pushManager: manager };
  Object.defineProperty(navigator, "serviceWorker", {
    configurable: true,
    value: { ready: Promise.resolve(registration), getRegistration: async () => registration },
  });
  vi.stubGlobal("PushManager", Manager);
  asks.permission = "default";
  asks.answer = "granted";
  vi.stubGlobal("Notification", {
    get permission() {
      return asks.permission;
    },
    requestPermission: async () => asks.answer,
  });
  const { reminders } = person();
  setState({ me: person([], { reminders: { ...reminders, vapid_public_key: KEY } }) });
});

afterEach(async () => {
  await wipe();
  Reflect.deleteProperty(navigator, "serviceWorker");
  vi.unstubAllGlobals();
  forgetState();
  await server.close();
});

const told = (): unknown[] => server.asked.map(({ body }) => body);

describe("turning reminders on", () => {
  it("subscribes under the study's key and tells the server", async () => {
    expect(await turnOn()).toBeNull();
    expect(told()).toEqual([
      { endpoint: "https://push.example.net/1", keys: { p256dh: "P", auth: "A" } },
    ]);
    expect(new Uint8Array(manager.current?.options.applicationServerKey as ArrayBuffer)).toEqual(
      keyBytes(KEY),
    );
    expect(getState().me?.reminders.push).toBe("unproven");
  });

  it.each([
    ["denied", "denied"],
    ["default", "dismissed"],
  ])("says why not after %s, and tells the server nothing", async (answer, slug) => {
    asks.answer = answer;
    expect(await turnOn()).toBe(slug);
    expect(told()).toEqual([]);
  });

  it("hands on why the server would not", async () => {
    server.routes["PUT /api/me/subscriptions"] = () => problem(422, "endpoint-refused");
    expect(await turnOn()).toBe("endpoint-refused");
    expect(getState().me?.reminders.push).toBe("none");
  });

  it("never subscribes an exempt person", async () => {
    setState({ me: person([], { exempt: { since: "2026-01-01" } }) });
    expect(await turnOn()).toBe("push-unavailable");
    expect(manager.made).toBe(0);
  });

  it("survives a browser that breaks its word", async () => {
    vi.spyOn(manager, "subscribe").mockRejectedValue(new DOMException("no", "AbortError"));
    expect(await reconcile()).toBe("push-unavailable");
  });
});

describe("at every start", () => {
  it("nothing happens without permission", async () => {
    await reconcileQuietly();
    expect(manager.made).toBe(0);
    expect(told()).toEqual([]);
  });

  it("the subscription is told again, and not made anew", async () => {
    await turnOn();
    asks.permission = "granted";
    await reconcileQuietly();
    expect(manager.made).toBe(1);
    expect(told()).toHaveLength(2);
  });

  it("one that the system has ended is replaced", async () => {
    await turnOn();
    manager.current = null;
    await reconcile();
    expect(told().at(-1)).toMatchObject({ endpoint: "https://push.example.net/2" });
  });

  it("one under an older key of the study is replaced, and the server is told which", async () => {
    await manager.subscribe({ applicationServerKey: keyBytes(OTHER) });
    await reconcile();
    expect(told()).toEqual([
      {
        endpoint: "https://push.example.net/2",
        keys: { p256dh: "P", auth: "A" },
        replaces: "https://push.example.net/1",
      },
    ]);
  });
});

describe("a permission taken back in the browser", () => {
  const gone = { method: "DELETE", body: { endpoint: "https://push.example.net/1" } };

  beforeEach(async () => {
    asks.permission = "granted";
    await turnOn();
    // The browser ends the subscription before any script can read its address.
    asks.permission = "denied";
    manager.current = null;
  });

  it("is told to the server at the next start, once", async () => {
    await reconcileQuietly();
    await reconcileQuietly();
    expect(server.asked.filter(({ method }) => method === "DELETE")).toMatchObject([gone]);
    expect(getState().me?.reminders.push).toBe("none");
  });

  it("is told again when the server could not be reached", async () => {
    server.away = true;
    await reconcileQuietly();
    expect(getState().me?.reminders.push).toBe("unproven");
    server.away = false;
    await reconcileQuietly();
    expect(server.asked.at(-1)).toMatchObject(gone);
  });

  it("is told at once while the app is open", async () => {
    const permission = new EventTarget();
    Object.defineProperty(navigator, "permissions", {
      configurable: true,
      value: { query: async () => permission },
    });
    await watchPermission();
    permission.dispatchEvent(new Event("change"));
    await vi.waitFor(() => expect(server.asked.at(-1)).toMatchObject(gone), 10_000);
    Reflect.deleteProperty(navigator, "permissions");
  });

  it("does not trouble a browser that cannot tell", async () => {
    Object.defineProperty(navigator, "permissions", { configurable: true, value: undefined });
    await watchPermission();
    Reflect.deleteProperty(navigator, "permissions");
    expect(server.asked).toHaveLength(1);
  });
});

describe("turning reminders off", () => {
  it("ends the subscription here and there", async () => {
    await turnOn();
    await turnOff();
    expect(manager.current).toBeNull();
    expect(server.asked.at(-1)).toMatchObject({
      method: "DELETE",
      body: { endpoint: "https://push.example.net/1" },
    });
  });

  it("is nothing to do where there is none", async () => {
    await turnOff();
    expect(told()).toEqual([]);
  });
});

describe("what reminders can be here", () => {
  it("depends on permission and browser", () => {
    expect(reach(false)).toBe("off");
    asks.permission = "granted";
    expect(reach(false)).toBe("on");
    asks.permission = "denied";
    expect(reach(false)).toBe("denied");
    Reflect.deleteProperty(navigator, "serviceWorker");
    expect(reach(false)).toBe("unsupported");
    expect(reach(true)).toBe("install-first");
  });
});
