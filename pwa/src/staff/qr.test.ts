import { render, screen } from "@testing-library/preact";
import { h } from "preact";
import { describe, expect, it } from "vitest";
import { Qr } from "./parts/bits";
import { parseQr } from "./qr";

const grouped =
  '<svg width="132" height="132" class="code"><g transform="scale(4)">' +
  '<path fill="#fff" d="M0 0h33v33h-33z"/><path class="line" stroke="#000" d="M2 2.5h7m2 0h1"/></g></svg>';

describe("the picture of a code", () => {
  it("comes in units of one module, whatever the server's scale", () => {
    expect(parseQr(grouped)).toEqual({
      viewBox: "0 0 33 33",
      paths: [{ d: "M2 2.5h7m2 0h1", stroked: true }],
    });
  });

  it("may have a view box and filled modules instead", () => {
    const svg = '<svg viewBox="0 0 29 29"><path d="M1 1h1v1h-1z" fill="#000"/></svg>';
    expect(parseQr(svg)).toEqual({
      viewBox: "0 0 29 29",
      paths: [{ d: "M1 1h1v1h-1z", stroked: false }],
    });
  });

  it("is nothing when the text is something else", () => {
    expect(parseQr("<html>no</html>")).toBeNull();
    expect(parseQr('<svg width="9" height="9"></svg>')).toBeNull();
    expect(parseQr('<svg><path d="M0 0h1"/></svg>')).toBeNull();
  });

  it("is drawn as elements, never as markup from text", () => {
    const evil = '<svg viewBox="0 0 9 9"><script>1</script><path d="M0 0h1" onload="x()"/></svg>';
    render(h(Qr, { svg: evil, label: "QR picture" }));
    const drawn = screen.getByRole("img", { name: "QR picture" });
    expect(drawn.querySelectorAll("script")).toHaveLength(0);
    expect(drawn.querySelector("path")?.getAttributeNames()).toEqual(["class", "d"]);
  });
});
