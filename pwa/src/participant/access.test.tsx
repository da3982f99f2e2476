/** Coming in by link and by passkey, another phone, the calendar, and putting the app on screen. */
import { screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { person } from "../../build/sample.ts";
import { app, follow, heading, open, sent, signedIn, tap, user } from "../../build/test-app.ts";
import { problem } from "../../build/test-server.ts";
import { codeInAddress } from "./enrol.tsx";
import { passkeysWork } from "./passkey-here.ts";

const LINK = "0123456789ABCDEFGHJKMNPQRS";
const URL_OF_CALENDAR = "https://pro.example.org/calendar/abc.ics";
const access = { passkeys: 0, calendar_since: null as string | null };

/** A browser that knows passkeys; `answers` is what its own question ends in. */
function withPasskeys(answers: () => Promise<unknown>): void {
  const parse = (asked: unknown): unknown => asked;
  Object.defineProperty(globalThis, "PublicKeyCredential", {
    configurable: true,
    value: { parseCreationOptionsFromJSON: parse, parseRequestOptionsFromJSON: parse },
  });
  Object.defineProperty(navigator, "credentials", {
    configurable: true,
    value: { create: answers, get: answers },
  });
}

const signed = { id: "AA", type: "public-key", response: { clientDataJSON: "e30" } };
const agrees = async (): Promise<unknown> => ({ toJSON: () => signed });
const turnsAway = (): Promise<unknown> => Promise.reject(new DOMException("", "NotAllowedError"));

beforeEach(() => {
  app.server.routes["GET /api/me/access"] = () => ({ body: access });
});
afterEach(() => {
  Reflect.deleteProperty(globalThis, "PublicKeyCredential");
  Reflect.deleteProperty(navigator, "credentials");
  Reflect.deleteProperty(navigator, "userAgent");
});

describe("a link that was sent", () => {
  beforeEach(() => {
    app.server.routes["GET /api/me"] = () => problem(401, "sign-in-needed");
  });

  it("asks for the six numbers and never shows its own code", async () => {
    await open(`/enrol#${LINK}`);
    const field = (await screen.findByLabelText("Six numbers")) as HTMLInputElement;
    expect(field.value).toBe("");
    expect(document.body.textContent).not.toContain(LINK.slice(0, 8));
    expect(sent("POST")).toEqual([]);
  });

  it("lets the phone in with them, and leaves the address", async () => {
    await open(`/enrol#${LINK}`);
    app.server.routes = { ...signedIn(), "GET /api/me/access": () => ({ body: access }) };
    await user.type(await screen.findByLabelText("Six numbers"), "123 456");
    await tap("Begin");
    await heading("Hello");
    expect(sent("POST /api/device-sessions")[0]?.body).toMatchObject({ code: LINK, pin: "123456" });
    expect(location.href).not.toContain(LINK);
  });

  it("does not bother the server with what cannot be six numbers", async () => {
    await open(`/enrol#${LINK}`);
    await user.type(await screen.findByLabelText("Six numbers"), "12345");
    await tap("Begin");
    expect((await screen.findByRole("alert")).textContent).toContain("There are six numbers");
    expect(sent("POST")).toEqual([]);
  });

  it.each([
    ["pin-not-accepted", 422, "These numbers do not fit the link"],
    ["slow-down", 429, "That was too often"],
    ["code-not-accepted", 422, "This code did not work"],
  ])("says what %s means", async (slug, status, words) => {
    app.server.routes["POST /api/device-sessions"] = () => problem(status, slug);
    await open(`/enrol#${LINK}`);
    await user.type(await screen.findByLabelText("Six numbers"), "123456");
    await tap("Begin");
    expect((await screen.findByRole("alert")).textContent).toContain(words);
  });

  it.each([
    ["/enrol", `#${LINK.toLowerCase()}`, LINK],
    ["/enrol/", "#abcdefgh", "ABCD-EFGH"],
    ["/enrol", "#/code", ""],
    ["/", `#${LINK}`, ""],
  ])("reads %s%s as %j", (path, hash, code) => {
    expect(codeInAddress(path, hash)).toBe(code);
  });
});

describe("a code for another phone", () => {
  it("is shown with the time until which it works", async () => {
    app.server.routes["POST /api/me/transfer-codes"] = () => ({
      status: 201,
      body: { code: "ABCD-EFGH", expires_at: "2026-06-18T09:10:00Z" },
    });
    await open("/#/more");
    await tap("Show me a code");
    expect((await screen.findByText("ABCD-EFGH")).closest("[role=status]")).not.toBeNull();
    await screen.findByText(/Type it there. It works once, until \d+:10\./);
    await screen.findByRole("button", { name: "Make a new code" });
  });

  it("is not made too often", async () => {
    app.server.routes["POST /api/me/transfer-codes"] = () => problem(429, "slow-down");
    await open("/#/more");
    await tap("Show me a code");
    expect((await screen.findByRole("alert")).textContent).toContain("too often");
  });

  it("is not offered to who has no questionnaires", async () => {
    app.me = person([], { exempt: { since: "2026-01-01" } });
    await open("/#/more");
    await heading("Reminders and settings");
    await screen.findByText("Text size");
    expect(screen.queryByText("Another phone")).toBeNull();
    expect(screen.queryByText("Your calendar")).toBeNull();
  });
});

describe("the calendar", () => {
  it("opens in the phone's own calendar, or is saved once", async () => {
    app.server.routes["POST /api/me/calendar"] = () => ({
      status: 201,
      body: { url: URL_OF_CALENDAR },
    });
    await open("/#/more");
    await tap("Add to my calendar");
    const link = await screen.findByRole("link", { name: "Open my calendar" });
    expect(link.getAttribute("href")).toBe("webcal://pro.example.org/calendar/abc.ics");
    const once = screen.getByRole("link", { name: "Save the dates once" });
    expect(once.getAttribute("href")).toBe(URL_OF_CALENDAR);
  });

  it("can be ended, also when it was made long ago", async () => {
    app.server.routes["GET /api/me/access"] = () => ({
      body: { ...access, calendar_since: "2026-01-01T00:00:00Z" },
    });
    app.server.routes["DELETE /api/me/calendar"] = () => ({ status: 204 });
    await open("/#/more");
    await screen.findByRole("button", { name: "Make a new link" });
    await tap("Stop the calendar");
    await screen.findByRole("button", { name: "Add to my calendar" });
    expect(sent("DELETE /api/me/calendar")).toHaveLength(1);
  });

  it("says why it could not be made", async () => {
    app.server.routes["POST /api/me/calendar"] = () => problem(503, "store-unavailable");
    await open("/#/more");
    await tap("Add to my calendar");
    expect((await screen.findByRole("alert")).textContent).toContain("cannot save just now");
  });
});

describe("a passkey", () => {
  it.each([
    ["localhost", true],
    ["pro.example.org", true],
    ["127.0.0.1", false],
    ["[::1]", false],
  ])("under %s works: %s", (host, works) => {
    withPasskeys(agrees);
    expect(passkeysWork(host)).toBe(works);
  });

  it("is not offered by a browser that does not know them", async () => {
    expect(passkeysWork("pro.example.org")).toBe(false);
    await open("/#/more");
    await screen.findByText("Your calendar");
    expect(screen.queryByText("Passkey")).toBeNull();
  });

  it("is made, and can be done away with", async () => {
    withPasskeys(agrees);
    app.server.routes["POST /api/me/passkeys/options"] = () => ({ body: { challenge: "AA" } });
    app.server.routes["POST /api/me/passkeys"] = () => ({
      status: 201,
      body: { ...access, passkeys: 1 },
    });
    app.server.routes["DELETE /api/me/passkeys"] = () => ({ status: 204 });
    await open("/#/more");
    await tap("Make a passkey");
    await screen.findByText("You have a passkey.");
    expect(sent("POST /api/me/passkeys").at(-1)?.body).toEqual(signed);
    await tap("Remove it");
    await screen.findByRole("button", { name: "Make a passkey" });
  });

  it("signs in without a code", async () => {
    withPasskeys(agrees);
    app.server.routes["GET /api/me"] = () => problem(401, "sign-in-needed");
    await open();
    await heading("Welcome");
    app.server.routes["POST /api/passkey-sessions/options"] = () => ({ body: { challenge: "AA" } });
    app.server.routes["POST /api/passkey-sessions"] = () => ({ status: 201, body: app.me });
    app.server.routes["GET /api/me"] = () => ({ body: app.me });
    await tap("I have a passkey");
    await heading("Hello");
    expect(sent("POST /api/passkey-sessions").at(-1)?.body).toMatchObject({ credential: signed });
  });

  it("that is turned away is no fault, and a code still works", async () => {
    withPasskeys(turnsAway);
    app.server.routes["GET /api/me"] = () => problem(401, "sign-in-needed");
    app.server.routes["POST /api/passkey-sessions/options"] = () => ({ body: { challenge: "AA" } });
    await open();
    await tap("I have a passkey");
    expect((await screen.findByRole("alert")).textContent).toBe(
      "No passkey was used. You can type a code as well.",
    );
    expect(sent("POST /api/passkey-sessions").map(({ path }) => path)).toEqual([
      "/api/passkey-sessions/options",
    ]);
  });
});

describe("putting the app on the home screen", () => {
  const as = (agent: string): void => {
    Object.defineProperty(navigator, "userAgent", { configurable: true, value: agent });
  };

  it("shows three steps with drawings, and on an iPhone makes the code that is asked for", async () => {
    as("Mozilla/5.0 (iPhone; CPU iPhone OS 18_4) Version/18.4 Mobile/15E148 Safari/604.1");
    await open("/#/install");
    await heading("Keep it on your home screen");
    expect(screen.getAllByRole("listitem")).toHaveLength(3);
    expect(document.querySelectorAll(".drawing svg")).toHaveLength(3);
    await screen.findByText("A code for the new app");
  });

  it("asks for Safari first in another browser of an iPhone", async () => {
    as("Mozilla/5.0 (iPhone; CPU iPhone OS 18_4) CriOS/140.0 Mobile/15E148 Safari/604.1");
    await open("/#/install");
    await screen.findByText(/Please open this page in Safari first/);
    expect(screen.queryByRole("listitem")).toBeNull();
  });

  it("knows where Samsung has its menu", async () => {
    as("Mozilla/5.0 (Linux; Android 14) SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36");
    await open("/#/install");
    await screen.findByText(/Tap the three lines at the bottom right/);
    await follow("Back");
    await heading("Hello");
  });
});
