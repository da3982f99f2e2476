/** Small pieces that several views share: badges, filters, shares with bars, the QR picture. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Share } from "../api/types";
import { NO_DATA, percent } from "../format";
import { parseQr } from "../qr";
import { t } from "../strings";
import { useLanding } from "./landing";

export type Tone = "plain" | "good" | "warn" | "bad" | "exempt" | "brand";

export function Badge({
  tone = "plain",
  children,
}: {
  readonly tone?: Tone;
  readonly children: ComponentChildren;
}) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

const TONES: Readonly<Record<string, Tone>> = {
  received: "good",
  in_window: "good",
  late: "warn",
  open: "brand",
  missing: "bad",
  exempt: "exempt",
  push_proven: "good",
  proven: "good",
  unreachable: "bad",
};

export function toneOf(state: string): Tone {
  return TONES[state] ?? "plain";
}

interface PickProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly all?: string | undefined;
  readonly onPick: (value: string) => void;
}

export function Pick({ label, value, options, all, onPick }: PickProps) {
  const id = useId();
  return (
    <div class={value === "" ? "pick" : "pick set"}>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onPick(event.currentTarget.value)}>
        {all === undefined ? null : <option value="">{all}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}

interface ShareCellProps {
  readonly share: Share;
  readonly nHref?: string | undefined;
  readonly ofHref?: string | undefined;
  readonly bar?: boolean;
}

/** "81.8 %  9/11" with the 9 and the 11 opening their lists, and a bar for the eye. */
export function ShareCell({ share, nHref, ofHref, bar = false }: ShareCellProps) {
  if (share.of === 0) return <span class="quiet">{NO_DATA}</span>;
  return (
    <span class="share">
      <span class="percent">{percent(share)}</span>{" "}
      <span class="fraction">
        <Count n={share.n} href={nHref} />/<Count n={share.of} href={ofHref} />
      </span>
      {bar ? <ShareBar share={share} /> : null}
    </span>
  );
}

/** A number that opens its list; zero has nothing to open. */
export function Count({ n, href }: { readonly n: number; readonly href?: string | undefined }) {
  return n === 0 || !href ? <span>{n}</span> : <a href={href}>{n}</a>;
}

export function ShareBar({
  share,
  width = 72,
}: {
  readonly share: Share;
  readonly width?: number;
}) {
  const filled = share.of === 0 ? 0 : (share.n / share.of) * width;
  return (
    <svg
      class="bar"
      width={width}
      height={8}
      viewBox={`0 0 ${width} 8`}
      aria-hidden="true"
      focusable="false"
    >
      <rect class="track" x={0} y={0} width={width} height={8} rx={2} />
      <rect class="fill" x={0} y={0} width={filled} height={8} rx={2} />
    </svg>
  );
}

/** A share with its 95 % interval as a whisker on a scale from 0 to 100 %. */
export function IntervalBar({
  share,
  interval,
}: {
  readonly share: Share;
  readonly interval: readonly [number, number] | null | undefined;
}) {
  if (share.of === 0 || !interval) return null;
  const at = (part: number) => Math.round(part * 1600) / 10;
  const [low, high] = interval;
  return (
    <svg
      class="interval"
      width={168}
      height={16}
      viewBox="-4 0 168 16"
      aria-hidden="true"
      focusable="false"
    >
      <line class="track" x1={0} x2={160} y1={8} y2={8} />
      <line class="whisker" x1={at(low)} x2={at(high)} y1={8} y2={8} />
      <circle class="point" cx={at(share.n / share.of)} cy={8} r={4} />
    </svg>
  );
}

interface ShareLineProps {
  readonly label: string;
  readonly share: Share;
  readonly nHref?: string | undefined;
  readonly ofHref?: string | undefined;
}

export function ShareLine({ label, share, nHref, ofHref }: ShareLineProps) {
  return (
    <tr>
      <th scope="row">{label}</th>
      <td class="number">{share.of === 0 ? NO_DATA : percent(share)}</td>
      <td class="number">
        {share.of === 0 ? null : (
          <>
            <Count n={share.n} href={nHref} />/<Count n={share.of} href={ofHref} />
          </>
        )}
      </td>
      <td>{share.of === 0 ? null : <ShareBar share={share} width={160} />}</td>
    </tr>
  );
}

/** A wide picture that scrolls sideways on a small screen, reachable by keyboard. */
export function Scrolled({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section class="scroll-plain" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

export function Qr({ svg, label }: { readonly svg: string; readonly label: string }) {
  const picture = parseQr(svg);
  if (picture === null) return null;
  return (
    <svg class="qr" viewBox={picture.viewBox} role="img" aria-label={label}>
      {picture.paths.map((path) => (
        <path key={path.d} class={path.stroked ? "drawn" : "filled"} d={path.d} />
      ))}
    </svg>
  );
}

/** What was just done, said once to everybody, screen readers included. */
export function Said({ text }: { readonly text: string }) {
  const landing = useLanding<HTMLParagraphElement>(text);
  return (
    <p class={text === "" ? "said unseen" : "said"} role="status" tabIndex={-1} ref={landing}>
      {text}
    </p>
  );
}

export function PrintButton() {
  return (
    <button type="button" class="print-button" onClick={() => window.print()}>
      {t.print}
    </button>
  );
}
