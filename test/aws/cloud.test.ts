/** The account behind the endpoints: addresses by grammar, and seeds that EC2 would not allow. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBlock } from './cloud/block.ts';
import { formatIpv4, parseIpv4, parseIpv4Block, sortedIpv4 } from './cloud/ipv4.ts';
import { formatIpv6, parseIpv6 } from './cloud/ipv6.ts';
import { plant, plantEni } from './cloud/plant.ts';
import { defaultSeed, type EniSeed } from './cloud/seed.ts';

const subnetId = 'subnet-00000000000000001';

test('parseIpv4() reads dotted quads and nothing else', () => {
  assert.equal(parseIpv4('10.10.0.20'), 0x0a0a0014);
  assert.equal(parseIpv4('255.255.255.255'), 2 ** 32 - 1);
  for (const text of [
    '',
    '10',
    '1..2.3',
    '0x10.1.1.1',
    '1e1.0.0.1',
    '10.0.0.01',
    '10.0.0.256',
    '10.0.0.1.',
    ' 10.0.0.1',
  ]) {
    assert.equal(parseIpv4(text), undefined, text);
  }
});

test('formatIpv4() writes what parseIpv4() reads', () => {
  for (const text of ['0.0.0.0', '10.10.0.20', '192.168.255.1', '255.255.255.255']) {
    assert.equal(formatIpv4(parseIpv4(text) ?? 0), text);
  }
});

test('parseIpv4Block() wants host bits of zero', () => {
  assert.deepEqual(parseIpv4Block('10.10.0.0/24'), { first: 0x0a0a0000, size: 256 });
  for (const text of [
    '10.10.0.1/24',
    '10.10.0.0',
    '10.10.0.0/33',
    '10.10.0.0/024',
    '10.10.0.0/24/1',
    '/24',
  ]) {
    assert.equal(parseIpv4Block(text), undefined, text);
  }
});

test('sortedIpv4() sorts by number', () => {
  assert.deepEqual(sortedIpv4(['10.0.0.10', '10.0.0.9', '9.9.9.9']), ['9.9.9.9', '10.0.0.9', '10.0.0.10']);
});

test('parseIpv6() reads every spelling of RFC 4291, and formatIpv6() writes that of RFC 5952', () => {
  const spellings: readonly (readonly [text: string, written: string])[] = [
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8::10.0.0.33', '2001:db8::a00:21'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ];
  for (const [text, written] of spellings) assert.equal(formatIpv6(parseIpv6(text) ?? -1n), written);
  for (const text of [
    '',
    ':',
    '1',
    '1::2::3',
    '2001:db8::1%eth0',
    '2001:db8::12345',
    '1:2:3:4:5:6:7:8:9',
    '10.0.0.1',
  ]) {
    assert.equal(parseIpv6(text), undefined, text);
  }
});

test('parseBlock() reads CIDRs of both families, with host bits of zero', () => {
  assert.deepEqual(parseBlock('10.10.0.32/28'), { family: 'ipv4', first: 0x0a0a0020n, size: 16n });
  assert.deepEqual(parseBlock('::1:0:0:0/80'), { family: 'ipv6', first: 2n ** 48n, size: 2n ** 48n });
  for (const text of ['10.10.0.33/28', '::1/64', '::/129', '::/064', '::', '::/64/1', '/64']) {
    assert.equal(parseBlock(text), undefined, text);
  }
});

test('plantEni() gives an ENI the lowest free address, and a MAC in small letters', () => {
  const state = plant(defaultSeed(), 'eu-central-1', 0);
  const id = 'eni-00000000000000003';
  assert.equal(plantEni(state, { id, subnetId }, 0).enis.get(id)?.primary, '10.10.0.6');
  assert.equal(
    plantEni(state, { id, subnetId, mac: '0A:00:00:00:00:AA' }, 0).enis.get(id)?.mac,
    '0a:00:00:00:00:aa',
  );
});

const id = 'eni-00000000000000003';
const impossible: readonly (readonly [name: string, eni: EniSeed, message: RegExp])[] = [
  ['in no subnet', { id, subnetId: 'subnet-0' }, /there is no subnet subnet-0/],
  ['that is there already', { id: 'eni-00000000000000001', subnetId }, /it is there already/],
  ['on no instance', { id, subnetId, instanceId: 'i-0' }, /there is no instance i-0/],
  ['with the primary address of another', { id, subnetId, primary: '10.10.0.4' }, /10\.10\.0\.4 is not free/],
  ['with a reserved primary address', { id, subnetId, primary: '10.10.0.1' }, /10\.10\.0\.1 is not free/],
  [
    'with an address outside its subnet',
    { id, subnetId, secondaries: ['10.11.0.9'] },
    /does not fall within/,
  ],
  ['with a prefix that is none', { id, subnetId, prefixes: ['10.10.0.33/28'] }, /Not an IPv4 CIDR/],
];

for (const [name, eni, message] of impossible) {
  test(`plantEni() refuses an ENI ${name}`, () => {
    assert.throws(() => plantEni(plant(defaultSeed(), 'eu-central-1', 0), eni, 0), message);
  });
}

test('plant() refuses an instance type whose limits it does not know', () => {
  const seed = { ...defaultSeed(), instances: [{ id: 'i-00000000000000001', type: 'z9.metal' }] };
  assert.throws(() => plant(seed, 'eu-central-1', 0), /no limits are known of z9\.metal/);
});
