import { describe, expect, it } from "vitest";
import { deviceLabel, guide, platformOf } from "./platform.ts";

const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1";
const CHROME_IOS = IPHONE.replace("Version/18.4", "CriOS/140.0");
const IPAD =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15";
const PIXEL =
  "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36";
const WEBVIEW = PIXEL.replace("Pixel 7)", "Pixel 7; wv)");
const FACEBOOK = `${IPHONE} [FBAN/FBIOS;FBAV/400.0]`;

describe("which phone this is", () => {
  it.each([
    ["an iPhone in Safari", IPHONE, 5, { os: "ios", safari: true, inApp: false }],
    ["Chrome on an iPhone", CHROME_IOS, 5, { os: "ios", safari: false }],
    ["an iPad that calls itself a Mac", IPAD, 5, { os: "ios", safari: true }],
    ["a Mac", IPAD, 0, { os: "other" }],
    ["an Android phone", PIXEL, 5, { os: "android", inApp: false }],
    ["an app's own browser on Android", WEBVIEW, 5, { os: "android", inApp: true }],
    ["an app's own browser on an iPhone", FACEBOOK, 5, { os: "ios", inApp: true }],
  ])("knows %s", (_name, agent, touches, found) => {
    expect(platformOf(agent, touches, false)).toMatchObject(found);
  });

  it.each([
    ["Safari on an iPhone", IPHONE, "ios"],
    ["Chrome on an iPhone", CHROME_IOS, "ios-other"],
    ["Chrome on Android", PIXEL, "chrome"],
    ["Samsung's browser", PIXEL.replace("Chrome/", "SamsungBrowser/27.0 Chrome/"), "samsung"],
    ["Firefox on Android", "Mozilla/5.0 (Android 14; Mobile; rv:143.0) Firefox/143.0", "firefox"],
    ["another app's window", WEBVIEW, "in-app"],
    ["another app's window on an iPhone", FACEBOOK, "in-app"],
  ])("shows the way that fits %s", (_name, agent, way) => {
    expect(guide(platformOf(agent, 5, false), agent)).toBe(way);
  });

  it("shows no way to install on a desk", () => {
    expect(guide(platformOf(IPAD, 0, false), IPAD)).toBe("desktop");
  });

  it("names the phone for staff without saying more than its kind", () => {
    expect(deviceLabel(platformOf(PIXEL, 5, false))).toBe("Android phone");
    expect(deviceLabel(platformOf(IPHONE, 5, true))).toBe("iPhone or iPad");
  });
});
