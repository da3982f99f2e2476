// @vitest-environment node
import { afterEach, describe, expect, it } from "vitest";
import { wipe, withDb } from "./db.ts";
import { drafts, type LocalDraft, loadDraft, saveDraft } from "./drafts.ts";
import { type Entry, enqueue, flush, type Outcome, receipts, release, waiting } from "./outbox.ts";
import { removeDatabase } from "./stores.ts";

afterEach(() => wipe());

const entry = (id: string, form = 1, person = "S1-1"): Entry => ({
  id,
  form_id: form,
  title: `Form ${form}`,
  person,
  questionnaire_sha: "sha",
  answers: { a: 1 },
  skipped: [],
  authored_at: "2026-06-18T09:30:05+01:00",
  authored_zone: "Europe/London",
  offer_token: "token",
});

const draft = (form: number, person = "S1-1"): LocalDraft => ({
  form_id: form,
  person,
  response_id: "r",
  questionnaire_sha: "sha",
  answers: { a: 1 },
  skipped: [],
  at_item: "a",
  saved_at: "2026-06-18T09:00:00Z",
  base: null,
});

const receipt = (one: Entry): Outcome => ({
  kind: "receipt",
  code: `CODE-${one.id}`,
  received_at: "2026-06-18T10:00:00Z",
  disposition: "in_window",
});

describe("drafts", () => {
  it("belong to the person who wrote them", async () => {
    await saveDraft(draft(1));
    expect(await loadDraft(1, "S1-1")).toEqual(draft(1));
    expect(await loadDraft(1, "S1-2")).toBeNull();
    expect(await drafts("S1-2")).toEqual([]);
  });
});

describe("the outbox", () => {
  it("takes the draft's place in one step", async () => {
    await saveDraft(draft(1));
    await enqueue(entry("r1"), 1);
    expect(await loadDraft(1, "S1-1")).toBeNull();
    expect(await waiting()).toEqual([
      { id: "r1", state: "waiting", slug: null, form_id: 1, title: "Form 1" },
    ]);
  });

  it("keeps the draft when the entry cannot be written", async () => {
    await saveDraft(draft(1));
    const unwritable = { ...entry("r1"), answers: { a: 1n as unknown as number } };
    await expect(enqueue(unwritable, 1)).rejects.toThrow();
    expect(await loadDraft(1, "S1-1")).not.toBeNull();
  });

  it("sends in the order of finishing and keeps the receipts, newest first", async () => {
    await enqueue(entry("b", 2), 2);
    await enqueue(entry("a", 1), 1);
    const sent: string[] = [];
    const stopped = await flush("S1-1", async (one) => {
      sent.push(one.id);
      return receipt(one);
    });
    expect(stopped).toBeNull();
    expect(sent).toEqual(["a", "b"]);
    expect((await receipts()).map(({ code }) => code)).toEqual(["CODE-b", "CODE-a"]);
    expect(await waiting()).toEqual([]);
  });

  it("gives an entry up only for a receipt", async () => {
    await enqueue(entry("a"), 1);
    for (const slug of ["offline", "server-away", "sign-in-needed", "slow-down"]) {
      expect(await flush("S1-1", async () => ({ kind: "later", slug }))).toBe(slug);
      expect(await waiting()).toHaveLength(1);
    }
  });

  it("survives a sender that breaks", async () => {
    await enqueue(entry("a"), 1);
    await expect(flush("S1-1", () => Promise.reject(new Error("boom")))).rejects.toThrow("boom");
    expect(await waiting()).toHaveLength(1);
  });

  it.each(["offline", "sign-in-needed", "slow-down"])(
    "does not try the rest after %s",
    async (slug) => {
      await enqueue(entry("a", 1), 1);
      await enqueue(entry("b", 2), 2);
      let tries = 0;
      await flush("S1-1", async () => {
        tries += 1;
        return { kind: "later", slug };
      });
      expect(tries).toBe(1);
    },
  );

  it("does not let one entry the server stumbles over hold up the others", async () => {
    await enqueue(entry("a", 1), 1);
    await enqueue(entry("b", 2), 2);
    await flush("S1-1", async (one) =>
      one.id === "a" ? { kind: "later", slug: "server-away" } : receipt(one),
    );
    expect((await waiting()).map(({ id }) => id)).toEqual(["a"]);
  });

  it("holds back what was refused, tells why, and asks no more", async () => {
    await enqueue(entry("a"), 1);
    await flush("S1-1", async () => ({ kind: "refused", slug: "answers-malformed" }));
    expect(await waiting()).toMatchObject([{ state: "held", slug: "answers-malformed" }]);
    let tries = 0;
    await flush("S1-1", async (one) => {
      tries += 1;
      return receipt(one);
    });
    expect(tries).toBe(0);
    await release();
    await flush("S1-1", async (one) => receipt(one));
    expect(await waiting()).toEqual([]);
  });

  it("never sends one person's answers under another's code", async () => {
    await enqueue(entry("a", 1, "S1-1"), 1);
    const sent: string[] = [];
    const send = async (one: Entry): Promise<Outcome> => {
      sent.push(one.id);
      return receipt(one);
    };
    expect(await flush("S1-2", send)).toBe("other-person");
    expect(sent).toEqual([]);
    await flush("S1-1", send);
    expect(sent).toEqual(["a"]);
  });

  it("puts back what the phone has lost while the page lives, until there is a receipt", async () => {
    await enqueue(entry("a"), 1);
    await enqueue(entry("b"), 2);
    await removeDatabase("sayso");
    expect((await waiting()).map(({ id }) => id)).toEqual(["a", "b"]);
    await flush("S1-1", async (one) => receipt(one));
    await removeDatabase("sayso");
    expect(await waiting()).toEqual([]);
  });

  it("keeps what it cannot read, and says so", async () => {
    await enqueue(entry("a"), 1);
    await withDb((db) => db.clear("keys"));
    await flush("S1-1", async (one) => receipt(one));
    expect(await waiting()).toMatchObject([{ id: "a", state: "held", slug: "unreadable" }]);
    await release();
    expect(await waiting()).toMatchObject([{ state: "held" }]);
  });

  it("sends once when two flushes run into each other", async () => {
    await enqueue(entry("a"), 1);
    const sent: string[] = [];
    const send = async (one: Entry): Promise<Outcome> => {
      sent.push(one.id);
      await Promise.resolve();
      return receipt(one);
    };
    await Promise.all([flush("S1-1", send), flush("S1-1", send)]);
    expect(sent).toEqual(["a"]);
    expect(await receipts()).toHaveLength(1);
  });
});
