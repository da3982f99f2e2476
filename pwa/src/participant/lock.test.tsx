/** A number that the app asks for: what it hides, and what it must never stand in the way of. */
import { act, screen, waitFor } from "@testing-library/preact";
import { render } from "preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { card, person } from "../../build/sample.ts";
import { answerAll, app, follow, heading, open, sent, tap, user } from "../../build/test-app.ts";
import {
  AWAY_MS,
  clearLock,
  FREE_SLIPS,
  isLockOn,
  lockNumber,
  setLock,
  tryNumber,
  waitAfter,
} from "./lock.ts";
import { openLink } from "./router.ts";
import { forgetState, getState } from "./state.ts";

/** Takes the app off the page and starts it again, as after the phone was restarted. */
async function startAgain(address = "/#/"): Promise<void> {
  act(() => render(null, app.root));
  forgetState();
  sessionStorage.clear();
  await open(address);
}

const real = localStorage;
// The work that a real phone does for each try would only slow these tests down.
const QUICK = 1000;
let visibility: DocumentVisibilityState = "visible";

/** Leaves the app for so long and comes back. */
async function away(ms: number): Promise<void> {
  visibility = "hidden";
  document.dispatchEvent(new Event("visibilitychange"));
  vi.setSystemTime(Date.now() + ms);
  visibility = "visible";
  await act(async () => {
    document.dispatchEvent(new Event("visibilitychange"));
  });
}

async function type(number: string): Promise<void> {
  await user.type(await screen.findByLabelText("Your number"), number);
  await tap("Open");
}

/** As if so many wrong numbers had been tried already. */
function slipped(slips: number, until = 0): void {
  const lock = JSON.parse(localStorage.getItem("lock") ?? "");
  localStorage.setItem("lock", JSON.stringify({ ...lock, slips, until }));
}

const focused = (label: string): Promise<void> =>
  waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText(label)));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  visibility = "visible";
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => visibility);
});

afterEach(() => {
  vi.useRealTimers();
  vi.stubGlobal("localStorage", real);
});

describe("a lock that nobody wants", () => {
  it("is never asked about", async () => {
    await open();
    await heading("Hello");
    await startAgain();
    await heading("Hello");
    await away(10 * AWAY_MS);
    await heading("Hello");
    expect(document.documentElement.hasAttribute("data-away")).toBe(false);
  });
});

describe("turning the lock on", () => {
  it("happens in the settings, and takes 4 to 6 digits", async () => {
    await open("/#/more");
    await tap("Choose a number");
    await focused("Your number");
    await user.type(screen.getByLabelText("Your number"), "12a");
    await tap("Lock the app");
    await screen.findByText("Please type 4 to 6 digits.");
    await user.clear(screen.getByLabelText("Your number"));
    await user.type(screen.getByLabelText("Your number"), "2580");
    await tap("Lock the app");
    await screen.findByText(/asks for your number when it starts/);
    await startAgain();
    await heading("The app is locked");
    await type("2580");
    await heading("Hello");
  });

  it("says so where the phone keeps nothing", async () => {
    await open("/#/more");
    await tap("Choose a number");
    vi.stubGlobal("localStorage", { getItem: () => null });
    await user.type(screen.getByLabelText("Your number"), "2580");
    await tap("Lock the app");
    await screen.findByText("This phone cannot keep a lock.");
    expect(isLockOn()).toBe(false);
  });

  it("can be taken back, and goes with everything else when the phone is cleared", async () => {
    await setLock("2580", QUICK);
    sessionStorage.setItem("here", String(Date.now()));
    await open("/#/more");
    await tap("Take the lock away");
    await screen.findByRole("button", { name: "Choose a number" });
    expect(isLockOn()).toBe(false);
    await setLock("2580", QUICK);
    await tap("Sign out and clear this phone");
    await tap("Yes, clear this phone");
    await heading("Welcome");
    expect(isLockOn()).toBe(false);
  });

  it.each([
    ["2580", "2580"],
    [" 25 80 13 ", "258013"],
    ["258", null],
    ["2580131", null],
    ["25-80", null],
    ["", null],
  ])("reads %j as %j", (typed, number) => {
    expect(lockNumber(typed)).toBe(number);
  });
});

describe("what lies on the phone", () => {
  it("is not the number, and differs for two phones with the same one", async () => {
    await setLock("258013");
    const one = localStorage.getItem("lock") ?? "";
    await setLock("258013");
    const other = localStorage.getItem("lock") ?? "";
    expect(one + other).not.toContain("258013");
    expect(JSON.parse(one).verifier).not.toBe(JSON.parse(other).verifier);
    expect(JSON.parse(one).rounds).toBeGreaterThanOrEqual(100_000);
  });
});

describe("while the app is locked", () => {
  it("neither the screen nor the title says anything of the study, and sending goes on", async () => {
    await open();
    app.server.away = true;
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText("Your answers are safe on this phone.");
    await setLock("2580", QUICK);
    app.server.away = false;
    await startAgain("/#/form/7/ache");
    await heading("The app is locked");
    const shown = `${document.body.textContent} ${document.title} ${location.href}`;
    for (const word of ["Short one", "ache", "Hello", "study", "Week", "not sent", "June"]) {
      expect(shown).not.toContain(word);
    }
    expect(document.title).not.toContain("Thank");
    await waitFor(() => expect(document.title).toBe("The app is locked – Sayso"));
    await waitFor(() => expect(sent("PUT /api/me/responses/")).toHaveLength(1));
    expect(getState().waiting).toEqual([]);
    await heading("The app is locked");
  });

  it("a reminder still opens its form afterwards", async () => {
    await setLock("2580", QUICK);
    await open("/form/7");
    await heading("The app is locked");
    await type("2580");
    await heading("Did anything ache?");
  });

  it("a reminder tapped meanwhile does as well", async () => {
    await setLock("2580", QUICK);
    await open();
    await heading("The app is locked");
    act(() => openLink("/form/7"));
    await type("2580");
    await heading("Did anything ache?");
  });

  it("what lies behind is out of reach by any address but that for a new code", async () => {
    await setLock("2580", QUICK);
    for (const address of ["/#/more", "/#/check/7", "/#/done/1", "/#/install"]) {
      await startAgain(address);
      await heading("The app is locked");
    }
  });
});

describe("coming back", () => {
  it("is asked for the number only after a while, and the draft is where it was", async () => {
    app.me = person([card({ title: "Short one" })]);
    await setLock("2580", QUICK);
    sessionStorage.setItem("here", String(Date.now()));
    await open();
    await follow("Start");
    await heading("Did anything ache?");
    await user.click(screen.getByLabelText("A little"));
    await away(AWAY_MS - 1000);
    await heading("Did anything ache?");
    await away(AWAY_MS + 1000);
    await heading("The app is locked");
    expect(location.hash).toBe("#/form/7");
    await type("2580");
    await heading("Did anything ache?");
    expect((screen.getByLabelText("A little") as HTMLInputElement).checked).toBe(true);
  });

  it("shows nothing to the phone's own list of open apps", async () => {
    await setLock("2580", QUICK);
    await open();
    visibility = "hidden";
    document.dispatchEvent(new Event("visibilitychange"));
    expect(document.documentElement.hasAttribute("data-away")).toBe(true);
    await away(1000);
    expect(document.documentElement.hasAttribute("data-away")).toBe(false);
  });

  it("is not asked again after a mere reload, nor trusted when the clock ran back", async () => {
    await setLock("2580", QUICK);
    await open();
    await type("2580");
    await heading("Hello");
    act(() => render(null, app.root));
    forgetState();
    await open();
    await heading("Hello");
    await away(-60_000);
    await heading("The app is locked");
  });
});

describe("wrong numbers", () => {
  it("are told, and cost more and more time", async () => {
    await setLock("2580", QUICK);
    await open();
    await type("1111");
    await screen.findByText("This is not the right number. Please try again.");
    await waitFor(() => expect(document.title).toMatch(/^Error: /));
    await focused("Your number");
    slipped(FREE_SLIPS);
    expect(await tryNumber("1112")).toBe(-1);
    await type("2580");
    await screen.findByText("Please wait 30 seconds, then try again.");
    vi.setSystemTime(Date.now() + 31_000);
    await type("2580");
    await heading("Hello");
    expect(JSON.parse(localStorage.getItem("lock") ?? "").slips).toBe(0);
  });

  it.each([
    [3, 0],
    [4, 30],
    [5, 60],
    [6, 120],
    [10, 1920],
    [11, 3600],
    [400, 3600],
  ])("after %i slips cost %i seconds", (slips, seconds) => {
    expect(waitAfter(slips)).toBe(seconds * 1000);
  });

  it("never cost more than an hour, whatever the clock of the phone does", async () => {
    await setLock("2580", QUICK);
    slipped(40, Date.now() + 3_600_000);
    expect(await tryNumber("2580")).toBe(3600);
    vi.setSystemTime(Date.now() - 365 * 24 * 3_600_000);
    expect(await tryNumber("2580")).toBe(3600);
  });

  it("count also when somebody leaves before the answer", async () => {
    await setLock("2580", QUICK);
    const tries = [1, 2, 3, 4].map(() => tryNumber("1111"));
    expect(JSON.parse(localStorage.getItem("lock") ?? "").slips).toBe(4);
    await Promise.all(tries);
    expect(await tryNumber("2580")).toBeGreaterThan(0);
  });
});

describe("a forgotten number", () => {
  it("is answered by a new code; what was not sent is kept and sent", async () => {
    await open();
    const all = app.server.routes;
    app.server.away = true;
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText("Your answers are safe on this phone.");
    await setLock("2580", QUICK);
    await startAgain();
    await follow("I forgot my number");
    await screen.findByText(/Ask your study team for one/);
    app.server.away = false;
    app.server.routes = all;
    await user.type(screen.getByLabelText("Your code"), "ABCDEFGH");
    await tap("Begin");
    await heading("Hello");
    await screen.findByText(/Receipt 7KQ2-M4/);
    expect(isLockOn()).toBe(false);
    await startAgain();
    await heading("Hello");
  });

  it("may come back to mind", async () => {
    await setLock("2580", QUICK);
    await open();
    await follow("I forgot my number");
    await heading("Welcome");
    await follow("Back");
    await type("2580");
    await heading("Hello");
    act(clearLock);
  });
});
