// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Database, openDatabase, removeDatabase } from "./stores.ts";

interface Shelves {
  words: string;
  rows: { id: number; text: string };
}

const lost = vi.fn();
let db: Database<Shelves>;

const make = (made: IDBDatabase): void => {
  made.createObjectStore("words");
  made.createObjectStore("rows", { keyPath: "id" });
};

beforeEach(async () => {
  lost.mockClear();
  db = await openDatabase<Shelves>("shelves", 1, make, lost);
});

afterEach(async () => {
  db.close();
  await removeDatabase("shelves");
});

describe("a store", () => {
  it("gives back what was put, under a key of ours or its own", async () => {
    await db.put("words", "heron", "a");
    await db.put("rows", { id: 3, text: "egret" });
    expect(await db.get("words", "a")).toBe("heron");
    expect(await db.get("rows", 3)).toEqual({ id: 3, text: "egret" });
    expect(await db.get("words", "b")).toBeUndefined();
  });

  it("lists, forgets one and forgets all", async () => {
    for (const key of ["a", "b", "c"]) await db.put("words", `word ${key}`, key);
    await db.delete("words", "b");
    expect(await db.getAllKeys("words")).toEqual(["a", "c"]);
    expect(await db.getAll("words")).toEqual(["word a", "word c"]);
    await db.clear("words");
    expect(await db.getAll("words")).toEqual([]);
  });

  it("keeps the first of two that are put there at once", async () => {
    const both = await Promise.all([
      db.putFirst("words", "one", "key"),
      db.putFirst("words", "other", "key"),
    ]);
    expect(both).toEqual(["one", "one"]);
    expect(await db.get("words", "key")).toBe("one");
  });
});

describe("one transaction over two stores", () => {
  it("writes both", async () => {
    await db.all(["words", "rows"], "readwrite", (store) => {
      store("words").put("heron", "a");
      return store("rows").put({ id: 1, text: "egret" });
    });
    expect([await db.get("words", "a"), await db.get("rows", 1)]).toEqual([
      "heron",
      { id: 1, text: "egret" },
    ]);
  });

  it("writes neither when one of them is refused, and says why", async () => {
    await db.put("rows", { id: 1, text: "first" });
    const refused = db.all(["words", "rows"], "readwrite", (store) => {
      store("words").put("heron", "a");
      return store("rows").add({ id: 1, text: "again" });
    });
    await expect(refused).rejects.toMatchObject({ name: "ConstraintError" });
    expect(await db.get("words", "a")).toBeUndefined();
  });

  it("is an error, not silence, when it is cut short", async () => {
    const cut = db.all(["words"], "readwrite", (store) => {
      store("words").put("heron", "a");
      store("words").transaction.abort();
      return undefined;
    });
    await expect(cut).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("a database", () => {
  it("lets go when another window removes it, and says so", async () => {
    await removeDatabase("shelves");
    expect(lost).toHaveBeenCalledOnce();
    await expect(db.get("words", "a")).rejects.toMatchObject({ name: "InvalidStateError" });
  });

  it("that cannot be opened is an error", async () => {
    await expect(openDatabase("shelves", 0, make, lost)).rejects.toThrow();
  });
});
