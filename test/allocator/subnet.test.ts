/** What an ENI's subnet leaves of the configured ranges. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitToSubnet, isServedBy, isUsable, wholeSets } from '../../src/allocator/subnet.ts';
import { formatSet } from '../../src/config/ranges.ts';
import { address } from '../net/literals.ts';
import { CIDR, CIDR6, DUAL_ENI, ENI, rangeSets } from './claims.ts';

const zoneA = { subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.89' };
const zoneB = { subnet: '10.10.1.0/24', rangeStart: '10.10.1.80', rangeEnd: '10.10.1.89' };

test('fitToSubnet() keeps the ranges inside the ENI’s subnet, so that one definition serves every zone', () => {
  const sets = rangeSets([zoneB, zoneA]);
  assert.deepEqual(
    fitToSubnet(sets, ENI).map(({ ranges }) => formatSet(ranges)),
    ['10.10.0.80-10.10.0.89'],
  );
  const other = { ...ENI, cidrs: ['10.10.1.0/24'], primary: '10.10.1.5' };
  assert.deepEqual(
    fitToSubnet(sets, other).map(({ ranges }) => formatSet(ranges)),
    ['10.10.1.80-10.10.1.89'],
  );
});

test('fitToSubnet() keeps the place of a set in the configuration', () => {
  const second = { ...zoneA, rangeStart: '10.10.0.90', rangeEnd: '10.10.0.99' };
  assert.deepEqual(
    fitToSubnet(rangeSets([zoneA], [second]), ENI).map(({ index }) => index),
    [0, 1],
  );
});

test('fitToSubnet() takes a range whose own subnet is wider than the ENI’s', () => {
  const range = { subnet: '10.10.0.0/16', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.89' };
  assert.equal(fitToSubnet(rangeSets([range]), ENI)[0]?.ranges.length, 1);
});

test('fitToSubnet() refuses a set of which nothing is inside, with both CIDRs', () => {
  assert.throws(() => fitToSubnet(rangeSets([zoneA], [zoneB]), ENI), {
    kind: 'invalid-config',
    message:
      'cannot use range set 1 (10.10.1.80-10.10.1.89) on eni-00000000000000002: ' +
      "none of its ranges lies inside the ENI's subnet 10.10.0.0/24",
  });
});

test('fitToSubnet() refuses a range that lies half inside', () => {
  const half = { subnet: '10.10.0.0/16', rangeStart: '10.10.0.250', rangeEnd: '10.10.1.9' };
  assert.throws(() => fitToSubnet(rangeSets([zoneA, half]), ENI), {
    kind: 'invalid-config',
    message: /range 10\.10\.0\.250-10\.10\.1\.9 .* only in part inside the ENI's subnet 10\.10\.0\.0\/24/,
  });
});

test('fitToSubnet() fails when the ENI’s subnet is unknown', () => {
  assert.throws(() => fitToSubnet(rangeSets([zoneA]), { ...ENI, cidrs: [] }), { kind: 'no-eni' });
});

test('isUsable() spares gateway, exclusions, what AWS keeps, the primary, and all outside the ranges', () => {
  const gateway = '10.10.0.9';
  const parts = { exclude: ['10.10.0.20-10.10.0.21', '10.10.0.32/31'], gateway };
  const [set] = fitToSubnet(
    rangeSets([{ subnet: CIDR, rangeStart: '10.10.0.0', rangeEnd: '10.10.0.255', ...parts }]),
    ENI,
  );
  assert.ok(set);
  const spared = Array.from({ length: 256 }, (_, place) => place).filter(
    (place) => !isUsable(set, address(`10.10.0.${place}`)),
  );
  assert.deepEqual(spared, [0, 1, 2, 3, 5, 9, 20, 21, 32, 33, 255]);
  assert.ok(!isUsable(set, address('10.10.1.1')));
  assert.ok(!isUsable(set, address('::a0a:50')));
});

test('isUsable() without an ENI spares the gateway and nothing else', () => {
  const [set] = wholeSets(rangeSets([{ subnet: '10.10.0.0/29' }]));
  assert.ok(set);
  const usable = [1, 2, 3, 4, 5, 6, 7].filter((place) => isUsable(set, address(`10.10.0.${place}`)));
  assert.deepEqual(usable, [2, 3, 4, 5, 6]);
});

const inIpv6 = { subnet: CIDR6, rangeStart: '2600:1f14:abc:1200::100', rangeEnd: '2600:1f14:abc:1200::1ff' };

test('fitToSubnet() fits each set to the CIDR of its family', () => {
  const [ipv4, ipv6] = fitToSubnet(rangeSets([zoneA], [inIpv6]), DUAL_ENI);
  assert.equal(formatSet(ipv4?.ranges ?? []), '10.10.0.80-10.10.0.89');
  assert.equal(formatSet(ipv6?.ranges ?? []), '2600:1f14:abc:1200::100-2600:1f14:abc:1200::1ff');
});

test('fitToSubnet() fails when the subnet has no CIDR of the family, and names those it has', () => {
  assert.throws(() => fitToSubnet(rangeSets([inIpv6]), ENI), {
    kind: 'invalid-config',
    message: /none of its ranges lies inside the ENI's subnet 10\.10\.0\.0\/24$/,
  });
});

test('isUsable() spares what AWS keeps of an IPv6 subnet: its first four addresses and its last', () => {
  const [set] = fitToSubnet(rangeSets([{ subnet: CIDR6, rangeStart: '2600:1f14:abc:1200::' }]), DUAL_ENI);
  assert.ok(set);
  const prefix = '2600:1f14:abc:1200';
  const spared = [`${prefix}::`, `${prefix}::1`, `${prefix}::3`, `${prefix}:ffff:ffff:ffff:ffff`];
  for (const text of spared) assert.ok(!isUsable(set, address(text)), text);
  for (const text of [`${prefix}::4`, `${prefix}:ffff:ffff:ffff:fffe`])
    assert.ok(isUsable(set, address(text)), text);
});

test('isServedBy() tells whether every set has a range inside the subnet', () => {
  assert.ok(isServedBy(rangeSets([zoneB, zoneA]), ENI));
  assert.ok(!isServedBy(rangeSets([zoneB]), ENI));
  assert.ok(!isServedBy(rangeSets([zoneA], [inIpv6]), ENI));
  assert.ok(isServedBy(rangeSets([zoneA], [inIpv6]), DUAL_ENI));
});
