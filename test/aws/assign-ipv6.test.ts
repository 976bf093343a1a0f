/** AssignIpv6Addresses through the AWS SDK. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AssignIpv6AddressesCommandInput } from '@aws-sdk/client-ec2';
import { startAws } from './aws.ts';
import { assign, startHolding, unassign } from './clients/ipv6-client.ts';
import { refusal } from './clients/sdk-client.ts';
import { sendSigned } from './clients/signed-request.ts';
import { dualStackSeed } from './cloud/seed.ts';

const first = 'eni-00000000000000001';
const second = 'eni-00000000000000002';

test('a free IPv6 address is assigned, in whatever spelling, and shown in that of RFC 5952', async () => {
  await using aws = await startHolding('2001:db8::20');
  const wanted = ['2001:0DB8:0:0:0:0:0:A21', '2001:db8::10.0.0.33'];
  const answer = await assign(aws, { NetworkInterfaceId: first, Ipv6Addresses: wanted });
  const shown = ['2001:db8::a21', '2001:db8::a00:21'];
  assert.deepEqual(answer.AssignedIpv6Addresses?.toSorted(), shown.toSorted());
  assert.equal(answer.NetworkInterfaceId, first);
  assert.deepEqual(aws.ipv6Addresses(first), ['2001:db8::20', ...shown]);
  assert.deepEqual(aws.addresses(first), []);
  assert.deepEqual(
    aws.mutations().map(({ eniId, gained, lost }) => ({ eniId, gained, lost })),
    [{ eniId: first, gained: shown, lost: [] }],
  );
});

test('an IPv6 address that the same ENI holds is answered as if it were new, and changes nothing', async () => {
  await using aws = await startHolding('2001:db8::20');
  const answer = await assign(aws, { NetworkInterfaceId: first, Ipv6Addresses: ['2001:DB8:0::20'] });
  assert.deepEqual(answer.AssignedIpv6Addresses, ['2001:db8::20']);
  assert.deepEqual(aws.ipv6Addresses(first), ['2001:db8::20']);
  assert.deepEqual(aws.mutations(), []);
});

test('EC2 chooses IPv6 addresses when it is given a count', async () => {
  await using aws = await startHolding();
  const answer = await assign(aws, { NetworkInterfaceId: second, Ipv6AddressCount: 3 });
  assert.deepEqual(answer.AssignedIpv6Addresses?.toSorted(), aws.ipv6Addresses(second).toSorted());
  assert.equal(aws.ipv6Addresses(second).length, 3);
});

test('EC2 chooses no IPv6 address that is reserved, or that somebody holds', async () => {
  // So narrow that whatever could be chosen is: sixteen addresses, five of them AWS's.
  const reservations = [{ id: 'scr-00000000000000001', cidr: '2001:db8::8/126', type: 'explicit' as const }];
  const seed = dualStackSeed();
  const narrow = seed.subnets.map((subnet) => ({ ...subnet, ipv6Cidr: '2001:db8::/124', reservations }));
  await using aws = await startAws({ seed: { ...seed, subnets: narrow } });
  aws.put(first, '2001:db8::5');
  await assign(aws, { NetworkInterfaceId: second, Ipv6AddressCount: 6 });
  const chosen = ['4', '6', '7', 'c', 'd', 'e'].map((end) => `2001:db8::${end}`);
  assert.deepEqual(aws.ipv6Addresses(second), chosen);
  assert.match(
    await refusal(assign(aws, { NetworkInterfaceId: second, Ipv6AddressCount: 1 })),
    /^400 InsufficientFreeAddressesInSubnet: /,
  );
});

/** Which code stands in the answer, nobody knows; that it is one, and that nothing changes, is certain. */
const refused: readonly (readonly [
  name: string,
  input: Omit<AssignIpv6AddressesCommandInput, 'NetworkInterfaceId'>,
])[] = [
  ['an address of another ENI', { Ipv6Addresses: ['2001:DB8::20'] }],
  ['an address of another ENI among free ones', { Ipv6Addresses: ['2001:db8::30', '2001:db8::20'] }],
  ['the first address of the block', { Ipv6Addresses: ['2001:db8::'] }],
  ['the fourth address of the block', { Ipv6Addresses: ['2001:db8::30', '2001:db8::3'] }],
  ['the last address of the block', { Ipv6Addresses: ['2001:db8::ffff:ffff:ffff:ffff'] }],
  ['an address outside the block', { Ipv6Addresses: ['2001:db8:0:1::20'] }],
  ['something that is no IPv6 address', { Ipv6Addresses: ['10.10.0.20'] }],
  ['an address with a zone', { Ipv6Addresses: ['2001:db8::20%eth0'] }],
  [
    'more addresses than the instance type allows',
    { Ipv6Addresses: Array.from({ length: 11 }, (_, index) => `2001:db8::${30 + index}`) },
  ],
  ['a count of more addresses than the instance type allows', { Ipv6AddressCount: 11 }],
  ['a count of zero', { Ipv6AddressCount: 0 }],
  ['neither addresses nor a count', {}],
  ['addresses together with a count', { Ipv6Addresses: ['2001:db8::30'], Ipv6AddressCount: 1 }],
];

for (const [name, input] of refused) {
  test(`AssignIpv6Addresses refuses ${name}, and changes nothing`, async () => {
    await using aws = await startHolding('2001:db8::20');
    assert.match(await refusal(assign(aws, { NetworkInterfaceId: second, ...input })), /^400 /);
    assert.deepEqual(aws.ipv6Addresses(first), ['2001:db8::20']);
    assert.deepEqual(aws.ipv6Addresses(second), []);
    assert.deepEqual(aws.mutations(), []);
  });
}

test('an ENI holds as many IPv6 addresses as its type says, beside those of IPv4', async () => {
  await using aws = await startHolding();
  const addresses = Array.from({ length: 10 }, (_, index) => `2001:db8::${20 + index}`);
  await assign(aws, { NetworkInterfaceId: first, Ipv6Addresses: addresses });
  aws.put(first, '10.10.0.20');
  await assign(aws, { NetworkInterfaceId: first, Ipv6Addresses: addresses });
  const more = { NetworkInterfaceId: first, Ipv6Addresses: ['2001:db8::30'] };
  assert.match(await refusal(assign(aws, more)), /^400 /);
  assert.equal(aws.ipv6Addresses(first).length, 10);
});

test('there is no IPv6 in a subnet without a block, and no ENI that does not exist', async () => {
  await using aws = await startAws();
  const input = { Ipv6Addresses: ['2001:db8::20'] };
  assert.match(await refusal(assign(aws, { NetworkInterfaceId: first, ...input })), /^400 /);
  assert.match(await refusal(assign(aws, { NetworkInterfaceId: first, Ipv6AddressCount: 1 })), /^400 /);
  const gone = 'eni-0000000000000dead';
  const notFound = `400 InvalidNetworkInterfaceID.NotFound: The networkInterface ID '${gone}' does not exist`;
  assert.equal(await refusal(assign(aws, { NetworkInterfaceId: gone, ...input })), notFound);
  assert.equal(await refusal(unassign(aws, gone, '2001:db8::20')), notFound);
});

test('nothing moves an IPv6 address from one ENI to another', async () => {
  await using aws = await startHolding('2001:db8::20');
  const response = await sendSigned(aws, {
    Action: 'AssignIpv6Addresses',
    Version: '2016-11-15',
    NetworkInterfaceId: second,
    'Ipv6Addresses.1': '2001:db8::20',
    AllowReassignment: 'true',
  });
  assert.match(await response.text(), /<Code>UnknownParameter</);
});

test('the refusal of a conflict is one of three codes, and one run always says the same', async () => {
  const said = async (randomSeed: number) => {
    await using aws = await startAws({ seed: dualStackSeed(), randomSeed });
    aws.put(first, '2001:db8::20');
    const ask = () => refusal(assign(aws, { NetworkInterfaceId: second, Ipv6Addresses: ['2001:db8::20'] }));
    const answer = await ask();
    assert.equal(await ask(), answer);
    assert.equal(aws.journal()[0]?.errorCode, answer.split(/[ :]/)[1]);
    return answer;
  };
  const answers = await Promise.all(Array.from({ length: 24 }, (_, randomSeed) => said(randomSeed)));
  assert.equal(await said(3), answers[3]);
  const codes = new Set(answers.map((answer) => answer.split(/[ :]/)[1]));
  assert.deepEqual(
    codes,
    new Set(['InvalidParameterValue', 'InvalidIPAddress.InUse', 'Resource.AlreadyAssigned']),
  );
  assert.ok(new Set(answers).size > codes.size, 'the words differ, too');
});
