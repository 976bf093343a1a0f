/** What an ENI's subnet leaves of the configured ranges. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitToSubnet, isUsable, wholeSets } from '../../src/allocator/subnet.ts';
import { formatSet } from '../../src/config/ranges.ts';
import { address } from '../net/literals.ts';
import { ENI, rangeSets } from './claims.ts';

const zoneA = { subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.89' };
const zoneB = { subnet: '10.10.1.0/24', rangeStart: '10.10.1.80', rangeEnd: '10.10.1.89' };

test('fitToSubnet() keeps the ranges inside the ENI’s subnet, so that one definition serves every zone', () => {
  const sets = rangeSets([zoneB, zoneA]);
  assert.deepEqual(
    fitToSubnet(sets, ENI).map(({ ranges }) => formatSet(ranges)),
    ['10.10.0.80-10.10.0.89'],
  );
  const other = { ...ENI, cidr: '10.10.1.0/24', primary: '10.10.1.5' };
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
  assert.throws(() => fitToSubnet(rangeSets([zoneA]), { ...ENI, cidr: '' }), { kind: 'no-eni' });
});

test('isUsable() spares gateway, exclusions, what AWS keeps, the primary, and all outside the ranges', () => {
  const gateway = '10.10.0.9';
  const parts = { exclude: ['10.10.0.20-10.10.0.21', '10.10.0.32/31'], gateway };
  const [set] = fitToSubnet(
    rangeSets([{ subnet: ENI.cidr, rangeStart: '10.10.0.0', rangeEnd: '10.10.0.255', ...parts }]),
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
