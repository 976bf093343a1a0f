/** Addresses: what is one, and how it is written. */
import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { bitsOf, equalAddress, formatAddress, parseAddress } from '../../src/net/address.ts';
import { arbitraryAddress } from './arbitrary.ts';

const canonical: Record<string, string> = {
  '0.0.0.0': '0.0.0.0',
  '10.1.2.3': '10.1.2.3',
  '255.255.255.255': '255.255.255.255',
  '::': '::',
  '0:0:0:0:0:0:0:1': '::1',
  '2001:DB8::00ff': '2001:db8::ff',
  '2001:db8:0:0:1:0:0:1': '2001:db8::1:0:0:1',
  '64:ff9b::1.2.3.4': '64:ff9b::102:304',
  '::ffff:10.1.2.3': '10.1.2.3',
  '::ffff:a01:203': '10.1.2.3',
};
for (const [text, expected] of Object.entries(canonical)) {
  test(`formatAddress() writes ${text} as ${expected}`, () => {
    const address = parseAddress(text);
    assert.equal(address && formatAddress(address), expected);
  });
}

const noAddresses = [
  '',
  ' ',
  '10.1.2',
  '10.1.2.3.4',
  '10.1.2.256',
  '10.1.2.-1',
  '10.1.2.+3',
  ' 10.1.2.3',
  '10.1.2.3\n',
  '10.1.2.3/24',
  // Coercion would take these for addresses: C's and JavaScript's numbers are not decimals.
  '010.1.2.3',
  '0x0a.1.2.3',
  '1e1.0.0.1',
  '10..2.3',
  ':',
  ':::',
  '1::2::3',
  '12345::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '[::1]',
  'fe80::1%eth0',
  '::1/128',
  '::ffff:10.1.2.256',
  'localhost',
];
for (const text of noAddresses) {
  test(`parseAddress() finds no address in ${JSON.stringify(text)}`, () => {
    assert.equal(parseAddress(text), undefined);
  });
}

test('parseAddress() reads back what formatAddress() wrote', () => {
  fc.assert(
    fc.property(arbitraryAddress, (address) => {
      const text = formatAddress(address);
      assert.equal(isIP(text), address.family);
      assert.deepEqual(parseAddress(text), address);
    }),
  );
});

test('parseAddress() takes nothing that Node does not take for an address', () => {
  const almost = fc.stringMatching(/^[0-9a-f.:%x -]{1,20}$/);
  fc.assert(
    fc.property(fc.oneof(almost, fc.ipV4(), fc.ipV6(), fc.ipV4Extended()), (text) => {
      assert.equal(parseAddress(text) !== undefined, isIP(text) !== 0 && !text.includes('%'));
    }),
    { numRuns: 1000 },
  );
});

test('equalAddress() tells the families apart', () => {
  assert.ok(equalAddress({ family: 4, value: 1n }, { family: 4, value: 1n }));
  assert.ok(!equalAddress({ family: 4, value: 1n }, { family: 6, value: 1n }));
  assert.ok(!equalAddress({ family: 4, value: 1n }, { family: 4, value: 2n }));
});

test('bitsOf() is 32 and 128', () => {
  assert.deepEqual([bitsOf(4), bitsOf(6)], [32, 128]);
});
