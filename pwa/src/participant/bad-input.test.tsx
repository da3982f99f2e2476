/**
 * What a phone, a network or a server can put in a person's way, one by one: each has a sentence
 * and a way on, and nothing that she answered is lost.
 */
import { act, screen, waitFor } from "@testing-library/preact";
import { describe, expect, it, vi } from "vitest";
import { card, person, SHA } from "../../build/sample.ts";
import {
  answerAll,
  app,
  begin,
  follow,
  heading,
  open,
  receipt,
  restart,
  sent,
  tap,
  user,
} from "../../build/test-app.ts";
import { problem, type Routes } from "../../build/test-server.ts";
import type { Me } from "../api/types.ts";
import { withDb } from "../device/db.ts";
import { drafts } from "../device/drafts.ts";
import { getState, setState } from "./state.ts";
import { syncAfresh, syncNow } from "./sync.ts";

const DAY = 24 * 60 * 60 * 1000;

/** From here on every write to the phone's database fails, as on a full disk. */
const fillUp = () =>
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("The disk is full.", "QuotaExceededError");
  });

/** The browser has no database for this page at all. */
const refuseDatabase = () =>
  vi.spyOn(IDBFactory.prototype, "open").mockImplementation(() => {
    throw new DOMException("There is no database here.", "SecurityError");
  });

/** The person leaves: whether the browser asks her first, because something would be lost. */
function isAskedBeforeLeaving(): boolean {
  const leaving = new Event("beforeunload", { cancelable: true });
  Object.defineProperty(leaving, "returnValue", { writable: true, value: undefined });
  dispatchEvent(leaving);
  return (leaving as unknown as { returnValue?: boolean }).returnValue === true;
}

describe("no network", () => {
  it("while coming in: the code stays in its field until there is one", async () => {
    app.server.routes["GET /api/me"] = () => problem(401, "sign-in-needed");
    await open("/enrol#ABCDEFGH");
    app.server.away = true;
    await tap("Begin");
    expect((await screen.findByRole("alert")).textContent).toBe(
      "There is no network just now. Please try again when it is back.",
    );
    expect((screen.getByLabelText("Your code") as HTMLInputElement).value).toBe("ABCD-EFGH");
    app.server.away = false;
    app.server.routes["GET /api/me"] = () => ({ body: app.me });
    await tap("Begin");
    await heading("Hello");
  });

  it.each([
    ["a call", "#/", "Ask the team to call me", "POST /api/me/call-request"],
    ["a pause", "#/more", "For a week", "PUT /api/me/preferences"],
    ["another phone", "#/more", "Show me a code", "POST /api/me/transfer-codes"],
    ["the calendar", "#/more", "Add to my calendar", "POST /api/me/calendar"],
  ])(
    "while asking for %s: it says so, and can be asked again",
    async (_what, at, button, route) => {
      app.server.routes["GET /api/me/access"] = () => ({
        body: { passkeys: 0, calendar_since: null },
      });
      const body = { code: "ABCD-EFGH", expires_at: "2026-06-18T10:00:00Z", url: "https://a.b/c" };
      app.server.routes[route] ??= () => ({ status: 201, body });
      await open(`/${at}`);
      await screen.findByRole("button", { name: at === "#/" ? button : "Show me a code" });
      app.server.away = true;
      await tap(button);
      await screen.findByText("There is no network just now. Please try again when it is back.");
      app.server.away = false;
      await tap(button);
      await waitFor(() => expect(sent(route)).toHaveLength(1));
    },
  );

  it("and the questionnaire not on the phone yet: it says what to do", async () => {
    app.server.routes[`GET /api/questionnaires/${SHA}`] = () => ({
      status: 503,
      type: "text/html",
    });
    await open();
    await follow("Start");
    await screen.findByText(/This questionnaire is not on this phone yet/);
  });
});

describe("a server that answers 500 or 503", () => {
  it("tries again after a server fault", async () => {
    app.server.routes["PUT /api/me/responses/*"] = () => problem(500, "internal");
    await open();
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText("Your answers are safe on this phone.");
    app.server.routes["PUT /api/me/responses/*"] = receipt;
    await act(() => syncNow());
    await screen.findByText("7KQ2-M4");
  });

  it("is told apart from a lost network, on the home screen and after sending", async () => {
    await open();
    for (const route of ["GET /api/me", "PUT /api/me/responses/*", "PUT /api/me/forms/7/draft"]) {
      app.server.routes[route] = () => problem(503, "store-unavailable");
    }
    await act(() => syncNow());
    await screen.findByText(/The study’s computer does not answer just now. You can go on/);
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText(/We send them when it does. You can close the app/);
    app.server.away = true;
    await act(() => syncNow());
    await screen.findByText(/There is no network now/);
  });

  it("of another kind, a hotel's page, is no answer at all", async () => {
    app.server.routes["PUT /api/me/responses/*"] = () => ({
      status: 409,
      type: "text/html",
      body: "<h1>Please sign in to our network</h1>",
    });
    await open();
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText("Your answers are safe on this phone.");
    app.server.routes["PUT /api/me/responses/*"] = receipt;
    await act(() => syncNow());
    await screen.findByText("7KQ2-M4");
  });
});

describe("a clock", () => {
  it.each([5, -5])("%i days off goes by the server's date", async (days) => {
    const there = new Date(Date.now() - days * DAY).toISOString();
    const [first] = app.me.occasions as [Me["occasions"][number]];
    const ends = { ...first, closes_on: there.slice(0, 10) };
    app.me = person([], { zone: "UTC", occasions: [ends], server_time: there });
    await open();
    await screen.findByText("Today is the last day.");
    await screen.findByText(/The clock on this phone seems wrong/);
  });
});

describe("a session that is revoked while answering", () => {
  it("keeps the answers through a lost session and sends them after a new code", async () => {
    await open();
    await answerAll();
    const refusing: Routes = { "POST /api/device-sessions": () => ({ status: 201, body: app.me }) };
    const all = app.server.routes;
    app.server.routes = new Proxy(refusing, {
      get: (routes, key: string) => routes[key] ?? (() => problem(401, "sign-in-needed")),
    });
    await tap("Confirm and send");
    await screen.findByText(/This phone needs a new code to send them/);
    await follow("Go home");
    await follow("Your code");
    await screen.findByText(/Your answers are safe on it/);
    app.server.routes = all;
    await user.type(screen.getByLabelText("Your code"), "ABCDEFGH");
    await tap("Begin");
    await heading("Hello");
    await waitFor(() => expect(sent("PUT /api/me/responses/").length).toBeGreaterThan(1));
    await screen.findByText(/Receipt 7KQ2-M4/);
    const ids = new Set(sent("PUT /api/me/responses/").map(({ path }) => path));
    expect(ids.size).toBe(1);
  });
});

describe("a form that has closed meanwhile", () => {
  it("is taken late: what was begun can still be sent", async () => {
    await open();
    await follow("Start");
    await heading("Did anything ache?");
    await user.click(screen.getByLabelText("A little"));
    await screen.findByText(/Saved on this phone/);
    const [occasion] = person([card({ title: "Short one", state: "missing" })]).occasions;
    const closed = { ...occasion, state: "closed", closes_on: "2026-01-01" };
    app.me = person([], { occasions: [closed as Me["occasions"][number]] });
    await restart();
    await screen.findByText(/The last day has passed/);
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText("7KQ2-M4");
  });
});

describe("a form that was done elsewhere", () => {
  it("is not asked again", async () => {
    app.me = person([card({ state: "received", received_at: "2026-06-01T09:00:00Z" })]);
    await open("/#/form/7");
    await screen.findByText(/You have already sent this one/);
  });
});

describe("a questionnaire whose version has changed", () => {
  it("is finished in the words it was begun in", async () => {
    await open();
    await begin();
    const other = "e".repeat(64);
    app.me = person([card({ title: "Short one", questionnaire_sha: other })]);
    app.server.routes[`GET /api/questionnaires/${other}`] = () => problem(404, "not-found");
    await restart();
    await follow("Go on");
    await heading("Did anything ache?");
    expect((screen.getByLabelText("A little") as HTMLInputElement).checked).toBe(true);
    await tap("Next");
    await heading("How many days in bed?");
    await user.type(screen.getByRole("textbox"), "3");
    await tap("Next");
    await tap("Confirm and send");
    await screen.findByText("7KQ2-M4");
    const [response] = sent("PUT /api/me/responses/");
    expect(response?.body).toMatchObject({ questionnaire_sha: SHA, answers: { ache: 1, days: 3 } });
  });
});

describe("a phone with no room left", () => {
  it("says so at once and saves with the study team instead", async () => {
    await open();
    await follow("Start");
    await heading("Did anything ache?");
    fillUp();
    await user.click(screen.getByLabelText("A little"));
    expect((await screen.findByRole("alert")).textContent).toContain("This phone cannot save.");
    await screen.findByText("Saved with the study team");
    expect(sent("PUT /api/me/forms/7/draft").at(-1)?.body).toMatchObject({ answers: { ache: 1 } });
  });

  it("sends straight from the page, and keeps trying while it is open", async () => {
    await open();
    fillUp();
    app.server.away = true;
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText(/Keep this page open/);
    app.server.away = false;
    await act(() => syncNow());
    await screen.findByText("7KQ2-M4");
    expect(sent("PUT /api/me/responses/")).toHaveLength(1);
  });

  it("keeps what was begun while the page is open", async () => {
    await open();
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("The disk is full.", "QuotaExceededError");
    });
    app.server.away = true;
    await follow("Start");
    await heading("Did anything ache?");
    await user.click(screen.getByLabelText("A little"));
    await screen.findByText(/This phone cannot save/);
    await act(async () => {
      location.hash = "#/";
    });
    await heading("Hello");
    await act(async () => {
      location.hash = "#/form/7";
    });
    await heading("Did anything ache?");
    expect((screen.getByLabelText("A little") as HTMLInputElement).checked).toBe(true);
    await screen.findByText("We have kept your answers. You can go on where you left off.");
  });

  it("asks before the page is left, until the team has the answers", async () => {
    await open();
    fillUp();
    app.server.away = true;
    expect(isAskedBeforeLeaving()).toBe(false);
    await follow("Start");
    await heading("Did anything ache?");
    await user.click(screen.getByLabelText("A little"));
    await screen.findByText(/This phone cannot save/);
    expect(isAskedBeforeLeaving()).toBe(true);
    await follow("Pause and go home");
    await screen.findByRole("link", { name: "Go on" });
    expect(isAskedBeforeLeaving()).toBe(true);
    app.server.away = false;
    await act(() => syncAfresh());
    expect(sent("PUT /api/me/forms/7/draft").at(-1)?.body).toMatchObject({ answers: { ache: 1 } });
    expect(isAskedBeforeLeaving()).toBe(false);
  });

  it("shows on the home screen what the page alone holds, and does not ask it again", async () => {
    await open();
    fillUp();
    app.server.away = true;
    await answerAll();
    await tap("Confirm and send");
    await follow("Go home");
    await heading("Hello");
    expect((await screen.findByRole("alert")).textContent).toContain("Keep this page open.");
    expect(screen.queryByRole("link", { name: /Start|Go on/ })).toBeNull();
    expect(isAskedBeforeLeaving()).toBe(true);
    await follow("Reminders and settings");
    await tap("Sign out and clear this phone");
    await screen.findByText(/1 questionnaire not sent yet would be lost/);
    app.server.away = false;
    await act(() => syncAfresh());
    expect(sent("PUT /api/me/responses/")).toHaveLength(1);
    expect(isAskedBeforeLeaving()).toBe(false);
  });
});

describe("a window that forgets everything when it is closed", () => {
  it("does not call safe what waits in it, and is not left without being asked", async () => {
    await open();
    act(() => setState({ forgetful: true }));
    await answerAll();
    app.server.away = true;
    await tap("Confirm and send");
    await screen.findByText(/Your answers are only in this window. Keep this page open./);
    expect(screen.queryByText(/You can close the app/)).toBeNull();
    expect(isAskedBeforeLeaving()).toBe(true);
    await follow("Go home");
    await screen.findByText("1 questionnaire not sent yet");
    expect(screen.queryByText(/safe on this phone/)).toBeNull();
    screen.getByText(/Your answers are only in this window/);
    app.server.away = false;
    await act(() => syncAfresh());
    expect(sent("PUT /api/me/responses/")).toHaveLength(1);
    expect(isAskedBeforeLeaving()).toBe(false);
  });
});

describe("a database that is gone", () => {
  it("from the start, as in some private windows: it says so, and the server alone will do", async () => {
    const none = refuseDatabase();
    await open();
    await screen.findByText(/This window keeps nothing once it is closed/);
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText("7KQ2-M4");
    expect(sent("PUT /api/me/responses/")).toHaveLength(1);
    none.mockRestore();
  });

  it("is not what a window says that keeps everything", async () => {
    await open();
    await heading("Hello");
    expect(screen.queryByText(/This window keeps nothing/)).toBeNull();
  });

  it("under an open form offline: what is on the screen is written again on leaving", async () => {
    await open();
    app.server.away = true;
    await begin();
    await withDb((db) => db.clear("drafts"));
    await act(async () => {
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await waitFor(async () => expect((await drafts("S1-0042"))[0]?.answers).toEqual({ ache: 1 }));
    await withDb((db) => db.clear("drafts"));
    await follow("Pause and go home");
    await waitFor(async () => expect((await drafts("S1-0042"))[0]?.answers).toEqual({ ache: 1 }));
    await restart();
    await follow("Go on");
    await heading("Did anything ache?");
    expect((screen.getByLabelText("A little") as HTMLInputElement).checked).toBe(true);
  });

  it("and its form sent: leaving writes nothing again", async () => {
    await open();
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText("7KQ2-M4");
    await act(async () => {
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await follow("Go home");
    await heading("Hello");
    expect(await drafts("S1-0042")).toEqual([]);
  });

  it("because she signed out in another window: this one shows and keeps nothing more", async () => {
    await open();
    await begin();
    await withDb((db) => db.clear("drafts"));
    await act(async () => {
      dispatchEvent(new StorageEvent("storage", { key: "known", newValue: null }));
    });
    await heading("Welcome");
    expect(getState().me).toBeNull();
    expect(await drafts("S1-0042")).toEqual([]);
  });
});
