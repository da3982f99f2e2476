/**
 * One build, three pages. The participant app (index.html) is the only one with a service worker;
 * the coordinator's console (console/index.html) and the clinic's tablet (tablet/index.html) keep
 * nothing on the machine they run on.
 * The result lands in the Python package, which serves it.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { barePage } from "./build/bare-page.ts";
import { serviceWorker } from "./build/service-worker.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(here("package.json"), "utf8")) as { version: string };
const api = process.env.SAYSO_DEV_API ?? "http://127.0.0.1:8000";

/**
 * Lazy chunks are fetched by the browser's own import(). The helper that Vite puts around it adds
 * style sheets of chunks, and these have none.
 */
const plainImports = {
  name: "sayso-plain-imports",
  enforce: "pre" as const,
  load: (id: string): string | null =>
    id.includes("vite/preload-helper") ? "export const __vitePreload = (load) => load();" : null,
};

// Three runs, one for each page, so that none loads a part of another's code: a phone on a slow
// line waits for every file.
type Entry = "console" | "tablet" | "participant";
const PAGES: Record<Entry, string> = {
  console: "console/index.html",
  tablet: "tablet/index.html",
  participant: "index.html",
};

const pluginsOf = (entry: Entry): Plugin[] => {
  if (entry === "console") return [];
  if (entry === "tablet") return [barePage(entry)];
  return [
    plainImports,
    serviceWorker({ entry: here("src/sw/sw.ts"), off: here("src/sw/off.ts"), version }),
  ];
};

const config = (entry: Entry): ViteUserConfig => ({
  root: here("."),
  define: { __BUILD__: JSON.stringify(version) },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: pluginsOf(entry),
  build: {
    outDir: here("../backend/sayso/web/static"),
    emptyOutDir: entry === "console",
    copyPublicDir: entry === "participant",
    target: ["es2022", "safari16.4", "chrome109", "firefox115"],
    // A data: address is not allowed by the page's content security policy.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: { input: { [entry]: here(PAGES[entry]) } },
  },
  server: { proxy: { "/api": api } },
  test: {
    environment: "happy-dom",
    // Tests talk to a real server on this machine, which is another origin than the page's.
    environmentOptions: { happyDOM: { settings: { fetch: { disableSameOriginPolicy: true } } } },
    include: ["src/**/*.test.{ts,tsx}", "build/**/*.test.ts"],
    setupFiles: [here("build/test-setup.ts")],
    restoreMocks: true,
    testTimeout: 30_000,
  },
});

export default defineConfig(({ mode }) => config(mode in PAGES ? (mode as Entry) : "participant"));
