/** EC2 as the arbiter: clients that want the same address at the same time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssignIpv6AddressesCommand, AssignPrivateIpAddressesCommand } from '@aws-sdk/client-ec2';
import { type Aws, startAws } from './aws.ts';
import { refusal, SdkClient } from './clients/sdk-client.ts';
import { defaultSeed, dualStackSeed } from './cloud/seed.ts';

/** Assigns through a client, and so a connection, of its own. */
async function assign(aws: Aws, eniId: string, ...addresses: readonly string[]): Promise<void> {
  using client = new SdkClient(aws);
  await client.send(
    new AssignPrivateIpAddressesCommand({ NetworkInterfaceId: eniId, PrivateIpAddresses: [...addresses] }),
  );
}

/** Eight ENIs of other nodes. */
const enis = Array.from({ length: 8 }, (_, index) => ({
  id: `eni-0000000000000010${index}`,
  subnetId: 'subnet-00000000000000001',
}));
const ids = enis.map(({ id }) => id);

test('of many ENIs that want one address, exactly one gets it', async () => {
  await using aws = await startAws({ seed: { ...defaultSeed(), enis } });
  const answers = await Promise.all(
    [...ids, ...ids, ...ids].map(async (id) => ({
      id,
      answer: await refusal(assign(aws, id, '10.10.0.99')),
    })),
  );
  const winners = answers.filter(({ answer }) => answer === 'no refusal').map(({ id }) => id);
  // The winner asked three times, and was told so each time.
  assert.equal(winners.length, 3);
  assert.equal(new Set(winners).size, 1);
  assert.deepEqual(
    ids.filter((id) => aws.addresses(id).includes('10.10.0.99')),
    [winners[0]],
  );
  assert.equal(aws.mutations().length, 1);
});

test('of overlapping batches, each is assigned whole or not at all', async () => {
  await using aws = await startAws({ seed: { ...defaultSeed(), enis } });
  const batches = ids.map((id, index) => ({ id, batch: [`10.10.0.${20 + index}`, `10.10.0.${21 + index}`] }));
  await Promise.all(batches.map(({ id, batch }) => refusal(assign(aws, id, ...batch))));
  for (const { id, batch } of batches) {
    const held = aws.addresses(id);
    assert.ok(held.length === 0 || held.join() === batch.join(), `${id} holds ${held.join()}`);
  }
});

test('of many ENIs that want one IPv6 address in different spellings, exactly one gets it', async () => {
  await using aws = await startAws({ seed: { ...dualStackSeed(), enis } });
  using client = new SdkClient(aws);
  const spellings = ['2001:db8::a', '2001:DB8::A', '2001:db8:0:0:0:0:0:a'];
  const answers = await Promise.all(
    ids.map((NetworkInterfaceId, index) => {
      const Ipv6Addresses = [spellings[index % spellings.length] ?? ''];
      return refusal(client.send(new AssignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6Addresses })));
    }),
  );
  assert.equal(answers.filter((answer) => answer === 'no refusal').length, 1);
  assert.equal(ids.flatMap((id) => aws.ipv6Addresses(id)).join(), '2001:db8::a');
  assert.equal(aws.mutations().length, 1);
});
