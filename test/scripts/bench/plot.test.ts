/** That plots show what they are given, where it belongs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plotBars } from '../../../scripts/bench/plot/bars.ts';
import { plotLines } from '../../../scripts/bench/plot/lines.ts';
import { GRID, HUES, INK } from '../../../scripts/bench/plot/svg.ts';

/** Values of an attribute of all elements of a name. */
const attributes = (svg: string, element: string, name: string): string[] =>
  [...svg.matchAll(new RegExp(`<${element} [^>]*?\\b${name}="([^"]*)"`, 'g'))].map(([, value = '']) => value);

test('a bar is as long as its value, and its mark is where it must end', () => {
  const svg = plotBars('Title', 'axis', [
    { name: 'one', value: 2, text: '2 ×', kind: 0 },
    { name: 'two', value: 4, text: '4 ×', kind: 1, most: 2 },
  ]);
  const [one = 0, two = 0] = attributes(svg, 'rect', 'width').map(Number);
  assert.ok(Math.abs(two - 2 * one) < 0.3, `${one} and ${two}`);
  const [left = 0] = attributes(svg, 'rect', 'x').map(Number);
  const [, mark = 0] = /<line x1="([\d.]+)"[^>]*stroke-width="2"/.exec(svg) ?? [];
  assert.ok(Math.abs(Number(mark) - left - one) < 0.3, `${mark}`);
  for (const text of ['Title', 'axis', 'one', '2 ×']) assert.ok(svg.includes(`>${text}<`), text);
});

test('a line goes up where its values go up, in steps of a ratio where the axis is logarithmic', () => {
  const heights = (logFrom?: number): number[] => {
    const points = [1, 10, 100].map((value, index) => [index, value] as const);
    const axes = { x: 'x', y: 'y', ...(logFrom === undefined ? {} : { logFrom }) };
    const svg = plotLines('Title', axes, [{ name: 'line', kind: 0, points, dots: true }]);
    return attributes(svg, 'circle', 'cy').map(Number);
  };
  const [low = 0, middle = 0, high = 0] = heights(0.5);
  assert.ok(low > middle && middle > high);
  assert.ok(Math.abs(low - middle - (middle - high)) < 0.3);
  const [first = 0, second = 0, third = 0] = heights();
  assert.ok(Math.abs((first - third) / (first - second) - 11) < 0.3);
});

test('what a name contains cannot break the picture', () => {
  const svg = plotBars('a < b & "c"', 'axis', [{ name: '<script>', value: 1, text: '', kind: 0 }]);
  assert.ok(!svg.includes('<script>'));
  assert.match(svg, /aria-label="a &lt; b &amp; &quot;c&quot;"/);
});

test('all colours can be read on a light page and on a dark one', () => {
  const luminance = (hex: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one: string, other: string): number => {
    const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  // GitHub's pages. WCAG wants 3 for graphics and large text.
  for (const page of ['#ffffff', '#0d1117']) {
    for (const hue of HUES) assert.ok(contrast(hue, page) >= 3, `${hue} on ${page}: ${contrast(hue, page)}`);
    assert.ok(contrast(INK, page) >= 4, `${INK} on ${page}: ${contrast(INK, page)}`);
  }
  assert.ok(GRID.startsWith(INK));
});
