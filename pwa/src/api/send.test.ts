// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Answer, problem, startServer, type TestServer } from "../../build/test-server.ts";
import type { Entry } from "../device/outbox.ts";
import { sendEntry } from "./send.ts";

const entry: Entry = {
  id: "0b1e3c0e-8c0a-4a57-9d2f-0d8f5f0f8a11",
  form_id: 7,
  title: "Form",
  person: "S1-1",
  questionnaire_sha: "sha",
  answers: { a: 1, b: ["x"] },
  skipped: ["c"],
  authored_at: "2026-06-18T09:30:05+01:00",
  authored_zone: "Europe/London",
  offer_token: "token",
};
const now = new Date("2026-06-18T12:00:00Z");
const path = `PUT /api/me/responses/${entry.id}`;
const receipt = {
  id: entry.id,
  code: "7KQ2-M4",
  received_at: "2026-06-18T12:00:01Z",
  disposition: "in_window",
};
let server: TestServer;

beforeEach(async () => {
  server = await startServer({});
});
afterEach(() => server.close());

const answering = async (answer: Answer) => {
  server.routes = { [path]: () => answer };
  return sendEntry(entry, now);
};

describe("sending one response", () => {
  it("carries everything the study needs to know about it", async () => {
    await answering({ status: 201, body: receipt });
    expect(server.asked[0]?.body).toEqual({
      expected_form_id: 7,
      questionnaire_sha: "sha",
      answers: { a: 1, b: ["x"] },
      skipped: ["c"],
      authored_at: "2026-06-18T09:30:05+01:00",
      authored_zone: "Europe/London",
      sent_at: "2026-06-18T12:00:00.000Z",
      offer_token: "token",
      attested: true,
      mode: "own_device",
      app_build: __BUILD__,
    });
  });

  it.each([201, 200])("takes a receipt with status %i", async (status) => {
    const { id: _id, ...rest } = receipt;
    expect(await answering({ status, body: receipt })).toEqual({ kind: "receipt", ...rest });
  });

  it.each([409, 422, 413])("takes the server's own %i for a refusal", async (status) => {
    const outcome = await answering(problem(status, "answers-malformed"));
    expect(outcome).toEqual({ kind: "refused", slug: "answers-malformed" });
  });

  it.each([401, 403, 404, 429, 500, 503])("tries again after %i", async (status) => {
    expect(await answering(problem(status, "some-slug"))).toMatchObject({ kind: "later" });
  });

  it("does not take a proxy's refusal for the server's", async () => {
    const page = { status: 422, type: "text/html", body: "<h1>No</h1>" };
    expect(await answering(page)).toEqual({ kind: "later", slug: "server-away" });
  });

  it.each([
    ["another response", { ...receipt, id: "other" }],
    ["no code", { ...receipt, code: "" }],
    ["something else", { hello: "world" }],
  ])("does not take a receipt for %s", async (_what, body) => {
    expect(await answering({ body })).toEqual({ kind: "later", slug: "server-away" });
  });
});
