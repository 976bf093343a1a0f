/** Tables in Markdown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barTable, milliseconds, seconds, table, times } from '../../../scripts/bench/table.ts';

test('table() lines up words to the left and numbers to the right', () => {
  const lines = table(
    ['what', 'CPU'],
    [
      ['a', '5 ms'],
      ['longer', '100 ms'],
    ],
  ).split('\n');
  assert.deepEqual(lines, [
    '| what   |    CPU |',
    '|--------|-------:|',
    '| a      |   5 ms |',
    '| longer | 100 ms |',
  ]);
});

test('barTable() tells what is kept and what is missed: a bar may be reached, not passed', () => {
  const bar = { what: 'CPU', most: 1.4, unit: ' ×' };
  const verdict = (measured: number): string => barTable([{ ...bar, measured }]).split('\n')[2] ?? '';
  assert.match(verdict(1.4), /1\.4 × \| +1\.4 × \| +kept/);
  assert.match(verdict(1.41), /1\.41 × \| \*\*missed\*\*/);
  assert.match(verdict(Number.NaN), /missed/);
  assert.equal(barTable([]), '');
});

test('numbers have as many digits as mean something', () => {
  assert.deepEqual([times(1.234), times(24.56)], ['1.23 ×', '24.6 ×']);
  assert.deepEqual([milliseconds(4.26), milliseconds(45.2)], ['4.3 ms', '45 ms']);
  assert.deepEqual([seconds(1234), seconds(176_000)], ['1.23 s', '176.0 s']);
});
