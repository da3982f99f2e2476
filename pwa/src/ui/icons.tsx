/** The apps' own icons: drawn on a 24-unit grid in the colour of the text beside them. */
const shapes = {
  back: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  close: "M6 6l12 12M18 6L6 18",
  tick: "M5 12.5l4.5 4.5L19 7.5",
  phone:
    "M7 3h3l1.5 5-2 1.5a12 12 0 0 0 5 5l1.5-2 5 1.5v3a2 2 0 0 1-2.2 2A17 17 0 0 1 5 5.2 2 2 0 0 1 7 3Z",
  phoneOut: "M5 3h8v18H5zM8 18h2M15 12h6M18.500 9l3 3-3 3",
  key: "M8 8.500a4 4 0 1 0 0 7 4 4 0 0 0 3.600-2.500H20v3.500M16.500 13v2.500M11.600 11H20v2",
  menu: "M4 7h16M4 12h16M4 17h16",
  bell: "M6 17h12l-1.5-2.5V10a4.5 4.5 0 0 0-9 0v4.500zM10 20a2 2 0 0 0 4 0M12 5.500V4",
  calendar: "M4 6.500h16v13.500H4zM4 10.500h16M8 4v4M16 4v4",
  cloudOff:
    "M4 4l16 16M8.500 8.700A5 5 0 0 0 7 18h9.500M12 7.500a5 5 0 0 1 4.700 3.500 3.600 3.600 0 0 1 2.800 5",
  sent: "M4 12l16-8-5 16-3.500-6.500zM11.500 13.500L20 4",
  clock: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM12 7.500V12l3 2",
  warning: "M12 4L2.500 20h19zM12 10v4.500M12 17.200v.3",
  share: "M12 14.500V3.500M8.500 6.500L12 3l3.500 3.500M7 10.500H5.500v10h13v-10H17",
  dots: "M12 4.500a.8.8 0 1 0 0 1.600.8.8 0 0 0 0-1.600zM12 11.200a.8.8 0 1 0 0 1.600.8.8 0 0 0 0-1.600zM12 17.900a.8.8 0 1 0 0 1.600.8.8 0 0 0 0-1.600z",
  plus: "M4.500 4.500h15v15h-15zM12 8.500v7M8.500 12h7",
  gear: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5",
  home: "M4 11.500L12 5l8 6.500V20h-5.500v-5h-5v5H4z",
  text: "M3 19L8.500 5 14 19M5 14.500h7M15 19l3-8 3 8M16 16.500h4",
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
