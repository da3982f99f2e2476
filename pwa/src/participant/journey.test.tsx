/** Whole journeys through the app, against a real server on this machine. */
import { act, screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { render as unmountable } from "preact";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { card, person, SHA, sample } from "../../build/sample.ts";
import {
  type Asked,
  problem,
  type Routes,
  startServer,
  type TestServer,
} from "../../build/test-server.ts";
import type { FormCard, Me } from "../api/types.ts";
import type { Questionnaire } from "../core/questionnaire.ts";
import { wipe } from "../device/db.ts";
import { start } from "./main.tsx";
import { forgetState } from "./state.ts";
import { syncNow } from "./sync.ts";

const short: Questionnaire = {
  ...sample,
  title: "Short one",
  items: [
    {
      id: "ache",
      type: "choice",
      text: "Did anything ache?",
      answer_options: [
        { code: 0, text: "Not at all" },
        { code: 1, text: "A little" },
      ],
    },
    { id: "days", type: "integer", text: "How many days in bed?", min: 0, max: 7, unit: "days" },
  ],
};

let server: TestServer;
let root: HTMLElement;
let me: Me;
const user = userEvent.setup();

const receipt = ({ path }: Asked) => ({
  status: 201,
  body: {
    id: path.split("/").at(-1),
    code: "7KQ2-M4",
    received_at: new Date().toISOString(),
    disposition: "in_window",
  },
});

const signedIn = (): Routes => ({
  "GET /api/me": () => ({ body: me }),
  "POST /api/device-sessions": () => ({ status: 201, body: me }),
  [`GET /api/questionnaires/${SHA}`]: () => ({ body: { sha256: SHA, questionnaire: short } }),
  "PUT /api/me/forms/7/draft": ({ body }) => ({
    body: { saved_at: (body as FormCard).draft_saved_at },
  }),
  "PUT /api/me/responses/*": receipt,
  "POST /api/me/call-request": () => ({
    status: 201,
    body: { call_requested_at: "2026-06-18T09:00:00Z" },
  }),
  "PUT /api/me/preferences": ({ body }) => ({ body: { ...me.reminders, ...(body as object) } }),
  "DELETE /api/me/session": () => ({ status: 204 }),
});

beforeEach(async () => {
  me = person([card({ title: "Short one" })]);
  server = await startServer(signedIn());
  root = document.createElement("div");
  document.body.append(root);
});

afterEach(async () => {
  act(() => unmountable(null, root));
  root.remove();
  history.replaceState(null, "", "/");
  forgetState();
  await syncNow();
  forgetState();
  await wipe();
  await server.close();
});

const open = (address = "/"): Promise<void> => {
  history.replaceState(null, "", address);
  return act(() => start(root));
};

const sent = (what: string): Asked[] =>
  server.asked.filter(({ method, path }) => `${method} ${path}`.startsWith(what));

const tap = (name: string | RegExp): Promise<void> =>
  screen.findByRole("button", { name }).then((button) => user.click(button));
const follow = async (name: string | RegExp): Promise<void> => {
  const link = await screen.findByRole("link", { name });
  await act(async () => {
    location.hash = (link as HTMLAnchorElement).getAttribute("href") ?? "";
  });
};
const heading = (name: string | RegExp): Promise<HTMLElement> =>
  screen.findByRole("heading", { level: 1, name });

/** Answers both questions and arrives at the review. */
async function answerAll(): Promise<void> {
  await follow(/Start|Go on/);
  await heading("Did anything ache?");
  await user.click(screen.getByLabelText("A little"));
  await tap("Next");
  await heading("How many days in bed?");
  await user.type(screen.getByRole("textbox"), "3");
  await tap("Next");
  await heading("Check your answers");
}

describe("coming in", () => {
  beforeEach(() => {
    server.routes["GET /api/me"] = () => problem(401, "sign-in-needed");
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
    server.routes = signedIn();
    await tap("Begin");
    await heading("Hello");
    expect(sent("POST /api/device-sessions")[0]?.body).toMatchObject({ code: "ABCDEFGH" });
    expect(location.href).not.toMatch(/abcd/i);
  });

  it("says in one sentence that a code did not work", async () => {
    server.routes["POST /api/device-sessions"] = () => problem(422, "code-not-accepted");
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
    me = person([card({ state: "received", received_at: "2026-06-01T09:00:00Z" })]);
    me.occasions.push({ ...later, timepoint: "W24" } as Me["occasions"][number]);
    await open();
    await screen.findByText("There is nothing to do today. Next time: Saturday 20 January 2998.");
  });

  it("leaves an exempt person in peace", async () => {
    me = person([card()], { exempt: { since: "2026-01-01" } });
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
    me = person([card({ state: "missing", why: "This closed on 5 June." })]);
    me.occasions = me.occasions.map((one) => ({ ...one, state: "closed" }));
    server.routes["POST /api/me/missing-reasons"] = ({ body }) => ({ status: 201, body });
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
    me = person([card()], { server_time: "2020-01-01T00:00:00Z" });
    await open();
    await screen.findByText(/The clock on this phone seems wrong/);
  });

  it("asks for an update when the server needs one", async () => {
    me = person([card()], { min_app_build: "99.0.0" });
    await open();
    await screen.findByText("This app is out of date. Update it to go on.");
  });
});

describe("answering", () => {
  it("goes from the first question to a receipt", async () => {
    await open();
    await answerAll();
    const rows = screen.getAllByRole("listitem").map((row) => row.textContent);
    expect(rows[0]).toContain("A little");
    expect(rows[1]).toContain("3 days");
    await tap("Confirm and send");
    await heading("Thank you");
    await screen.findByText("7KQ2-M4");
    const [response] = sent("PUT /api/me/responses/");
    expect(response?.body).toMatchObject({
      expected_form_id: 7,
      questionnaire_sha: SHA,
      answers: { ache: 1, days: 3 },
      skipped: [],
      attested: true,
      offer_token: "offer-7",
    });
    await follow("Go home");
    await screen.findByText(/There is nothing to do today/);
    await screen.findByText(/Receipt 7KQ2-M4/);
  });

  it("has nothing chosen, goes on by itself never, and asks for what is missing", async () => {
    await open();
    await follow("Start");
    await heading("Did anything ache?");
    await tap("Next");
    const summary = await screen.findByRole("alert");
    await waitFor(() => expect(document.activeElement).toBe(summary));
    expect(document.title).toMatch(/^Error: Question 1 of 2/);
    within(summary).getByRole("link", { name: /Choose an answer/ });
    await user.click(screen.getByLabelText("Not at all"));
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Did anything ache?");
  });

  it("takes “I prefer not to answer” for what it is", async () => {
    await open();
    await follow("Start");
    await heading("Did anything ache?");
    await user.click(screen.getByLabelText("A little"));
    await user.click(screen.getByLabelText("I prefer not to answer"));
    expect((screen.getByLabelText("A little") as HTMLInputElement).checked).toBe(false);
    await tap("Next");
    await heading("How many days in bed?");
    await user.click(screen.getByLabelText("I prefer not to answer"));
    await tap("Next");
    await heading("Check your answers");
    await tap("Confirm and send");
    await heading("Thank you");
    const [response] = sent("PUT /api/me/responses/");
    expect(response?.body).toMatchObject({ answers: {}, skipped: ["ache", "days"] });
  });

  it("says what range a number must lie in", async () => {
    await open();
    await follow("Start");
    await heading("Did anything ache?");
    await user.click(screen.getByLabelText("Not at all"));
    await tap("Next");
    await heading("How many days in bed?");
    for (const wrong of ["8", "lots"]) {
      await user.clear(screen.getByRole("textbox"));
      await user.type(screen.getByRole("textbox"), wrong);
      await tap("Next");
      expect((await screen.findByRole("alert")).textContent).toContain(
        "Give a number from 0 to 7.",
      );
    }
    expect(screen.getByRole("textbox").getAttribute("aria-invalid")).toBe("true");
  });

  it("comes back to the review after a change", async () => {
    await open();
    await answerAll();
    await follow(/Change ?: How many days/);
    await heading("How many days in bed?");
    expect((screen.getByRole("textbox") as HTMLInputElement).value).toBe("3");
    await user.clear(screen.getByRole("textbox"));
    await user.type(screen.getByRole("textbox"), "5");
    await tap("Next");
    await heading("Check your answers");
    screen.getByText("5 days");
  });

  it("writes each answer to the phone and goes on where the person left", async () => {
    await open();
    await follow("Start");
    await heading("Did anything ache?");
    await user.click(screen.getByLabelText("A little"));
    await screen.findByText(/Saved on this phone/);
    await tap("Next");
    await heading("How many days in bed?");
    act(() => unmountable(null, root));
    forgetState();
    await open();
    await screen.findByText("You have a questionnaire to finish.");
    await follow("Go on");
    await heading(/How many days|Did anything/);
    screen.getByText(/We have kept your answers/);
  });

  it("copies the draft to the server", async () => {
    await open();
    await follow("Start");
    await heading("Did anything ache?");
    await user.click(screen.getByLabelText("A little"));
    await screen.findByText("Saved on this phone and with the study team", {}, { timeout: 4000 });
    expect(sent("PUT /api/me/forms/7/draft").at(-1)?.body).toMatchObject({ answers: { ache: 1 } });
  });

  it("goes on with a draft from another phone", async () => {
    me = person([card({ draft_saved_at: "2026-06-18T08:00:00Z" })]);
    server.routes["GET /api/me/forms/7"] = () => ({
      body: {
        form: me.occasions[0]?.forms[0],
        questionnaire_sha: SHA,
        draft: {
          answers: { ache: 1 },
          skipped: [],
          at_item: "days",
          saved_at: "2026-06-18T08:00:00Z",
        },
      },
    });
    await open();
    await follow("Go on");
    await heading("How many days in bed?");
    await tap("Next");
    await user.type(screen.getByRole("textbox"), "0");
    await tap("Next");
    await heading("Check your answers");
    screen.getByText("A little");
  });

  it("leads from one form of a pack to the next", async () => {
    me = person([card({ title: "First" }), card({ id: 8, title: "Second" })]);
    await open();
    await answerAll();
    await tap("Confirm and send");
    await follow("Next: Second");
    await heading("Did anything ache?");
    expect(location.hash).toMatch(/^#\/form\/8/);
  });
});

describe("without a network", () => {
  it("answers, keeps, and sends exactly once when the network is back", async () => {
    await open();
    server.away = true;
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText("Your answers are safe on this phone.");
    await follow("Go home");
    await screen.findByText("1 questionnaire not sent yet");
    expect(sent("PUT /api/me/responses/")).toEqual([]);
    server.away = false;
    await act(async () => {
      dispatchEvent(new Event("online"));
      dispatchEvent(new Event("pageshow"));
      await syncNow();
    });
    await waitFor(() => expect(screen.queryByText("1 questionnaire not sent yet")).toBeNull());
    expect(sent("PUT /api/me/responses/")).toHaveLength(1);
    await screen.findByText(/Receipt 7KQ2-M4/);
  });

  it("opens again from what the phone knows", async () => {
    await open();
    act(() => unmountable(null, root));
    forgetState();
    server.away = true;
    await open();
    await screen.findByText(/You have 1 questionnaire to fill in/);
    await screen.findByText(/No connection just now/);
    await follow("Start");
    await heading("Did anything ache?");
  });

  it("says so when a questionnaire is not on the phone yet", async () => {
    server.routes[`GET /api/questionnaires/${SHA}`] = () => ({ status: 503, type: "text/html" });
    await open();
    await follow("Start");
    await screen.findByText(/This questionnaire is not on this phone yet/);
  });
});

describe("when the server says no", () => {
  it("keeps the answers through a lost session and sends them after a new code", async () => {
    await open();
    await answerAll();
    const refusing: Routes = { "POST /api/device-sessions": () => ({ status: 201, body: me }) };
    const all = server.routes;
    server.routes = new Proxy(refusing, {
      get: (routes, key: string) => routes[key] ?? (() => problem(401, "sign-in-needed")),
    });
    await tap("Confirm and send");
    await screen.findByText(/This phone needs a new code to send them/);
    await follow("Go home");
    await follow("Your code");
    await screen.findByText(/Your answers are safe on it/);
    server.routes = all;
    await user.type(screen.getByLabelText("Your code"), "ABCDEFGH");
    await tap("Begin");
    await heading("Hello");
    await waitFor(() => expect(sent("PUT /api/me/responses/").length).toBeGreaterThan(1));
    await screen.findByText(/Receipt 7KQ2-M4/);
    const ids = new Set(sent("PUT /api/me/responses/").map(({ path }) => path));
    expect(ids.size).toBe(1);
  });

  it("holds back what cannot be taken, and says whom to call", async () => {
    server.routes["PUT /api/me/responses/*"] = () => problem(409, "response-id-reused");
    await open();
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText(/could not be taken/);
    await follow("Go home");
    await screen.findByText("Please call your study team");
    screen.getByText(/These answers differ from those sent before/);
  });

  it("tries again after a server fault", async () => {
    server.routes["PUT /api/me/responses/*"] = () => problem(500, "internal");
    await open();
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText("Your answers are safe on this phone.");
    server.routes["PUT /api/me/responses/*"] = receipt;
    await act(() => syncNow());
    await screen.findByText("7KQ2-M4");
  });

  it("does not ask again for a form that was done elsewhere", async () => {
    me = person([card({ state: "received", received_at: "2026-06-01T09:00:00Z" })]);
    await open("/#/form/7");
    await screen.findByText(/You have already sent this one/);
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

  it("warns when answers would be lost", async () => {
    await open();
    server.away = true;
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
    server.away = true;
    await follow("Reminders and settings");
    await tap("Sign out and clear this phone");
    await tap("Yes, clear this phone");
    await heading("Welcome");
    act(() => unmountable(null, root));
    forgetState();
    server.away = false;
    server.asked = [];
    server.routes["GET /api/me"] = () => problem(401, "sign-in-needed");
    await open();
    expect(server.asked[0]).toMatchObject({ method: "DELETE", path: "/api/me/session" });
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
