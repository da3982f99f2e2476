import { afterEach, describe, expect, it, vi } from "vitest";
import { answer, problem, serve } from "../testing/server";
import { at, Problem, read, studyPath, whenSignInNeeded, write } from "./client";

afterEach(() => {
  vi.unstubAllGlobals();
});

async function failure(promise: Promise<unknown>): Promise<Problem> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Problem)) throw new Error(`expected a problem, got ${String(error)}`);
  return error;
}

describe("requests", () => {
  it("say which app they come from", async () => {
    const calls = serve({ "GET /api/studies": [] });
    await read("/api/studies");
    expect(calls[0]?.headers["X-Sayso-Client"]).toMatch(/^console\//);
  });

  it("that change something are JSON and carry the version that was seen", async () => {
    const calls = serve({ "POST /api/x": {} });
    await write("POST", "/api/x", { a: 1 }, { etag: "1.4" });
    expect(calls[0]).toMatchObject({
      body: { a: 1 },
      headers: { "Content-Type": "application/json", "If-Match": '"1.4"' },
    });
  });

  it("leave a quoted version as it is", async () => {
    const calls = serve({ "POST /api/x": {} });
    await write("POST", "/api/x", {}, { etag: '"1.4"' });
    expect(calls[0]?.headers["If-Match"]).toBe('"1.4"');
  });

  it("may be answered with nothing", async () => {
    serve({ "DELETE /api/staff/session": answer(204, null) });
    expect(await write("DELETE", "/api/staff/session")).toBeNull();
  });
});

describe("failures", () => {
  it("arrive with slug, sentence and fields", async () => {
    serve({
      "POST /api/x": problem(422, "invalid", {
        detail: "No.",
        errors: { json: { date: ["Not a date."] } },
      }),
    });
    const found = await failure(write("POST", "/api/x"));
    expect(found).toMatchObject({ slug: "invalid", status: 422, detail: "No." });
    expect(found.errors).toEqual({ date: ["Not a date."] });
  });

  it("without a problem document are named by their status", async () => {
    vi.stubGlobal("fetch", async () => new Response("<html>Bad gateway</html>", { status: 502 }));
    expect((await failure(read("/api/x"))).slug).toBe("server-trouble");
  });

  it("of the network are told apart from failures of the server", async () => {
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("failed to fetch");
    });
    expect(await failure(read("/api/x"))).toMatchObject({ slug: "offline", status: 0 });
  });

  it("say how long to wait", async () => {
    serve({ "POST /api/x": answer(429, { slug: "slow-down" }, { "Retry-After": "7" }) });
    expect((await failure(write("POST", "/api/x"))).retryAfter).toBe(7);
  });
});

describe("an ended session", () => {
  it("is told to whoever asks for the sign-in", async () => {
    serve({ "GET /api/x": problem(401, "sign-in-needed") });
    const told = vi.fn();
    const stop = whenSignInNeeded(told);
    await failure(read("/api/x"));
    stop();
    await failure(read("/api/x"));
    expect(told).toHaveBeenCalledTimes(1);
  });

  it("is not confused with a wrong password", async () => {
    serve({ "POST /api/staff/session": problem(401, "credentials-not-accepted") });
    const told = vi.fn();
    const stop = whenSignInNeeded(told);
    await failure(write("POST", "/api/staff/session"));
    stop();
    expect(told).not.toHaveBeenCalled();
  });
});

it("writes paths that no code can break out of", () => {
  expect(studyPath("trial", "participants", "../x y")).toBe(
    "/api/studies/trial/participants/..%2Fx%20y",
  );
  expect(at(["api"], { site: "BOS", arm: "", q: null })).toBe("/api?site=BOS");
});
