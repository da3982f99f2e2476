/** A paper form typed twice: the second typist does not see the first, and the sheet decides. */
import { screen, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { AnsweredResponse, Entry, Verification } from "../api/entries";
import type { ParticipantView, ResponseView } from "../api/types";
import { daily } from "../testing/daily";
import { ann, mary } from "../testing/people";
import { answer, type Call, problem, serve } from "../testing/server";
import { show } from "../testing/show";
import { SecondTypingPage } from "./second-typing";
import { asOnTheSheet } from "./second-typing-settle";

const BASE = "/api/studies/trial/participants/P-001";
const SHA = "d".repeat(64);
const text = { [`GET /api/questionnaires/${SHA}`]: { questionnaire: daily } };
const posts = (calls: readonly Call[]) => calls.filter((call) => call.method === "POST");

const entry: Entry = {
  administered_by: "Bob",
  collected_local: "2026-06-10T14:30",
  entered_at: "2026-06-11T14:30:00Z",
  note: null,
  may_verify: true,
  verification: null,
};
const paper: ResponseView = {
  id: "r-1",
  form_id: 5,
  questionnaire_sha: SHA,
  authored_at: "2026-06-10T14:00:00Z",
  received_at: "2026-06-10T14:00:00Z",
  mode: "paper",
  disposition: "in_window",
  skew_seconds: 0,
  time_accepted: null,
  conflict: false,
  conflict_resolution: null,
  recorded_by: "Bob",
  scores: [],
  entry,
};
const checked: Verification = {
  agrees: false,
  by: "Ann Lee",
  at: "2026-06-12T09:00:00Z",
  items: ["tired", "pain"],
  settled: null,
};
const whole: AnsweredResponse = {
  id: "r-1",
  form_id: 5,
  questionnaire_sha: SHA,
  mode: "paper",
  disposition: "in_window",
  authored_at: "2026-06-10T14:00:00Z",
  received_at: "2026-06-10T14:00:00Z",
  recorded_by: "Bob",
  answers: { tired: 2, pain: 3, work: true },
  skipped: ["help"],
  standing: { answers: { tired: 2, pain: 3, work: true }, skipped: ["help"] },
  corrections: [],
  bodies: [],
  second_typing: {
    answers: { tired: 1, work: true },
    skipped: ["help", "pain"],
    items: ["tired", "pain"],
  },
};
const person = (verification: Verification | null, may_verify = false): ParticipantView => ({
  ...mary,
  responses: [{ ...paper, entry: { ...entry, may_verify, verification } }],
});
const page = () => show(<SecondTypingPage code="P-001" id="r-1" />);

describe("the second typing", () => {
  it("shows nothing of the first and sends what was read on the sheet", async () => {
    const calls = serve({
      ...text,
      [`GET ${BASE}`]: person(null, true),
      [`POST ${BASE}/entries/r-1/verification`]: answer(
        201,
        person({ ...checked, agrees: true, items: [] }),
      ),
    });
    const user = userEvent.setup();
    page();
    const tired = await screen.findByRole("group", { name: "Were you tired?" });
    expect(screen.queryAllByRole("radio", { checked: true })).toEqual([]);
    expect(calls.map((call) => call.path)).not.toContain(`${BASE}/responses/r-1`);
    await user.click(within(tired).getByLabelText(/Not at all/));
    await user.click(screen.getByRole("button", { name: "Compare, with 4 questions blank" }));

    expect(await screen.findByText(/Both typings are the same/)).toBeTruthy();
    expect(posts(calls)[0]?.body).toEqual({ answers: { tired: 0 }, skipped: [] });
  });

  it("keeps what was typed when the session ends in the middle", async () => {
    let signedIn = false;
    const calls = serve({
      ...text,
      [`GET ${BASE}`]: person(null, true),
      [`POST ${BASE}/entries/r-1/verification`]: () =>
        signedIn ? answer(201, person(checked)) : problem(401, "sign-in-needed"),
      [`GET ${BASE}/responses/r-1`]: whole,
    });
    const user = userEvent.setup();
    page();
    const tired = await screen.findByRole("group", { name: "Were you tired?" });
    await user.click(within(tired).getByLabelText(/A little/));
    await user.click(screen.getByRole("button", { name: /^Compare/ }));
    expect((await screen.findByRole("alert")).textContent).toContain("Sign in");
    expect(within(tired).getByLabelText<HTMLInputElement>(/A little/).checked).toBe(true);
    signedIn = true;
    await user.click(screen.getByRole("button", { name: /^Compare/ }));
    expect(await screen.findByText("2 answers differ")).toBeTruthy();
    const [first, second] = posts(calls).map((call) => call.body);
    expect(second).toEqual(first);
  });

  it.each([
    ["its author", person(null, false), /Somebody else types it/],
    ["nobody where it was no paper", { ...mary, responses: [] }, /did not come on paper/],
  ])("is not for %s", async (_who, whose, sentence) => {
    serve({ ...text, [`GET ${BASE}`]: whose });
    page();
    expect(await screen.findByText(sentence)).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("two typings that differ", () => {
  const differ = {
    ...text,
    [`GET ${BASE}`]: person(checked),
    [`GET ${BASE}/responses/r-1`]: whole,
  };
  const group = (name: string) => screen.findByRole("group", { name });

  it("are settled answer by answer, and the rest is left as it counts", async () => {
    const settled = {
      ...checked,
      settled: { at: "2026-06-12T09:05:00Z", by: "Ann Lee", reason: "Read", correction_id: 7 },
    };
    const calls = serve({
      ...differ,
      [`POST ${BASE}/entries/r-1/settlement`]: answer(201, person(settled)),
    });
    const user = userEvent.setup();
    page();
    const tired = await group("Were you tired?");
    expect(tired.textContent).toContain("First typing: 2 Very much");
    expect(tired.textContent).toContain("Second typing: 1 A little");
    await user.click(within(tired).getByLabelText(/^Second typing/));
    await user.click(within(await group("Pain")).getByLabelText(/^First typing/));
    await user.click(screen.getByRole("button", { name: "Settle" }));

    expect(await screen.findByText("Settled. A colleague decides on the correction.")).toBeTruthy();
    expect(screen.getByText(/what had to change became a correction/)).toBeTruthy();
    expect(posts(calls)[0]?.body).toEqual({
      answers: { tired: 1, pain: 3, work: true },
      skipped: ["help"],
      reason: "Read on the sheet",
    });
    expect(posts(calls)[0]?.headers["If-Match"]).toBe('"1.4"');
  });

  it("are not settled by halves", async () => {
    const calls = serve(differ);
    const user = userEvent.setup();
    page();
    await user.click(within(await group("Pain")).getByLabelText(/^First typing/));
    await user.click(screen.getByRole("button", { name: "Settle" }));
    expect((await screen.findByRole("alert")).textContent).toContain("every question");
    expect(posts(calls)).toEqual([]);
  });

  it("take what the sheet says where neither read it rightly", async () => {
    const calls = serve({
      ...differ,
      [`POST ${BASE}/entries/r-1/settlement`]: answer(201, person(checked)),
    });
    const user = userEvent.setup();
    page();
    const tired = await group("Were you tired?");
    await user.click(within(tired).getByLabelText(/^Neither/));
    await user.click(await screen.findByLabelText(/Not at all/));
    await user.click(within(await group("Pain")).getByLabelText(/^Second typing/));
    await user.click(screen.getByRole("button", { name: "Settle" }));
    await screen.findByText(/Settled/);
    expect(posts(calls)[0]?.body).toMatchObject({
      answers: { tired: 0, work: true },
      skipped: ["help", "pain"],
    });
  });

  it("keep what was chosen when somebody else was quicker, and are sent against the newer", async () => {
    let tries = 0;
    const calls = serve({
      ...differ,
      [`GET ${BASE}`]: () => ({ ...person(checked), etag: tries === 0 ? '"1.4"' : '"1.5"' }),
      [`POST ${BASE}/entries/r-1/settlement`]: () => {
        tries += 1;
        return tries === 1 ? problem(412, "changed-meanwhile") : answer(201, person(checked));
      },
    });
    const user = userEvent.setup();
    page();
    for (const name of ["Were you tired?", "Pain"])
      await user.click(within(await group(name)).getByLabelText(/^First typing/));
    await user.click(screen.getByRole("button", { name: "Settle" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Somebody else changed");
    const pain = await group("Pain");
    expect(within(pain).getByLabelText<HTMLInputElement>(/^First typing/).checked).toBe(true);
    await user.click(screen.getByRole("button", { name: "Settle" }));
    await screen.findByText("Settled. The first typing stands.");
    expect(posts(calls).map((call) => call.headers["If-Match"])).toEqual(['"1.4"', '"1.5"']);
  });

  it("are only read by somebody who changes nothing here", async () => {
    serve(differ);
    show(<SecondTypingPage code="P-001" id="r-1" />, { ...ann, role: "monitor" });
    const table = await screen.findByRole("table", { name: "Where the two typings differ" });
    expect(table.textContent).toContain("Prefers not to answer");
    expect(screen.queryByRole("button", { name: "Settle" })).toBeNull();
  });
});

it("what counts is changed only where something was picked", () => {
  const nothing = { answers: {}, skipped: [] };
  expect(asOnTheSheet(whole, {}, nothing)).toEqual(whole.standing);
  expect(asOnTheSheet(whole, { tired: "second", pain: "second" }, nothing)).toEqual({
    answers: { tired: 1, work: true },
    skipped: ["help", "pain"],
  });
  expect(asOnTheSheet(whole, { help: "other" }, { answers: { help: ["f"] }, skipped: [] })).toEqual(
    { answers: { tired: 2, pain: 3, work: true, help: ["f"] }, skipped: [] },
  );
});
