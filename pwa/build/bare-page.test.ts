import { describe, expect, it } from "vitest";
import { keepsSomething } from "./bare-page.ts";

describe("a page that keeps nothing", () => {
  it("is told from one that could", () => {
    expect(keepsSomething(["fetch('/api/tablet')", "render(app)"])).toEqual([]);
    expect(keepsSomething(["a", "navigator.serviceWorker.register('/sw.js')"])).toEqual([
      "serviceWorker",
    ]);
    expect(keepsSomething(["indexedDB.open('x'); localStorage.a = 1"])).toEqual([
      "indexedDB",
      "localStorage",
    ]);
  });
});
