/** The order in which addresses are tried, after host-local's RangeIter tests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { candidates, placeOfLast } from '../../src/allocator/candidates.ts';
import { type UsableSet, wholeSets } from '../../src/allocator/subnet.ts';
import type { Order } from '../../src/config/allocation.ts';
import type { RangeSet } from '../../src/config/ranges.ts';
import { formatAddress } from '../../src/net/address.ts';
import { contains } from '../../src/net/span.ts';
import { address } from '../net/literals.ts';
import { rangeSets } from './claims.ts';

const all = (ranges: RangeSet, order: Order, last?: string, seed = ''): string[] =>
  [...candidates(ranges, order, last === undefined ? undefined : address(last), seed)].map(formatAddress);

const spanOf = (subnet: string, first: string, last: string) => ({
  subnet,
  rangeStart: first,
  rangeEnd: last,
});
const [few = []] = rangeSets([
  spanOf('10.0.0.0/24', '10.0.0.1', '10.0.0.3'),
  spanOf('10.0.1.0/24', '10.0.1.8', '10.0.1.9'),
]);
const inOrder = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.1.8', '10.0.1.9'];

/** The list turned so that it begins with its element at that place. */
const from = (place: number): string[] => [...inOrder.slice(place), ...inOrder.slice(0, place)];

const starts: [title: string, last: string | undefined, place: number][] = [
  ['at the beginning without a last one', undefined, 0],
  ['after the first one', '10.0.0.1', 1],
  ['after one in the middle', '10.0.0.2', 2],
  ['in the next range after the last one of a range', '10.0.0.3', 3],
  ['at the beginning after the very last one', '10.0.1.9', 0],
  ['at the beginning after one that is in no range', '10.0.0.128', 0],
  ['at the beginning after one of the other family', '::a00:1', 0],
];
for (const [title, last, place] of starts) {
  test(`candidates() goes on ${title}, and tries the last one at the end`, () => {
    assert.deepEqual(all(few, 'sequential', last), from(place));
  });
}

test('candidates() in reverse takes each range from its end, whatever came last', () => {
  const expected = ['10.0.0.3', '10.0.0.2', '10.0.0.1', '10.0.1.9', '10.0.1.8'];
  assert.deepEqual(all(few, 'reverse'), expected);
  assert.deepEqual(all(few, 'reverse', '10.0.0.2'), expected);
});

test('candidates() spreads neighbouring ENIs over the range, each at its own place', () => {
  const [wide = []] = rangeSets([{ subnet: '10.0.0.0/20' }]);
  const first = (seed: string): string => {
    const [found = address('::')] = candidates(wide, 'spread', undefined, seed);
    return formatAddress(found);
  };
  const seeds = Array.from(
    { length: 50 },
    (_, node) => `eni-0123456789abcde${node.toString(16).padStart(2, '0')}`,
  );
  const firsts = seeds.map(first);
  assert.deepEqual(seeds.map(first), firsts);
  assert.ok(new Set(firsts).size > 45, 'fewer than 5 of 50 nodes share a place with another one');
});

test('candidates() spreads no more once an address was handed out', () => {
  assert.deepEqual(all(few, 'spread', '10.0.0.2', 'eni-0a'), from(2));
});

test('candidates() starts at once in a range of 2^64 addresses', () => {
  const [vast = []] = rangeSets([{ subnet: '2001:db8:1::/64' }]);
  const [first] = candidates(vast, 'sequential', address('2001:db8:1::ffff'), '');
  assert.equal(first && formatAddress(first), '2001:db8:1::1:0');
});

const arbitraryRanges: fc.Arbitrary<RangeSet> = fc
  .uniqueArray(fc.nat({ max: 9 }), { minLength: 1, maxLength: 4 })
  .chain((blocks) =>
    fc.tuple(...blocks.map((block) => fc.tuple(fc.constant(block), fc.nat({ max: 7 }), fc.nat({ max: 7 })))),
  )
  .map((spans) =>
    rangeSets(
      spans.map(([block, a, b]) => {
        const at = (place: number): string => `10.0.${block}.${place + 1}`;
        return spanOf(`10.0.${block}.0/24`, at(Math.min(a, b)), at(Math.max(a, b)));
      }),
    ),
  )
  .map(([set = []]) => set);

test('candidates() visits every address of the ranges exactly once, whatever the order and the cursor', () => {
  const order = fc.constantFrom<Order>('sequential', 'reverse', 'spread');
  const cursor = fc.option(
    fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 9 })).map(([block, place]) => `10.0.${block}.${place}`),
    { nil: undefined },
  );
  fc.assert(
    fc.property(arbitraryRanges, order, cursor, fc.string(), (ranges, way, last, seed) => {
      const visited = all(ranges, way, last, seed);
      const size = ranges.reduce((sum, range) => sum + Number(range.last.value - range.first.value) + 1, 0);
      assert.equal(visited.length, size);
      assert.equal(new Set(visited).size, size);
      assert.ok(visited.every((text) => ranges.some((range) => contains(range, address(text)))));
      if (way !== 'reverse' && last !== undefined && visited.includes(last))
        assert.equal(visited.at(-1), last);
    }),
  );
});

const place = (set: UsableSet | undefined, last: string): string | undefined => {
  assert.ok(set);
  const found = placeOfLast(set, address(last));
  return found && formatAddress(found);
};

test('placeOfLast() is the last address, or the usable one before it when it is not to be had any more', () => {
  const [set] = wholeSets(
    rangeSets([
      { subnet: '10.1.2.0/28', gateway: '10.1.2.2', exclude: ['10.1.2.5-10.1.2.7', '10.1.2.14'] },
      { subnet: '10.1.3.0/28', gateway: '10.1.3.1' },
    ]),
  );
  const cases = {
    '10.1.2.4': '10.1.2.4',
    '10.1.2.2': '10.1.2.1',
    '10.1.2.6': '10.1.2.4',
    '10.1.2.14': '10.1.2.13',
  };
  for (const [last, expected] of Object.entries(cases)) assert.equal(place(set, last), expected, last);
  assert.equal(place(set, '10.1.3.1'), '10.1.2.13', 'the range before it ends there');
  assert.equal(place(set, '10.9.9.9'), undefined, 'it was of other ranges');
});
