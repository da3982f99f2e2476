/** A server for tests: answers by method and path, and remembers what was asked of it. */
import { vi } from "vitest";

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Routes = Readonly<Record<string, unknown>>;

/** An answer with a status; anything else under a route is a body with 200. */
export function answer(status: number, body: unknown, headers = {}): Answer {
  return { status, body, headers, [MARK]: true } as Answer;
}

export function problem(status: number, slug: string, more: Record<string, unknown> = {}): Answer {
  return answer(status, {
    type: `/problems/${slug}`,
    title: slug,
    status,
    detail: "",
    slug,
    ...more,
  });
}

const MARK = Symbol("answer");

/** Routes are "GET /path"; a function is asked with the call and gives the answer. */
export function serve(routes: Routes): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal("fetch", async (address: string, init: RequestInit = {}) => {
    const url = new URL(address, "http://console.test");
    const call: Call = {
      method: init.method ?? "GET",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: (init.headers ?? {}) as Record<string, string>,
      body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
    };
    calls.push(call);
    const route = routes[`${call.method} ${call.path}`];
    const said = typeof route === "function" ? route(call) : route;
    return response(said);
  });
  return calls;
}

function response(said: unknown): Response {
  if (said === undefined) return response(problem(404, "not-found"));
  const { status, body, headers } =
    typeof said === "object" && said !== null && MARK in said
      ? (said as unknown as Answer)
      : { status: 200, body: said, headers: {} };
  const text = status === 204 ? null : JSON.stringify(body);
  return new Response(text, {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });
}
