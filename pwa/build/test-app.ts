/** The app on a page of a test, with a real server on this machine behind it. */
import { act, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { render } from "preact";
import { afterEach, beforeEach } from "vitest";
import type { Draft, Me } from "../src/api/types.ts";
import type { Questionnaire } from "../src/core/questionnaire.ts";
import { wipe } from "../src/device/db.ts";
import { forgetUnstored } from "../src/device/drafts.ts";
import { start } from "../src/participant/main.tsx";
import { forgetState } from "../src/participant/state.ts";
import { syncAfresh } from "../src/participant/sync.ts";
import { card, person, SHA, sample } from "./sample.ts";
import { type Asked, type Routes, startServer, type TestServer } from "./test-server.ts";

export const short: Questionnaire = {
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

interface TestApp {
  server: TestServer;
  /** What the server says about the participant; tests change it. */
  me: Me;
  root: HTMLElement;
}

/** Set anew before each test. */
export const app = {} as TestApp;
export const user = userEvent.setup();

export const receipt = ({ path }: Asked) => ({
  status: 201,
  body: {
    id: path.split("/").at(-1),
    code: "7KQ2-M4",
    received_at: new Date().toISOString(),
    disposition: "in_window",
  },
});

export const signedIn = (): Routes => ({
  "GET /api/me": () => ({ body: app.me }),
  "POST /api/device-sessions": () => ({ status: 201, body: app.me }),
  [`GET /api/questionnaires/${SHA}`]: () => ({ body: { sha256: SHA, questionnaire: short } }),
  "PUT /api/me/forms/7/draft": ({ body }) => ({
    body: { saved_at: (body as Draft).saved_at, draft: null },
  }),
  "PUT /api/me/responses/*": receipt,
  "POST /api/me/call-request": () => ({
    status: 201,
    body: { call_requested_at: "2026-06-18T09:00:00Z" },
  }),
  "PUT /api/me/preferences": ({ body }) => ({ body: { ...app.me.reminders, ...(body as object) } }),
  "DELETE /api/me/session": () => ({ status: 204 }),
});

beforeEach(async () => {
  forgetState();
  app.me = person([card({ title: "Short one" })]);
  app.server = await startServer(signedIn());
  app.root = document.createElement("div");
  document.body.append(app.root);
});

afterEach(async () => {
  act(() => render(null, app.root));
  app.root.remove();
  history.replaceState(null, "", "/");
  forgetState();
  // A round may be running and another one be wanted after it: both end before the next test.
  await syncAfresh();
  forgetState();
  forgetUnstored();
  await wipe();
  await app.server.close();
});

export const open = (address = "/"): Promise<void> => {
  history.replaceState(null, "", address);
  return act(() => start(app.root));
};

export const sent = (what: string): Asked[] =>
  app.server.asked.filter(({ method, path }) => `${method} ${path}`.startsWith(what));

export const tap = (name: string | RegExp): Promise<void> =>
  screen.findByRole("button", { name }).then((button) => user.click(button));
export const follow = async (name: string | RegExp): Promise<void> => {
  const link = await screen.findByRole("link", { name });
  await act(async () => {
    location.hash = (link as HTMLAnchorElement).getAttribute("href") ?? "";
  });
};
export const heading = (name: string | RegExp): Promise<HTMLElement> =>
  screen.findByRole("heading", { level: 1, name });

/** Answers both questions and arrives at the review. */
export async function answerAll(): Promise<void> {
  await follow(/Start|Go on/);
  await heading("Did anything ache?");
  await user.click(screen.getByLabelText("A little"));
  await tap("Next");
  await heading("How many days in bed?");
  await user.type(screen.getByRole("textbox"), "3");
  await tap("Next");
  await heading("Check your answers");
}

/** Answers the first question, which is then on this phone. */
export async function begin(): Promise<void> {
  await follow(/Start|Go on/);
  await heading("Did anything ache?");
  await user.click(screen.getByLabelText("A little"));
  await screen.findByText(/Saved on this phone/);
}

/** The app is ended and started again at an address. */
export async function restart(address = "/#/"): Promise<void> {
  act(() => render(null, app.root));
  forgetState();
  await open(address);
}
