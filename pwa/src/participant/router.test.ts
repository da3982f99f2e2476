import { afterEach, describe, expect, it } from "vitest";
import { go, openLink, parse, paths } from "./router.ts";

afterEach(() => {
  history.replaceState(null, "", "/");
});

describe("addresses", () => {
  it.each([
    ["", "/", { name: "home" }],
    ["#/", "/", { name: "home" }],
    ["#/more", "/", { name: "more" }],
    ["#/install", "/", { name: "install" }],
    ["#/code", "/", { name: "enrol" }],
    ["#/form/12", "/", { name: "question", form: 12, item: null, fromReview: false }],
    ["#/form/12/s1", "/", { name: "question", form: 12, item: "s1", fromReview: false }],
    ["#/form/12/s1/check", "/", { name: "question", form: 12, item: "s1", fromReview: true }],
    ["#/check/12", "/", { name: "review", form: 12 }],
    ["#/done/abc", "/", { name: "done", response: "abc" }],
    ["", "/form/7", { name: "question", form: 7, item: null, fromReview: false }],
    ["", "/forms/7", { name: "question", form: 7, item: null, fromReview: false }],
    ["#/form/nonsense", "/", { name: "home" }],
    ["#/form/-1", "/", { name: "home" }],
    ["#ABCD-EFGH", "/enrol", { name: "home" }],
  ])("%j at %j is read", (hash, pathname, route) => {
    expect(parse(hash, pathname)).toEqual(route);
  });

  it("carries any item id there and back", () => {
    const odd = "a/b ü%#?";
    expect(parse(paths.question(3, odd, true))).toMatchObject({ item: odd, fromReview: true });
  });

  it("keeps the person on the page when a reminder is tapped", () => {
    openLink(`${location.origin}/form/9`);
    expect(location.hash).toBe("#/form/9");
    openLink(`${location.origin}/`);
    expect(location.hash).toBe("#/");
  });

  it("replaces without a new step back", () => {
    const steps = history.length;
    go(paths.more, { replace: true });
    expect(location.hash).toBe("#/more");
    expect(history.length).toBe(steps);
  });
});
