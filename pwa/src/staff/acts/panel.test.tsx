import { screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { form, mary, study } from "../testing/people";
import { answer, problem, serve } from "../testing/server";
import { show } from "../testing/show";
import { ActPanel } from "./panel";
import { codeReason, recordContact } from "./record";

afterEach(() => {
  vi.unstubAllGlobals();
});

const base = "/api/studies/trial/participants/P-001";
const context = { study, person: mary, today: "2026-06-15" };

function panel(act = recordContact(context)) {
  const heard = { onDone: vi.fn(), onCancel: vi.fn(), onNewer: vi.fn() };
  show(<ActPanel act={act} person={mary} {...heard} />);
  return heard;
}

it("puts the cursor into the first field", () => {
  panel();
  expect(document.activeElement).toBe(screen.getByLabelText("Date"));
});

it("sends the version that was seen and hands over the record as it is afterwards", async () => {
  const after = { ...mary, etag: '"1.5"' };
  const calls = serve({ [`POST ${base}/contacts`]: answer(201, after) });
  const heard = panel();
  await userEvent.selectOptions(screen.getByLabelText("Outcome"), "spoke");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(heard.onDone).toHaveBeenCalled());
  expect(calls[0]?.headers["If-Match"]).toBe('"1.4"');
  expect(heard.onDone.mock.calls[0]?.[0]).toMatchObject({
    person: after,
    text: "Contact recorded",
  });
});

it("when somebody else was quicker, says so, fetches the newer record and keeps the entry", async () => {
  const newer = { ...mary, etag: '"1.9"' };
  serve({ [`POST ${base}/contacts`]: problem(412, "changed-meanwhile"), [`GET ${base}`]: newer });
  const heard = panel();
  await userEvent.selectOptions(screen.getByLabelText("Outcome"), "spoke");
  await userEvent.type(screen.getByLabelText(/Note/), "Will answer tonight");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect((await screen.findByRole("alert")).textContent).toContain(
    "Somebody else changed this record",
  );
  expect(heard.onNewer).toHaveBeenCalledWith(newer);
  expect(heard.onDone).not.toHaveBeenCalled();
  expect(screen.getByLabelText<HTMLTextAreaElement>(/Note/).value).toBe("Will answer tonight");
});

it("sends several in order, each with the version that the one before answered with", async () => {
  let version = 4;
  const calls = serve({
    [`POST ${base}/missing-reasons`]: () => {
      version += 1;
      return answer(201, { ...mary, etag: `"1.${version}"` });
    },
  });
  const person = { ...mary, forms: [form(1), form(2)] };
  const heard = panel(codeReason({ ...context, person, formIds: [1, 2] }));
  await userEvent.selectOptions(screen.getByLabelText("Reason"), "too_ill");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(heard.onDone).toHaveBeenCalled());
  expect(calls.map((call) => call.headers["If-Match"])).toEqual(['"1.4"', '"1.5"']);
});

it("can be left without sending anything", async () => {
  const calls = serve({});
  const heard = panel();
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  expect(heard.onCancel).toHaveBeenCalled();
  expect(calls).toEqual([]);
});
