/**
 * The Wilson score interval for a share, 95 %, as two fractions of one
 * (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927). The server gives it for each
 * of its rows; a site's rows put together need it once more here.
 */
import type { Share } from "./api/types";

export type Interval = readonly [number, number];

const Z = 1.959963984540054;

export function wilson({ n, of }: Share): Interval | null {
  if (of === 0) return null;
  const share = n / of;
  const spread = (Z * Z) / of;
  const middle = share + spread / 2;
  const half = Z * Math.sqrt((share * (1 - share)) / of + spread / (4 * of));
  const whole = 1 + spread;
  return [Math.max(0, (middle - half) / whole), Math.min(1, (middle + half) / whole)];
}
