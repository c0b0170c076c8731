/**
 * The site's colour in the four places where it must stay readable: as a surface with
 * text on it, and as text or line on light and on dark surfaces.
 */
export interface Accents {
  fill: string;
  on: string;
  onLight: string;
  onDark: string;
}

type Rgb = [number, number, number];

const AA = 4.5;
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** The lightest and the darkest surface that accents are written on (widget.css). */
const LIGHT: Rgb = [240, 242, 244];
const DARK: Rgb = [38, 43, 48];

export function parseColor(hex: string): Rgb | null {
  const m = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(hex.trim());
  if (!m) return null;
  const digits = (m[1] as string).length === 3 ? (m[1] as string).replace(/./g, "$&$&") : m[1];
  const n = Number.parseInt(digits as string, 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

function luminance(color: Rgb): number {
  const [r, g, b] = color.map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** As little of the other colour mixed in as makes it readable there. */
function readable(color: Rgb, surface: Rgb, towards: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = color.map((c, i) => Math.round(c + ((towards[i] as number) - c) * share)) as Rgb;
    if (contrast(mixed, surface) >= AA) return mixed;
  }
  return towards;
}

const css = (color: Rgb) => `rgb(${color.join(" ")})`;

export function accents(hex: string): Accents | null {
  const color = parseColor(hex);
  if (!color) return null;
  const light = contrast(color, WHITE) >= contrast(color, BLACK) || contrast(color, WHITE) >= 3;
  const fill = light ? readable(color, WHITE, BLACK) : color;
  return {
    fill: css(fill),
    on: light ? "#fff" : "#111",
    onLight: css(readable(color, LIGHT, BLACK)),
    onDark: css(readable(color, DARK, WHITE)),
  };
}
