/** Answering, with and without a network, and when the server says no. */
import { act, screen, waitFor, within } from "@testing-library/preact";
import { render } from "preact";
import { describe, expect, it } from "vitest";
import { card, person, SHA } from "../../build/sample.ts";
import {
  answerAll,
  app,
  follow,
  heading,
  open,
  receipt,
  sent,
  tap,
  user,
} from "../../build/test-app.ts";
import { problem } from "../../build/test-server.ts";
import { forgetState } from "./state.ts";
import { syncNow } from "./sync.ts";

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
    act(() => render(null, app.root));
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
    await screen.findByText("Saved on this phone and with the study team");
    expect(sent("PUT /api/me/forms/7/draft").at(-1)?.body).toMatchObject({ answers: { ache: 1 } });
  });

  it("goes on with a draft from another phone", async () => {
    app.me = person([card({ draft_saved_at: "2026-06-18T08:00:00Z" })]);
    app.server.routes["GET /api/me/forms/7"] = () => ({
      body: {
        form: app.me.occasions[0]?.forms[0],
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
    app.me = person([card({ title: "First" }), card({ id: 8, title: "Second" })]);
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
    app.server.away = true;
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText("Your answers are safe on this phone.");
    await follow("Go home");
    await screen.findByText("1 questionnaire not sent yet");
    expect(sent("PUT /api/me/responses/")).toEqual([]);
    app.server.away = false;
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
    act(() => render(null, app.root));
    forgetState();
    app.server.away = true;
    await open();
    await screen.findByText(/You have 1 questionnaire to fill in/);
    await screen.findByText(/No connection just now/);
    await follow("Start");
    await heading("Did anything ache?");
  });
});

describe("when the server says no", () => {
  it("holds back what cannot be taken, and says whom to call", async () => {
    app.server.routes["PUT /api/me/responses/*"] = () => problem(409, "response-id-reused");
    await open();
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText(/could not be taken/);
    await follow("Go home");
    await screen.findByText("Please call your study team");
    screen.getByText(/These answers differ from those sent before/);
  });

  it("tells the study team of what it holds, and when that has gone", async () => {
    const told: unknown[] = [];
    app.server.routes["PUT /api/me/unsent"] = ({ body }) => {
      told.push(body);
      app.me = { ...app.me, unsent: (body as { forms: number }).forms };
      return { status: 204 };
    };
    app.server.routes["PUT /api/me/responses/*"] = () => problem(500, "internal");
    await open();
    await answerAll();
    await tap("Confirm and send");
    await screen.findByText("Your answers are safe on this phone.");
    await act(() => syncNow());
    await waitFor(() => expect(told).toEqual([{ forms: 1 }]));
    app.server.routes["PUT /api/me/responses/*"] = receipt;
    await act(() => syncNow());
    await waitFor(() => expect(told).toEqual([{ forms: 1 }, { forms: 0 }]));
    await act(() => syncNow());
    expect(told).toHaveLength(2);
  });
});
