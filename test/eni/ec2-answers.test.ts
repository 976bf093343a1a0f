/** What EC2 tells about ENIs and subnets, read whatever the order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSpan } from '../../src/config/ranges.ts';
import { cidrsOf, holdingsOf, secondariesOf, useOf } from '../../src/eni/ec2-answers.ts';

const described = {
  NetworkInterfaceId: 'eni-0a',
  PrivateIpAddress: '10.10.0.5',
  PrivateIpAddresses: [{ PrivateIpAddress: '10.10.0.80' }, { PrivateIpAddress: '10.10.0.5' }],
  Ipv6Addresses: [{ Ipv6Address: '2600:0:0::9', IsPrimaryIpv6: true }, { Ipv6Address: '2600::00AA' }],
  Ipv4Prefixes: [{ Ipv4Prefix: '10.10.0.96/28' }],
  Ipv6Prefixes: [{ Ipv6Prefix: '2600::1:0:0:0/80' }],
};

test('holdingsOf() has addresses and prefixes of both families, and knows the primary ones', () => {
  const found = holdingsOf(described).map(
    ({ span, primary, eni }) => `${formatSpan(span)} ${primary} ${eni}`,
  );
  assert.deepEqual(found, [
    '10.10.0.80-10.10.0.80 false eni-0a',
    '10.10.0.5-10.10.0.5 true eni-0a',
    '2600::9-2600::9 true eni-0a',
    '2600::aa-2600::aa false eni-0a',
    '10.10.0.96-10.10.0.111 false eni-0a',
    '2600::1:0:0:0-2600::1:ffff:ffff:ffff false eni-0a',
  ]);
});

test('secondariesOf() has the addresses that are not primary and the prefixes, in canonical text', () => {
  assert.deepEqual(secondariesOf(described), ['10.10.0.80', '2600::aa', '10.10.0.96/28', '2600::1:0:0:0/80']);
  assert.deepEqual(secondariesOf({}), []);
});

test('cidrsOf() has what is associated with the subnet now', () => {
  const associations = [
    { Ipv6CidrBlock: '2600:1::/64', Ipv6CidrBlockState: { State: 'associated' as const } },
    { Ipv6CidrBlock: '2600:2::/64', Ipv6CidrBlockState: { State: 'disassociated' as const } },
  ];
  assert.deepEqual(cidrsOf({ CidrBlock: '10.10.0.0/24', Ipv6CidrBlockAssociationSet: associations }), [
    '10.10.0.0/24',
    '2600:1::/64',
  ]);
  assert.deepEqual(cidrsOf({}), []);
});

test('useOf() knows what an ENI is attached to, and in which state that is', () => {
  const secondaries = ['10.10.0.80', '2600::aa', '10.10.0.96/28', '2600::1:0:0:0/80'];
  const attached = {
    ...described,
    Status: 'in-use',
    Attachment: { InstanceId: 'i-0a', Status: 'attached' },
  } as const;
  const instance = { id: 'i-0a', hibernates: false };
  assert.deepEqual(useOf({ ...described, Status: 'available' }, undefined), {
    status: 'available',
    secondaries,
  });
  assert.deepEqual(useOf(attached, { State: { Name: 'stopped' } }), {
    status: 'in-use',
    secondaries,
    instance: { ...instance, state: 'stopped' },
  });
  assert.deepEqual(useOf(attached, undefined), { status: 'in-use', secondaries, instance });
  const hibernated = { State: { Name: 'stopped' }, HibernationOptions: { Configured: true } } as const;
  assert.equal(useOf(attached, hibernated).instance?.hibernates, true);
});

test('useOf() takes nothing for out of use that is attached to something else, or of which EC2 tells too little', () => {
  const other = { ...described, Status: 'available', Attachment: { InstanceOwnerId: 'amazon-elb' } } as const;
  assert.equal(useOf(other, undefined).status, 'attached');
  assert.equal(useOf(described, undefined).status, 'unknown');
});
