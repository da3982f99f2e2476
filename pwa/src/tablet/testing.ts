/** The clinic's tablet on a page of a test, with a real server on this machine behind it. */
import { act, configure, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, vi } from "vitest";
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
export const user = userEvent.setup();
export const MINUTE = 60_000;

interface Scene {
  server: TestServer;
  stop: () => void;
  root: HTMLElement;
  person: string;
  open: number[];
  draft: Draft | null;
}

/** Set anew before each test; tests change it. */
export const scene = {} as Scene;
export const fresh = vi.fn();

/** The server's session lasts five minutes from each touch, by the same clock. */
const stillHere = () => ({
  ends_at: new Date(Date.now() + 5 * MINUTE).toISOString(),
  server_time: new Date().toISOString(),
});
const dates = { timepoint: "W12", label: "Week 12", closes_on: "2999-12-31", closes_at: "" };
export const title = (id: number): string => `Questionnaire ${id}`;
const form = (id: number) => ({ ...card({ id, title: title(id) }), ...dates });

export const view = (): TabletView => ({
  ...stillHere(),
  participant_code: scene.person,
  label: "the study team",
  zone: "Europe/London",
  idle_seconds: 300,
  forms: scene.open.map(form),
});

const opened = ({ path }: Asked): Answer => ({
  body: {
    form: form(Number(path.split("/").at(-1))),
    questionnaire_sha: SHA,
    questionnaire: short,
    draft: scene.draft,
  },
});

const received = ({ path, body }: Asked): Answer => {
  scene.open = scene.open.filter(
    (id) => id !== (body as { expected_form_id: number }).expected_form_id,
  );
  const code = `7KQ${scene.open.length}-M4`;
  const id = path.split("/").at(-1);
  return { status: 201, body: { id, code, received_at: "2026-06-18T09:00:00Z" } };
};

beforeEach(async () => {
  [scene.person, scene.open, scene.draft] = ["S1-0042", [7], null];
  fresh.mockReset();
  scene.server = await startServer({
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
  scene.root = document.createElement("div");
  document.body.append(scene.root);
});

afterEach(async () => {
  await act(() => scene.stop());
  scene.root.remove();
  vi.useRealTimers();
  history.replaceState(null, "", "/");
  await scene.server.close();
});

export async function visit(code = ""): Promise<void> {
  history.replaceState(null, "", code ? `/tablet#${code}` : "/tablet");
  await act(async () => {
    scene.stop = await start(scene.root, fresh);
  });
}

export const tap = async (name: string | RegExp): Promise<void> => {
  const button = await screen.findByRole("button", { name });
  await user.click(button);
};
export const heading = (name: string | RegExp): Promise<HTMLElement> =>
  screen.findByRole("heading", { name });
export const sent = (what: string): Asked[] =>
  scene.server.asked.filter(({ method, path }) => `${method} ${path}`.startsWith(what));
export const saved = (): Draft | undefined =>
  sent("PUT /api/me/forms").at(-1)?.body as Draft | undefined;

export async function begin(): Promise<void> {
  await visit("ABCD-EFGH");
  await tap("Begin");
  await heading("Hello");
}

export async function answer(first = /^Start|^Next:/): Promise<void> {
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
export async function sleep(ms: number): Promise<void> {
  const at = Date.now() + ms;
  vi.useFakeTimers({ toFake: ["Date"], now: at });
  await act(async () => {
    document.dispatchEvent(new Event("visibilitychange"));
  });
}
