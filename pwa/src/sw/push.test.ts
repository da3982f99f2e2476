import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { person } from "../../build/sample.ts";
import { startServer, type TestServer } from "../../build/test-server.ts";
import { keep, wipe } from "../device/db.ts";
import { enqueue, waiting } from "../device/outbox.ts";
import { installPush } from "./push.ts";

type Handler = (event: unknown) => void;

const origin = "https://sayso.example.org";
let server: TestServer;

beforeEach(async () => {
  server = await startServer({ "POST /api/acks": () => ({ status: 204 }) });
});
afterEach(() => server.close());

/** The parts of a worker's world that reminders touch, recording what is done with them. */
function world(
  windows: { url: string; focus(): Promise<void>; postMessage(data: unknown): void }[] = [],
) {
  const handlers = new Map<string, Handler>();
  const shown: [string, NotificationOptions][] = [];
  const opened: string[] = [];
  installPush({
    location: { origin },
    addEventListener: (type: string, handler: Handler) => handlers.set(type, handler),
    registration: {
      showNotification: async (title: string, options: NotificationOptions) => {
        shown.push([title, options]);
      },
    },
    clients: {
      matchAll: async () => windows,
      openWindow: async (url: string) => opened.push(url),
    },
  } as unknown as ServiceWorkerGlobalScope);
  const fire = async (type: string, event: object): Promise<void> => {
    let work: Promise<unknown> = Promise.resolve();
    handlers.get(type)?.({ ...event, waitUntil: (promise: Promise<unknown>) => (work = promise) });
    await work;
  };
  return { fire, shown, opened };
}

const push = (text: string) => ({ data: { text: () => text } });

describe("a push", () => {
  it("is shown first, then acknowledged with its token", async () => {
    const { fire, shown } = world();
    const notification = { title: "Ready", body: "Today", data: { ack: "token-1" } };
    await fire("push", push(JSON.stringify({ web_push: 8030, notification })));
    expect(shown.map(([title]) => title)).toEqual(["Ready"]);
    expect(server.asked.map(({ body }) => body)).toEqual([{ token: "token-1" }]);
    expect(server.asked[0]?.headers["x-sayso-client"]).toMatch(/^participant\//);
  });

  it("is also a moment to send what a closed app still holds", async () => {
    const id = "0b1e3c0e-8c0a-4a57-9d2f-0d8f5f0f8a12";
    await keep("me", { me: person(), at: "2026-06-18T09:00:00Z" });
    const authored_at = "2026-06-18T09:30:05+01:00";
    const entry = { id, form_id: 7, title: "Form", person: person().participant_code };
    const given = { questionnaire_sha: "sha", answers: { a: 1 }, skipped: [], offer_token: null };
    await enqueue({ ...entry, ...given, authored_at, authored_zone: "Europe/London" }, 1);
    const receipt = { code: "7KQ2-M4", received_at: "2026-06-18T12:00:01Z" };
    server.routes[`PUT /api/me/responses/${id}`] = () => ({
      status: 201,
      body: { id, disposition: "in_window", ...receipt },
    });
    const { fire, shown } = world();
    await fire("push", { data: null });
    expect(shown).toHaveLength(1);
    expect(await waiting()).toEqual([]);
    await wipe();
  });

  it("is shown when it carries nothing at all", async () => {
    const { fire, shown } = world();
    await fire("push", { data: null });
    expect(shown).toHaveLength(1);
    expect(server.asked).toEqual([]);
  });

  it("is shown when the server cannot be told", async () => {
    server.away = true;
    const { fire, shown } = world();
    await fire("push", push(JSON.stringify({ notification: { data: { ack: "t" } } })));
    expect(shown).toHaveLength(1);
  });
});

const tap = (navigate: string) => ({
  notification: { close: vi.fn(), data: { navigate } },
});

const window_ = (path: string) => ({
  url: `${origin}${path}`,
  focus: vi.fn(async () => undefined),
  postMessage: vi.fn(),
});

describe("a tap on a reminder", () => {
  it("opens the app where the reminder points", async () => {
    const { fire, opened } = world();
    await fire("notificationclick", tap(`${origin}/form/7`));
    expect(opened).toEqual([`${origin}/form/7`]);
  });

  it("brings an open app to the front and takes it there", async () => {
    const open = window_("/#/");
    const { fire, opened } = world([open]);
    await fire("notificationclick", tap(`${origin}/form/7`));
    expect(open.focus).toHaveBeenCalled();
    expect(open.postMessage).toHaveBeenCalledWith({ go: `${origin}/form/7` });
    expect(opened).toEqual([]);
  });

  it.each(["/#/form/3/a", "/#/check/3"])(
    "leaves the questionnaire at %s on the screen",
    async (path) => {
      const open = window_(path);
      const { fire } = world([open]);
      await fire("notificationclick", tap(`${origin}/form/7`));
      expect(open.focus).toHaveBeenCalled();
      expect(open.postMessage).not.toHaveBeenCalled();
    },
  );

  it("does not take a console window for the app", async () => {
    const { fire, opened } = world([window_("/console/")]);
    await fire("notificationclick", tap(`${origin}/`));
    expect(opened).toEqual([`${origin}/`]);
  });
});
