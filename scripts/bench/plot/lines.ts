/** Lines over a horizontal quantity, with a legend above them. */
import { scaleLinear, scaleLog } from 'd3-scale';
import { element, HUES, INK, label, line, picture, widthOf } from './svg.ts';

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Lines of one kind have one colour. */
  readonly kind: number;
  readonly dashed?: boolean;
  /** Each point is marked: it was measured, and the line between is a guess. */
  readonly dots?: boolean;
}

export interface Axes {
  readonly x: string;
  readonly y: string;
  /** The vertical axis is logarithmic, and begins here. */
  readonly logFrom?: number;
}

const WIDTH = 760;
const HEIGHT = 380;
const HEAD = 74;
const LEFT = 64;
const RIGHT = WIDTH - 20;
const BOTTOM = HEIGHT - 46;

export function plotLines(title: string, axes: Axes, lines: readonly Line[]): string {
  const all = lines.flatMap(({ points }) => points);
  const x = scaleLinear([0, Math.max(...all.map(([at]) => at))], [LEFT, RIGHT]).nice();
  const y = verticalScale(axes, Math.max(...all.map(([, value]) => value)));
  const grid = [
    ...y.ticks.flatMap((tick) => [
      line(LEFT, y.at(tick), RIGHT, y.at(tick)),
      label(LEFT - 8, y.at(tick) + 4.5, tick.toLocaleString('en'), { 'text-anchor': 'end' }),
    ]),
    ...x
      .ticks(8)
      .map((tick) => label(x(tick), BOTTOM + 18, tick.toLocaleString('en'), { 'text-anchor': 'middle' })),
  ];
  const drawn = lines.flatMap((one) => {
    const points = one.points.map(([at, value]) => [x(at), y.at(value)] as const);
    const stroke = hueOf(one);
    return [
      element('polyline', { points: points.map(round).join(' '), fill: 'none', ...strokeOf(one) }),
      ...(one.dots ? points.map(([cx, cy]) => element('circle', { cx, cy, r: 3, fill: stroke })) : []),
    ];
  });
  const middle = (HEAD + BOTTOM) / 2;
  const names = [
    label((LEFT + RIGHT) / 2, HEIGHT - 8, axes.x, { 'text-anchor': 'middle' }),
    label(14, middle, axes.y, { 'text-anchor': 'middle', transform: `rotate(-90 14 ${middle})` }),
  ];
  return picture(WIDTH, HEIGHT, title, [...grid, ...drawn, ...names, ...legend(lines)]);
}

function verticalScale({ logFrom }: Axes, most: number) {
  if (logFrom === undefined) {
    const scale = scaleLinear([0, most], [BOTTOM, HEAD]).nice();
    return { at: (value: number) => scale(value), ticks: scale.ticks(6) };
  }
  const scale = scaleLog([logFrom, most * 1.1], [BOTTOM, HEAD]);
  const isRound = (tick: number): boolean => /^[125]/.test(String(tick).replace(/^[0.]*/, ''));
  return { at: (value: number) => scale(Math.max(value, logFrom)), ticks: scale.ticks().filter(isRound) };
}

/** One after the other, in as many rows as they need. */
function legend(lines: readonly Line[]): readonly string[] {
  let x = LEFT;
  let y = 42;
  return lines.flatMap((one) => {
    const width = widthOf(one.name) + 46;
    if (x + width > WIDTH) [x, y] = [LEFT, y + 20];
    const parts = [line(x, y, x + 22, y, strokeOf(one)), label(x + 28, y + 4.5, one.name)];
    x += width;
    return parts;
  });
}

const hueOf = ({ kind }: Line): string => HUES[kind % HUES.length] ?? INK;

const strokeOf = (one: Line) => ({
  stroke: hueOf(one),
  'stroke-width': 2.2,
  ...(one.dashed ? { 'stroke-dasharray': '6 4' } : {}),
});

const round = ([x, y]: readonly [number, number]): string => `${x.toFixed(1)},${y.toFixed(1)}`;
