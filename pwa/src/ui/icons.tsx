/** The apps' own icons: drawn on a 24-unit grid in the colour of the text beside them. */
const shapes = {
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  tick: "M5 12.5l4.5 4.5L19 7.5",
  phone:
    "M7 3h3l1.5 5-2 1.5a12 12 0 0 0 5 5l1.5-2 5 1.5v3a2 2 0 0 1-2.2 2A17 17 0 0 1 5 5.2 2 2 0 0 1 7 3Z",
  phoneOut: "M5 3h8v18H5zM8 18h2M15 12h6M18.5 9l3 3-3 3",
  key: "M8 8.5a4 4 0 1 0 0 7 4 4 0 0 0 3.6-2.5H20v3.5M16.5 13v2.5M11.6 11H20v2",
  lock: "M5.5 11h13v9.5h-13zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2.5",
  menu: "M4 7h16M4 12h16M4 17h16",
  bell: "M6 17h12l-1.5-2.5V10a4.5 4.5 0 0 0-9 0v4.5zM10 20a2 2 0 0 0 4 0M12 5.5V4",
  calendar: "M4 6.5h16v13.5H4zM4 10.5h16M8 4v4M16 4v4",
  cloudOff: "M4 4l16 16M8.5 8.7A5 5 0 0 0 7 18h9.5M12 7.5a5 5 0 0 1 4.7 3.5 3.6 3.6 0 0 1 2.8 5",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
  warning: "M12 4L2.5 20h19zM12 10v4.5M12 17.2v.3",
  share: "M12 14.5V3.5M8.5 6.5L12 3l3.5 3.5M7 10.5H5.5v10h13v-10H17",
  dots: "M12 4.5a.8.8 0 1 0 0 1.6.8.8 0 0 0 0-1.6zM12 11.2a.8.8 0 1 0 0 1.6.8.8 0 0 0 0-1.6zM12 17.9a.8.8 0 1 0 0 1.6.8.8 0 0 0 0-1.6z",
  plus: "M4.5 4.5h15v15h-15zM12 8.5v7M8.5 12h7",
  gear: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  home: "M4 11.5L12 5l8 6.5V20h-5.5v-5h-5v5H4z",
  text: "M3 19L8.5 5 14 19M5 14.5h7M15 19l3-8 3 8M16 16.5h4",
} as const;

export type IconName = keyof typeof shapes;

/** An icon's lines by themselves, for a place inside a drawing. */
export const Shape = ({ name }: { name: IconName }) => <path d={shapes[name]} />;

/** Always decoration: the words beside it say what it means. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <Shape name={name} />
    </svg>
  );
}
