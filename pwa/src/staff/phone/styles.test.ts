import { describe, expect, it } from "vitest";
import { phoneCss } from "./styles";

const light = { dark: false, size: 0 };
const dark = { dark: true, size: 0 };

describe("the participant app's styles on a drawn phone", () => {
  it("speak of the phone instead of the window's root", () => {
    const css = phoneCss(
      ":root { --a: 1px; } html { line-height: 1.5; } body { margin: 0; }",
      light,
    );
    expect(css).not.toMatch(/:root|html|body/);
    expect(css.match(/:host/g)?.length).toBe(4);
  });

  it("keep the width of a phone whatever the window's is", () => {
    expect(phoneCss("@media (min-width: 30rem) { .a { color: red; } }", light)).toMatch(
      /^@media not all/,
    );
    expect(phoneCss(".a { padding: 5vw; min-height: 100dvh; }", light)).toMatch(
      /padding: 18px; min-height: 100%/,
    );
  });

  it("are dark or light by choice and not by the system", () => {
    const css = "@media (prefers-color-scheme: dark) { :root { --ground: #000; } }";
    expect(phoneCss(css, dark)).toMatch(/^@media all .*color-scheme:dark/);
    expect(phoneCss(css, light)).toMatch(/^@media not all .*color-scheme:light/);
  });

  it("grow with the text size that a person chooses", () => {
    const sizes = [0, 1, 2].map((size) => phoneCss(".a { width: 2rem; }", { dark: false, size }));
    expect(sizes.map((css) => /width: ([\d.]+)px/.exec(css)?.[1])).toEqual([
      "34",
      "39.04",
      "46.08",
    ]);
  });

  it("leave class names that merely begin like the root alone", () => {
    expect(phoneCss(".body-text { color: red; }", light)).toMatch(/\.body-text/);
  });
});
