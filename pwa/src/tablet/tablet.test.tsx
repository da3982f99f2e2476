/** The clinic's tablet on a page of a test, with a real server on this machine behind it. */
import { act, configure, screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { card, SHA } from "../../build/sample.ts";
import { short } from "../../build/test-app.ts";
import {
  type Answer,
  type Asked,
  problem,
  startServer,
  type TestServer,
} from "../../build/test-server.ts";
import type { Draft } from "../api/types.ts";
import type { TabletView } from "./api.ts";
import { start } from "./main.tsx";

// Many tests share this machine; what is waited for comes, but not always within a second.
configure({ asyncUtilTimeout: 8000 });
const user = userEvent.setup();
const MINUTE = 60_000;
let server: TestServer;
let stop: () => void;
let root: HTMLElement;
let person: string;
let open: number[];
let draft: Draft | null;
const fresh = vi.fn();

/** The server's session lasts five minutes from each touch, by the same clock. */
const stillHere = () => ({
  ends_at: new Date(Date.now() + 5 * MINUTE).toISOString(),
  server_time: new Date().toISOString(),
});
const dates = { timepoint: "W12", label: "Week 12", closes_on: "2999-12-31", closes_at: "" };
const title = (id: number): string => `Questionnaire ${id}`;
const form = (id: number) => ({ ...card({ id, title: title(id) }), ...dates });

const view = (): TabletView => ({
  ...stillHere(),
  participant_code: person,
  label: "the study team",
  zone: "Europe/London",
  idle_seconds: 300,
  forms: open.map(form),
});

const opened = ({ path }: Asked): Answer => ({
  body: {
    form: form(Number(path.split("/").at(-1))),
    questionnaire_sha: SHA,
    questionnaire: short,
    draft,
  },
});

const received = ({ path, body }: Asked): Answer => {
  open = open.filter((id) => id !== (body as { expected_form_id: number }).expected_form_id);
  const code = `7KQ${open.length}-M4`;
  const id = path.split("/").at(-1);
  return { status: 201, body: { id, code, received_at: "2026-06-18T09:00:00Z" } };
};

beforeEach(async () => {
  [person, open, draft] = ["S1-0042", [7], null];
  fresh.mockReset();
  server = await startServer({
    "GET /api/tablet": () => problem(401, "sign-in-needed"),
    "POST /api/tablet/session": () => ({ status: 201, body: view() }),
    "PUT /api/tablet/session": () => ({ body: stillHere() }),
    "DELETE /api/tablet/session*": () => ({ status: 204 }),
    "PUT /api/me/responses/*": received,
    "GET /api/me/forms/*": opened,
    "PUT /api/me/forms/*": ({ body }) => ({
      body: { saved_at: (body as Draft).saved_at, draft: null },
    }),
  });
  root = document.createElement("div");
  document.body.append(root);
});

afterEach(async () => {
  await act(() => stop());
  root.remove();
  vi.useRealTimers();
  history.replaceState(null, "", "/");
  await server.close();
});

async function visit(code = ""): Promise<void> {
  history.replaceState(null, "", code ? `/tablet#${code}` : "/tablet");
  await act(async () => {
    stop = await start(root, fresh);
  });
}

const tap = async (name: string | RegExp): Promise<void> => {
  const button = await screen.findByRole("button", { name });
  await user.click(button);
};
const heading = (name: string | RegExp): Promise<HTMLElement> =>
  screen.findByRole("heading", { name });
const sent = (what: string): Asked[] =>
  server.asked.filter(({ method, path }) => `${method} ${path}`.startsWith(what));
const saved = (): Draft | undefined => sent("PUT /api/me/forms").at(-1)?.body as Draft | undefined;

async function begin(): Promise<void> {
  await visit("ABCD-EFGH");
  await tap("Begin");
  await heading("Hello");
}

async function answer(first = /^Start|^Next:/): Promise<void> {
  await tap(first);
  await heading("Did anything ache?");
  await user.click(screen.getByLabelText("A little"));
  await tap("Next");
  await heading("How many days in bed?");
  await user.type(screen.getByRole("textbox"), "3");
  await tap("Next");
  await heading("Check your answers");
}

/** Lets so much time pass at once, as while a screen is off, and then looks. */
async function sleep(ms: number): Promise<void> {
  const at = Date.now() + ms;
  vi.useFakeTimers({ toFake: ["Date"], now: at });
  await act(async () => {
    document.dispatchEvent(new Event("visibilitychange"));
  });
}

describe("coming in", { timeout: 20_000 }, () => {
  it("asks for a code and says nothing of anybody", async () => {
    await visit();
    await heading("Welcome");
    expect(root.textContent).not.toContain("S1-");
    expect(screen.getAllByRole("textbox")).toHaveLength(1);
  });

  it("fills in the code of the picture, takes it out of the address, and waits for a tap", async () => {
    await visit("abcdefgh");
    expect((screen.getByLabelText("Your code") as HTMLInputElement).value).toBe("ABCD-EFGH");
    expect(location.href).not.toMatch(/abcd/i);
    expect(server.asked).toEqual([]);
    await tap("Begin");
    await heading("Hello");
    expect(sent("POST")[0]?.body).toEqual({ code: "ABCDEFGH" });
    expect(sent("POST")[0]?.headers["x-sayso-client"]).toMatch(/^tablet\//);
    expect(root.textContent).not.toContain("S1-0042");
  });

  it("takes the next picture into the page that is open, but not from under somebody's hands", async () => {
    await visit();
    await heading("Welcome");
    const scan = (code: string): Promise<void> =>
      act(async () => {
        location.hash = code;
        dispatchEvent(new HashChangeEvent("hashchange"));
      });
    await scan("JKMN-PQRS");
    await waitFor(() =>
      expect((screen.getByLabelText("Your code") as HTMLInputElement).value).toBe("JKMN-PQRS"),
    );
    await tap("Begin");
    await heading("Hello");
    await scan("ABCD-EFGH");
    await heading("Hello");
    expect(location.hash).toBe("");
  });

  it("goes on after the page was loaded again by mistake", async () => {
    server.routes["GET /api/tablet"] = () => ({ body: view() });
    await visit();
    await screen.findByText("There is 1 questionnaire for you. About 3 minutes.");
  });

  it("says that a code did not work, and how long to wait after several", async () => {
    server.routes["POST /api/tablet/session"] = () => problem(422, "code-not-accepted");
    await visit();
    await user.type(screen.getByLabelText("Your code"), "ABC");
    await tap("Begin");
    await screen.findByText("A code has 8 letters and numbers. Please check it.");
    await user.type(screen.getByLabelText("Your code"), "DEFGH");
    await tap("Begin");
    await screen.findByText(/^This code did not work/);
    server.routes["POST /api/tablet/session"] = () => ({
      ...problem(429, "slow-down"),
      headers: { "Retry-After": "8" },
    });
    await tap("Begin");
    await screen.findByText("Please wait 8 seconds, then try again.");
    expect((screen.getByRole("button", { name: "Begin" }) as HTMLButtonElement).disabled).toBe(
      true,
    );
    await sleep(9000);
    await waitFor(() =>
      expect((screen.getByRole("button", { name: "Begin" }) as HTMLButtonElement).disabled).toBe(
        false,
      ),
    );
  });
});

describe("answering", { timeout: 20_000 }, () => {
  it("goes from one questionnaire to the next, and ends with the receipts", async () => {
    open = [7, 8];
    await begin();
    await answer();
    await tap("Confirm and send");
    await screen.findByRole("link", { name: "Please say if somebody helped you." });
    await user.click(screen.getByLabelText("Yes, somebody read it to me"));
    await tap("Confirm and send");
    await screen.findByText("Thank you. 1 questionnaire to go.");
    expect(screen.getByText(title(7)).closest("li")?.textContent).toContain("Sent");
    await answer();
    await tap("Confirm and send");
    await heading("Thank you");
    await screen.findByText("Please give the tablet back.");
    expect(screen.getAllByRole("listitem").map((one) => one.textContent)).toEqual([
      "7KQ1-M4",
      "7KQ0-M4",
    ]);
    const bodies = sent("PUT /api/me/responses").map(({ body }) => body);
    expect(bodies).toMatchObject([
      { expected_form_id: 7, mode: "clinic_tablet", assistance: "read_aloud", attested: true },
      { expected_form_id: 8, answers: { ache: 1, days: 3 }, assistance: "read_aloud" },
    ]);
    await tap("Done");
    expect(fresh).toHaveBeenCalledOnce();
  });

  it("writes nothing to the tablet and leaves no steps for the back button", async () => {
    const before = history.length;
    await begin();
    await answer();
    await user.click(screen.getByLabelText("No"));
    await tap("Confirm and send");
    await heading("Thank you");
    expect([history.length, location.hash]).toEqual([before, ""]);
    expect([localStorage.length, sessionStorage.length, document.cookie]).toEqual([0, 0, ""]);
    expect(await indexedDB.databases()).toEqual([]);
  });

  it("leads back, to the list and to a change by the links of the screens", async () => {
    await begin();
    await answer();
    await user.click(screen.getByRole("link", { name: /Did anything ache/ }));
    await heading("Did anything ache?");
    await user.click(screen.getByLabelText("Not at all"));
    await tap("Next");
    await heading("Check your answers");
    await user.click(screen.getByRole("link", { name: "Back" }));
    await heading("How many days in bed?");
    await user.click(screen.getByRole("link", { name: "Pause and go home" }));
    await heading("Hello");
    await waitFor(() => expect(saved()?.answers).toEqual({ ache: 0, days: 3 }));
    await tap("Go on");
    await heading("Check your answers");
  });

  it("goes on with what was begun on her phone, joined with what comes from there meanwhile", async () => {
    draft = {
      answers: { days: 2 },
      skipped: [],
      at_item: "ache",
      saved_at: "2026-06-18T08:00:00Z",
    };
    await begin();
    await tap("Start");
    await screen.findByText("We have kept your answers. You can go on where you left off.");
    const newer = { ...draft, answers: { days: 5 }, saved_at: "2026-06-18T08:30:00.25Z" };
    let first = true;
    server.routes["PUT /api/me/forms/*"] = ({ body }) => {
      const mine = first ? newer : null;
      first = false;
      return { body: { saved_at: (mine ?? (body as Draft)).saved_at, draft: mine } };
    };
    await user.click(screen.getByLabelText("A little"));
    await waitFor(() => expect(saved()?.answers).toEqual({ ache: 1, days: 5 }), { timeout: 5000 });
    expect((saved() as Draft & { base: string }).base).toBe(newer.saved_at);
  });

  it("says in words what the server will not take", async () => {
    server.routes["PUT /api/me/responses/*"] = () => problem(422, "answers-malformed");
    await begin();
    await answer();
    await user.click(screen.getByLabelText("No"));
    await tap("Confirm and send");
    await screen.findByText("Your answers could not be taken. Please tell the study team.");
  });

  it("is given back before the end, with what was answered kept by the team", async () => {
    await begin();
    await tap("Start");
    await user.click(await screen.findByLabelText("A little"));
    await user.click(screen.getByRole("link", { name: "Pause and go home" }));
    await waitFor(() => expect(saved()?.answers).toEqual({ ache: 1 }));
    await tap("Stop and give the tablet back");
    await tap("No, go on");
    await tap("Stop and give the tablet back");
    await tap("Yes, give it back");
    await screen.findByText("Please give the tablet back.");
    expect(sent("DELETE").map(({ path }) => path)).toEqual(["/api/tablet/session?how=given_back"]);
    await tap("Type a new code");
    expect(fresh).toHaveBeenCalledOnce();
  });
});

describe("nobody touches it", { timeout: 20_000 }, () => {
  it("asks after four minutes, and one tap keeps it open", async () => {
    await begin();
    await sleep(4 * MINUTE + 1000);
    await heading("Are you still there?");
    await screen.findByText("This closes in 59 seconds. Your answers are safe.");
    await tap("I am still here");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await waitFor(() => expect(sent("PUT /api/tablet/session")).toHaveLength(1));
    await sleep(3 * MINUTE);
    await heading("Hello");
  });

  it("tells the server of a touch, but not of each", async () => {
    await begin();
    await user.click(await heading("Hello"));
    expect(sent("PUT /api/tablet/session")).toHaveLength(0);
    await sleep(25_000);
    await user.click(await heading("Hello"));
    await user.click(await heading("Hello"));
    await waitFor(() => expect(sent("PUT /api/tablet/session")).toHaveLength(1));
  });

  it("has ended when the screen wakes after five minutes, and shows no question any more", async () => {
    await begin();
    await tap("Start");
    await user.click(await screen.findByLabelText("A little"));
    await waitFor(() => expect(saved()?.answers).toEqual({ ache: 1 }));
    await screen.findByText("Saved with the study team");
    await sleep(5 * MINUTE);
    await screen.findByText("Nobody touched the tablet for five minutes.");
    await screen.findByText("What was answered is with the study team.");
    expect(root.textContent).not.toContain("Did anything");
    await waitFor(() =>
      expect(sent("DELETE").map(({ path }) => path)).toEqual(["/api/tablet/session?how=idle"]),
    );
  });

  it("has ended when the server says so", async () => {
    server.routes["PUT /api/me/forms/*"] = () => problem(401, "sign-in-needed");
    await begin();
    await tap("Start");
    await user.click(await screen.findByLabelText("A little"));
    await screen.findByText("It was closed, or nobody touched it for five minutes.");
  });
});

describe("without a network", { timeout: 20_000 }, () => {
  const back = async (): Promise<void> => {
    server.away = false;
    await act(async () => {
      dispatchEvent(new Event("online"));
    });
  };

  it("says so, keeps the answers, and saves them when it is back", async () => {
    await begin();
    await tap("Start");
    await heading("Did anything ache?");
    server.away = true;
    await user.click(screen.getByLabelText("A little"));
    await screen.findByText(/^No connection just now\. Go on/);
    await tap("Next");
    await user.type(await screen.findByRole("textbox"), "3");
    expect(sent("PUT /api/me/forms")).toEqual([]);
    await back();
    await waitFor(() => expect(saved()?.answers).toEqual({ ache: 1, days: 3 }));
    await waitFor(() => expect(screen.queryByText(/^No connection/)).toBeNull());
  });

  it("sends what was confirmed once, when it is back", async () => {
    await begin();
    await answer();
    await user.click(screen.getByLabelText("No"));
    server.away = true;
    await tap("Confirm and send");
    await screen.findByText(/^Your answers are on this page\./);
    await back();
    await heading("Thank you");
    expect(sent("PUT /api/me/responses")).toHaveLength(1);
  });

  it("keeps unsaved answers after the end, unseen, until the same person has a new code", async () => {
    await begin();
    await answer();
    await user.click(screen.getByLabelText("No"));
    server.away = true;
    await tap("Confirm and send");
    await screen.findByText(/^Your answers are on this page\./);
    await sleep(6 * MINUTE);
    await screen.findByText(/^Some answers have not reached the study team yet\./);
    expect(root.textContent).not.toContain("Did anything");
    const leaving = new Event("beforeunload", { cancelable: true });
    dispatchEvent(leaving);
    expect(leaving.defaultPrevented).toBe(true);

    server.away = false;
    person = "S1-0099";
    await tap("Type a new code");
    const enter = async (): Promise<void> => {
      await user.type(await screen.findByLabelText("Your code"), "JKMN-PQRS");
      await tap("Begin");
    };
    await enter();
    await heading("Hello");
    expect(sent("PUT /api/me/responses")).toEqual([]);
    await tap("Stop and give the tablet back");
    await tap("Yes, give it back");
    person = "S1-0042";
    await tap("Type a new code");
    await enter();
    await heading("Thank you");
    expect(sent("PUT /api/me/responses").map(({ body }) => body)).toMatchObject([
      { expected_form_id: 7, answers: { ache: 1, days: 3 } },
    ]);
  });
});

it("tells the windows of the console that they must show nothing any more", async () => {
  const desk = new BroadcastChannel("sayso-desk");
  const heard = new Promise((done) => {
    desk.onmessage = ({ data }) => done(data);
  });
  await begin();
  expect(await heard).toBe("handed over");
  desk.close();
});

it("never shows again what a browser had set aside", async () => {
  await begin();
  dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  expect(fresh).toHaveBeenCalledOnce();
});
