/** Spans as CIDR blocks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { blocksOf } from '../../src/doctor/blocks.ts';
import { bitsOf, type Family } from '../../src/net/address.ts';
import { firstOf, formatPrefix, lastOf } from '../../src/net/prefix.ts';
import { parseSpan } from '../../src/net/span.ts';

const CASES: readonly [span: string, blocks: readonly string[]][] = [
  ['10.10.0.80-10.10.0.99', ['10.10.0.80/28', '10.10.0.96/30']],
  ['10.10.0.0-10.10.0.255', ['10.10.0.0/24']],
  ['10.10.0.7', ['10.10.0.7/32']],
  ['10.10.0.1-10.10.0.6', ['10.10.0.1/32', '10.10.0.2/31', '10.10.0.4/31', '10.10.0.6/32']],
  ['0.0.0.0-255.255.255.255', ['0.0.0.0/0']],
  ['2001:db8::80-2001:db8::8f', ['2001:db8::80/124']],
];
for (const [span, blocks] of CASES) {
  test(`blocksOf() makes ${blocks.join(', ')} of ${span}`, () => {
    const parsed = parseSpan(span);
    assert.ok(parsed);
    assert.deepEqual(blocksOf(parsed).map(formatPrefix), blocks);
  });
}

test('blocksOf() covers exactly the span, in order, and no two neighbours could be one', () => {
  const pair = fc.tuple(fc.bigInt(0n, 300n), fc.bigInt(0n, 300n), fc.constantFrom<Family>(4, 6));
  fc.assert(
    fc.property(pair, ([one, other, family]) => {
      const first = { family, value: one < other ? one : other };
      const last = { family, value: one < other ? other : one };
      const blocks = blocksOf({ first, last });
      let next = first.value;
      for (const block of blocks) {
        assert.equal(block.address.value, next);
        assert.equal(firstOf(block).value, next, 'a block begins where such a block may');
        next = lastOf(block).value + 1n;
      }
      assert.equal(next, last.value + 1n);
      for (const [place, block] of blocks.entries()) {
        const before = blocks[place - 1];
        if (before?.length !== block.length) continue;
        const size = 1n << BigInt(bitsOf(family) - block.length + 1);
        assert.notEqual(before.address.value % size, 0n);
      }
    }),
  );
});
