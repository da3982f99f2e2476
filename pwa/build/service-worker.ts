/**
 * Builds the service worker after the pages, because it must know the hashed names of the files
 * that make up the participant app's shell. The same walk over the bundle checks the promise that
 * all of the participant app's JavaScript stays within its budget, so a build that breaks the
 * promise fails instead of shipping.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "vite";

/** All participant JavaScript together, service worker included, after gzip, in bytes. */
export const BUDGET = 40_000;

interface Output {
  type: "chunk" | "asset";
  fileName: string;
  code?: string;
  isEntry?: boolean;
  name?: string;
  imports?: string[];
  dynamicImports?: string[];
  viteMetadata?: { importedCss: Set<string>; importedAssets: Set<string> };
}

export interface Options {
  /** Source of the service worker. */
  entry: string;
  /** Source of the kill switch: a worker that removes itself and its caches. */
  off: string;
  version: string;
}

/** Every file that the named entry can load: chunks, lazy chunks and their style sheets. */
export function filesOf(entry: string, bundle: Record<string, Output>): string[] {
  const seen = new Set<string>();
  const visit = (fileName: string): void => {
    const output = bundle[fileName];
    if (!output || seen.has(fileName)) return;
    seen.add(fileName);
    for (const css of output.viteMetadata?.importedCss ?? []) seen.add(css);
    for (const asset of output.viteMetadata?.importedAssets ?? []) seen.add(asset);
    for (const next of [...(output.imports ?? []), ...(output.dynamicImports ?? [])]) visit(next);
  };
  for (const output of Object.values(bundle)) {
    if (output.type === "chunk" && output.isEntry && output.name === entry) visit(output.fileName);
  }
  return [...seen].sort();
}

/** Sizes after gzip of the JavaScript among the given files of a folder, in bytes. */
export function scriptBytes(folder: string, files: readonly string[]): number {
  return files
    .filter((file) => file.endsWith(".js"))
    .map((file) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length)
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** A short name for exactly these file contents: it changes when any of them does. */
export function revision(folder: string, files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest("hex").slice(0, 12);
}

async function bundleWorker(entry: string, name: string, outDir: string, define: object) {
  await build({
    configFile: false,
    logLevel: "error",
    define: { ...define },
    build: {
      outDir,
      emptyOutDir: false,
      copyPublicDir: false,
      target: ["es2022", "safari16.4", "chrome109", "firefox115"],
      rolldownOptions: { input: entry, output: { format: "iife", entryFileNames: name } },
    },
  });
}

/** The plugin: writes sw.js and sw-off.js beside the pages and holds the budget. */
export function serviceWorker({ entry, off, version }: Options): Plugin {
  return {
    name: "sayso-service-worker",
    apply: "build",
    async writeBundle(options, bundle) {
      const folder = options.dir ?? "";
      const icons = readdirSync(join(folder, "icons"))
        .filter((file) => file.endsWith(".svg"))
        .map((file) => `icons/${file}`);
      const shell = filesOf("participant", bundle as unknown as Record<string, Output>);
      if (shell.length === 0) return;
      const files = ["index.html", "manifest.webmanifest", ...shell, ...icons];
      const define = {
        __PRECACHE__: JSON.stringify(
          files.map((file) => (file === "index.html" ? "/" : `/${file}`)),
        ),
        __REVISION__: JSON.stringify(revision(folder, files)),
        __BUILD__: JSON.stringify(version),
      };
      await bundleWorker(entry, "sw.js", folder, define);
      await bundleWorker(off, "sw-off.js", folder, define);
      const bytes = scriptBytes(folder, [...shell, "sw.js"]);
      writeFileSync(join(folder, "sizes.json"), `${JSON.stringify({ participant: bytes })}\n`);
      if (bytes > BUDGET) {
        this.error(`the participant app's JavaScript is ${bytes} bytes gzipped, over ${BUDGET}`);
      }
      this.info(`participant JavaScript: ${(bytes / 1024).toFixed(1)} KB gzipped`);
    },
  };
}
