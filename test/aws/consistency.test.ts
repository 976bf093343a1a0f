/** Readers that are shown what was, while whatever changes something works on what is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AssignPrivateIpAddressesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import { type Aws, startAws } from './aws.ts';
import { read } from './clients/imds-client.ts';
import { refusal, SdkClient } from './clients/sdk-client.ts';
import { defaultSeed, dualStackSeed } from './cloud/seed.ts';
import { FakeClock } from './fake-clock.ts';

const eni = 'eni-00000000000000002';
const mac = 'meta-data/network/interfaces/macs/02:00:00:00:00:02';

/** What DescribeNetworkInterfaces shows of the ENI, without the primary address. */
async function described(client: SdkClient): Promise<string[]> {
  const { NetworkInterfaces: [found] = [] } = await client.send(
    new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [eni] }),
  );
  return [
    ...(found?.PrivateIpAddresses ?? []).flatMap(({ Primary, PrivateIpAddress = '' }) =>
      Primary ? [] : PrivateIpAddress,
    ),
    ...(found?.Ipv6Addresses ?? []).map(({ Ipv6Address = '' }) => Ipv6Address),
  ].sort();
}

async function available(client: SdkClient): Promise<number | undefined> {
  return (await client.send(new DescribeSubnetsCommand({}))).Subnets?.[0]?.AvailableIpAddressCount;
}

async function inImds(aws: Aws): Promise<string> {
  return `${await read(aws, `${mac}/local-ipv4s`)} ${await read(aws, `${mac}/ipv6s`)}`;
}

test('EC2 and IMDS show changes late, each by a time of its own', async () => {
  const clock = new FakeClock();
  await using aws = await startAws({ clock, seed: dualStackSeed() });
  using client = new SdkClient(aws);
  aws.lag({ describeMs: 5000, imdsMs: 20_000 });
  const before = (await available(client)) ?? 0;
  aws.put(eni, '10.10.0.20');
  aws.put(eni, '2001:db8::20');
  clock.advance(4999);
  assert.deepEqual(await described(client), []);
  assert.equal(await available(client), before);
  clock.advance(1);
  assert.deepEqual(await described(client), ['10.10.0.20', '2001:db8::20']);
  assert.equal(await available(client), before - 1);
  clock.advance(14_999);
  assert.equal(await inImds(aws), '10.10.0.5 404');
  clock.advance(1);
  assert.equal(await inImds(aws), '10.10.0.5\n10.10.0.20 2001:db8::20');
});

test('what is gone is shown for a while, and changes show in the order in which they were made', async () => {
  const clock = new FakeClock();
  await using aws = await startAws({ clock });
  using client = new SdkClient(aws);
  aws.lag({ describeMs: 5000 });
  aws.put(eni, '10.10.0.20');
  clock.advance(3000);
  aws.take(eni, '10.10.0.20');
  assert.deepEqual(await described(client), []);
  clock.advance(2000);
  assert.deepEqual(await described(client), ['10.10.0.20']);
  clock.advance(3000);
  assert.deepEqual(await described(client), []);
});

test('Assign and Unassign know the truth, however old what Describe shows', async () => {
  await using aws = await startAws({ clock: new FakeClock() });
  using client = new SdkClient(aws);
  aws.lag({ describeMs: 20_000 });
  const other = { NetworkInterfaceId: 'eni-00000000000000001', PrivateIpAddresses: ['10.10.0.20'] };
  const own = { ...other, NetworkInterfaceId: eni };
  await client.send(new AssignPrivateIpAddressesCommand(own));
  assert.deepEqual(await described(client), []);
  assert.match(await refusal(client.send(new AssignPrivateIpAddressesCommand(other))), /move is not allowed/);
  await client.send(new UnassignPrivateIpAddressesCommand(own));
  await client.send(new AssignPrivateIpAddressesCommand(other));
  assert.match(await refusal(client.send(new UnassignPrivateIpAddressesCommand(own))), /not assigned to/);
  assert.deepEqual(aws.addresses(other.NetworkInterfaceId), ['10.10.0.20']);
});

test('a read may show an older state than the one before it, and one random seed repeats that', async () => {
  const reads = async (randomSeed: number) => {
    const clock = new FakeClock();
    await using aws = await startAws({ clock, randomSeed });
    using client = new SdkClient(aws);
    aws.lag({ describeMs: 10_000, nonMonotonic: true });
    aws.put(eni, '10.10.0.20');
    clock.advance(5000);
    const counts: number[] = [];
    for (let count = 0; count < 20; count += 1) counts.push((await described(client)).length);
    clock.advance(5001);
    assert.deepEqual(await described(client), ['10.10.0.20']);
    return counts.join('');
  };
  const seen = await reads(1);
  assert.match(seen, /10/, 'it was there, and then it was not');
  assert.match(seen, /01/);
  assert.equal(await reads(1), seen);
  assert.notEqual(await reads(2), seen);
});

test('reset() and seed() show themselves at once', async () => {
  await using aws = await startAws({ clock: new FakeClock() });
  using client = new SdkClient(aws);
  aws.lag({ describeMs: 5000 });
  aws.put(eni, '10.10.0.20');
  await aws.reset();
  aws.put(eni, '10.10.0.21');
  assert.deepEqual(await described(client), ['10.10.0.21']);
  aws.lag({ describeMs: 5000 });
  aws.put(eni, '10.10.0.22');
  const seed = defaultSeed();
  await aws.seed({
    ...seed,
    enis: seed.enis.map((one) => (one.id === eni ? { ...one, secondaries: ['10.10.0.23'] } : one)),
  });
  assert.deepEqual(await described(client), ['10.10.0.23']);
});
