/**
 * One way to ask the server. A request never throws: it ends in data or in a problem with a slug,
 * and the app has a sentence for every slug. What is no proper answer of this server (no network,
 * a hotel's sign-in page, a proxy's error) is "offline" or "server-away", never an answer.
 */

export interface Problem {
  ok: false;
  /** HTTP status, or 0 when there was no answer. */
  status: number;
  slug: string;
  /** Seconds to wait, when the server says so. */
  retryAfter: number | null;
}

export type Result<T> = { ok: true; status: number; data: T } | Problem;

export type Method = "GET" | "PUT" | "POST" | "DELETE";

const TIMEOUT_MS = 25_000;

const problem = (status: number, slug: string, retryAfter: number | null = null): Problem => ({
  ok: false,
  status,
  slug,
  retryAfter,
});

/** A function that sends requests in the name of one app, such as "participant/0.1.0". */
export function client(name: string) {
  return async function request<T>(
    method: Method,
    path: string,
    body?: unknown,
  ): Promise<Result<T>> {
    // A plain GET is one that the browser may already have sent ahead, as the page's headers ask.
    const headers: Record<string, string> = method === "GET" ? {} : { "X-Sayso-Client": name };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    try {
      const response = await fetch(path, {
        method,
        headers,
        redirect: "error",
        cache: "no-cache",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        // Nothing at all where there is nothing to say.
        body: JSON.stringify(body),
      });
      return await read<T>(response);
    } catch {
      return problem(0, "offline");
    }
  };
}

async function read<T>(response: Response): Promise<Result<T>> {
  const type = response.headers.get("Content-Type") ?? "";
  if (response.status === 204) return { ok: true, status: 204, data: undefined as T };
  if (response.ok && type.startsWith("application/json")) {
    return { ok: true, status: response.status, data: (await response.json()) as T };
  }
  const after = Number(response.headers.get("Retry-After"));
  const retryAfter = after > 0 && after < Infinity ? after : null;
  const named = /^application\/(problem\+)?json/.test(type);
  const said = named ? ((await response.json()) as Partial<Problem>).slug : null;
  return problem(response.status, said ?? "server-away", retryAfter);
}
