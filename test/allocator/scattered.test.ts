/** The order of addresses that an identity gives: all of them, the same on every node. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { scattered } from '../../src/allocator/scattered.ts';
import { fitToSubnet, type UsableSet, usableSpans, wholeSets } from '../../src/allocator/subnet.ts';
import { formatAddress } from '../../src/net/address.ts';
import { ENI, rangeSets } from './claims.ts';

const textsOf = (set: UsableSet | undefined, identity: string): readonly string[] => {
  assert.ok(set);
  return [...scattered(set, identity)].map(formatAddress);
};

const usableIn = (set: UsableSet): readonly string[] =>
  usableSpans(set).flatMap(({ first, last }) =>
    Array.from({ length: Number(last.value - first.value) + 1 }, (_, place) =>
      formatAddress({ family: first.family, value: first.value + BigInt(place) }),
    ),
  );

test('scattered() comes by every usable address once, one range after the other', () => {
  const arbitrarySize = fc.tuple(fc.nat(40), fc.nat(40)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
  fc.assert(
    fc.property(arbitrarySize, arbitrarySize, fc.string(), ([a, b], [c, d], identity) => {
      const part = (first = 0, last = 0, base = 0) => ({
        subnet: '10.10.0.0/24',
        rangeStart: `10.10.0.${base + first}`,
        rangeEnd: `10.10.0.${base + last}`,
        exclude: [`10.10.0.${base + first + 1}-10.10.0.${base + first + 2}`],
        gateway: '10.10.0.254',
      });
      const [set] = wholeSets(rangeSets([part(a, b, 10), part(c, d, 60)]));
      assert.ok(set);
      const visited = textsOf(set, identity);
      assert.deepEqual(visited.toSorted(), [...usableIn(set)].toSorted());
      const ofFirst = usableIn({ ...set, ranges: set.ranges.slice(0, 1) });
      assert.deepEqual(visited.slice(0, ofFirst.length).toSorted(), [...ofFirst].toSorted());
    }),
  );
});

test('scattered() is the same on every node of the subnet, whatever address its ENI has', () => {
  const sets = rangeSets([{ subnet: '10.10.0.0/24' }]);
  const [here] = fitToSubnet(sets, { ...ENI, primary: '10.10.0.77' });
  const [there] = fitToSubnet(sets, { ...ENI, primary: '10.10.0.200' });
  const without = (texts: readonly string[]): readonly string[] =>
    texts.filter((text) => text !== '10.10.0.77' && text !== '10.10.0.200');
  for (let pod = 0; pod < 50; pod++) {
    const orders = [here, there].map((set) => textsOf(set, `shop/db-${pod}`));
    assert.deepEqual(without(orders[0] ?? []), without(orders[1] ?? []));
    assert.ok(!orders[0]?.includes('10.10.0.77') && orders[0]?.includes('10.10.0.200'));
  }
});

test('scattered() gives neighbouring names first places far apart, and parts those that meet', () => {
  const [set] = wholeSets(rangeSets([{ subnet: '10.10.0.0/22' }]));
  const orders = Array.from({ length: 200 }, (_, pod) => textsOf(set, `shop/db-${pod} signalling net1 0`));
  const firsts = new Set(orders.map(([first]) => first));
  assert.ok(firsts.size > 170, `${firsts.size} first places of 200 pods`);
  const meetings = orders.flatMap((one, index) =>
    orders
      .slice(index + 1)
      .filter(([first]) => first === one[0])
      .map((other) => [one[1], other[1]]),
  );
  assert.ok(meetings.length > 5);
  assert.ok(meetings.filter(([a, b]) => a === b).length <= 1, 'they go on to different places');
});

test('scattered() starts at once in a range of 2^64 addresses', () => {
  const [set] = wholeSets(
    rangeSets([{ subnet: '2001:db8:1::/64', exclude: ['2001:db8:1::-2001:db8:1:0:ff::'] }]),
  );
  assert.ok(set);
  const [first] = scattered(set, 'shop/db-0');
  assert.ok(first);
});
