/**
 * The server sends the QR picture as SVG text. Setting markup from text is
 * forbidden on our pages (trusted types), so only the numbers and paths are
 * taken from it and drawn as elements of our own.
 */

export interface QrPath {
  readonly d: string;
  /** Drawn as lines of one unit, as generators do for rows of modules; else filled. */
  readonly stroked: boolean;
}

export interface QrPicture {
  readonly viewBox: string;
  readonly paths: readonly QrPath[];
}

/** The picture in units of one module, or null when the text is not an SVG of paths. */
export function parseQr(svg: string): QrPicture | null {
  const opening = /<svg\b([^>]*)>/.exec(svg)?.[1];
  if (opening === undefined) return null;
  const paths = [...svg.matchAll(/<path\b([^>]*?)\/?>/g)].map((match) => pathOf(match[1] ?? ""));
  const drawn = paths.filter((path): path is QrPath => path !== null);
  const viewBox = attribute(opening, "viewBox") ?? sized(opening, scaleOf(svg));
  return viewBox === null || drawn.length === 0 ? null : { viewBox, paths: drawn };
}

/** The one enlargement of the whole picture; the page sets a size of its own. */
function scaleOf(svg: string): number {
  const scale = Number.parseFloat(/transform\s*=\s*["']scale\(([\d.]+)\)/.exec(svg)?.[1] ?? "1");
  return scale > 0 ? scale : 1;
}

function pathOf(attributes: string): QrPath | null {
  const d = attribute(attributes, "d");
  if (d === null) return null;
  const stroke = attribute(attributes, "stroke");
  const fill = attribute(attributes, "fill");
  // A light background is left out: the page draws its own quiet zone in white.
  if (stroke === null && fill !== null && /^(#fff(fff)?|white)$/i.test(fill)) return null;
  return { d, stroked: stroke !== null };
}

function attribute(text: string, name: string): string | null {
  return new RegExp(`(?:^|\\s)${name}\\s*=\\s*["']([^"']*)["']`).exec(text)?.[1] ?? null;
}

function sized(opening: string, scale: number): string | null {
  const width = Number.parseFloat(attribute(opening, "width") ?? "") / scale;
  const height = Number.parseFloat(attribute(opening, "height") ?? "") / scale;
  return width > 0 && height > 0 ? `0 0 ${width} ${height}` : null;
}
