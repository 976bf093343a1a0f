/** AssignPrivateIpAddresses, row by row of what is known of EC2, through the AWS SDK. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AssignPrivateIpAddressesCommand,
  type AssignPrivateIpAddressesCommandInput,
} from '@aws-sdk/client-ec2';
import { type Aws, startAws } from './aws.ts';
import { refusal, SdkClient } from './clients/sdk-client.ts';
import { defaultSeed, type Seed } from './cloud/seed.ts';

const first = 'eni-00000000000000001';
const second = 'eni-00000000000000002';

/** The default node with addresses on its first ENI. */
function seedHolding(...secondaries: readonly string[]): Seed {
  const seed = defaultSeed();
  return { ...seed, enis: seed.enis.map((eni) => (eni.id === first ? { ...eni, secondaries } : eni)) };
}

async function assign(aws: Aws, input: AssignPrivateIpAddressesCommandInput) {
  using client = new SdkClient(aws);
  return await client.send(new AssignPrivateIpAddressesCommand(input));
}

test('a free address is assigned, and the answer lists only what was asked for', async () => {
  await using aws = await startAws({ seed: seedHolding('10.10.0.20') });
  const answer = await assign(aws, { NetworkInterfaceId: first, PrivateIpAddresses: ['10.10.0.21'] });
  assert.deepEqual(answer.AssignedPrivateIpAddresses, [{ PrivateIpAddress: '10.10.0.21' }]);
  assert.equal(answer.NetworkInterfaceId, first);
  assert.deepEqual(aws.addresses(first), ['10.10.0.20', '10.10.0.21']);
});

test('an address that the same ENI holds is answered as if it were new, and changes nothing', async () => {
  await using aws = await startAws({ seed: seedHolding('10.10.0.20') });
  const answer = await assign(aws, { NetworkInterfaceId: first, PrivateIpAddresses: ['10.10.0.20'] });
  assert.deepEqual(answer.AssignedPrivateIpAddresses, [{ PrivateIpAddress: '10.10.0.20' }]);
  assert.deepEqual(aws.addresses(first), ['10.10.0.20']);
  assert.deepEqual(aws.mutations(), []);
});

test('an address that the same ENI holds is answered even when the ENI is full', async () => {
  const held = Array.from({ length: 9 }, (_, index) => `10.10.0.${20 + index}`);
  await using aws = await startAws({ seed: seedHolding(...held) });
  await assign(aws, { NetworkInterfaceId: first, PrivateIpAddresses: held });
  assert.deepEqual(aws.addresses(first), held);
});

test('AllowReassignment moves an address, and the journal tells', async () => {
  await using aws = await startAws({ seed: seedHolding('10.10.0.20') });
  await assign(aws, {
    NetworkInterfaceId: second,
    PrivateIpAddresses: ['10.10.0.20'],
    AllowReassignment: true,
  });
  assert.deepEqual(aws.addresses(first), []);
  assert.deepEqual(aws.addresses(second), ['10.10.0.20']);
  assert.deepEqual(
    aws.journal().map(({ allowReassignment }) => allowReassignment),
    [true],
  );
  assert.deepEqual(
    aws.mutations().map(({ eniId, gained, lost }) => ({ eniId, gained, lost })),
    [
      { eniId: first, gained: [], lost: ['10.10.0.20'] },
      { eniId: second, gained: ['10.10.0.20'], lost: [] },
    ],
  );
});

test('EC2 chooses addresses when it is given a count', async () => {
  await using aws = await startAws();
  const answer = await assign(aws, { NetworkInterfaceId: second, SecondaryPrivateIpAddressCount: 3 });
  const chosen = answer.AssignedPrivateIpAddresses?.map(({ PrivateIpAddress }) => PrivateIpAddress);
  assert.deepEqual(chosen?.sort(), aws.addresses(second).sort());
  assert.equal(chosen?.length, 3);
});

test('EC2 chooses nothing that is reserved for explicit requests', async () => {
  const seed = defaultSeed();
  const reservations = [{ id: 'scr-00000000000000001', cidr: '10.10.0.0/25', type: 'explicit' as const }];
  await using aws = await startAws({
    seed: { ...seed, subnets: seed.subnets.map((subnet) => ({ ...subnet, reservations })) },
  });
  await assign(aws, { NetworkInterfaceId: second, SecondaryPrivateIpAddressCount: 9 });
  assert.ok(aws.addresses(second).every((address) => Number(address.split('.')[3]) >= 128));
});

const held = ['10.10.0.20', '10.10.0.21'];
const refusals: readonly {
  readonly name: string;
  readonly input: Omit<AssignPrivateIpAddressesCommandInput, 'NetworkInterfaceId'> & {
    readonly NetworkInterfaceId?: string;
  };
  readonly answer: string;
}[] = [
  {
    name: 'an address of another ENI',
    input: { PrivateIpAddresses: ['10.10.0.20'] },
    answer: '400 InvalidParameterValue: [10.10.0.20] assigned, but move is not allowed.',
  },
  {
    name: 'an address of another ENI, with AllowReassignment false',
    input: { PrivateIpAddresses: ['10.10.0.20'], AllowReassignment: false },
    answer: '400 InvalidParameterValue: [10.10.0.20] assigned, but move is not allowed.',
  },
  {
    name: 'several addresses of another ENI among free ones',
    input: { PrivateIpAddresses: ['10.10.0.30', '10.10.0.20', '10.10.0.21'] },
    answer: '400 InvalidParameterValue: [10.10.0.20, 10.10.0.21] assigned, but move is not allowed.',
  },
  {
    name: 'the primary address of another ENI',
    input: { PrivateIpAddresses: ['10.10.0.4'] },
    answer: '400 InvalidParameterValue: secondary-addresses',
  },
  {
    name: 'the primary address of another ENI, with AllowReassignment',
    input: { PrivateIpAddresses: ['10.10.0.4'], AllowReassignment: true },
    answer: '400 InvalidParameterValue: secondary-addresses',
  },
  {
    name: 'the third address of the subnet',
    input: { PrivateIpAddresses: ['10.10.0.30', '10.10.0.2'] },
    answer: "400 InvalidParameterValue: Address 10.10.0.2 is in subnet's reserved range.",
  },
  {
    name: 'the last address of the subnet',
    input: { PrivateIpAddresses: ['10.10.0.255'] },
    answer: "400 InvalidParameterValue: Address 10.10.0.255 is in subnet's reserved range.",
  },
  {
    name: 'an address outside the subnet',
    input: { PrivateIpAddresses: ['10.10.1.20'] },
    answer: "400 InvalidParameterValue: Address does not fall within the subnet's address range",
  },
  {
    name: 'something that is no address',
    input: { PrivateIpAddresses: ['10.10.0.020'] },
    answer: '400 InvalidParameterValue: invalid value for parameter address: 10.10.0.020',
  },
  {
    name: 'more addresses than the instance type allows',
    input: { PrivateIpAddresses: Array.from({ length: 10 }, (_, index) => `10.10.0.${30 + index}`) },
    answer: '400 PrivateIpAddressLimitExceeded: Number of private addresses will exceed limit.',
  },
  {
    name: 'a count of more addresses than the instance type allows',
    input: { SecondaryPrivateIpAddressCount: 10 },
    answer: '400 PrivateIpAddressLimitExceeded: Number of private addresses will exceed limit.',
  },
  {
    name: 'neither addresses nor a count',
    input: {},
    answer:
      '400 InvalidParameter: One of privateIpAddressSet or privateIpAddressCount or ipv4PrefixSet or ipv4PrefixCount must be specified.',
  },
  {
    name: 'a count of zero',
    input: { SecondaryPrivateIpAddressCount: 0 },
    answer:
      '400 InvalidParameterValue: Value (0) for parameter secondaryPrivateIpAddressCount is invalid. Value must be a positive number.',
  },
  {
    name: 'an ENI that does not exist',
    input: { NetworkInterfaceId: 'eni-0000000000000dead', PrivateIpAddresses: ['10.10.0.30'] },
    answer:
      "400 InvalidNetworkInterfaceID.NotFound: The networkInterface ID 'eni-0000000000000dead' does not exist",
  },
  {
    name: 'an id that cannot be one of an ENI',
    input: { NetworkInterfaceId: 'x', PrivateIpAddresses: ['10.10.0.30'] },
    answer: '400 InvalidNetworkInterfaceId.Malformed: Invalid id: "x" (expecting "eni-...")',
  },
];

for (const { name, input, answer } of refusals) {
  test(`Assign refuses ${name}, and changes nothing`, async () => {
    await using aws = await startAws({ seed: seedHolding(...held) });
    assert.equal(await refusal(assign(aws, { NetworkInterfaceId: second, ...input })), answer);
    assert.deepEqual(aws.addresses(first), held);
    assert.deepEqual(aws.addresses(second), []);
    assert.deepEqual(aws.mutations(), []);
  });
}

test('Assign refuses addresses together with a count', async () => {
  await using aws = await startAws();
  const input = { PrivateIpAddresses: ['10.10.0.20'], SecondaryPrivateIpAddressCount: 1 };
  assert.match(
    await refusal(assign(aws, { NetworkInterfaceId: first, ...input })),
    /^400 InvalidParameterCombination: You may specify one and only one of /,
  );
});

test('Assign refuses a count that the subnet has no room for', async () => {
  const seed = defaultSeed();
  await using aws = await startAws({
    seed: { ...seed, subnets: seed.subnets.map((subnet) => ({ ...subnet, cidr: '10.10.0.0/28' })) },
  });
  // Eleven usable addresses, two of them primaries.
  await assign(aws, { NetworkInterfaceId: first, SecondaryPrivateIpAddressCount: 9 });
  assert.match(
    await refusal(assign(aws, { NetworkInterfaceId: second, SecondaryPrivateIpAddressCount: 1 })),
    /^400 InsufficientFreeAddressesInSubnet: /,
  );
});

test('a delegated prefix counts as one address, and nobody else gets an address in it', async () => {
  const seed = defaultSeed();
  const withPrefix = seed.enis.map((eni) => ({
    ...eni,
    prefixes: eni.id === first ? ['10.10.0.32/28'] : [],
  }));
  await using aws = await startAws({ seed: { ...seed, enis: withPrefix } });
  assert.match(
    await refusal(assign(aws, { NetworkInterfaceId: second, PrivateIpAddresses: ['10.10.0.33'] })),
    /^400 /,
  );
  assert.match(
    await refusal(assign(aws, { NetworkInterfaceId: first, SecondaryPrivateIpAddressCount: 9 })),
    /^400 PrivateIpAddressLimitExceeded: /,
  );
  await assign(aws, { NetworkInterfaceId: first, SecondaryPrivateIpAddressCount: 8 });
});
