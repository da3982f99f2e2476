/// <reference lib="webworker" />
/**
 * The app's shell: the files that make it open with no network. They are fetched together when a
 * version is installed and thrown away together when the next one takes over. Requests to the API,
 * to the console, to the clinic's tablet and anything that is not a GET are never touched.
 */

const PREFIX = "shell-";
const CACHE = `${PREFIX}${__REVISION__}`;

async function fill(): Promise<void> {
  const cache = await caches.open(CACHE);
  // "reload" passes by the browser's own cache: an old index.html there would name old files.
  await cache.addAll(__PRECACHE__.map((path) => new Request(path, { cache: "reload" })));
}

async function dropOthers(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
}

/** The path in the shell that answers this request, or null when it is not ours to answer. */
export function shellPath(request: Request, origin: string): string | null {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== origin) return null;
  if (/^\/(api|console|tablet|health|problems|metrics)(\/|$)/.test(url.pathname)) return null;
  if (request.mode === "navigate") return "/";
  return __PRECACHE__.includes(url.pathname) ? url.pathname : null;
}

async function answer(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(path);
  if (kept) return kept;
  const response = await fetch(request);
  if (path === "/" && response.ok) await refill(response.clone());
  return response;
}

/** Whether a page is of this worker's version: it loads only files that are kept with it. */
export function isOwnPage(page: string): boolean {
  const loads = page.match(/\/assets\/[\w.-]+/g) ?? [];
  return loads.length > 0 && loads.every((path) => __PRECACHE__.includes(path));
}

/** Keeps the app anew where the phone has lost it, unless a newer version is on its way anyway. */
async function refill(page: Response): Promise<void> {
  try {
    if (isOwnPage(await page.text())) await fill();
  } catch {
    // The network went away half-way: the next visit tries again.
  }
}

export function installShell(scope: ServiceWorkerGlobalScope): void {
  scope.addEventListener("install", (event) => {
    event.waitUntil(fill());
  });
  scope.addEventListener("activate", (event) => {
    event.waitUntil(dropOthers().then(() => scope.clients.claim()));
  });
  scope.addEventListener("fetch", (event) => {
    const path = shellPath(event.request, scope.location.origin);
    if (path !== null) event.respondWith(answer(event.request, path));
  });
  // The page asks for this only while no questionnaire is open on the screen.
  scope.addEventListener("message", (event) => {
    if (event.data === "take-over") event.waitUntil(scope.skipWaiting());
  });
}
