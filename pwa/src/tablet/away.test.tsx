/** Nobody touches the tablet, or it has no network. */
import { act, screen, waitFor } from "@testing-library/preact";
import { describe, expect, it } from "vitest";
import { problem } from "../../build/test-server.ts";
import { answer, begin, heading, MINUTE, saved, scene, sent, sleep, tap, user } from "./testing.ts";

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
    expect(scene.root.textContent).not.toContain("Did anything");
    await waitFor(() =>
      expect(sent("DELETE").map(({ path }) => path)).toEqual(["/api/tablet/session?how=idle"]),
    );
  });

  it("has ended when the server says so", async () => {
    scene.server.routes["PUT /api/me/forms/*"] = () => problem(401, "sign-in-needed");
    await begin();
    await tap("Start");
    await user.click(await screen.findByLabelText("A little"));
    await screen.findByText("It was closed, or nobody touched it for five minutes.");
  });
});

describe("without a network", { timeout: 20_000 }, () => {
  const back = async (): Promise<void> => {
    scene.server.away = false;
    await act(async () => {
      dispatchEvent(new Event("online"));
    });
  };

  it("says so, keeps the answers, and saves them when it is back", async () => {
    await begin();
    await tap("Start");
    await heading("Did anything ache?");
    scene.server.away = true;
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
    scene.server.away = true;
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
    scene.server.away = true;
    await tap("Confirm and send");
    await screen.findByText(/^Your answers are on this page\./);
    await sleep(6 * MINUTE);
    await screen.findByText(/^Some answers have not reached the study team yet\./);
    expect(scene.root.textContent).not.toContain("Did anything");
    const leaving = new Event("beforeunload", { cancelable: true });
    dispatchEvent(leaving);
    expect(leaving.defaultPrevented).toBe(true);

    scene.server.away = false;
    scene.person = "S1-0099";
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
    scene.person = "S1-0042";
    await tap("Type a new code");
    await enter();
    await heading("Thank you");
    expect(sent("PUT /api/me/responses").map(({ body }) => body)).toMatchObject([
      { expected_form_id: 7, answers: { ache: 1, days: 3 } },
    ]);
  });
});
