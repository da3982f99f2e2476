/** Interviews, paper and corrections: what is sent, what is refused, and that nothing typed is lost. */
import { screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { AnsweredResponse } from "../api/entries";
import { daily, entryForm, entrySheet } from "../testing/daily";
import { mary } from "../testing/people";
import { answer, type Call, problem, serve } from "../testing/server";
import { show, visit } from "../testing/show";
import { EntryView, nextOf } from "./entry";
import { blanks, wrongAnswers } from "./entry-body";
import { ResponsePage } from "./response";

const BASE = "/api/studies/trial/participants/P-001";
const text = { [`GET /api/questionnaires/${"d".repeat(64)}`]: { questionnaire: daily } };
const posts = (calls: readonly Call[]) => calls.filter((call) => call.method === "POST");
const route = () => visit("#/trial/participants/P-001/entry");

async function fill(user: ReturnType<typeof userEvent.setup>): Promise<void> {
  await user.click(await screen.findByLabelText("Paper"));
  await user.type(screen.getByLabelText("Date it was given"), "2026-06-10");
  await user.selectOptions(screen.getByLabelText(/Who held/), "1");
  await user.click(
    within(screen.getByRole("group", { name: "Were you tired?" })).getByLabelText(/Not at all/),
  );
}

describe("typing in a paper form", () => {
  it("says who, when and how, and sends what was written and nothing else", async () => {
    const calls = serve({
      ...text,
      [`GET ${BASE}/entries`]: entrySheet,
      [`POST ${BASE}/entries`]: (call: Call) =>
        answer(201, {
          ...mary,
          responses: [{ id: (call.body as { id: string }).id, disposition: "in_window" }],
        }),
    });
    const user = userEvent.setup();
    show(<EntryView code="P-001" route={route()} />);
    await fill(user);
    await user.click(screen.getByRole("button", { name: "Store, with 4 questions blank" }));

    expect(await screen.findByText("Daily life is stored: in window.")).toBeTruthy();
    const body = posts(calls)[0]?.body as Record<string, unknown>;
    expect(body).toMatchObject({
      expected_form_id: 5,
      mode: "paper",
      collected_on: "2026-06-10",
      collected_time: null,
      administered_by: 1,
      interpreter_used: false,
      assistance: "none",
      answers: { tired: 0 },
      skipped: [],
      note: null,
    });
    expect(body.id).toMatch(/^[0-9a-f-]{36}$/);
    await waitFor(() => expect(window.location.hash).toContain("form=6"));
  });

  it("asks for what is missing before anything is sent", async () => {
    const calls = serve({ ...text, [`GET ${BASE}/entries`]: entrySheet });
    const user = userEvent.setup();
    show(<EntryView code="P-001" route={route()} />);
    await user.click(await screen.findByRole("button", { name: /^Store/ }));
    const alert = screen.getByRole("alert");
    expect(alert.textContent).toContain("How it was given");
    expect(alert.textContent).toContain("Date it was given");
    expect(posts(calls)).toEqual([]);
  });

  it("refuses an interview through an interpreter and says what to do", async () => {
    const calls = serve({ ...text, [`GET ${BASE}/entries`]: entrySheet });
    const user = userEvent.setup();
    show(<EntryView code="P-001" route={route()} />);
    await fill(user);
    await user.click(screen.getByLabelText("Interview"));
    await user.click(screen.getByLabelText("An interpreter was used"));
    await user.click(screen.getByRole("button", { name: /^Store/ }));
    expect(screen.getByRole("alert").textContent).toContain("Code the reason");
    expect(posts(calls)).toEqual([]);
  });

  it("keeps the entry and its number when the session ends in the middle", async () => {
    let signedIn = false;
    const calls = serve({
      ...text,
      [`GET ${BASE}/entries`]: entrySheet,
      [`POST ${BASE}/entries`]: () =>
        signedIn ? answer(201, mary) : problem(401, "sign-in-needed"),
    });
    const user = userEvent.setup();
    show(<EntryView code="P-001" route={route()} />);
    await fill(user);
    await user.click(screen.getByRole("button", { name: /^Store/ }));
    expect((await screen.findByRole("alert")).textContent).toContain("Sign in");
    const tired = screen.getByRole("group", { name: "Were you tired?" });
    expect(within(tired).getByLabelText<HTMLInputElement>(/Not at all/).checked).toBe(true);
    signedIn = true;
    await user.click(screen.getByRole("button", { name: /^Store/ }));
    await screen.findByText(/is stored/);
    const [first, second] = posts(calls).map((call) => call.body);
    expect(second).toEqual(first);
  });

  it("says that a second answer will be kept apart", async () => {
    const answered = { ...entrySheet, forms: [{ ...entryForm, answered: true }] };
    serve({ ...text, [`GET ${BASE}/entries`]: answered });
    show(<EntryView code="P-001" route={route()} />);
    expect(await screen.findByText(/second answer for you to decide on/)).toBeTruthy();
  });

  it("offers no interview of an exempt person", async () => {
    serve({ ...text, [`GET ${BASE}/entries`]: { ...entrySheet, exempt: true } });
    show(<EntryView code="P-001" route={route()} />);
    await screen.findByLabelText("Paper");
    expect(screen.queryByLabelText("Interview")).toBeNull();
    expect(screen.getByText(/exempt from questionnaires, so no interview/)).toBeTruthy();
  });

  it("says when nothing has opened yet", async () => {
    serve({ [`GET ${BASE}/entries`]: { ...entrySheet, forms: [] } });
    show(<EntryView code="P-001" route={route()} />);
    expect(await screen.findByText(/No questionnaire has opened/)).toBeTruthy();
  });

  it("goes on to the next form of the same visit only", () => {
    const other = { ...entryForm, id: 9, timepoint: "W24" };
    const done = { ...entryForm, id: 6, answered: true };
    expect(nextOf([entryForm, done, other], entryForm)).toBeUndefined();
    expect(nextOf([entryForm, { ...done, answered: false }, other], entryForm)?.id).toBe(6);
  });
});

describe("answers that cannot be", () => {
  const given = (answers: Record<string, number | string | readonly string[]>) => ({
    answers,
    skipped: [],
  });

  it.each([
    [{ pain: 11 }, "“Pain”: the answer is too large."],
    [{ pain: "ten" }, "“Pain”: the answer is not a number."],
    [{ on: "2026-06-16" }, "“When did you last go out?”: the answer lies in the future."],
    [{ help: ["f", "x"] }, "“Who helped?”: the answer cannot go together with the other ticks."],
  ])("are named: %j", (answers, sentence) => {
    expect(wrongAnswers(daily, given(answers), "2026-06-15").map((one) => one.text)).toEqual([
      sentence,
    ]);
  });

  it("are not sought in questions that are not asked, and blanks are not wrong", () => {
    expect(wrongAnswers(daily, given({ tired: 0, why: "x" }), "2026-06-15")).toEqual([]);
    expect(blanks(daily, given({}))).toBe(5);
    expect(blanks(daily, { answers: { tired: 1 }, skipped: ["pain"] })).toBe(3);
  });
});

const sent: AnsweredResponse = {
  id: "r-1",
  form_id: 5,
  questionnaire_sha: "d".repeat(64),
  mode: "paper",
  disposition: "in_window",
  authored_at: "2026-06-10T14:00:00Z",
  received_at: "2026-06-10T14:00:00Z",
  recorded_by: "Ann Lee",
  answers: { tired: 2, pain: 3 },
  skipped: ["help"],
  standing: { answers: { tired: 2, pain: 3 }, skipped: ["help"] },
  corrections: [],
  bodies: [],
  second_typing: null,
};
const waiting = {
  id: 4,
  reason: "Read wrongly",
  proposed_at: "2026-06-11T09:00:00Z",
  proposed_by: "Bob",
  state: "proposed",
  decided_at: null,
  decided_by: null,
  decision_reason: null,
  may_decide: true,
  answers: { tired: 1, pain: 3 },
  skipped: ["help"],
  changes: [{ item: "tired", text: "Were you tired?", before: 2, after: 1 }],
};
const shown = (response: AnsweredResponse) => ({
  ...text,
  [`GET ${BASE}/responses/r-1`]: response,
  [`GET ${BASE}`]: mary,
});

describe("a response", () => {
  it("shows each answer in words, and what was refused or not asked", async () => {
    serve(shown({ ...sent, answers: { tired: 0, pain: 3 }, standing: sent.standing }));
    show(<ResponsePage code="P-001" id="r-1" />);
    const row = async (name: RegExp) => (await screen.findByRole("row", { name })).textContent;
    expect(await row(/Were you tired/)).toContain("0 Not at all");
    expect(await row(/What made you tired/)).toContain("not asked");
    expect(await row(/Who helped/)).toContain("Prefers not to answer");
    expect(await row(/Did you work/)).toContain("no answer");
    expect(screen.getByText(/typed in by Ann Lee/)).toBeTruthy();
  });

  it("takes a correction of one answer with its reason, and sends the whole of it", async () => {
    const calls = serve({
      ...shown(sent),
      [`POST ${BASE}/responses/r-1/corrections`]: answer(201, mary),
    });
    const user = userEvent.setup();
    show(<ResponsePage code="P-001" id="r-1" />);
    await user.click(await screen.findByRole("button", { name: "Propose a correction" }));
    const tired = screen.getByRole("group", { name: "Were you tired?" });
    await user.click(within(tired).getByLabelText(/A little/));
    await user.type(screen.getByLabelText(/Why, and how you know/), "Misread");
    await user.click(screen.getByRole("button", { name: "Propose" }));

    await screen.findByText(/Correction proposed/);
    expect(posts(calls)[0]?.body).toEqual({
      answers: { tired: 1, pain: 3 },
      skipped: ["help"],
      reason: "Misread",
    });
    expect(posts(calls)[0]?.headers["If-Match"]).toBe('"1.4"');
  });

  it("lets a colleague decide, with old and new before her eyes", async () => {
    const calls = serve({
      ...shown({ ...sent, corrections: [waiting] }),
      [`POST ${BASE}/corrections/4/decision`]: mary,
    });
    const user = userEvent.setup();
    show(<ResponsePage code="P-001" id="r-1" />);
    const table = await screen.findByRole("table", { name: "What would change" });
    expect(table.textContent).toContain("2 Very much");
    expect(table.textContent).toContain("1 A little");
    expect(screen.queryByRole("button", { name: "Propose a correction" })).toBeNull();
    await user.click(screen.getByLabelText(/Yes, it counts/));
    await user.type(screen.getByLabelText("Why"), "Seen the paper");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await screen.findByText("Decision recorded.");
    expect(posts(calls)[0]?.body).toEqual({ accept: true, reason: "Seen the paper" });
  });

  it("tells the author that a colleague has to accept it", async () => {
    serve(shown({ ...sent, corrections: [{ ...waiting, may_decide: false }] }));
    show(<ResponsePage code="P-001" id="r-1" />);
    expect(await screen.findByText(/a colleague has to decide/)).toBeTruthy();
  });

  it("puts accepted answers beside those sent, which stay", async () => {
    serve(
      shown({
        ...sent,
        standing: { answers: { tired: 1, pain: 3 }, skipped: ["help"] },
        corrections: [{ ...waiting, state: "accepted", decided_by: "Bob" }],
      }),
    );
    show(<ResponsePage code="P-001" id="r-1" />);
    const [answers] = await screen.findAllByRole("row", { name: /Were you tired/ });
    expect(answers?.textContent).toContain("2 Very much");
    expect(answers?.textContent).toContain("1 A little");
    expect(screen.getByRole("columnheader", { name: "As corrected" })).toBeTruthy();
  });
});
