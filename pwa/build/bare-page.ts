/**
 * Holds the two promises of the clinic's tablet page when it is built: that it is small, and that
 * its code does not even know how to write something to the tablet. A build that breaks one fails.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";
import { filesOf, scriptBytes } from "./service-worker.ts";

/** All JavaScript of the tablet page after gzip, in bytes. */
export const TABLET_BUDGET = 30 * 1024;

/** How a page would keep something in a browser, or put a worker before itself. */
const KEEPING = [
  "indexedDB",
  "localStorage",
  "sessionStorage",
  "serviceWorker",
  "caches.",
  "cookie",
];

/** The ways to keep something that stand in these scripts. */
export function keepsSomething(scripts: readonly string[]): string[] {
  return KEEPING.filter((way) => scripts.some((script) => script.includes(way)));
}

interface Chunk {
  type: string;
  code?: string;
}

/** The plugin for the page of that entry. */
export function barePage(entry: string): Plugin {
  return {
    name: "sayso-bare-page",
    apply: "build",
    writeBundle(options, bundle) {
      const files = filesOf(entry, bundle as unknown as Parameters<typeof filesOf>[1]);
      if (files.length === 0) return;
      const bytes = scriptBytes(options.dir ?? "", files);
      writeFileSync(join(options.dir ?? "", "tablet", "sizes.json"), `{"tablet":${bytes}}\n`);
      if (bytes > TABLET_BUDGET) {
        this.error(`the tablet's JavaScript is ${bytes} bytes gzipped, over ${TABLET_BUDGET}`);
      }
      const chunks = files.map((file) => bundle[file] as Chunk | undefined);
      const found = keepsSomething(chunks.map((chunk) => chunk?.code ?? ""));
      if (found.length > 0) this.error(`the tablet's page could keep something: ${found}`);
      this.info(`tablet JavaScript: ${(bytes / 1024).toFixed(1)} KB gzipped`);
    },
  };
}
