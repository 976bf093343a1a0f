/** Tables whose rows have a reason. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printReasoned } from '../../src/cli/reasons.ts';

const columns = [{ heading: 'ADDRESS' }, { heading: 'CONTAINER', least: 4 }];
const row = (address: string, reason: string) => ({ subject: address, cells: [address, 'c1'], reason });

test('printReasoned() has short reasons in the table', () => {
  assert.equal(
    printReasoned(columns, [row('10.0.0.8', 'its pod is gone'), row('10.0.0.9', '')]),
    'ADDRESS   CONTAINER  REASON\n10.0.0.8  c1         its pod is gone\n10.0.0.9  c1\n',
  );
});

test('printReasoned() has reasons below the table, whole, when one of them is too long', () => {
  const long = `because ${'it is so '.repeat(20)}`.trim();
  const printed = printReasoned(columns, [
    row('10.0.0.8', long),
    row('10.0.0.9', 'its pod is gone'),
    row('10.0.0.10', ''),
  ]);
  const lines = printed.trimEnd().split('\n');
  for (const line of lines) assert.ok(line.length <= 100, line);
  assert.deepEqual(lines.slice(0, 5), [
    'ADDRESS    CONTAINER',
    '10.0.0.8   c1',
    '10.0.0.9   c1',
    '10.0.0.10  c1',
    '',
  ]);
  assert.equal(lines.at(-1), '10.0.0.9: its pod is gone');
  const told = lines.slice(5, -1).map((line) => line.trim());
  assert.equal(told.join(' '), `10.0.0.8: ${long}`);
});
