// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { problem, startServer, type TestServer } from "../../build/test-server.ts";
import { client } from "./client.ts";

const ask = client("participant/1.2.3");
let server: TestServer;

beforeEach(async () => {
  server = await startServer({
    "GET /api/me": () => ({ body: { zone: "Europe/London" } }),
    "DELETE /api/me/session": () => ({ status: 204, type: "text/plain" }),
    "GET /api/portal": () => ({ type: "text/html", body: "<h1>Sign in to this hotel</h1>" }),
    "GET /api/broken": () => ({ status: 503, type: "text/html", body: "down" }),
    "GET /api/cut": () => ({ body: "{", type: "application/json" }),
    "POST /api/slow": () => ({
      ...problem(429, "slow-down"),
      headers: { "Retry-After": "30" },
    }),
    "PUT /api/wrong": () => problem(422, "answers-malformed"),
  });
});

afterEach(() => server.close());

describe("asking the server", () => {
  it("brings back the data by a plain request, as one that was sent ahead", async () => {
    const result = await ask("GET", "/api/me");
    expect(result).toEqual({ ok: true, status: 200, data: { zone: "Europe/London" } });
    expect(server.asked[0]?.headers["x-sayso-client"]).toBeUndefined();
    expect(server.asked[0]?.headers["content-type"]).toBeUndefined();
  });

  it("says which app asks for a change", async () => {
    await ask("DELETE", "/api/me/session");
    expect(server.asked[0]?.headers["x-sayso-client"]).toBe("participant/1.2.3");
  });

  it("sends JSON", async () => {
    await ask("PUT", "/api/wrong", { a: [1, "ü"] });
    expect(server.asked[0]?.headers["content-type"]).toBe("application/json");
    expect(server.asked[0]?.body).toEqual({ a: [1, "ü"] });
  });

  it("takes an empty answer for success", async () => {
    expect(await ask("DELETE", "/api/me/session")).toMatchObject({ ok: true, status: 204 });
  });

  it("hands on the server's own problem by its slug", async () => {
    expect(await ask("PUT", "/api/wrong", {})).toMatchObject({
      ok: false,
      status: 422,
      slug: "answers-malformed",
    });
  });

  it("says how long to wait when the server does", async () => {
    const result = await ask("POST", "/api/slow", {});
    expect(result).toMatchObject({ slug: "slow-down", retryAfter: 30 });
  });

  it.each(["/api/portal", "/api/broken"])(
    "does not take the page %s for an answer",
    async (path) => {
      expect(await ask("GET", path)).toMatchObject({ ok: false, slug: "server-away" });
    },
  );

  it("calls half an answer no answer", async () => {
    expect(await ask("GET", "/api/cut")).toMatchObject({ ok: false, slug: "offline" });
  });

  it("never throws when there is no network", async () => {
    server.away = true;
    expect(await ask("GET", "/api/me")).toMatchObject({ ok: false, status: 0, slug: "offline" });
  });
});
