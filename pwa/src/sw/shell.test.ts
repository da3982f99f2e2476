import { beforeAll, describe, expect, it, vi } from "vitest";

const origin = "https://sayso.example.org";
let shellPath: (request: Request, origin: string) => string | null;
let isOwnPage: (page: string) => boolean;

beforeAll(async () => {
  vi.stubGlobal("__PRECACHE__", ["/", "/assets/participant-abc.js", "/icons/icon.svg"]);
  vi.stubGlobal("__REVISION__", "abc");
  ({ shellPath, isOwnPage } = await import("./shell.ts"));
});

const request = (path: string, more: { method?: string; mode?: string } = {}): Request =>
  ({ url: new URL(path, origin).href, method: "GET", mode: "no-cors", ...more }) as Request;

describe("what the worker answers from the phone", () => {
  it.each(["/", "/enrol", "/form/7", "/anything"])("is the app for the page %s", (path) => {
    expect(shellPath(request(path, { mode: "navigate" }), origin)).toBe("/");
  });

  it("is each file of the shell by its own name", () => {
    expect(shellPath(request("/assets/participant-abc.js"), origin)).toBe(
      "/assets/participant-abc.js",
    );
    expect(shellPath(request("/assets/participant-old.js"), origin)).toBeNull();
  });

  it.each([
    "/api/me",
    "/api",
    "/api/questionnaires/1",
    "/console/",
    "/console",
    "/health/ready",
    "/problems/x",
  ])("is never %s, not even as a page", (path) => {
    expect(shellPath(request(path, { mode: "navigate" }), origin)).toBeNull();
    expect(shellPath(request(path), origin)).toBeNull();
  });

  it.each(["POST", "PUT", "DELETE", "HEAD"])("is never the answer to a %s", (method) => {
    expect(shellPath(request("/", { method }), origin)).toBeNull();
  });

  it("is nothing of another site", () => {
    expect(shellPath(request("https://elsewhere.example/"), origin)).toBeNull();
  });
});

describe("a page from the server, when the phone has lost the app", () => {
  it.each([
    ["of this version", '<script src="/assets/participant-abc.js">', true],
    ["of a newer one", '<script src="/assets/participant-new.js">', false],
    ["half of a newer one", "/assets/participant-abc.js /assets/style-new.css", false],
    ["of a hotel", "<h1>Sign in to our network</h1>", false],
  ])("%s", (_name, page, own) => {
    expect(isOwnPage(page)).toBe(own);
  });
});
