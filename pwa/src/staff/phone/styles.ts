/**
 * The participant app's own style sheets, made to fit a phone that is drawn inside a desk page.
 * What they take from the window (its root, its height, its widths, its colour scheme) they take
 * from the drawn phone instead; every rule stays the one that phones get.
 */
import frame from "../../participant/frame.css?inline";
import question from "../../participant/question.css?inline";
import screens from "../../participant/screens.css?inline";
import base from "../../ui/base.css?inline";
import tokens from "../../ui/tokens.css?inline";

export const PHONE_WIDTH = 360;
/** The root's text sizes of the participant app in pixels: normal, large, largest. */
const ROOT_PIXELS = [17, 19.52, 23.04] as const;

export interface Look {
  readonly dark: boolean;
  /** 0 is normal, 1 large, 2 largest, as a person chooses it in the app. */
  readonly size: number;
}

/** The style sheet of a drawn phone, as text. */
export function phoneCss(css: string, look: Look): string {
  const rem = ROOT_PIXELS[look.size] ?? ROOT_PIXELS[0];
  const scheme = look.dark ? "@media all" : "@media not all";
  return css
    .replace(/@media\s*\(min-width:[^)]*\)/g, "@media not all")
    .replace(/@media\s*\(prefers-color-scheme:\s*dark\)/g, scheme)
    .replace(/:root/g, ":host")
    .replace(/html\[[^\]]*\]\s*\{[^}]*\}/g, "")
    .replace(/(^|[\s,}])(?:html|body)(?=[\s,{])/g, "$1:host")
    .replace(/(\d*\.?\d+)rem/g, (_all, number: string) => pixels(Number(number) * rem))
    .replace(/(\d*\.?\d+)vw/g, (_all, n: string) => pixels((Number(n) * PHONE_WIDTH) / 100))
    .replace(/100d?vh/g, "100%")
    .concat(`:host{font-size:${rem}px;color-scheme:${look.dark ? "dark" : "light"}}`);
}

const pixels = (number: number): string => `${Math.round(number * 1000) / 1000}px`;

const made = new Map<string, CSSStyleSheet>();

/** One sheet for all phones of a look; made by script, which the page's policy allows. */
export function phoneSheet(look: Look): CSSStyleSheet {
  const name = `${look.dark}-${look.size}`;
  const sheet = made.get(name) ?? new CSSStyleSheet();
  if (!made.has(name)) {
    sheet.replaceSync(phoneCss([tokens, base, frame, screens, question].join("\n"), look));
    made.set(name, sheet);
  }
  return sheet;
}
