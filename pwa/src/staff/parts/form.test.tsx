import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { Problem } from "../api/client";
import { type FieldSpec, Form, faults, initialValues, type Values } from "./form";

const fields: readonly FieldSpec[] = [
  {
    name: "code",
    label: "Code",
    kind: "text",
    required: true,
    check: (value) => (value.length < 3 ? "Longer." : null),
  },
  { name: "on", label: "Date", kind: "date", required: true, min: "2026-01-05", max: "2026-06-15" },
  { name: "site", label: "Site", kind: "select", options: [{ value: "BOS", label: "Boston" }] },
  {
    name: "zone",
    label: "Zone",
    kind: "text",
    follows: (values) => (values.site === "BOS" ? "America/New_York" : undefined),
  },
  {
    name: "why",
    label: "Why?",
    kind: "radio",
    required: true,
    options: [{ value: "a", label: "A" }],
    when: (values) => values.site === "BOS",
  },
];

const good: Values = { code: "P-001", on: "2026-06-01", site: "", zone: "", why: "" };

function show(onSubmit = vi.fn(async (_: Values) => {})) {
  render(<Form sections={[{ title: "Who", fields }]} submit="Save" onSubmit={onSubmit} />);
  return onSubmit;
}

describe("what is wrong with an entry", () => {
  it("is nothing when all is well", () => {
    expect(faults(fields, good)).toEqual({});
  });

  it("names what is missing, and by its label without a stray mark", () => {
    expect(faults(fields, { ...good, code: " ", site: "BOS" })).toEqual({
      code: "Fill in: Code.",
      why: "Choose: Why.",
    });
  });

  it("knows the days that cannot be", () => {
    expect(faults(fields, { ...good, on: "2026-06-16" }).on).toContain("future");
    expect(faults(fields, { ...good, on: "2026-01-04" }).on).toContain("before 5 Jan 2026");
    expect(faults(fields, { ...good, on: "15 June" }).on).toContain("full date");
  });

  it("leaves out fields that are not shown", () => {
    expect(faults(fields, { ...good, site: "" })).toEqual({});
  });

  it("asks a field's own check last", () => {
    expect(faults(fields, { ...good, code: "P" }).code).toBe("Longer.");
  });
});

it("begins with what is known and nothing else", () => {
  expect(
    initialValues([{ name: "a", label: "A", kind: "text", initial: "x" }, fields[0] as FieldSpec]),
  ).toEqual({
    a: "x",
    code: "",
  });
});

describe("a form", () => {
  it("lists faults first, takes the focus there, and leads to the field", async () => {
    const submit = show();
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    const alert = screen.getByRole("alert");
    expect(document.activeElement).toBe(alert);
    expect(screen.getByLabelText(/Code/).getAttribute("aria-invalid")).toBe("true");
    await userEvent.click(screen.getByRole("button", { name: "Fill in: Code." }));
    expect(document.activeElement).toBe(screen.getByLabelText(/Code/));
    expect(submit).not.toHaveBeenCalled();
  });

  it("lets a field follow another until somebody sets it", async () => {
    show();
    await userEvent.selectOptions(screen.getByLabelText(/Site/), "BOS");
    expect(screen.getByLabelText<HTMLInputElement>(/Zone/).value).toBe("America/New_York");
    await userEvent.type(screen.getByLabelText(/Zone/), "!");
    await userEvent.selectOptions(screen.getByLabelText(/Site/), "");
    await userEvent.selectOptions(screen.getByLabelText(/Site/), "BOS");
    expect(screen.getByLabelText<HTMLInputElement>(/Zone/).value).toBe("America/New_York!");
  });

  it("keeps the entry and says why when the server refuses", async () => {
    const refusal = new Problem("dates-out-of-order", 422, "2026-06-01 is before the enrolment", {
      on: ["Too early."],
    });
    show(vi.fn(async () => Promise.reject(refusal)));
    await userEvent.type(screen.getByLabelText(/Code/), "P-001");
    await userEvent.type(screen.getByLabelText(/Date/), "2026-06-01");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("1 Jun 2026 is before the enrolment.");
    expect(alert.textContent).toContain("Date: Too early.");
    expect(document.activeElement).toBe(alert);
    expect(screen.getByLabelText<HTMLInputElement>(/Code/).value).toBe("P-001");
  });

  it("is sent once, however often the button is pressed", async () => {
    let finish = () => {};
    const submit = show(vi.fn(() => new Promise<void>((resolve) => (finish = resolve))));
    await userEvent.type(screen.getByLabelText(/Code/), "P-001");
    await userEvent.type(screen.getByLabelText(/Date/), "2026-06-01");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await userEvent.click(screen.getByRole("button", { name: "Saving…" }));
    finish();
    expect(submit).toHaveBeenCalledTimes(1);
  });
});
