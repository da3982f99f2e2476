import { render, screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "./app";
import { ann, mary, row, study } from "./testing/people";
import { answer, problem, serve } from "./testing/server";

const base = "/api/studies/trial/participants/P-001";

beforeEach(() => {
  window.location.hash = "#/trial/today";
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const console_ = {
  "GET /api/studies": [study],
  "GET /api/studies/trial": study,
  "GET /api/studies/trial/today": {
    now: "2026-06-15T15:00:00Z",
    as_of_date: "2026-06-15",
    rows: [row()],
  },
  [`GET ${base}`]: mary,
};

async function enter(email: string, password: string): Promise<void> {
  await userEvent.type(screen.getByLabelText("E-mail"), email);
  await userEvent.type(screen.getByLabelText("Password"), password);
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
}

describe("the door", () => {
  it("lets nobody in without a session, and says nothing about the study", async () => {
    serve({ "GET /api/staff/session": problem(401, "sign-in-needed") });
    render(<App />);
    expect(await screen.findByRole("heading", { name: "Sign in to the console" })).toBeTruthy();
    expect(screen.queryByText(/trial/)).toBeNull();
  });

  it("explains a wrong password without saying which half was wrong", async () => {
    serve({
      "GET /api/staff/session": problem(401, "sign-in-needed"),
      "POST /api/staff/session": problem(401, "credentials-not-accepted"),
    });
    render(<App />);
    await screen.findByLabelText("E-mail");
    await enter("ann@example.org", "wrong");
    expect((await screen.findByRole("alert")).textContent).toContain("do not belong together");
  });

  it("opens on Today", async () => {
    serve({
      ...console_,
      "GET /api/staff/session": problem(401, "sign-in-needed"),
      "POST /api/staff/session": ann,
    });
    render(<App />);
    await screen.findByLabelText("E-mail");
    await enter("ann@example.org", "a long enough sentence");
    expect(await screen.findByRole("heading", { name: "Today" })).toBeTruthy();
    expect(screen.getByText("UNOFFICIAL")).toBeTruthy();
  });

  it("says so when the server is away, and tries again on request", async () => {
    let there = false;
    serve({
      ...console_,
      "GET /api/staff/session": () => (there ? ann : problem(503, "store-unavailable")),
    });
    render(<App />);
    await screen.findByRole("alert");
    there = true;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("heading", { name: "Today" })).toBeTruthy();
  });
});

describe("a session that ends in the middle of an entry", () => {
  let ended = false;
  const routes = {
    ...console_,
    "GET /api/staff/session": ann,
    [`POST ${base}/contacts`]: () => (ended ? problem(401, "sign-in-needed") : answer(201, mary)),
  };

  async function interrupted(as: Record<string, unknown>) {
    ended = true;
    serve({
      ...routes,
      "POST /api/staff/session": () => {
        ended = false;
        return as;
      },
    });
    render(<App />);
    await userEvent.click(
      await screen.findByRole("button", { name: "Record a call: P-001, Week 12" }),
    );
    await userEvent.selectOptions(await screen.findByLabelText("Outcome"), "spoke");
    await userEvent.type(screen.getByLabelText(/Note/), "Will answer tonight");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await screen.findByRole("heading", { name: "Please sign in again" });
  }

  it("is taken up again with everything that was typed", async () => {
    await interrupted({ ...ann });
    expect(screen.getByLabelText<HTMLTextAreaElement>(/Note/).value).toBe("Will answer tonight");
    await enter("ann@example.org", "a long enough sentence");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(screen.getByLabelText<HTMLTextAreaElement>(/Note/).value).toBe("Will answer tonight");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Contact recorded (P-001).")).toBeTruthy();
  });

  it("is never sent under somebody else's name: another person starts afresh", async () => {
    const reload = vi.spyOn(window.location, "reload").mockImplementation(() => {});
    await interrupted({ ...ann, email: "bea@example.org", name: "Bea Ott" });
    await enter("bea@example.org", "a long enough sentence");
    await waitFor(() => expect(reload).toHaveBeenCalled());
    expect(window.location.hash).toBe("#/");
  });
});

describe("an invitation", () => {
  it("takes the token from the part of the link that no server sees", async () => {
    window.location.hash = "#/invitation/tok-en";
    const calls = serve({
      "GET /api/staff/session": problem(401, "sign-in-needed"),
      "POST /api/staff/invitations/accept": answer(201, { accepted: true }),
    });
    render(<App />);
    await userEvent.type(await screen.findByLabelText("Your name"), "Bea Ott");
    await userEvent.type(screen.getByLabelText("Password"), "a long enough sentence");
    await userEvent.type(screen.getByLabelText("Password again"), "a long enough sentence");
    await userEvent.click(screen.getByRole("button", { name: "Accept and continue" }));
    expect(await screen.findByText(/Your account is ready/)).toBeTruthy();
    expect(calls.at(-1)?.body).toEqual({
      token: "tok-en",
      name: "Bea Ott",
      password: "a long enough sentence",
    });
  });

  it("asks for a password that is long enough, twice the same", async () => {
    window.location.hash = "#/invitation/tok-en";
    serve({ "GET /api/staff/session": problem(401, "sign-in-needed") });
    render(<App />);
    await userEvent.type(await screen.findByLabelText("Your name"), "Bea Ott");
    await userEvent.type(screen.getByLabelText("Password"), "short");
    await userEvent.type(screen.getByLabelText("Password again"), "other");
    await userEvent.click(screen.getByRole("button", { name: "Accept and continue" }));
    const alert = screen.getByRole("alert").textContent;
    expect(alert).toContain("at least 15 characters");
    expect(alert).toContain("differ");
  });

  it("without a token says what to do", () => {
    window.location.hash = "#/invitation";
    serve({ "GET /api/staff/session": problem(401, "sign-in-needed") });
    render(<App />);
    expect(screen.getByRole("alert").textContent).toContain("not complete");
  });
});

it("hides what a monitor may not do", async () => {
  serve({ ...console_, "GET /api/staff/session": { ...ann, role: "monitor" } });
  render(<App />);
  await screen.findByRole("navigation", { name: "Main" });
  expect(screen.queryByRole("link", { name: "Enrol" })).toBeNull();
  expect(screen.getByRole("link", { name: "Audit" })).toBeTruthy();
});

it("leads the keyboard past the navigation", async () => {
  serve({ ...console_, "GET /api/staff/session": ann });
  render(<App />);
  await userEvent.click(await screen.findByRole("button", { name: "Skip to the page" }));
  expect(document.activeElement).toBe(screen.getByRole("main"));
});
