/** Prefixes: their notation and their edges. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { bitsOf, formatAddress } from '../../src/net/address.ts';
import { firstOf, formatPrefix, lastOf, networkOf, parsePrefix } from '../../src/net/prefix.ts';
import { arbitraryPrefix } from './arbitrary.ts';
import { prefix } from './literals.ts';

const edges: [text: string, first: string, last: string][] = [
  ['10.1.2.0/24', '10.1.2.0', '10.1.2.255'],
  ['10.1.2.7/24', '10.1.2.0', '10.1.2.255'],
  ['10.1.2.128/25', '10.1.2.128', '10.1.2.255'],
  ['10.1.2.3/32', '10.1.2.3', '10.1.2.3'],
  ['10.1.2.3/0', '0.0.0.0', '255.255.255.255'],
  ['2001:db8:1::5/64', '2001:db8:1::', '2001:db8:1:0:ffff:ffff:ffff:ffff'],
  ['::/0', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
];
for (const [text, first, last] of edges) {
  test(`firstOf() and lastOf() are the edges of ${text}`, () => {
    const value = prefix(text);
    assert.equal(formatAddress(firstOf(value)), first);
    assert.equal(formatAddress(lastOf(value)), last);
  });
}

const noPrefixes = [
  '',
  '/24',
  '10.1.2.0',
  '10.1.2.0/',
  '10.1.2.0/33',
  '10.1.2.0/-1',
  '10.1.2.0/2 4',
  '10.1.2.0/0x8',
  '10.1.2.0/24/24',
  '10.1.2/24',
  '::/129',
  'subnet/24',
];
for (const text of noPrefixes) {
  test(`parsePrefix() finds no prefix in "${text}"`, () => {
    assert.equal(parsePrefix(text), undefined);
  });
}

test('parsePrefix() reads back what formatPrefix() wrote, host bits included', () => {
  fc.assert(fc.property(arbitraryPrefix, (any) => assert.deepEqual(parsePrefix(formatPrefix(any)), any)));
});

test('networkOf() has no host bits, the same length and the same edges', () => {
  fc.assert(
    fc.property(arbitraryPrefix, (any) => {
      const network = networkOf(any);
      assert.deepEqual(network, { address: firstOf(any), length: any.length });
      assert.deepEqual(lastOf(network), lastOf(any));
      const size = lastOf(any).value - firstOf(any).value + 1n;
      assert.equal(size, 1n << BigInt(bitsOf(any.address.family) - any.length));
    }),
  );
});

test('parsePrefix() finds no IPv4 prefix in an IPv6 one', () => {
  assert.equal(parsePrefix('::ffff:10.0.0.0/24'), undefined);
});
