/**
 * Where the person is, as the part of the address after "#": it never reaches a server or its
 * logs, works with any web server, and makes the phone's own back button do what it says.
 */
import { useEffect, useState } from "preact/hooks";

export type Route =
  | { name: "home" | "more" | "install" | "enrol" }
  | { name: "question"; form: number; item: string | null; fromReview: boolean }
  | { name: "review"; form: number }
  | { name: "done"; response: string };

export const paths = {
  home: "#/",
  more: "#/more",
  install: "#/install",
  enrol: "#/code",
  form: (form: number): string => `#/form/${form}`,
  question: (form: number, item: string, fromReview = false): string =>
    `#/form/${form}/${encodeURIComponent(item)}${fromReview ? "/check" : ""}`,
  review: (form: number): string => `#/check/${form}`,
  done: (response: string): string => `#/done/${response}`,
};

/** The route of an address: its hash, or for links in reminders a path such as /form/12. */
export function parse(hash: string, pathname = "/"): Route {
  const path = /^#\//.test(hash) ? hash.slice(1) : pathname;
  const [first = "", second = "", third = "", fourth = ""] = path.split("/").slice(1);
  const id = Number(second);
  if (/^forms?$/.test(first) && Number.isInteger(id) && id > 0) {
    const item = third ? decodeURIComponent(third) : null;
    return { name: "question", form: id, item, fromReview: fourth === "check" };
  }
  if (first === "check" && Number.isInteger(id) && id > 0) return { name: "review", form: id };
  if (first === "done" && second) return { name: "done", response: second };
  if (first === "more") return { name: "more" };
  if (first === "install") return { name: "install" };
  if (first === "code") return { name: "enrol" };
  return { name: "home" };
}

export function go(hash: string, options: { replace?: boolean } = {}): void {
  if (options.replace) {
    history.replaceState(null, "", hash);
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else if (location.hash === hash) {
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    location.hash = hash;
  }
}

/** Goes to the place that a reminder's address means, without loading the app again. */
export function openLink(url: string): void {
  const { hash, pathname } = new URL(url, location.href);
  const route = parse(hash, pathname);
  go(route.name === "question" ? paths.form(route.form) : paths.home);
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parse(location.hash, location.pathname));
  const [shown] = useState(location.href);
  useEffect(() => {
    const read = (): void => setRoute(parse(location.hash, location.pathname));
    addEventListener("hashchange", read);
    // On a slow phone a link may be tapped before anybody listens.
    if (location.href !== shown) read();
    return () => removeEventListener("hashchange", read);
  }, []);
  return route;
}
