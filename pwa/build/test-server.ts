/**
 * A real HTTP server on this machine for tests: routes are functions of the request's body, and
 * what was asked is remembered. The page's relative addresses are sent to it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { vi } from "vitest";

export interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: unknown;
}

export type Answer = {
  status?: number;
  body?: unknown;
  type?: string;
  headers?: Record<string, string>;
};
export type Routes = Record<string, (asked: Asked) => Answer>;

export interface TestServer {
  asked: Asked[];
  routes: Routes;
  /** No request gets an answer until this is false again. */
  away: boolean;
  close(): Promise<void>;
}

export const problem = (status: number, slug: string, more: object = {}): Answer => ({
  status,
  type: "application/problem+json",
  body: { type: `/problems/${slug}`, title: slug, status, detail: "", slug, ...more },
});

function find(routes: Routes, key: string): ((asked: Asked) => Answer) | undefined {
  if (routes[key]) return routes[key];
  const star = Object.keys(routes).find(
    (one) => one.endsWith("*") && key.startsWith(one.slice(0, -1)),
  );
  return star === undefined ? undefined : routes[star];
}

const realFetch = globalThis.fetch;

/** Starts the server and points the page's `fetch` at it. */
export async function startServer(routes: Routes): Promise<TestServer> {
  const state: TestServer = { asked: [], routes, away: false, close: async () => {} };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { method = "GET", url: path = "/", headers } = request;
    const asked = { method, path, headers, body: text ? JSON.parse(text) : undefined };
    state.asked.push(asked);
    const answer = find(state.routes, `${method} ${path}`)?.(asked) ?? problem(404, "not-found");
    response.writeHead(answer.status ?? 200, {
      "Content-Type": answer.type ?? "application/json",
      ...answer.headers,
    });
    const { body } = answer;
    response.end(
      body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
    );
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    if (state.away) return Promise.reject(new TypeError("no network"));
    const { redirect, cache: _cache, ...rest } = init;
    return realFetch(`http://127.0.0.1:${port}${path}`, { ...rest, redirect: redirect ?? "error" });
  });
  state.close = () => {
    state.away = true;
    return new Promise((done) => {
      server.closeAllConnections();
      server.close(() => done());
    });
  };
  return state;
}
