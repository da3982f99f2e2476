/** The tablet from the code to the receipts. */
import { act, screen, waitFor } from "@testing-library/preact";
import { describe, expect, it } from "vitest";
import { problem } from "../../build/test-server.ts";
import type { Draft } from "../api/types.ts";
import {
  answer,
  begin,
  fresh,
  heading,
  saved,
  scene,
  sent,
  sleep,
  tap,
  title,
  user,
  view,
  visit,
} from "./testing.ts";

describe("coming in", { timeout: 20_000 }, () => {
  it("asks for a code and says nothing of anybody", async () => {
    await visit();
    await heading("Welcome");
    expect(scene.root.textContent).not.toContain("S1-");
    expect(screen.getAllByRole("textbox")).toHaveLength(1);
  });

  it("fills in the code of the picture, takes it out of the address, and waits for a tap", async () => {
    await visit("abcdefgh");
    expect((screen.getByLabelText("Your code") as HTMLInputElement).value).toBe("ABCD-EFGH");
    expect(location.href).not.toMatch(/abcd/i);
    expect(scene.server.asked).toEqual([]);
    await tap("Begin");
    await heading("Hello");
    expect(sent("POST")[0]?.body).toEqual({ code: "ABCDEFGH" });
    expect(sent("POST")[0]?.headers["x-sayso-client"]).toMatch(/^tablet\//);
    expect(scene.root.textContent).not.toContain("S1-0042");
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
    scene.server.routes["GET /api/tablet"] = () => ({ body: view() });
    await visit();
    await screen.findByText("There is 1 questionnaire for you. About 3 minutes.");
  });

  it("says that a code did not work, and how long to wait after several", async () => {
    scene.server.routes["POST /api/tablet/session"] = () => problem(422, "code-not-accepted");
    await visit();
    await user.type(screen.getByLabelText("Your code"), "ABC");
    await tap("Begin");
    await screen.findByText("A code has 8 letters and numbers. Please check it.");
    await user.type(screen.getByLabelText("Your code"), "DEFGH");
    await tap("Begin");
    await screen.findByText(/^This code did not work/);
    scene.server.routes["POST /api/tablet/session"] = () => ({
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
    scene.open = [7, 8];
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
    scene.draft = {
      answers: { days: 2 },
      skipped: [],
      at_item: "ache",
      saved_at: "2026-06-18T08:00:00Z",
    };
    await begin();
    await tap("Start");
    await screen.findByText("We have kept your answers. You can go on where you left off.");
    const newer = { ...scene.draft, answers: { days: 5 }, saved_at: "2026-06-18T08:30:00.25Z" };
    let first = true;
    scene.server.routes["PUT /api/me/forms/*"] = ({ body }) => {
      const mine = first ? newer : null;
      first = false;
      return { body: { saved_at: (mine ?? (body as Draft)).saved_at, draft: mine } };
    };
    await user.click(screen.getByLabelText("A little"));
    await waitFor(() => expect(saved()?.answers).toEqual({ ache: 1, days: 5 }), { timeout: 5000 });
    expect((saved() as Draft & { base: string }).base).toBe(newer.saved_at);
  });

  it("says in words what the server will not take", async () => {
    scene.server.routes["PUT /api/me/responses/*"] = () => problem(422, "answers-malformed");
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
