/** Drawn with one pen on a field of 24 by 24. */
const ICONS = {
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM20 20l-4.2-4.2",
  close: "M6 6l12 12M18 6L6 18",
  back: "M15 5l-7 7 7 7",
  menu: "M4 7h16M4 12h16M4 17h16",
  down: "M12 5v13M6 12.500l6 6 6-6",
  send: "M12 19.500v-15M5.500 11L12 4.500 18.500 11",
  check: "M5 12.500l4.500 4.500L19 7.500",
  clock: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM12 7.500V12l3 2",
  warn: "M12 4l9 16H3zM12 10v4.500M12 17.300v.1",
  robot:
    "M6 8.500h12a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-6.500a2 2 0 0 1 2-2zM12 8.500V5M9 13v1.500M15 13v1.500",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.500 20a7.500 7.500 0 0 1 15 0",
  people:
    "M9 5a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM2.500 19.500a6.500 6.500 0 0 1 13 0M16 5.300a3.500 3.500 0 0 1 0 6.400M18.500 14.200a6.500 6.500 0 0 1 3 5.300",
  transfer: "M4 8h15M15 4l4 4-4 4M20 16H5M9 12l-4 4 4 4",
  lock: "M6.500 11h11a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM8 11V8a4 4 0 0 1 8 0v3",
  note: "M6 3.500h8.500L19 8v12.500H6zM14 3.500V8.500h5M9.500 13h6M9.500 16.500h4",
  bulb: "M9 17.500h6M10 21h4M12 3a6.500 6.500 0 0 0-3.500 12v2.500h7V15A6.500 6.500 0 0 0 12 3z",
  edit: "M4.500 19.500l1-4.500L16 4.500l3.500 3.500L9 18.500z",
  clip: "M20 11.500l-8.500 8.500a5 5 0 0 1-7-7l9-9a3.300 3.300 0 0 1 4.700 4.700l-8.900 8.900a1.700 1.700 0 0 1-2.400-2.400l7.800-7.800",
  file: "M7 3h7l4 4v14H7zM14 3v4h4",
  bell: "M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 1.500h-15zM10 20.500h4",
  sound: "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM15.500 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11",
  card: "M4 5.500h16v13H4zM14.500 5.500v13",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  out: "M10 4.500H5v15h5M14 8l4 4-4 4M18 12H9.500",
  keys: "M3.500 7h17v10.500h-17zM7 10.500h.01M10.500 10.500h.01M14 10.500h.01M17 10.500h.01M8 14h8",
  list: "M8 6.500h12M8 12h12M8 17.500h12M4 6.500h.01M4 12h.01M4 17.500h.01",
  globe:
    "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c5 5.500 5 12.500 0 18M12 3c-5 5.500-5 12.500 0 18",
  plane: "M20.500 4L3 11l6 2.200L18 7l-7 7.500v5l3-3.500 3.500 2.500z",
  web: "M3.500 5h17v14h-17zM3.500 9h17M6.500 7h.01",
  terminal: "M3.500 5h17v14h-17zM7 9.500l3 2.500-3 2.500M12.500 15H17",
  star: "M12 4l2.400 5.200 5.600.700-4.100 3.900 1.100 5.600L12 16.600 7 19.400l1.100-5.600L4 9.900l5.600-.700z",
  again: "M20 11a8 8 0 1 0-2.300 6.300M20 4.500V11h-6.500",
  theme: "M12 3.500a8.500 8.500 0 1 0 8.500 9.500A6.500 6.500 0 0 1 12 3.500z",
} as const;

export type IconName = keyof typeof ICONS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" class={`icon icon-${name}`}>
      <path d={ICONS[name]} />
    </svg>
  );
}

/** The picture of the way by which a person reaches us. */
export function channelIcon(kind: string): IconName {
  if (kind === "telegram") return "plane";
  return kind === "console" ? "terminal" : "web";
}
