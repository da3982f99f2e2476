import { render, screen } from "@testing-library/preact";
import { expect, it } from "vitest";
import { Said } from "./bits";

it("takes the focus that went with its form, so that the keyboard goes on from what was said", () => {
  const view = (text: string, form: boolean) => (
    <>
      {form ? <button type="button">Save</button> : null}
      <Said text={text} />
    </>
  );
  const { rerender } = render(view("", true));
  screen.getByRole("button").focus();
  rerender(view("", false));
  expect(document.activeElement).toBe(document.body);
  rerender(view("Recorded.", false));
  expect(document.activeElement).toBe(screen.getByRole("status"));
});

it("leaves the focus where somebody has it", () => {
  const view = (text: string) => (
    <>
      <button type="button">Next row</button>
      <Said text={text} />
    </>
  );
  const { rerender } = render(view(""));
  screen.getByRole("button").focus();
  rerender(view("Recorded."));
  expect(document.activeElement).toBe(screen.getByRole("button"));
});
