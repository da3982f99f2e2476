/** Small drawings of a phone that show where to tap; the words beside them say the same. */
import { type IconName, Shape } from "../ui/icons.tsx";

/** A place on the phone: where its button is (in units of the drawing), and what it shows. */
const places = {
  top: { x: 49, y: 13, mark: "dots" },
  bottom: { x: 32, y: 89, mark: "share" },
  menu: { x: 49, y: 89, mark: "menu" },
  row: { x: 32, y: 62, mark: "plus" },
  home: { x: 32, y: 50, mark: "home" },
} as const satisfies Record<string, { x: number; y: number; mark: IconName }>;

export type Place = keyof typeof places;

/** Lines of a page, of an open menu, or the app's own square on the home screen. */
const inside: Record<Place, string> = {
  top: "M14 28h36M14 38h28M14 48h36M14 58h20",
  bottom: "M14 18h36M14 28h28M14 38h36M14 48h20",
  menu: "M14 18h36M14 28h28M14 38h36M14 48h20",
  row: "M8 40h48M14 50h30M14 76h36M14 86h28",
  home: "M14 20h8v8h-8zM28 20h8v8h-8zM42 20h8v8h-8zM14 78h36",
};

export function Drawing({ place }: { place: Place }) {
  const { x, y, mark } = places[place];
  return (
    <span class="drawing">
      <svg viewBox="0 0 64 104" aria-hidden="true" focusable="false">
        <rect class="drawing-phone" x="3" y="2" width="58" height="100" rx="9" />
        <path class="drawing-lines" d={inside[place]} />
        <circle class="drawing-spot" cx={x} cy={y} r="11" />
        <g class="drawing-mark" transform={`translate(${x - 8} ${y - 8}) scale(.667)`}>
          <Shape name={mark} />
        </g>
      </svg>
    </span>
  );
}
