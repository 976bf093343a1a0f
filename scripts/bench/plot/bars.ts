/** Horizontal bars, one below the other, with marks where a bar must end. */
import { scaleLinear } from 'd3-scale';
import { element, GRID, HUES, INK, label, line, picture, widthOf } from './svg.ts';

export interface PlotBar {
  readonly name: string;
  readonly value: number;
  /** What stands at its end. */
  readonly text: string;
  /** Bars of one kind have one colour. */
  readonly kind: number;
  /** How far it may go. */
  readonly most?: number;
}

const WIDTH = 760;
const HEAD = 34;
const FOOT = 40;
const STEP = 30;
const THICKNESS = 18;

/** @param axis What the numbers below the bars are. */
export function plotBars(title: string, axis: string, bars: readonly PlotBar[]): string {
  const left = Math.max(...bars.map(({ name }) => widthOf(name))) + 12;
  const right = WIDTH - Math.max(...bars.map(({ text }) => widthOf(text))) - 12;
  const bottom = HEAD + bars.length * STEP;
  const most = Math.max(...bars.map((bar) => Math.max(bar.value, bar.most ?? 0)));
  const x = scaleLinear([0, most], [left, right]).nice();

  const grid = x
    .ticks(8)
    .flatMap((tick) => [
      line(x(tick), HEAD, x(tick), bottom),
      label(x(tick), bottom + 16, String(tick), { 'text-anchor': 'middle' }),
    ]);
  const drawn = bars.flatMap(({ name, value, text, kind, most: limit }, index) => {
    const middle = HEAD + (index + 0.5) * STEP;
    const top = middle - THICKNESS / 2;
    const fill = HUES[kind % HUES.length] ?? INK;
    const end = Math.max(x(value), limit === undefined ? 0 : x(limit));
    return [
      label(left - 8, middle + 4.5, name, { 'text-anchor': 'end' }),
      element('rect', { x: left, y: top, width: x(value) - left, height: THICKNESS, rx: 2, fill }),
      ...(limit === undefined
        ? []
        : [line(x(limit), top - 4, x(limit), top + THICKNESS + 4, { stroke: INK, 'stroke-width': 2 })]),
      label(end + 7, middle + 4.5, text),
    ];
  });
  const under = label((left + right) / 2, bottom + 34, axis, { 'text-anchor': 'middle' });
  const zero = line(left, HEAD, left, bottom, { stroke: GRID });
  return picture(WIDTH, bottom + FOOT, title, [...grid, zero, ...drawn, under]);
}
