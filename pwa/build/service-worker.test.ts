// @vitest-environment node
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { filesOf, revision, scriptBytes } from "./service-worker.ts";

const chunk = (fileName: string, more: object = {}) => ({
  type: "chunk" as const,
  fileName,
  ...more,
});

const bundle = {
  "a.js": chunk("a.js", {
    isEntry: true,
    name: "participant",
    imports: ["shared.js"],
    dynamicImports: ["lazy.js"],
    viteMetadata: { importedCss: new Set(["a.css"]), importedAssets: new Set(["b.svg"]) },
  }),
  "c.js": chunk("c.js", { isEntry: true, name: "console", imports: ["shared.js"] }),
  "shared.js": chunk("shared.js", { imports: ["a.js"] }),
  "lazy.js": chunk("lazy.js"),
};

describe("the files of an app", () => {
  it("are all it can load, also later, and nothing of the other app", () => {
    expect(filesOf("participant", bundle)).toEqual([
      "a.css",
      "a.js",
      "b.svg",
      "lazy.js",
      "shared.js",
    ]);
  });

  it("are none for an entry that does not exist", () => {
    expect(filesOf("nobody", bundle)).toEqual([]);
  });
});

describe("measured files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sizes-"));
    writeFileSync(join(folder, "a.js"), "let a = 1;".repeat(100));
    writeFileSync(join(folder, "a.css"), "a{}".repeat(1000));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("count scripts only, as they travel", () => {
    const packed = gzipSync("let a = 1;".repeat(100), { level: 9 }).length;
    expect(scriptBytes(folder, ["a.js", "a.css"])).toBe(packed);
  });

  it("have another revision as soon as one of them changes", () => {
    const before = revision(folder, ["a.js", "a.css"]);
    expect(revision(folder, ["a.js", "a.css"])).toBe(before);
    writeFileSync(join(folder, "a.css"), "b{}");
    expect(revision(folder, ["a.js", "a.css"])).not.toBe(before);
  });
});
