/** Prefixes through Assign and Unassign: /28 of IPv4 and /80 of IPv6. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AssignIpv6AddressesCommand,
  AssignPrivateIpAddressesCommand,
  DescribeNetworkInterfacesCommand,
  UnassignIpv6AddressesCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import { type Aws, startAws } from './aws.ts';
import { read } from './clients/imds-client.ts';
import { refusal, SdkClient } from './clients/sdk-client.ts';
import type { CidrReservation } from './cloud/model.ts';
import { dualStackSeed, type Seed } from './cloud/seed.ts';

const first = 'eni-00000000000000001';
const second = 'eni-00000000000000002';
const mac = 'meta-data/network/interfaces/macs/02:00:00:00:00:02';

type Choice = { readonly list: readonly string[] } | { readonly count: number };

/** Assigns prefixes to the second ENI, and hands back those that the answer lists. */
async function assign(aws: Aws, choice: Choice, family: 4 | 6 = 4): Promise<string[]> {
  using client = new SdkClient(aws);
  const eni = { NetworkInterfaceId: second };
  if (family === 4) {
    const wanted = 'list' in choice ? { Ipv4Prefixes: [...choice.list] } : { Ipv4PrefixCount: choice.count };
    const answer = await client.send(new AssignPrivateIpAddressesCommand({ ...eni, ...wanted }));
    assert.deepEqual(answer.AssignedPrivateIpAddresses, []);
    return (answer.AssignedIpv4Prefixes ?? []).map(({ Ipv4Prefix = '' }) => Ipv4Prefix);
  }
  const wanted = 'list' in choice ? { Ipv6Prefixes: [...choice.list] } : { Ipv6PrefixCount: choice.count };
  const answer = await client.send(new AssignIpv6AddressesCommand({ ...eni, ...wanted }));
  return answer.AssignedIpv6Prefixes ?? [];
}

/** The default node with another IPv4 block, and with reservations in it. */
function seedIn(cidr: string, reservations: readonly CidrReservation[] = []): Seed {
  const seed = dualStackSeed();
  return { ...seed, subnets: seed.subnets.map((subnet) => ({ ...subnet, cidr, reservations })) };
}

/** A prefix of 10.10.0.0/20 that nobody holds anything of. */
function freePrefix(aws: Aws): string {
  const all = Array.from({ length: 16 }, (_, index) => `10.10.2.${16 * index}/28`);
  return all.find((prefix) => !aws.prefixes(second).includes(prefix)) ?? '';
}

test('prefixes are assigned, shown by EC2 and IMDS, and unassigned', async () => {
  await using aws = await startAws({ seed: dualStackSeed() });
  using client = new SdkClient(aws);
  assert.deepEqual(await assign(aws, { list: ['10.10.0.32/28'] }), ['10.10.0.32/28']);
  assert.deepEqual(await assign(aws, { list: ['2001:DB8:0:0:1:0::/80'] }, 6), ['2001:db8:0:0:1::/80']);
  const { NetworkInterfaces: [shown] = [] } = await client.send(
    new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [second] }),
  );
  assert.deepEqual(shown?.Ipv4Prefixes, [{ Ipv4Prefix: '10.10.0.32/28' }]);
  assert.deepEqual(shown.Ipv6Prefixes, [{ Ipv6Prefix: '2001:db8:0:0:1::/80' }]);
  assert.equal(await read(aws, `${mac}/ipv4-prefix`), '10.10.0.32/28');
  assert.equal(await read(aws, `${mac}/ipv6-prefix`), '2001:db8:0:0:1::/80');
  const eni = { NetworkInterfaceId: second };
  await client.send(new UnassignPrivateIpAddressesCommand({ ...eni, Ipv4Prefixes: ['10.10.0.32/28'] }));
  const answer = await client.send(
    new UnassignIpv6AddressesCommand({ ...eni, Ipv6Prefixes: ['2001:db8:0:0:1::/80'] }),
  );
  assert.deepEqual(answer.UnassignedIpv6Prefixes, ['2001:db8:0:0:1::/80']);
  assert.deepEqual(aws.prefixes(second), []);
  assert.deepEqual(
    aws
      .mutations()
      .map(({ gained, lost }) => [...gained.map((one) => `+${one}`), ...lost.map((one) => `-${one}`)]),
    [['+10.10.0.32/28'], ['+2001:db8:0:0:1::/80'], ['-10.10.0.32/28'], ['-2001:db8:0:0:1::/80']],
  );
});

const refused: readonly (readonly [name: string, prefix: string, family?: 6])[] = [
  ['another length', '10.10.0.32/27'],
  ['a prefix that is not aligned', '10.10.0.40/28'],
  ['no prefix at all', '10.10.0.32'],
  ['a prefix outside the subnet', '10.10.1.32/28'],
  ["a prefix with AWS's own first addresses", '10.10.0.0/28'],
  ["a prefix with AWS's own last address", '10.10.0.240/28'],
  ["a prefix around another ENI's address", '10.10.0.64/28'],
  ["a prefix around the ENI's own address", '10.10.0.80/28'],
  ["another ENI's prefix", '10.10.0.96/28'],
  ['an IPv6 prefix of another length', '2001:db8::/64', 6],
  ["an IPv6 prefix around another ENI's address", '2001:db8:0:0:2::/80', 6],
  ["an IPv6 prefix with AWS's own first addresses", '2001:db8::/80', 6],
  ['an IPv6 prefix outside the subnet', '2001:db8:0:1:1::/80', 6],
];

for (const [name, prefix, family] of refused) {
  test(`Assign refuses ${name}, and changes nothing`, async () => {
    await using aws = await startAws({ seed: dualStackSeed() });
    for (const held of ['10.10.0.70', '10.10.0.96/28', '2001:db8:0:0:2::7']) aws.put(first, held);
    aws.put(second, '10.10.0.85');
    const good = family ? '2001:db8:0:0:1::/80' : '10.10.0.32/28';
    assert.match(await refusal(assign(aws, { list: [good, prefix] }, family)), /^400 /);
    assert.deepEqual(aws.prefixes(second), []);
  });
}

test('a prefix that the ENI holds is answered as if it were new', async () => {
  await using aws = await startAws();
  await assign(aws, { list: ['10.10.0.32/28'] });
  assert.deepEqual(await assign(aws, { list: ['10.10.0.32/28'] }), ['10.10.0.32/28']);
  assert.equal(aws.mutations().length, 1);
});

test('a prefix counts as one address against the limit of the type', async () => {
  await using aws = await startAws({ seed: seedIn('10.10.0.0/20') });
  assert.equal((await assign(aws, { count: 9 })).length, 9);
  assert.match(await refusal(assign(aws, { count: 1 })), /^400 PrivateIpAddressLimitExceeded: /);
  assert.match(
    await refusal(assign(aws, { list: [freePrefix(aws)] })),
    /^400 PrivateIpAddressLimitExceeded: /,
  );
  assert.equal((await assign(aws, { count: 10 }, 6)).length, 10);
  assert.match(await refusal(assign(aws, { count: 1 }, 6)), /^400 /);
});

test('EC2 chooses prefixes that nobody touches, until there are none', async () => {
  await using aws = await startAws({ seed: seedIn('10.10.0.0/26') });
  aws.put(first, '10.10.0.40');
  // Of four, AWS keeps something of the first and of the last one.
  assert.deepEqual(await assign(aws, { count: 1 }), ['10.10.0.16/28']);
  assert.match(await refusal(assign(aws, { count: 1 })), /^400 InsufficientCidrBlocks: /);
});

test('EC2 chooses from what is reserved for prefixes, and not from what is for explicit requests', async () => {
  const reservations: readonly CidrReservation[] = [
    { id: 'scr-00000000000000001', cidr: '10.10.0.16/28', type: 'explicit' },
    { id: 'scr-00000000000000002', cidr: '10.10.0.80/28', type: 'prefix' },
  ];
  await using aws = await startAws({ seed: seedIn('10.10.0.0/25', reservations) });
  assert.deepEqual(await assign(aws, { count: 1 }), ['10.10.0.80/28']);
  assert.equal((await assign(aws, { count: 4 })).length, 4);
  assert.match(await refusal(assign(aws, { count: 1 })), /^400 InsufficientCidrBlocks: /);
  assert.deepEqual(await assign(aws, { list: ['10.10.0.16/28'] }), ['10.10.0.16/28']);
});

test('nobody gets an address out of what is reserved for prefixes', async () => {
  const reservations: readonly CidrReservation[] = [
    { id: 'scr-00000000000000001', cidr: '10.10.0.16/28', type: 'prefix' },
    { id: 'scr-00000000000000002', cidr: '2001:db8:0:0:1::/80', type: 'prefix' },
  ];
  await using aws = await startAws({ seed: seedIn('10.10.0.0/24', reservations) });
  assert.throws(() => aws.put(first, '10.10.0.20'), { name: 'Ec2Error' });
  assert.throws(() => aws.put(first, '2001:db8:0:0:1::20'), { name: 'Ec2Error' });
  aws.put(first, '10.10.0.33');
});

test("nobody gets an IPv6 address out of another ENI's prefix", async () => {
  await using aws = await startAws({ seed: dualStackSeed() });
  aws.put(first, '2001:db8:0:0:1::/80');
  assert.throws(() => aws.put(second, '2001:db8:0:0:1::20'), { name: 'Ec2Error' });
  aws.put(second, '2001:db8:0:0:2::20');
});

test('Unassign refuses prefixes that the ENI does not hold, and changes nothing', async () => {
  await using aws = await startAws();
  using client = new SdkClient(aws);
  for (const held of ['10.10.0.20', '10.10.0.32/28']) aws.put(second, held);
  aws.put(first, '10.10.0.48/28');
  const removal = new UnassignPrivateIpAddressesCommand({
    NetworkInterfaceId: second,
    PrivateIpAddresses: ['10.10.0.20'],
    Ipv4Prefixes: ['10.10.0.32/28', '10.10.0.48/28'],
  });
  assert.match(await refusal(client.send(removal)), /^400 /);
  assert.deepEqual(aws.addresses(second), ['10.10.0.20']);
  assert.deepEqual(aws.prefixes(second), ['10.10.0.32/28']);
});
