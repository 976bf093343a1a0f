/** Requested addresses find their range set. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchRequested } from '../../src/allocator/claim.ts';
import { wholeSets } from '../../src/allocator/subnet.ts';
import { formatAddress } from '../../src/net/address.ts';
import { address } from '../net/literals.ts';
import { rangeSets, spansOnEni } from './claims.ts';

const sets = wholeSets(
  rangeSets(
    [{ subnet: '10.10.0.0/24' }, { subnet: '10.10.1.0/24', rangeStart: '10.10.1.9', rangeEnd: '10.10.1.20' }],
    [{ subnet: '2001:db8:1::/64' }],
  ),
);

const match = (...texts: string[]) =>
  [...matchRequested(sets, texts.map(address))].map(([index, found]) => [index, formatAddress(found)]);

test('matchRequested() gives each address to the set that contains it', () => {
  assert.deepEqual(match(), []);
  assert.deepEqual(match('10.10.1.9'), [[0, '10.10.1.9']]);
  assert.deepEqual(match('2001:db8:1::9', '10.10.0.9'), [
    [1, '2001:db8:1::9'],
    [0, '10.10.0.9'],
  ]);
});

const refused: [title: string, texts: string[], message: RegExp][] = [
  [
    'an address outside every range',
    ['10.10.2.9'],
    /10\.10\.2\.9: it is not in 10\.10\.0\.1-.* and 2001:db8:1::1-/,
  ],
  ['an address before rangeStart', ['10.10.1.8'], /10\.10\.1\.8: it is not in/],
  ['an address after rangeEnd', ['10.10.1.21'], /10\.10\.1\.21: it is not in/],
  ['the broadcast address', ['10.10.0.255'], /10\.10\.0\.255: it is not in/],
  ['the gateway', ['10.10.0.1'], /10\.10\.0\.1: it is the gateway/],
  [
    'two addresses of one set',
    ['10.10.0.9', '10.10.1.9'],
    /10\.10\.1\.9: 10\.10\.0\.9 is requested from the same/,
  ],
];
for (const [title, texts, message] of refused) {
  test(`matchRequested() refuses ${title}`, () => {
    assert.throws(() => match(...texts), { kind: 'invalid-config', message });
  });
}

for (const place of [3, 5, 255]) {
  test(`matchRequested() refuses 10.10.0.${place} of the ENI's subnet, which no pod may have`, () => {
    assert.throws(() => matchRequested(spansOnEni('1-255'), [address(`10.10.0.${place}`)]), {
      kind: 'invalid-config',
      message: /reserved by AWS or the primary address of the ENI/,
    });
  });
}
