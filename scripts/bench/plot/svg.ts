/** SVG as text, in colours that can be read on a light page and on a dark one. */

/** Each is about as far from white as from GitHub's black, so that one file serves both. */
export const INK = '#717b87';
export const GRID = '#717b8740';
export const HUES = ['#d2691e', '#3584d8', '#2f9e58', '#a371e0', '#a98319', '#d0527f'] as const;

export const FONT_SIZE = 13;
/** Mean width of a character of a sans-serif font, as part of its size. */
const CHARACTER = 0.56;

export const widthOf = (text: string): number => text.length * FONT_SIZE * CHARACTER;

type Attributes = Readonly<Record<string, string | number>>;

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const print = (value: string | number): string =>
  typeof value === 'number' ? String(Number(value.toFixed(1))) : escapeText(value);

/** An element; its children are elements already. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const head = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${print(value)}"`)].join(
    ' ',
  );
  return children.length === 0 ? `<${head}/>` : `<${head}>${children.join('')}</${name}>`;
}

export const line = (x1: number, y1: number, x2: number, y2: number, more: Attributes = {}): string =>
  element('line', { x1, y1, x2, y2, stroke: GRID, ...more });

/** Text at a place; `text-anchor` says which of its ends is there. */
export const label = (x: number, y: number, text: string, more: Attributes = {}): string =>
  element('text', { x, y, fill: INK, ...more }, escapeText(text));

/** A whole picture with its title, which stands in it and is read out for it. */
export function picture(width: number, height: number, title: string, parts: readonly string[]): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
    'aria-label': title,
    'font-family': 'system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif',
    'font-size': FONT_SIZE,
  };
  const heading = label(0, FONT_SIZE + 3, title, { 'font-size': FONT_SIZE + 2, 'font-weight': 600 });
  return `${element('svg', attributes, '\n', [heading, ...parts].join('\n'), '\n')}\n`;
}
