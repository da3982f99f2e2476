/** Coming in, the home screen, signing out and settings, against a real server. */
import { act, screen } from "@testing-library/preact";
import { render } from "preact";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { card, person } from "../../build/sample.ts";
import {
  answerAll,
  app,
  follow,
  heading,
  open,
  sent,
  signedIn,
  tap,
  user,
} from "../../build/test-app.ts";
import { problem } from "../../build/test-server.ts";
import type { Me } from "../api/types.ts";
import { forgetState } from "./state.ts";

describe("coming in", () => {
  beforeEach(() => {
    app.server.routes["GET /api/me"] = () => problem(401, "sign-in-needed");
  });

  it("asks for a code and nothing else", async () => {
    await open();
    await heading("Welcome");
    expect(screen.getAllByRole("textbox")).toHaveLength(1);
  });

  it("fills in the code of a link, but sends it only at a tap", async () => {
    await open("/enrol#abcdefgh");
    await heading("Welcome");
    expect((screen.getByLabelText("Your code") as HTMLInputElement).value).toBe("ABCD-EFGH");
    expect(sent("POST")).toEqual([]);
    app.server.routes = signedIn();
    await tap("Begin");
    await heading("Hello");
    expect(sent("POST /api/device-sessions")[0]?.body).toMatchObject({ code: "ABCDEFGH" });
    expect(location.href).not.toMatch(/abcd/i);
  });

  it("says in one sentence that a code did not work", async () => {
    app.server.routes["POST /api/device-sessions"] = () => problem(422, "code-not-accepted");
    await open();
    await user.type(await screen.findByLabelText("Your code"), "ABCD EFGH");
    await tap("Begin");
    expect((await screen.findByRole("alert")).textContent).toMatch(/^This code did not work/);
  });

  it("does not bother the server with what cannot be a code", async () => {
    await open();
    await user.type(await screen.findByLabelText("Your code"), "ABC");
    await tap("Begin");
    expect((await screen.findByRole("alert")).textContent).toContain("8 letters and numbers");
    expect(sent("POST")).toEqual([]);
  });
});

describe("the home screen", () => {
  it("says in one sentence what there is to do", async () => {
    await open();
    await screen.findByText("You have 1 questionnaire to fill in. About 3 minutes.");
  });

  it("says when there is nothing, and when there will be", async () => {
    const [occasion] = person().occasions;
    const later = { ...occasion, state: "upcoming", opens_on: "2998-01-20", forms: [] };
    app.me = person([card({ state: "received", received_at: "2026-06-01T09:00:00Z" })]);
    app.me.occasions.push({ ...later, timepoint: "W24" } as Me["occasions"][number]);
    await open();
    await screen.findByText("There is nothing to do today. Next time: Saturday 20 January 2998.");
  });

  it("leaves an exempt person in peace", async () => {
    app.me = person([card()], { exempt: { since: "2026-01-01" } });
    await open();
    await screen.findByText("You take part without questionnaires. There is nothing to fill in.");
    expect(screen.queryByRole("link", { name: "Start" })).toBeNull();
    await follow("Reminders and settings");
    await heading("Reminders and settings");
    expect(screen.queryByText("When should we remind you?")).toBeNull();
  });

  it("asks the team to call", async () => {
    await open();
    await tap("Ask the team to call me");
    await screen.findByText(/You asked for a call on Thursday 18 June/);
    expect(sent("POST /api/me/call-request")).toHaveLength(1);
  });

  it("takes a reason for one that was missed, once", async () => {
    app.me = person([card({ state: "missing", why: "This closed on 5 June." })]);
    app.me.occasions = app.me.occasions.map((one) => ({ ...one, state: "closed" }));
    app.server.routes["POST /api/me/missing-reasons"] = ({ body }) => ({ status: 201, body });
    await open();
    await user.click(await screen.findByText("Tell us why"));
    await tap("I was too ill");
    await screen.findByText("Thank you for telling us.");
    expect(sent("POST /api/me/missing-reasons")[0]?.body).toEqual({
      expected_form_id: 7,
      reason: "too_ill",
    });
  });

  it("shows a wrong clock", async () => {
    app.me = person([card()], { server_time: "2020-01-01T00:00:00Z" });
    await open();
    await screen.findByText(/The clock on this phone seems wrong/);
  });

  it("asks for an update when the server needs one", async () => {
    app.me = person([card()], { min_app_build: "99.0.0" });
    await open();
    await screen.findByText("This app is out of date. Update it to go on.");
  });
});

describe("signing out", () => {
  it("clears the phone and ends the session", async () => {
    await open();
    await follow("Reminders and settings");
    await tap("Sign out and clear this phone");
    await tap("Yes, clear this phone");
    await heading("Welcome");
    expect(sent("DELETE /api/me/session")).toHaveLength(1);
  });

  it("lets a round that is under way put nothing back", async () => {
    await open();
    await follow("Reminders and settings");
    const { fetch: ask } = globalThis;
    const late = new Promise((done) => setTimeout(done, 300));
    vi.stubGlobal("fetch", async (path: string, how: RequestInit) => {
      const response = await ask(path, how);
      if (path === "/api/me") await late;
      return response;
    });
    app.server.routes["DELETE /api/me/session"] = () => {
      app.server.routes["GET /api/me"] = () => problem(401, "sign-in-needed");
      return { status: 204 };
    };
    dispatchEvent(new Event("online"));
    await tap("Sign out and clear this phone");
    await tap("Yes, clear this phone");
    await heading("Welcome");
    await act(() => late.then(() => new Promise((done) => setTimeout(done, 100))));
    await heading("Welcome");
    expect(await indexedDB.databases()).toEqual([]);
    expect(localStorage.getItem("known")).toBeNull();
  });

  it("warns when answers would be lost", async () => {
    await open();
    app.server.away = true;
    await answerAll();
    await tap("Confirm and send");
    await follow("Go home");
    await follow("Reminders and settings");
    await tap("Sign out and clear this phone");
    await screen.findByText(/1 questionnaire not sent yet would be lost/);
    await tap("Cancel");
    expect(screen.queryByText(/would be lost/)).toBeNull();
  });

  it("without a network is made good before anything else is asked", async () => {
    await open();
    app.server.away = true;
    await follow("Reminders and settings");
    await tap("Sign out and clear this phone");
    await tap("Yes, clear this phone");
    await heading("Welcome");
    act(() => render(null, app.root));
    forgetState();
    app.server.away = false;
    app.server.asked = [];
    app.server.routes["GET /api/me"] = () => problem(401, "sign-in-needed");
    await open();
    expect(app.server.asked[0]).toMatchObject({ method: "DELETE", path: "/api/me/session" });
  });
});

describe("settings", () => {
  it("change the hour and pause", async () => {
    await open();
    await follow("Reminders and settings");
    await user.selectOptions(await screen.findByLabelText("When should we remind you?"), "18:00");
    await screen.findByText("Saved.");
    await tap("For a week");
    await screen.findByText(/Paused until/);
    expect(sent("PUT /api/me/preferences").map(({ body }) => Object.keys(body as object))).toEqual([
      ["hour"],
      ["paused_until"],
    ]);
  });

  it("enlarge the text and remember it", async () => {
    await open();
    await follow("Reminders and settings");
    await user.click(await screen.findByLabelText("Very large"));
    expect(document.documentElement.dataset.text).toBe("2");
    expect(localStorage.getItem("text-size")).toBe("2");
  });
});
