/** Which prefixes a range set has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Claim } from '../../src/allocator/claim.ts';
import { fitToSubnet } from '../../src/allocator/subnet.ts';
import { blockAround, blocksIn, requireBlocks } from '../../src/allocator/whole-prefixes.ts';
import { formatBlock } from '../../src/net/span.ts';
import { address } from '../net/literals.ts';
import { DUAL_ENI, ENI, rangeSets, spansOnEni } from './claims.ts';

const ANYHOW = { order: 'sequential', eni: ENI } as const;

test('blockAround() is the /28 of an IPv4 address, and the /80 of an IPv6 address', () => {
  const found = ['10.10.0.97', '10.10.0.111', '2001:db8::1:2:3:4'].map((one) =>
    formatBlock(blockAround(address(one))),
  );
  assert.deepEqual(found, ['10.10.0.96/28', '10.10.0.96/28', '2001:db8:0:0:1::/80']);
});

const THREE = ['10.10.0.96/28', '10.10.0.112/28', '10.10.0.128/28'];
const orders: [order: Claim['order'], expected: string[]][] = [
  ['sequential', THREE],
  ['reverse', THREE.toReversed()],
];
for (const [order, expected] of orders) {
  test(`blocksIn() has every whole prefix once, ${order}`, () => {
    const [set] = spansOnEni('90-150');
    assert.ok(set);
    assert.deepEqual([...blocksIn(set, { order, eni: ENI })].map(formatBlock), expected);
  });
}

test('blocksIn() goes through the ranges as addresses do: in their order, each from its end in reverse', () => {
  const range = (first: number, last: number) => ({
    subnet: '10.10.0.0/24',
    rangeStart: `10.10.0.${first}`,
    rangeEnd: `10.10.0.${last}`,
  });
  const [set] = fitToSubnet(rangeSets([range(128, 159), range(64, 95)]), ENI);
  assert.ok(set);
  const inOrder = (order: Claim['order']) => [...blocksIn(set, { order, eni: ENI })].map(formatBlock);
  const named = (...firsts: number[]) => firsts.map((first) => `10.10.0.${first}/28`);
  assert.deepEqual(inOrder('sequential'), named(128, 144, 64, 80));
  assert.deepEqual(inOrder('reverse'), named(144, 128, 80, 64));
});

test('blocksIn() starts at another place on another node, where nodes spread', () => {
  const [set] = spansOnEni('16-239');
  assert.ok(set);
  const starts = Array.from({ length: 20 }, (_, node) => {
    const eni = { ...ENI, id: `eni-${node}` };
    const all = [...blocksIn(set, { order: 'spread', eni })].map(formatBlock);
    assert.equal(new Set(all).size, 14);
    return all[0];
  });
  assert.ok(new Set(starts).size >= 8, starts.join());
});

test('blocksIn() passes over prefixes with an address that no pod may have', () => {
  const sets = fitToSubnet(
    rangeSets([{ subnet: '10.10.0.0/24', gateway: '10.10.0.100', exclude: ['10.10.0.130-10.10.0.200'] }]),
    ENI,
  );
  const [set] = sets;
  assert.ok(set);
  const found = [...blocksIn(set, ANYHOW)].map(formatBlock);
  const expected = [16, 32, 48, 64, 80, 112, 208, 224].map((first) => `10.10.0.${first}/28`);
  assert.deepEqual(found, expected);
});

test('blocksIn() begins at once in a subnet of 2^64 addresses', () => {
  const [set] = fitToSubnet(rangeSets([{ subnet: '2600:1f14:abc:1200::/64' }]), DUAL_ENI);
  assert.ok(set);
  for (const block of blocksIn(set, ANYHOW)) {
    assert.equal(formatBlock(block), '2600:1f14:abc:1200:1::/80');
    break;
  }
});

test('requireBlocks() refuses a set without a whole prefix', () => {
  assert.throws(() => requireBlocks(spansOnEni('97-126')), {
    kind: 'invalid-config',
    message: /no whole \/28/,
  });
  requireBlocks(spansOnEni('97-127'));
  const [first, second] = [spansOnEni('97-100')[0], spansOnEni('112-127')[0]];
  assert.ok(first && second);
  requireBlocks([{ ...first, ranges: [...first.ranges, ...second.ranges] }]);
});
