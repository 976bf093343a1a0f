/** Addresses that the configuration gives to pods by name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFixed, readFixed } from '../../src/config/fixed.ts';
import { rangeSets } from '../allocator/claims.ts';

const sets = rangeSets(
  [
    { subnet: '10.10.1.0/24', rangeStart: '10.10.1.80', rangeEnd: '10.10.1.99', exclude: ['10.10.1.85'] },
    { subnet: '10.10.2.0/24', gateway: '10.10.2.9', pods: ['shop/api-*'] },
  ],
  [{ subnet: '2001:db8:1::/64' }],
);

test('readFixed() knows the owner of every address by its canonical text, in the order of the list', () => {
  const fixed = readFixed({
    'shop/db-0': ['2001:DB8:1::0:90', '10.10.1.91', '10.10.1.90'],
    'shop/api-0': ['10.10.2.4'],
  });
  checkFixed(fixed, sets);
  assert.deepEqual(
    [...fixed],
    [
      ['2001:db8:1::90', 'shop/db-0'],
      ['10.10.1.91', 'shop/db-0'],
      ['10.10.1.90', 'shop/db-0'],
      ['10.10.2.4', 'shop/api-0'],
    ],
  );
});

test('readFixed() has nothing to say about a pod without addresses', () => {
  assert.equal(readFixed({ 'shop/db-0': [] }).size, 0);
});

const DB = 'ipam.fixed["shop/db-0"]';
const refused: [input: Record<string, string[]>, message: string][] = [
  [
    { 'db-0': ['10.10.1.90'] },
    'ipam.fixed["db-0"] must be the namespace/name of a pod: current value is db-0',
  ],
  [
    { 'shop/db-*': [] },
    'ipam.fixed["shop/db-*"] must be the namespace/name of a pod: current value is shop/db-*',
  ],
  [{ 'shop/db-0': ['10.10.1.x'] }, `${DB}[0] must be an IP address: current value is 10.10.1.x`],
  [{ 'shop/db-0': ['10.10.1.90/24'] }, `${DB}[0] must be an IP address: current value is 10.10.1.90/24`],
  [
    { 'shop/db-0': ['10.10.1.90', '10.10.1.79'] },
    `${DB}[1] must be in 10.10.1.80-10.10.1.99,10.10.2.1-10.10.2.254 or 2001:db8:1::1-2001:db8:1:0:ffff:ffff:ffff:ffff: ` +
      'current value is 10.10.1.79',
  ],
  [
    { 'shop/db-0': ['10.10.1.85'] },
    `${DB}[0] must not be excluded, nor the gateway: current value is 10.10.1.85`,
  ],
  [
    { 'shop/api-0': ['10.10.2.9'] },
    'ipam.fixed["shop/api-0"][0] must not be excluded, nor the gateway: current value is 10.10.2.9',
  ],
  [{ 'shop/db-0': ['10.10.2.4'] }, `${DB}[0] must be in a range for shop/db-0: current value is 10.10.2.4`],
  [
    { 'shop/db-0': ['10.10.1.90', '10.10.1.90'] },
    `${DB}[1] must be listed once, and shop/db-0 has it: current value is 10.10.1.90`,
  ],
  [
    { 'shop/db-0': ['2001:db8:1::1:0'], 'shop/db-1': ['10.10.1.90', '2001:db8:1:0::1:0'] },
    'ipam.fixed["shop/db-1"][1] must be listed once, and shop/db-0 has it: current value is 2001:db8:1:0::1:0',
  ],
];
for (const [input, message] of refused) {
  test(`readFixed() and checkFixed() refuse ${JSON.stringify(input)}`, () => {
    assert.throws(() => checkFixed(readFixed(input), sets), {
      kind: 'invalid-config',
      message: `cannot use the configuration: ${message}`,
    });
  });
}

test('checkFixed() looks at nothing but what concerns the sets, and counts the others', () => {
  const fixed = readFixed({ 'shop/db-0': ['10.30.0.9', '10.10.1.79'] });
  checkFixed(fixed, sets, () => false);
  assert.throws(() => checkFixed(fixed, sets, ({ value }) => value > 0x0a0a_0000n && value < 0x0a0b_0000n), {
    message: /ipam\.fixed\["shop\/db-0"\]\[1\] must be in .*: current value is 10\.10\.1\.79$/,
  });
});
