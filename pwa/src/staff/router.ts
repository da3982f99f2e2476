/**
 * Routing by the part of the address after "#". It never leaves the browser,
 * so no participant's code and no filter is written to a server's access log
 * as a page address, and the server needs to serve one page only.
 */
import { useEffect, useState } from "preact/hooks";

export interface Route {
  readonly segments: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

export type Query = Readonly<Record<string, string | null | undefined>>;

export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#\/?/, "");
  const [path = "", search = ""] = text.split("?", 2);
  const segments = path.split("/").filter(Boolean).map(decoded);
  return { segments, query: Object.fromEntries(new URLSearchParams(search)) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function href(segments: readonly string[], query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  const tail = search.toString();
  const path = segments.map(encodeURIComponent).join("/");
  return `#/${path}${tail === "" ? "" : `?${tail}`}`;
}

export function go(target: string): void {
  window.location.hash = target.replace(/^#/, "");
}

/** Changes filters without adding a step to the browser's history. */
export function replaceQuery(route: Route, changes: Query): void {
  const target = href(route.segments, { ...route.query, ...changes });
  window.history.replaceState(null, "", target);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(window.location.hash));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(window.location.hash));
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return route;
}
