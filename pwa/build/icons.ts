/**
 * Draws the app's icons as PNG files (`npm run icons`) from one description of the mark: a speech
 * bubble with a tick. Shapes are distance functions, so every size is drawn sharp, and the files
 * can be made again anywhere without a browser or an image library.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { crc32, deflateSync } from "node:zlib";

type Colour = readonly [number, number, number];
type Shape = (x: number, y: number) => number;

const BRAND: Colour = [11, 90, 88];
const PAPER: Colour = [255, 250, 243];

const segment =
  (ax: number, ay: number, bx: number, by: number, width: number): Shape =>
  (x, y) => {
    const along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2);
    const t = Math.min(1, Math.max(0, along));
    return Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)) - width / 2;
  };

const ellipse =
  (cx: number, cy: number, rx: number, ry: number): Shape =>
  (x, y) =>
    (Math.hypot((x - cx) / rx, (y - cy) / ry) - 1) * Math.min(rx, ry);

const triangle =
  (points: readonly (readonly [number, number])[]): Shape =>
  (x, y) =>
    Math.max(
      ...points.map(([ax, ay], index) => {
        const [bx, by] = points[(index + 1) % points.length] ?? [0, 0];
        return ((x - ax) * (by - ay) - (y - ay) * (bx - ax)) / Math.hypot(bx - ax, by - ay);
      }),
    );

const rounded =
  (radius: number): Shape =>
  (x, y) => {
    const dx = Math.max(Math.abs(x - 256) - (256 - radius), 0);
    const dy = Math.max(Math.abs(y - 256) - (256 - radius), 0);
    return Math.hypot(dx, dy) - radius;
  };

const bubble: Shape = (x, y) =>
  Math.min(
    ellipse(256, 247, 164, 136)(x, y),
    triangle([
      [134, 436],
      [150, 330],
      [270, 366],
    ])(x, y),
  );

const tick: Shape = (x, y) =>
  Math.min(segment(186, 250, 234, 298, 34)(x, y), segment(234, 298, 326, 200, 34)(x, y));

/** How much of a pixel the shape covers, from its distance in units of the 512 grid. */
const cover = (distance: number, unit: number): number =>
  Math.min(1, Math.max(0, 0.5 - distance / unit));

function draw(size: number, zoom: number, background: Shape | null): Buffer {
  const unit = 512 / size;
  const rows: Buffer[] = [];
  for (let row = 0; row < size; row++) {
    const line = Buffer.alloc(1 + size * 4);
    for (let column = 0; column < size; column++) {
      const [x, y] = [(column + 0.5) * unit, (row + 0.5) * unit];
      const [mx, my] = [256 + (x - 256) / zoom, 256 + (y - 256) / zoom];
      const ground = background ? cover(background(x, y), unit) : 0;
      const white = cover(bubble(mx, my) * zoom, unit) * (1 - cover(tick(mx, my) * zoom, unit));
      const alpha = background ? ground : white;
      for (let channel = 0; channel < 3; channel++) {
        const base = background ? (BRAND[channel] ?? 0) : 255;
        const value = base + ((background ? (PAPER[channel] ?? 0) : 255) - base) * white;
        line[1 + column * 4 + channel] = Math.round(value);
      }
      line[4 + column * 4] = Math.round(alpha * 255);
    }
    rows.push(line);
  }
  return png(size, Buffer.concat(rows));
}

function png(size: number, pixels: Buffer): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const full: Shape = () => -512;
const icons: Record<string, Buffer> = {
  "icon-192.png": draw(192, 1, rounded(112)),
  "icon-512.png": draw(512, 1, rounded(112)),
  "maskable-512.png": draw(512, 0.8, full),
  "apple-touch-icon.png": draw(180, 0.9, full),
  "badge-96.png": draw(96, 1.3, null),
};
for (const [name, bytes] of Object.entries(icons)) {
  writeFileSync(fileURLToPath(new URL(`../public/icons/${name}`, import.meta.url)), bytes);
}
