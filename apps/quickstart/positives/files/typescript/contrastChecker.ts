/**
 * Repair colour themes whose text is hard to read.
 *
 * Given pairs of text and background colours in hexadecimal notation, compute the contrast ratio of
 * each pair from relative luminance. Where it is below the wanted minimum, move the text colour
 * towards black or white in the smallest step that suffices, found by bisection.
 */

type Rgb = readonly [red: number, green: number, blue: number];

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

export function parseColour(text: string): Rgb {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text);
  const hex = short ? `#${short.slice(1).map((digit) => digit + digit).join('')}` : text;
  if (!/^#[0-9a-f]{6}$/i.test(hex)) throw new SyntaxError(`not a colour: ${text}`);
  const channel = (start: number): number => parseInt(hex.slice(start, start + 2), 16);
  return [channel(1), channel(3), channel(5)];
}

export function formatColour(colour: Rgb): string {
  return `#${colour.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Ranges from 1 (no difference) to 21 (black on white). */
export function contrast(a: Rgb, b: Rgb): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function blend(from: Rgb, to: Rgb, share: number): Rgb {
  const mix = (a: number, b: number): number => Math.round(a + (b - a) * share);
  return [mix(from[0], to[0]), mix(from[1], to[1]), mix(from[2], to[2])];
}

/** Returns a readable text colour, or null if even black and white are not enough. */
export function readableText(text: Rgb, background: Rgb, minimum: number): Rgb | null {
  if (contrast(text, background) >= minimum) return text;
  const goal = contrast(BLACK, background) > contrast(WHITE, background) ? BLACK : WHITE;
  if (contrast(goal, background) < minimum) return null;

  let tooLittle = 0;
  let enough = 1;
  while (enough - tooLittle > 1 / 512) {
    const middle = (tooLittle + enough) / 2;
    if (contrast(blend(text, goal, middle), background) >= minimum) {
      enough = middle;
    } else {
      tooLittle = middle;
    }
  }
  return blend(text, goal, enough);
}

const theme: Record<string, [text: string, background: string]> = {
  heading: ['#223', '#fff'],
  hint: ['#9aa5b1', '#ffffff'],
  warning: ['#c08000', '#402020'],
};
for (const [name, [text, background]] of Object.entries(theme)) {
  const colours = [parseColour(text), parseColour(background)] as const;
  const better = readableText(...colours, 4.5);
  const ratio = contrast(...colours).toFixed(2);
  console.log(`${name}: ${text} has ${ratio}, use ${better ? formatColour(better) : 'another'}`);
}
