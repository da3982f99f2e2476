/** Phones, clocks and servers in trouble: each has a sentence and a way on, and nothing is lost. */
import { act, screen, waitFor } from "@testing-library/preact";
import { render } from "preact";
import { describe, expect, it, vi } from "vitest";
import { card, person, SHA } from "../../build/sample.ts";
import {
  answerAll,
  app,
  follow,
  heading,
  open,
  receipt,
  sent,
  short,
  tap,
  user,
} from "../../build/test-app.ts";
import { problem } from "../../build/test-server.ts";
import type { Draft, Me } from "../api/types.ts";
import { withDb } from "../device/db.ts";
import { drafts } from "../device/drafts.ts";
import { forgetState } from "./state.ts";
import { syncNow } from "./sync.ts";

/** The app is ended and started again at an address. */
async function restart(address = "/#/"): Promise<void> {
  act(() => render(null, app.root));
  forgetState();
  await open(address);
}

/** Answers the first question, which is then on this phone. */
async function begin(): Promise<void> {
  await follow(/Start|Go on/);
  await heading("Did anything ache?");
  await user.click(screen.getByLabelText("A little"));
  await screen.findByText(/Saved on this phone/);
}

const DAY = 24 * 60 * 60 * 1000;

describe("answers given on two phones", () => {
  const theirs: Draft = {
    answers: { days: 3 },
    skipped: [],
    at_item: "days",
    saved_at: "2026-06-18T10:00:00Z",
  };

  it("are joined while one of them is being answered, whatever the clocks say", async () => {
    app.server.routes["PUT /api/me/forms/7/draft"] = ({ body }) => {
      const { saved_at, base } = body as Draft & { base: string | null };
      const known = base === theirs.saved_at;
      return { body: { saved_at, draft: known ? null : theirs } };
    };
    await open();
    await begin();
    await screen.findByText("Saved on this phone and with the study team");
    expect(sent("PUT /api/me/forms/7/draft").at(-1)?.body).toMatchObject({
      answers: { ache: 1, days: 3 },
      base: theirs.saved_at,
    });
    await tap("Next");
    await heading("How many days in bed?");
    expect((screen.getByRole("textbox") as HTMLInputElement).value).toBe("3");
  });

  it("are joined at the next start of a phone that had no network", async () => {
    app.server.routes["PUT /api/me/forms/7/draft"] = () => problem(503, "store-unavailable");
    await open();
    await begin();
    app.me = person([card({ title: "Short one", draft_saved_at: theirs.saved_at })]);
    app.server.routes["GET /api/me/forms/7"] = () => ({ body: { draft: theirs } });
    await restart();
    await follow("Go on");
    await heading("Check your answers");
    const rows = screen.getAllByRole("listitem").map((row) => row.textContent);
    expect(rows[0]).toContain("A little");
    expect(rows[1]).toContain("3 days");
    const [kept] = await drafts("S1-0042");
    expect(kept?.answers).toEqual({ ache: 1, days: 3 });
  });

  it("are let go once the team has received the form from either", async () => {
    await open();
    await begin();
    app.me = person([card({ state: "received", received_at: "2026-06-18T10:00:00Z" })]);
    await restart();
    await screen.findByText(/There is nothing to do today/);
    expect(await drafts("S1-0042")).toEqual([]);
  });

  it("count twice and say so when both were sent", async () => {
    app.server.routes["PUT /api/me/responses/*"] = (asked) => {
      const { body, status } = receipt(asked);
      return { status, body: { ...body, disposition: "duplicate" } };
    };
    await open();
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText("You had sent this one before. The team will see both.");
  });
});

describe("a questionnaire that was published anew", () => {
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

describe("a phone", () => {
  it("whose key is gone says that what was begun cannot be read", async () => {
    await open();
    await begin();
    await withDb((db) => db.clear("keys"));
    app.server.routes["PUT /api/me/forms/7/draft"] = () => problem(503, "store-unavailable");
    await restart("/#/form/7");
    await screen.findByText(/What you had begun cannot be read on this phone any more/);
    expect((screen.getByLabelText("A little") as HTMLInputElement).checked).toBe(false);
  });

  it("without any database works with the server alone", async () => {
    const none = vi.spyOn(IDBFactory.prototype, "open").mockImplementation(() => {
      throw new DOMException("There is no database here.", "SecurityError");
    });
    await open();
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText("7KQ2-M4");
    expect(sent("PUT /api/me/responses/")).toHaveLength(1);
    none.mockRestore();
  });

  it("that cannot store keeps what was begun while the page is open", async () => {
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

  it.each([5, -5])("whose clock is %i days off goes by the server's date", async (days) => {
    const there = new Date(Date.now() - days * DAY).toISOString();
    const [first] = app.me.occasions as [Me["occasions"][number]];
    const ends = { ...first, closes_on: there.slice(0, 10) };
    app.me = person([], { zone: "UTC", occasions: [ends], server_time: there });
    await open();
    await screen.findByText("Today is the last day.");
    await screen.findByText(/The clock on this phone seems wrong/);
  });
});

describe("a server in trouble", () => {
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

describe("a form opened cold by a reminder", () => {
  it("is on the screen after two requests, and the person is asked for nothing", async () => {
    app.server.routes["GET /api/me/forms/7"] = () => ({
      body: { form: card(), questionnaire_sha: SHA, questionnaire: short, draft: null },
    });
    await open("/form/7");
    await heading("Did anything ache?");
    expect(app.server.asked.map(({ path }) => path).sort()).toEqual(["/api/me", "/api/me/forms/7"]);
  });

  it("belongs to nobody where the session has ended", async () => {
    app.server.routes["GET /api/me"] = () => problem(401, "sign-in-needed");
    app.server.routes["GET /api/me/forms/7"] = () => problem(401, "sign-in-needed");
    await open("/form/7");
    await heading("Welcome");
    await waitFor(() => expect(screen.getByLabelText("Your code")).toBeTruthy());
  });
});
