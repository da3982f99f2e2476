import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { person } from "../../build/sample.ts";
import { problem, startServer, type TestServer } from "../../build/test-server.ts";
import { keep, wipe } from "../device/db.ts";
import { enqueue, waiting } from "../device/outbox.ts";
import { installOutbox } from "./outbox.ts";

const id = "0b1e3c0e-8c0a-4a57-9d2f-0d8f5f0f8a11";
let server: TestServer;

beforeEach(async () => {
  server = await startServer({
    [`PUT /api/me/responses/${id}`]: () => ({
      status: 201,
      body: { id, code: "7KQ2-M4", received_at: "2026-06-18T12:00:01Z", disposition: "in_window" },
    }),
  });
  await keep("me", { me: person(), at: "2026-06-18T09:00:00Z" });
  const entry = {
    id,
    form_id: 7,
    title: "Form",
    person: person().participant_code,
    questionnaire_sha: "sha",
    answers: { a: 1 },
    skipped: [],
    authored_at: "2026-06-18T09:30:05+01:00",
    authored_zone: "Europe/London",
    offer_token: null,
  };
  await enqueue(entry, 1);
});

afterEach(async () => {
  await wipe();
  await server.close();
});

/** Lets the browser say "there is a network again"; resolves as the worker's work does. */
async function wake(postMessage = vi.fn()): Promise<void> {
  let handler: (event: { waitUntil(work: Promise<void>): void }) => void = () => {};
  installOutbox({
    addEventListener: (_type: string, given: typeof handler) => {
      handler = given;
    },
    clients: { matchAll: async () => [{ postMessage }] },
  } as unknown as ServiceWorkerGlobalScope);
  let work = Promise.resolve();
  handler({
    waitUntil: (given) => {
      work = given;
    },
  });
  await work;
}

describe("sending in the background", () => {
  it("delivers what is finished and tells open windows", async () => {
    const postMessage = vi.fn();
    await wake(postMessage);
    expect(await waiting()).toEqual([]);
    expect(postMessage).toHaveBeenCalledWith("outbox-sent");
  });

  it("asks to be woken again when the network or the server is not there", async () => {
    server.away = true;
    await expect(wake()).rejects.toThrow("not sent yet");
    server.away = false;
    server.routes = { [`PUT /api/me/responses/${id}`]: () => problem(503, "store-unavailable") };
    await expect(wake()).rejects.toThrow("not sent yet");
    expect(await waiting()).toHaveLength(1);
  });

  it("says how much is left when the server answers but does not take it", async () => {
    const told = vi.fn(() => ({ status: 204 }));
    server.routes = {
      [`PUT /api/me/responses/${id}`]: () => problem(409, "response-id-reused"),
      "PUT /api/me/unsent": told,
    };
    await wake();
    expect(server.asked.at(-1)?.body).toEqual({ forms: 1 });
    expect(told).toHaveBeenCalledOnce();
  });

  it("says nothing of it when all is sent", async () => {
    await wake();
    expect(server.asked.filter(({ path }) => path.includes("unsent"))).toEqual([]);
  });

  it("does not ask again where only a new code helps", async () => {
    server.routes = { [`PUT /api/me/responses/${id}`]: () => problem(401, "sign-in-needed") };
    await wake();
    expect(await waiting()).toHaveLength(1);
  });

  it("sends nothing after the phone was cleared", async () => {
    await wipe();
    await wake();
    expect(server.asked).toEqual([]);
  });
});
