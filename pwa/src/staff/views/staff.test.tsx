/** Staff and access: who sees what, what is sent, and what two administrators at once do. */
import { screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { Account } from "../api/staff";
import { ann } from "../testing/people";
import { answer, type Call, problem, serve } from "../testing/server";
import { show } from "../testing/show";
import { StaffView } from "./staff";
import { actsFor, lastDay } from "./staff-acts";

const ada = { ...ann, role: "administrator", name: "Ada" };
const sites = [
  { site: "trial/BOS", name: "Boston" },
  { site: "trial/CHI", name: "Chicago" },
];

function account(more: Partial<Account> = {}): Account {
  return {
    id: 7,
    email: "bob@example.org",
    name: "Bob Ray",
    role: "coordinator",
    sites: ["trial/BOS"],
    state: "active",
    created_at: "2026-01-05T10:00:00Z",
    invited_until: null,
    last_sign_in_at: "2026-06-14T08:00:00Z",
    open_sessions: 1,
    access_ends_at: null,
    oneself: false,
    etag: '"one"',
    ...more,
  };
}

const list = (...rows: Account[]) => ({ "GET /api/staff/accounts": { rows, sites } });
const sent = (calls: readonly Call[], method: string) =>
  calls.filter((call) => call.method === method);

describe("the list", () => {
  it("shows role, sites, last sign-in and state to an inspector, and nothing to press", async () => {
    serve(list(account(), account({ id: 8, name: null, state: "invited", open_sessions: 0 })));
    show(<StaffView />, { ...ann, role: "inspector" });

    const row = await screen.findByRole("row", { name: /Bob Ray/ });
    expect(within(row).getByText("coordinator")).toBeTruthy();
    expect(within(row).getByText("trial/BOS")).toBeTruthy();
    expect(within(row).getByText("Active")).toBeTruthy();
    expect(screen.getByText("invitation too old")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Change Bob/ })).toBeNull();
    expect(screen.getByText("Only administrators change accounts.")).toBeTruthy();
  });

  it.each([
    ["oneself", account({ oneself: true }), ["signOut"]],
    ["somebody at work", account(), ["access", "signOut", "suspend"]],
    ["somebody suspended", account({ state: "suspended", open_sessions: 0 }), ["access", "resume"]],
    [
      "somebody invited",
      account({ state: "invited", open_sessions: 0 }),
      ["access", "renew", "suspend"],
    ],
  ])("offers for %s only what can be done", (_who, one, wanted) => {
    expect(actsFor(one, sites).map((act) => act.key)).toEqual(wanted);
  });

  it("reads the last day of an access from the moment it ends", () => {
    expect(lastDay("2026-06-21T00:00:00Z")).toBe("2026-06-20");
  });
});

describe("inviting", () => {
  it("sends the role and the sites, and shows the link once", async () => {
    const calls = serve({
      ...list(account()),
      "POST /api/staff/accounts": answer(201, {
        account: account({ email: "frida@example.org", state: "invited" }),
        invitation: {
          url: "http://x/console/#/invitation/abc",
          expires_at: "2026-06-18T15:00:00Z",
        },
      }),
    });
    const user = userEvent.setup();
    show(<StaffView />, ada);
    await user.click(await screen.findByRole("button", { name: "Invite somebody" }));
    await user.type(screen.getByLabelText("E-mail"), "frida@example.org");
    await user.click(screen.getByRole("button", { name: "Make the invitation" }));
    expect(screen.getByRole("alert").textContent).toContain("Sites");

    await user.click(screen.getByLabelText("trial/CHI Chicago"));
    await user.click(screen.getByLabelText("trial/BOS Boston"));
    await user.click(screen.getByRole("button", { name: "Make the invitation" }));

    const link = await screen.findByLabelText<HTMLInputElement>("Invitation link");
    expect(link.value).toBe("http://x/console/#/invitation/abc");
    expect(sent(calls, "POST")[0]?.body).toEqual({
      email: "frida@example.org",
      role: "coordinator",
      sites: ["trial/BOS", "trial/CHI"],
      until: null,
    });
  });

  it("asks an inspector's last day, and no sites of an administrator", async () => {
    serve(list(account()));
    const user = userEvent.setup();
    show(<StaffView />, ada);
    await user.click(await screen.findByRole("button", { name: "Invite somebody" }));
    expect(screen.queryByLabelText("Last day of access")).toBeNull();
    await user.selectOptions(screen.getByLabelText("Role"), "inspector");
    expect(screen.getByLabelText("Last day of access")).toBeTruthy();
    await user.selectOptions(screen.getByLabelText("Role"), "administrator");
    expect(screen.queryByText("trial/BOS Boston")).toBeNull();
  });
});

describe("changing", () => {
  it("names the state that was seen", async () => {
    const calls = serve({ ...list(account()), "PUT /api/staff/accounts/7": account() });
    const user = userEvent.setup();
    show(<StaffView />, ada);
    await user.click(await screen.findByRole("button", { name: "Change Bob Ray" }));
    await user.click(screen.getByRole("button", { name: "Role and sites" }));
    await user.selectOptions(screen.getByLabelText("Role"), "monitor");
    await user.click(screen.getByRole("button", { name: "Save" }));

    await screen.findByText("Role and sites of Bob Ray saved.");
    const [call] = sent(calls, "PUT");
    expect(call?.headers["If-Match"]).toBe('"one"');
    expect(call?.body).toEqual({ role: "monitor", sites: ["trial/BOS"], until: null });
  });

  it("overwrites nothing when somebody else was quicker", async () => {
    let rows = [account()];
    serve({
      "GET /api/staff/accounts": () => ({ rows, sites }),
      "PUT /api/staff/accounts/7": () => {
        rows = [account({ role: "investigator", etag: '"two"' })];
        return problem(412, "changed-meanwhile");
      },
    });
    const user = userEvent.setup();
    show(<StaffView />, ada);
    await user.click(await screen.findByRole("button", { name: "Change Bob Ray" }));
    await user.click(screen.getByRole("button", { name: "Role and sites" }));
    await user.selectOptions(screen.getByLabelText("Role"), "monitor");
    await user.click(screen.getByRole("button", { name: "Save" }));

    await screen.findByText(/Somebody else changed this account meanwhile/);
    await waitFor(() =>
      expect(screen.getByLabelText<HTMLSelectElement>("Role").value).toBe("investigator"),
    );
  });

  it("says why an act was refused", async () => {
    serve({
      ...list(account()),
      "POST /api/staff/accounts/7/suspension": problem(409, "last-administrator"),
    });
    const user = userEvent.setup();
    show(<StaffView />, ada);
    await user.click(await screen.findByRole("button", { name: "Change Bob Ray" }));
    await user.click(screen.getByRole("button", { name: "Suspend" }));
    const form = screen.getByRole("region", { name: "Suspend Bob Ray" });
    await user.type(within(form).getByLabelText("Why"), "Left");
    await user.click(within(form).getByRole("button", { name: "Suspend" }));
    expect((await screen.findByRole("alert")).textContent).toContain("last administrator");
  });
});
