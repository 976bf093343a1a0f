/** UnassignPrivateIpAddresses, row by row of what is known of EC2, through the AWS SDK. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnassignPrivateIpAddressesCommand } from '@aws-sdk/client-ec2';
import { type Aws, startAws } from './aws.ts';
import { refusal, SdkClient } from './clients/sdk-client.ts';

const first = 'eni-00000000000000001';
const second = 'eni-00000000000000002';

async function unassign(aws: Aws, eniId: string, ...addresses: readonly string[]): Promise<void> {
  using client = new SdkClient(aws);
  await client.send(
    new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId: eniId, PrivateIpAddresses: [...addresses] }),
  );
}

/** The default node: two addresses on the first ENI, one on the second. */
async function start(): Promise<Aws> {
  const aws = await startAws();
  aws.put(first, '10.10.0.20');
  aws.put(first, '10.10.0.21');
  aws.put(second, '10.10.0.22');
  aws.clearJournal();
  return aws;
}

test('Unassign takes addresses off the ENI', async () => {
  await using aws = await start();
  await unassign(aws, first, '10.10.0.20', '10.10.0.21');
  assert.deepEqual(aws.addresses(first), []);
  assert.deepEqual(aws.addresses(second), ['10.10.0.22']);
});

const notOnFirst = `400 InvalidParameterValue: Some of the specified addresses are not assigned to interface ${first}`;
const refusals: readonly (readonly [name: string, addresses: readonly string[], answer: string])[] = [
  ['a free address', ['10.10.0.30'], notOnFirst],
  ["another ENI's address", ['10.10.0.22'], notOnFirst],
  ['an address of the ENI together with a free one', ['10.10.0.20', '10.10.0.30'], notOnFirst],
  [
    'the primary address',
    ['10.10.0.20', '10.10.0.4'],
    '400 InvalidParameterValue: Value (10.10.0.4) for parameter privateIpAddress is invalid. The primary IP address of an interface cannot be unassigned.',
  ],
  ['no addresses', [], '400 MissingParameter: One of privateIpAddresses or ipv4Prefixes must be specified.'],
];

for (const [name, addresses, answer] of refusals) {
  test(`Unassign refuses ${name}, and changes nothing`, async () => {
    await using aws = await start();
    assert.equal(await refusal(unassign(aws, first, ...addresses)), answer);
    assert.deepEqual(aws.addresses(first), ['10.10.0.20', '10.10.0.21']);
    assert.deepEqual(aws.addresses(second), ['10.10.0.22']);
    assert.deepEqual(aws.mutations(), []);
  });
}

test('Unassign refuses the second time', async () => {
  await using aws = await start();
  await unassign(aws, first, '10.10.0.20');
  assert.equal(await refusal(unassign(aws, first, '10.10.0.20')), notOnFirst);
});

test('Unassign does not know an ENI that is gone', async () => {
  await using aws = await start();
  aws.removeEni(first);
  assert.equal(
    await refusal(unassign(aws, first, '10.10.0.20')),
    `400 InvalidNetworkInterfaceID.NotFound: The networkInterface ID '${first}' does not exist`,
  );
});
