import { describe, expect, it } from "vitest";
import { shownReminder } from "./reminder.ts";

const origin = "https://sayso.example.org";
const payload = (notification: object): string => JSON.stringify({ web_push: 8030, notification });

describe("a reminder on the screen", () => {
  it("shows what the server sent", () => {
    const shown = shownReminder(
      payload({
        title: "A short form is ready",
        body: "It takes about 5 minutes.",
        navigate: `${origin}/form/7`,
        lang: "en",
        tag: "occasion-1",
        data: { ack: "token-1" },
      }),
      origin,
    );
    expect(shown.title).toBe("A short form is ready");
    expect(shown.options).toMatchObject({
      body: "It takes about 5 minutes.",
      tag: "occasion-1",
      lang: "en",
      data: { navigate: `${origin}/form/7` },
    });
    expect(shown.ack).toBe("token-1");
  });

  it.each([
    "",
    "not json",
    "null",
    "[]",
    "42",
    '{"notification":null}',
    '{"notification":{"title":5}}',
  ])("is shown in neutral words when the payload is %j", (text) => {
    const shown = shownReminder(text, origin);
    expect(shown.title).toBe("Sayso");
    expect(shown.options.body).not.toBe("");
    expect(shown.options.data.navigate).toBe(`${origin}/`);
    expect(shown.ack).toBeNull();
  });

  it.each([
    "https://elsewhere.example/x",
    "javascript:alert(1)",
    "//elsewhere.example",
    "http://[",
  ])("never leads to %s", (navigate) => {
    const shown = shownReminder(payload({ title: "T", body: "B", navigate }), origin);
    expect(shown.options.data.navigate).toBe(`${origin}/`);
  });

  it("takes a relative address for one of ours", () => {
    const shown = shownReminder(payload({ navigate: "/form/3" }), origin);
    expect(shown.options.data.navigate).toBe(`${origin}/form/3`);
  });
});
