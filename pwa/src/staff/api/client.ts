/**
 * The console's way to the server: one function for reads, one for writes.
 * Every failure arrives as a Problem with a slug, so a view never has to know
 * about status codes. A 401 is told to one listener as well, which asks for a
 * sign-in on top of the page; the page stays as it is, with what was typed.
 */

export const BUILD = `console/${__BUILD__}`;

export type FieldErrors = Readonly<Record<string, readonly string[]>>;

export class Problem extends Error {
  constructor(
    readonly slug: string,
    readonly status: number,
    readonly detail: string,
    readonly errors: FieldErrors = {},
    readonly retryAfter: number | null = null,
  ) {
    super(slug);
  }
}

type Listener = (slug: string) => void;

let signInListener: Listener = () => {};

/** The one place that reacts to an ended session; returns how to stop. */
export function whenSignInNeeded(listener: Listener): () => void {
  signInListener = listener;
  return () => {
    if (signInListener === listener) signInListener = () => {};
  };
}

export function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  return call<T>("GET", path, { signal });
}

export interface WriteOptions {
  readonly etag?: string | null | undefined;
}

export function write<T>(
  method: "POST" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
  options: WriteOptions = {},
): Promise<T> {
  return call<T>(method, path, { body, etag: options.etag });
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly body?: unknown;
  readonly etag?: string | null | undefined;
}

/** What a request is answered when nobody of the staff is signed in here, or must not be. */
const SIGN_IN: ReadonlySet<string> = new Set(["sign-in-needed", "tablet-in-hand"]);

async function call<T>(method: string, path: string, options: CallOptions): Promise<T> {
  const answer = await send(method, path, options);
  if (!answer.ok) {
    const problem = await problemOf(answer);
    if (SIGN_IN.has(problem.slug)) signInListener(problem.slug);
    throw problem;
  }
  return (answer.status === 204 ? null : await answer.json()) as T;
}

async function send(method: string, path: string, options: CallOptions): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", "X-Sayso-Client": BUILD };
  if (options.etag) headers["If-Match"] = quoted(options.etag);
  const init: RequestInit = { method, headers, credentials: "same-origin", cache: "no-store" };
  if (method !== "GET") {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(options.body ?? {});
  }
  if (options.signal) init.signal = options.signal;
  try {
    return await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem("offline", 0, "");
  }
}

function quoted(etag: string): string {
  return etag.startsWith('"') || etag.startsWith("W/") ? etag : `"${etag}"`;
}

/** A problem document, or the nearest thing to it when a proxy answered instead. */
async function problemOf(answer: Response): Promise<Problem> {
  const retry = Number(answer.headers.get("Retry-After"));
  const wait = Number.isFinite(retry) && retry > 0 ? retry : null;
  let body: Record<string, unknown> = {};
  try {
    body = (await answer.json()) as Record<string, unknown>;
  } catch {
    body = {};
  }
  const slug = typeof body.slug === "string" ? body.slug : slugOfStatus(answer.status);
  const detail = typeof body.detail === "string" ? body.detail : "";
  return new Problem(slug, answer.status, detail, fieldErrors(body.errors), wait);
}

/** Field errors may be nested by location ("json"); the leaves are lists of sentences. */
function fieldErrors(raw: unknown, prefix = ""): FieldErrors {
  const found: Record<string, readonly string[]> = {};
  if (typeof raw !== "object" || raw === null) return found;
  for (const [name, value] of Object.entries(raw)) {
    const path = prefix === "" || prefix === "json" ? name : `${prefix}.${name}`;
    if (Array.isArray(value)) found[path] = value.map(String);
    else if (typeof value === "string") found[path] = [value];
    else Object.assign(found, fieldErrors(value, path));
  }
  return found;
}

function slugOfStatus(status: number): string {
  if (status === 401) return "sign-in-needed";
  if (status === 403) return "not-allowed";
  if (status === 404) return "not-found";
  if (status === 412) return "changed-meanwhile";
  if (status === 429) return "slow-down";
  return status >= 500 ? "server-trouble" : "request-not-understood";
}

/** A path with its query; empty values are left out so that addresses stay short. */
export function at(
  segments: readonly (string | number)[],
  query: Readonly<Record<string, string | null | undefined>> = {},
): string {
  const path = `/${segments.map((part) => encodeURIComponent(String(part))).join("/")}`;
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

export function studyPath(key: string, ...rest: (string | number)[]): string {
  return at(["api", "studies", key, ...rest]);
}
