import { act, configure, screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TabletHandover } from "../api/entries";
import { whenHandedOver } from "../leave";
import { ann, form, mary, study } from "../testing/people";
import { answer, type Call, problem, serve } from "../testing/server";
import { show, visit } from "../testing/show";
import { ParticipantPage } from "./participant";
import { TabletsToday } from "./tablets-today";
import { timeline } from "./timeline";

// Many tests share this machine; what is waited for comes, but not always within a second.
configure({ asyncUtilTimeout: 8000 });
const user = userEvent.setup();
const QR =
  '<svg width="4" height="4"><path transform="scale(4)" stroke="#000" class="qrline" d="M0 0.5h1"/></svg>';
const base = "/api/studies/trial/participants/P-001";
const open = form(1, { status: "open" });
const soon = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

const row = (more: Partial<TabletHandover> = {}): TabletHandover => ({
  id: 5,
  participant: "P-001",
  site: "BOS",
  started_at: "2026-06-15T14:00:00Z",
  by: "Ann Lee",
  expires_at: soon(10),
  taken_at: null,
  over_at: null,
  state: "waiting",
  arrived: [],
  ...more,
});

let rows: TabletHandover[];
let calls: Call[];
let person: typeof mary;

beforeEach(() => {
  rows = [];
  person = { ...mary, forms: [open] };
  calls = serve({
    [`GET ${base}`]: () => person,
    [`GET ${base}/handovers`]: () => ({ server_time: soon(0), rows }),
    [`POST ${base}/handovers`]: () => {
      rows = [row()];
      return answer(201, {
        id: 5,
        code: "ABCD-EFGH",
        url: "http://console.test/tablet#ABCD-EFGH",
        expires_at: soon(10),
        qr_svg: QR,
      });
    },
    [`POST ${base}/handovers/5/end`]: () => {
      rows = [row({ state: "ended", over_at: soon(0) })];
      return { id: 5, state: "ended" };
    },
    "DELETE /api/staff/session": answer(204, null),
    "GET /api/studies/trial/handovers": () => ({ server_time: soon(0), rows }),
  });
  visit("#/trial/participants/P-001");
});

afterEach(() => vi.useRealTimers());

async function handOver(): Promise<void> {
  show(<ParticipantPage code="P-001" />);
  await user.click(await screen.findByRole("button", { name: "Hand over a tablet" }));
  await user.click(screen.getByRole("button", { name: "Show the code" }));
  await screen.findByText("ABCD-EFGH");
}

describe("handing the tablet over", { timeout: 20_000 }, () => {
  it("shows the code and the address in two taps, and how long it works", async () => {
    await handOver();
    expect(screen.getByText("http://console.test/tablet")).toBeTruthy();
    expect(screen.getByText("Works once, for 10 minutes more.")).toBeTruthy();
    expect(screen.getByRole("img", { name: /QR picture/ })).toBeTruthy();
    expect(screen.getByText("Waiting for the code to be typed.")).toBeTruthy();
  });

  it("is not offered to somebody exempt, without an open form, or by who may only read", async () => {
    const { unmount } = show(<ParticipantPage code="P-001" />, { ...ann, role: "monitor" });
    await screen.findByRole("heading", { name: "P-001" });
    await screen.findByText("Timeline");
    const button = () => screen.queryByRole("button", { name: "Hand over a tablet" });
    expect(button()).toBeNull();
    unmount();
    for (const other of [{ ...mary, exempt_since: "2026-01-05", forms: [open] }, mary]) {
      person = other;
      const shown = show(<ParticipantPage code="P-001" />);
      await screen.findByRole("button", { name: "Record contact" });
      expect(button()).toBeNull();
      shown.unmount();
    }
  });

  it("says when the tablet has it, what came, and that it is back", async () => {
    await handOver();
    const came = [{ code: "7KQ2-M4", received_at: "2026-06-15T14:20:00Z" }];
    rows = [row({ state: "finished", taken_at: soon(0), over_at: soon(0), arrived: came })];
    await screen.findByText(/receipt 7KQ2-M4\./, {}, { timeout: 6000 });
    expect(screen.getByText(/^Everything is answered and sent\./)).toBeTruthy();
    expect(screen.queryByText("ABCD-EFGH")).toBeNull();
    // The timeline below has learned of it too.
    await screen.findByText("1 questionnaire sent: 7KQ2-M4");
  });

  it("is ended from here, and another code can be made", async () => {
    await handOver();
    await user.click(screen.getByRole("button", { name: "End it" }));
    await screen.findByText(/^Ended\./);
    await user.click(screen.getByRole("button", { name: "Make a new code" }));
    expect(screen.getByRole("button", { name: "Show the code" })).toBeTruthy();
  });

  it("signs out, empties the page and goes to the tablet's in its place", async () => {
    const gone = vi.fn();
    const replace = vi.spyOn(window.location, "replace").mockImplementation(gone);
    const page = document.createElement("div");
    page.id = "console";
    page.append("P-001");
    document.body.append(page);
    await handOver();
    await user.click(screen.getByRole("button", { name: "Use this very screen" }));
    await waitFor(() => expect(gone).toHaveBeenCalledWith("http://console.test/tablet#ABCD-EFGH"));
    expect(calls.some(({ method }) => method === "DELETE")).toBe(true);
    expect(page.textContent).toBe("");
    page.remove();
    replace.mockRestore();
  });

  it("does not go when the server could not sign out", async () => {
    await handOver();
    const replace = vi.spyOn(window.location, "replace").mockImplementation(() => {});
    serve({ "DELETE /api/staff/session": problem(503, "store-unavailable") });
    await user.click(screen.getByRole("button", { name: "Use this very screen" }));
    await screen.findByRole("alert");
    expect(replace).not.toHaveBeenCalled();
    replace.mockRestore();
  });
});

describe("what is seen of it afterwards", () => {
  it("stands in the timeline with its end and its receipts", () => {
    const given = row({ state: "given_back", over_at: "2026-06-15T14:09:00Z" });
    const { past } = timeline(study, mary, "2026-06-16", [given]);
    const entry = past.find(({ key }) => key === "tablet 5");
    expect(entry?.title).toBe("Clinic tablet handed over by Ann Lee");
    expect(entry?.lines.join("; ")).toMatch(/given back; nothing sent$/);
    expect(entry?.group).toBe("devices");
  });

  it("stands under Today, by site, and takes no room when there is none", async () => {
    const { unmount, container } = show(<TabletsToday site={undefined} />);
    await waitFor(() => expect(calls).toHaveLength(1));
    expect(container.querySelector("table")).toBeNull();
    unmount();
    rows = [row({ state: "active" }), row({ id: 6, participant: "P-009", site: "CHI" })];
    show(<TabletsToday site="BOS" />);
    const link = await screen.findByRole("link", { name: "P-001" });
    expect(link.getAttribute("href")).toBe("#/trial/participants/P-001");
    expect(screen.getByText("in her hands now")).toBeTruthy();
    expect(screen.queryByText("P-009")).toBeNull();
  });

  it("empties other windows of the console", async () => {
    const heard = vi.fn();
    const stop = whenHandedOver(heard);
    const tablet = new BroadcastChannel("sayso-desk");
    tablet.postMessage("handed over");
    await waitFor(() => expect(heard).toHaveBeenCalledOnce());
    stop();
    await act(async () => tablet.postMessage("handed over"));
    expect(heard).toHaveBeenCalledOnce();
    tablet.close();
  });
});
