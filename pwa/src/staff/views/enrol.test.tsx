import { screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { faults, initialValues } from "../parts/form";
import { ann, mary, study } from "../testing/people";
import { answer, problem, serve } from "../testing/server";
import { show } from "../testing/show";
import { EnrolView } from "./enrol";
import { enrolBody, enrolSections } from "./enrol-fields";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const fields = enrolSections(study, ann).flatMap((section) => section.fields);
const entry: Record<string, string> = {
  ...initialValues(fields),
  code: "P-009",
  arm: "stop",
  enrolled_on: "2026-06-15",
  "anchor:cessation": "2026-06-10",
  reads_english: "yes",
};

const enrolment = {
  code: "7KQ2-M4TX",
  url: "https://pro.example.org/enrol#7KQ2-M4TX",
  expires_at: "2099-06-15T15:10:00Z",
  qr_svg: '<svg viewBox="0 0 9 9"><path d="M0 0h1"/></svg>',
};

describe("what enrolment asks", () => {
  it("has one site filled in when there is only one to choose", () => {
    expect(initialValues(fields).site).toBe("BOS");
  });

  it("guesses no time zone where neither a site nor this computer says one", () => {
    const zones = ["Africa/Abidjan", "Asia/Tokyo"];
    const sites = [
      { ...study.sites[0], code: "BOS" },
      { ...study.sites[0], code: "TYO", zone: "Asia/Tokyo" },
    ] as typeof study.sites;
    const many = enrolSections({ ...study, zones, sites }, { ...ann, sites: [] }).flatMap(
      (section) => section.fields,
    );
    expect(initialValues(many).zone).toBe("");
    const zone = many.find((field) => field.name === "zone");
    expect(zone?.follows?.({ site: "TYO" })).toBe("Asia/Tokyo");
  });

  it("never guesses whether somebody reads English", () => {
    expect(initialValues(fields).reads_english).toBe("");
    expect(faults(fields, { ...entry, reads_english: "" })).toHaveProperty("reads_english");
  });

  it("refuses codes that the server would refuse", () => {
    for (const code of ["", "P", "-P1", "Mary Smith", "P_1", "x".repeat(33)])
      expect(faults(fields, { ...entry, code }), code).toHaveProperty("code");
    expect(faults(fields, entry)).toEqual({});
  });

  it("asks for the anchor of the arm, and not of the other", () => {
    const shown = (arm: string) =>
      fields.filter((field) => field.when?.({ arm }) ?? true).map((field) => field.name);
    expect(shown("stop")).toContain("anchor:cessation");
    expect(shown("continue")).not.toContain("anchor:cessation");
  });
});

describe("what enrolment sends", () => {
  it("is every field apart, none derived from another", () => {
    expect(
      enrolBody(study, {
        ...entry,
        preferred_language: "es",
        interpreter: "yes",
        email: "mary@example.org",
      }),
    ).toEqual({
      code: "P-009",
      site: "BOS",
      arm: "stop",
      enrolled_on: "2026-06-15",
      anchors: { cessation: "2026-06-10" },
      zone: entry.zone,
      preferred_language: "es",
      reads_english: true,
      reads_english_how: "asked",
      interpreter: true,
      email: "mary@example.org",
    });
  });

  it("holds no e-mail for somebody who will get no reminders", () => {
    expect(
      enrolBody(study, { ...entry, reads_english: "no", email: "mary@example.org" }),
    ).not.toHaveProperty("email");
  });

  it("leaves out an anchor that is not known yet", () => {
    expect(enrolBody(study, { ...entry, "anchor:cessation": "" }).anchors).toEqual({});
  });
});

async function fill(reads: "Yes" | "No") {
  await userEvent.type(screen.getByLabelText("Study code"), "P-009");
  await userEvent.selectOptions(screen.getByLabelText("Arm"), "continue");
  await userEvent.click(screen.getByLabelText(reads));
}

describe("enrolling", () => {
  it("lists what is missing and sends nothing", async () => {
    const calls = serve({});
    show(<EnrolView />);
    await userEvent.click(screen.getByRole("button", { name: "Enrol" }));
    const alert = screen.getByRole("alert");
    expect(alert.textContent).toContain("Fill in: Study code.");
    expect(alert.textContent).toContain("Choose: Reads and understands English.");
    expect(calls).toEqual([]);
  });

  it("says beforehand, and afterwards, that there is nothing to hand over to an exempt person", async () => {
    const exemption = {
      id: 1,
      reason: "LANGUAGE",
      from: "2026-06-15",
      to: null,
      recorded_at: "2026-06-15T15:00:00Z",
      by: "Ann Lee",
      approved_at: null,
      approved_by: null,
      needs_approval: false,
      signals: [],
    };
    const participant = { ...mary, code: "P-009", exemptions: [exemption] };
    serve({
      "POST /api/studies/trial/participants": answer(201, { participant, enrolment: null }),
    });
    show(<EnrolView />);
    await fill("No");
    expect(screen.getByText(/will be enrolled and exempt/)).toBeTruthy();
    expect(screen.queryByLabelText(/E-mail/)).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Enrol" }));
    expect(
      await screen.findByRole("heading", { name: "P-009 is enrolled and exempt" }),
    ).toBeTruthy();
    expect(screen.getByText(/nothing to hand over/)).toBeTruthy();
    expect(screen.queryByRole("img")).toBeNull();
  });

  it("shows the code large and turns the light when the phone has enrolled", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const phone = {
      id: 9,
      label: "Pixel 7",
      enrolled_at: "2026-06-15T15:01:00Z",
      last_seen_at: null,
      revoked_at: null,
      unsent: 0,
      came_in: "on_site" as const,
    };
    let phones = { devices: [] as unknown[], reachability: { state: "unreachable", why: "" } };
    const calls = serve({
      "POST /api/studies/trial/participants": answer(201, {
        participant: { ...mary, code: "P-009" },
        enrolment,
      }),
      "GET /api/studies/trial/participants/P-009/phones": () => phones,
    });
    show(<EnrolView />);
    await fill("Yes");
    await userEvent.click(screen.getByRole("button", { name: "Enrol" }));
    expect(await screen.findByText("7KQ2-M4TX")).toBeTruthy();
    expect(screen.getByText("Waiting for the phone…")).toBeTruthy();
    phones = { devices: [phone], reachability: { state: "unproven", why: "" } };
    await vi.advanceTimersByTimeAsync(2100);
    expect(await screen.findByText("The phone is enrolled: Pixel 7.")).toBeTruthy();
    phones = { ...phones, reachability: { state: "push_proven", why: "" } };
    await vi.advanceTimersByTimeAsync(2100);
    expect(await screen.findByText("Test reminder arrived.")).toBeTruthy();
    const asked = calls.length;
    await vi.advanceTimersByTimeAsync(6000);
    expect(calls).toHaveLength(asked);
  });

  it("gives who lives far away a link, and a PIN to be said aloud", async () => {
    const calls = serve({
      "POST /api/studies/trial/participants": answer(201, {
        participant: { ...mary, code: "P-009" },
        enrolment,
      }),
      "POST /api/studies/trial/participants/P-009/enrolment-codes": answer(201, {
        ...enrolment,
        kind: "remote",
        pin: "483920",
        url: "http://x/enrol#LONG",
      }),
    });
    show(<EnrolView />);
    await fill("Yes");
    await userEvent.click(screen.getByRole("button", { name: "Enrol" }));
    await userEvent.click(await screen.findByRole("button", { name: "Send a link instead" }));
    expect(await screen.findByText("483920")).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>("Link to send").value).toBe(
      "http://x/enrol#LONG",
    );
    expect(screen.queryByRole("button", { name: "Send a link instead" })).toBeNull();
    expect(calls.at(-1)?.body).toEqual({ kind: "remote" });
  });

  it("offers another code once the first is too old, and shows that one", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const calls = serve({
      "POST /api/studies/trial/participants": answer(201, {
        participant: { ...mary, code: "P-009" },
        enrolment: { ...enrolment, expires_at: new Date(Date.now() + 5_000).toISOString() },
      }),
      "GET /api/studies/trial/participants/P-009/phones": {
        devices: [],
        reachability: { state: "unreachable", why: "" },
      },
      "POST /api/studies/trial/participants/P-009/enrolment-codes": answer(201, {
        ...enrolment,
        code: "9ABC-DEFG",
        url: "http://x/enrol#9ABC-DEFG",
      }),
    });
    show(<EnrolView />);
    await fill("Yes");
    await userEvent.click(screen.getByRole("button", { name: "Enrol" }));
    expect(await screen.findByText("7KQ2-M4TX")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Make a new code" })).toBeNull();
    await vi.advanceTimersByTimeAsync(8_000);
    await userEvent.click(await screen.findByRole("button", { name: "Make a new code" }));
    expect(await screen.findByText("9ABC-DEFG")).toBeTruthy();
    expect(screen.queryByText("This code is too old now.")).toBeNull();
    expect(calls.find((call) => call.path.endsWith("enrolment-codes"))?.body).toEqual({});
  });

  it("keeps every field when the code is taken", async () => {
    serve({ "POST /api/studies/trial/participants": problem(409, "participant-code-taken") });
    show(<EnrolView />);
    await fill("Yes");
    await userEvent.click(screen.getByRole("button", { name: "Enrol" }));
    expect((await screen.findByRole("alert")).textContent).toContain(
      "has a participant with this code already",
    );
    await waitFor(() =>
      expect(screen.getByLabelText<HTMLInputElement>("Study code").value).toBe("P-009"),
    );
    expect(screen.getByLabelText<HTMLInputElement>("Yes").checked).toBe(true);
  });
});
