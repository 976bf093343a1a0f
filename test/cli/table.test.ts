/** Tables for a terminal. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fitTable, printTable, WIDTH } from '../../src/cli/table.ts';

test('printTable() makes each column as wide as its widest cell', () => {
  assert.equal(
    printTable(
      ['A', 'LONGER', 'C'],
      [
        ['wide cell', 'x', ''],
        ['y', 'z', 'end'],
      ],
    ),
    'A          LONGER  C\nwide cell  x\ny          z       end\n',
  );
});

const columns = [{ heading: 'NAME', least: 4 }, { heading: 'ID' }, { heading: 'NOTE', least: 6 }];

test('fitTable() leaves alone what fits', () => {
  assert.equal(fitTable(columns, [['a', 'b', 'c']]), 'NAME  ID  NOTE\na     b   c\n');
});

test('fitTable() cuts the widest of the columns that may be cut, and marks the cut', () => {
  const [, line = ''] = fitTable(columns, [['n'.repeat(30), 'i'.repeat(40), 'o'.repeat(50)]]).split('\n');
  assert.equal(line.length, WIDTH);
  assert.equal(line, `${'n'.repeat(28)}  ${'i'.repeat(40)}  ${'o'.repeat(27)}…`.replace('nn  ', 'n…  '));
});

test('fitTable() keeps every line within the width as long as what must stay whole lets it', () => {
  const cell = fc.string({ minLength: 1, maxLength: 80, unit: fc.constantFrom('a', 'b', '-') });
  const whole = fc.string({ minLength: 1, maxLength: WIDTH - 4 - 6 - 4, unit: fc.constantFrom('i', '.') });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, whole, cell), { minLength: 1, maxLength: 5 }), (rows) => {
      const [heading = '', ...lines] = fitTable(columns, rows).trimEnd().split('\n');
      for (const line of [heading, ...lines]) assert.ok(line.length <= WIDTH, line);
      for (const [place, [, id]] of rows.entries()) assert.ok(lines[place]?.includes(id), lines[place]);
    }),
  );
});

test('fitTable() lets a cell be too wide rather than cut what must stay whole', () => {
  const id = 'i'.repeat(120);
  const [, line = ''] = fitTable(columns, [['name', id, 'note']]).split('\n');
  assert.ok(line.includes(id));
});
