/** Phones, clocks and servers in trouble: each has a sentence and a way on, and nothing is lost. */
import { screen, waitFor } from "@testing-library/preact";
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
  short,
  tap,
  user,
} from "../../build/test-app.ts";
import { problem } from "../../build/test-server.ts";
import type { Draft } from "../api/types.ts";
import { withDb } from "../device/db.ts";
import { drafts, loadDraft } from "../device/drafts.ts";
import { start } from "./main.tsx";
import { rememberKnown } from "./prefs.ts";

const SAVED = "2026-06-18T10:00:00Z";

describe("answers given on two phones", () => {
  const theirs: Draft = {
    answers: { days: 3 },
    skipped: [],
    at_item: "days",
    saved_at: SAVED,
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
});

describe("a form opened cold by a reminder", () => {
  const offered = (draft: unknown = null) => ({
    body: { form: card(), questionnaire_sha: SHA, questionnaire: short, draft },
  });

  it("does not wait for the phone's database", async () => {
    app.server.routes["GET /api/me/forms/7"] = () => offered();
    const really = indexedDB.open.bind(indexedDB);
    const asked: (() => void)[] = [];
    vi.spyOn(indexedDB, "open").mockImplementation((...name) => {
      const late = {} as IDBOpenDBRequest & { result: IDBDatabase };
      asked.push(() => {
        const request = really(...name);
        const tell = (what: "onupgradeneeded" | "onsuccess") => (): void => {
          Object.assign(late, { result: request.result })[what]?.call(request, {} as never);
        };
        request.onupgradeneeded = tell("onupgradeneeded");
        request.onsuccess = tell("onsuccess");
      });
      return late;
    });
    history.replaceState(null, "", "/form/7");
    const round = start(app.root);
    await heading("Did anything ache?");
    await user.click(screen.getByLabelText("A little"));
    // What is not written yet is not called saved.
    await screen.findByText("Saving");
    for (const open of asked) open();
    await screen.findByText(/Saved on this phone/);
    expect(await loadDraft(7, app.me.participant_code)).toMatchObject({ answers: { ache: 1 } });
    await round;
  });

  it("takes in what lies on the phone all the same, before anything is written", async () => {
    app.server.routes["PUT /api/me/forms/7/draft"] = () => problem(503, "store-unavailable");
    app.server.routes["GET /api/me/forms/7"] = () => offered();
    await open();
    await begin();
    // A full phone could not note that somebody is known here.
    rememberKnown(false);
    await restart("/form/7");
    await heading("Did anything ache?");
    const little = screen.getByLabelText("A little") as HTMLInputElement;
    await waitFor(() => expect(little.checked).toBe(true));
    await tap("Next");
    await heading("How many days in bed?");
    await user.type(screen.getByRole("textbox"), "3");
    await screen.findByText(/Saved on this phone/);
    const draft = await loadDraft(7, app.me.participant_code);
    expect(draft).toMatchObject({ answers: { ache: 1, days: 3 } });
  });

  it("goes on with what another phone brought to the team", async () => {
    const draft = { answers: { ache: 2 }, skipped: [], at_item: "days", saved_at: SAVED };
    app.server.routes["GET /api/me/forms/7"] = () => offered(draft);
    await open("/form/7");
    await heading("How many days in bed?");
    await screen.findByText("Saved with the study team");
    await user.type(screen.getByRole("textbox"), "3");
    await screen.findByText(/Saved on this phone/);
    const stored = await loadDraft(7, app.me.participant_code);
    expect(stored).toMatchObject({ answers: { ache: 2, days: 3 }, base: { saved_at: SAVED } });
  });

  it("that another window has open is left to that one", async () => {
    app.server.routes["GET /api/me/forms/7"] = () => offered();
    let release = (): void => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    void navigator.locks.request("sayso-form-7", () => held);
    await open("/form/7");
    await heading("Open in another window");
    release();
    await tap("Go on in this window");
    await heading("Did anything ache?");
  });

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
