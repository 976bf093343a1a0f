/** What is told when a range set has no address left, after host-local's "out of IPs" tests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainExhaustion } from '../../src/allocator/exhaustion.ts';
import type { Occupancy } from '../../src/allocator/occupancy.ts';
import { claim, subnets } from './claims.ts';

const sizes: [cidrs: string[], ranges: string, counts: string][] = [
  [['10.0.0.0/30'], '10.0.0.1-10.0.0.2', '1 held by pods of this node, 1 never given out'],
  [['10.0.0.0/29'], '10.0.0.1-10.0.0.6', '5 held by pods of this node, 1 never given out'],
  [
    ['10.0.0.0/30', '10.0.1.0/30'],
    '10.0.0.1-10.0.0.2,10.0.1.1-10.0.1.2',
    '2 held by pods of this node, 2 never given out',
  ],
];
for (const [cidrs, ranges, counts] of sizes) {
  test(`explainExhaustion() names the ranges of ${cidrs.join(' and ')} and counts who has them`, () => {
    const [set] = subnets(...cidrs);
    assert.ok(set);
    const { kind, message } = explainExhaustion(claim('c1'), set, { at: () => 'held', isOpen: () => false });
    assert.equal(kind, 'no-free-address');
    assert.equal(message, `no free address in range set ${ranges} of network pods: ${counts}`);
  });
}

test('explainExhaustion() has a word for every way in which an address is not to be had', () => {
  const [set] = subnets('10.0.0.0/28');
  assert.ok(set);
  const words: Record<Occupancy, string> = {
    held: 'held by pods of this node',
    releasing: 'being released',
    foreign: 'held by other ENIs',
    unexplained: 'on this ENI without a record',
    delegated: 'in prefixes of this node that are not for it',
    unsettled: 'being released without an answer of EC2',
    fixed: 'fixed for other pods',
    bound: 'kept for pods that may come back',
    cooling: 'cooling',
    free: 'free',
  };
  const found = Object.keys(words) as Occupancy[];
  const places = new Map(found.map((one, place) => [`10.0.0.${14 - place}`, one]));
  const { message } = explainExhaustion(claim('c1'), set, {
    at: (address) => places.get(address) ?? 'held',
    isOpen: () => false,
  });
  for (const [one, word] of Object.entries(words)) {
    assert.ok(message.includes(`${one === 'held' ? 4 : 1} ${word}`), `${word}: ${message}`);
  }
  assert.ok(message.endsWith(', 1 never given out'), message);
});
