import { renderHook } from "@testing-library/preact";
import { act } from "preact/test-utils";
import { afterEach, expect, it } from "vitest";
import { go, href, parseRoute, replaceQuery, useRoute } from "./router";

afterEach(() => {
  window.history.replaceState(null, "", "#/");
});

it("takes an address apart", () => {
  const route = parseRoute("#/trial/participants/P%2F1?site=BOS&q=a%20b");
  expect(route.segments).toEqual(["trial", "participants", "P/1"]);
  expect(route.query).toEqual({ site: "BOS", q: "a b" });
});

it("puts an address together that reads back the same", () => {
  const link = href(["trial", "participants", "P/1"], { site: "BOS", arm: null, q: "a b" });
  expect(parseRoute(link)).toEqual({
    segments: ["trial", "participants", "P/1"],
    query: { site: "BOS", q: "a b" },
  });
});

it("survives a broken address", () => {
  expect(parseRoute("#/trial/%E0%A4").segments).toEqual(["trial", "%E0%A4"]);
  expect(parseRoute("").segments).toEqual([]);
});

it("tells views when filters change, without a step in the history", () => {
  go("#/trial/completion?site=BOS");
  const { result } = renderHook(() => useRoute());
  const steps = window.history.length;
  act(() => replaceQuery(parseRoute(window.location.hash), { arm: "stop", site: "" }));
  expect(result.current.query).toEqual({ arm: "stop" });
  expect(window.history.length).toBe(steps);
});
