// @vitest-environment node
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  keep,
  keepOnlyQuestionnaires,
  kept,
  loadQuestionnaire,
  saveQuestionnaire,
  seal,
  unseal,
  wipe,
  withDb,
} from "./db.ts";

afterEach(() => wipe());

const canary = "a-word-nobody-else-writes";
const document = { id: "q", version: "1", title: "Q", language: "en", items: [] };

describe("what lies on the phone", () => {
  it("can be read again", async () => {
    await keep("me", { name: canary });
    expect(await kept("me")).toEqual({ name: canary });
  });

  it("is nothing for a name never used", async () => {
    expect(await kept("never")).toBeNull();
  });

  it("is not readable without the key", async () => {
    await keep("me", { name: canary });
    const sealed = await withDb((db) => db.get("kept", "me"));
    const bytes = new TextDecoder("latin1").decode(sealed?.data);
    expect(bytes.length).toBeGreaterThan(canary.length);
    expect(bytes).not.toContain(canary);
  });

  it("is sealed differently each time", async () => {
    const [one, two] = await withDb(async (db) => [await seal(db, canary), await seal(db, canary)]);
    expect(new Uint8Array(one?.data ?? new ArrayBuffer(0))).not.toEqual(
      new Uint8Array(two?.data ?? new ArrayBuffer(0)),
    );
  });

  it("stands under a key that no script can take out", async () => {
    await keep("me", 1);
    const key = (await withDb((db) => db.get("keys", "main"))) as CryptoKey;
    expect(key.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow();
  });

  it("is null, not an error, when its bytes are damaged", async () => {
    await withDb(async (db) => {
      const sealed = await seal(db, canary);
      const bytes = new Uint8Array(sealed.data);
      bytes[3] = (bytes[3] ?? 0) ^ 255;
      expect(await unseal(db, sealed)).toBeNull();
    });
  });

  it("cannot be read after the phone was cleared, even if the bytes survive", async () => {
    const sealed = await withDb((db) => seal(db, canary));
    await wipe();
    expect(await withDb((db) => unseal(db, sealed))).toBeNull();
  });

  it("is all gone after clearing", async () => {
    await keep("me", 1);
    await saveQuestionnaire("sha", document);
    await wipe();
    expect(await kept("me")).toBeNull();
    expect(await loadQuestionnaire("sha")).toBeUndefined();
  });
});

describe("the connection", () => {
  it("is opened again when the system has closed it", async () => {
    await keep("me", 1);
    await withDb(async (db) => db.close());
    expect(await kept("me")).toBe(1);
  });

  it("hands on what IndexedDB refuses", async () => {
    const full = new DOMException("no room", "QuotaExceededError");
    await expect(withDb(() => Promise.reject(full))).rejects.toBe(full);
  });
});

describe("questionnaires", () => {
  it("stay only while some form needs them", async () => {
    await saveQuestionnaire("old", document);
    await saveQuestionnaire("new", document);
    await keepOnlyQuestionnaires(new Set(["new"]));
    expect(await loadQuestionnaire("old")).toBeUndefined();
    expect(await loadQuestionnaire("new")).toEqual(document);
  });
});

const reads = (request: IDBOpenDBRequest) => request.transaction?.objectStore("keys");

describe("a system that has lost its database", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it.each(["InvalidStateError", "UnknownError", "AbortError"])(
    "is asked once more after %s",
    async (name) => {
      let asked = 0;
      const answer = await withDb(async () => {
        asked += 1;
        if (asked === 1)
          throw new DOMException("Connection to Indexed Database server lost.", name);
        return "here";
      });
      expect([answer, asked]).toEqual(["here", 2]);
    },
  );

  it("is not asked for ever", async () => {
    const lost = () => Promise.reject(new DOMException("lost", "UnknownError"));
    await expect(withDb(lost)).rejects.toThrow("lost");
  });

  it("is not waited for when it never answers, and taken when it does", async () => {
    await wipe();
    let busy = true;
    // Somebody else is setting the database up and does not come to an end.
    const other = indexedDB.open("sayso", 1);
    other.onupgradeneeded = () => {
      const stores = ["keys", "drafts", "outbox", "questionnaires", "kept"];
      for (const name of stores) other.result.createObjectStore(name);
      const again = (): void => {
        if (busy) reads(other)?.get("x").addEventListener("success", again);
      };
      again();
    };
    other.onsuccess = () => other.result.close();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const refused = expect(kept("me")).rejects.toMatchObject({ name: "TimeoutError" });
    await vi.advanceTimersByTimeAsync(6000);
    await refused;
    await expect(kept("me")).rejects.toMatchObject({ name: "TimeoutError" });
    vi.useRealTimers();
    busy = false;
    await vi.waitFor(async () => expect(await kept("me")).toBeNull(), 10_000);
  });
});
