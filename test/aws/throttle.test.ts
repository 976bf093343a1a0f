/** Token buckets: what they hold, how they fill, and who shares them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AssignIpv6AddressesCommand,
  AssignPrivateIpAddressesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  UnassignIpv6AddressesCommand,
} from '@aws-sdk/client-ec2';
import { startAws } from './aws.ts';
import { refusal, SdkClient } from './clients/sdk-client.ts';
import { dualStackSeed } from './cloud/seed.ts';
import { FakeClock } from './fake-clock.ts';

const assignment = new AssignPrivateIpAddressesCommand({
  NetworkInterfaceId: 'eni-00000000000000002',
  PrivateIpAddresses: ['10.10.0.20'],
});

test('buckets run dry, fill up again, and are shared by all clients', async () => {
  const clock = new FakeClock();
  await using aws = await startAws({ clock });
  aws.throttle(1);
  using one = new SdkClient(aws);
  using other = new SdkClient(aws);
  for (let count = 0; count < 50; count += 1)
    await Promise.all([one.send(assignment), other.send(assignment)]);
  assert.equal(await refusal(one.send(assignment)), '503 RequestLimitExceeded: Request limit exceeded.');
  assert.equal(await refusal(other.send(new DescribeSubnetsCommand({}))), 'no refusal');
  clock.advance(200);
  assert.equal(await refusal(other.send(assignment)), 'no refusal');
  assert.match(await refusal(other.send(assignment)), /^503 RequestLimitExceeded: /);
  aws.throttle(0);
  assert.equal(await refusal(one.send(assignment)), 'no refusal');
});

test('a filtered DescribeNetworkInterfaces has a larger bucket of its own', async () => {
  await using aws = await startAws({ clock: new FakeClock() });
  aws.throttle(1);
  using client = new SdkClient(aws);
  const plain = new DescribeNetworkInterfacesCommand({});
  const filtered = new DescribeNetworkInterfacesCommand({
    Filters: [{ Name: 'status', Values: ['in-use'] }],
  });
  await Promise.all(Array.from({ length: 50 }, () => client.send(plain)));
  assert.match(await refusal(client.send(plain)), /^503 RequestLimitExceeded: /);
  await Promise.all(Array.from({ length: 100 }, () => client.send(filtered)));
  assert.match(await refusal(client.send(filtered)), /^503 RequestLimitExceeded: /);
});

test('UnassignIpv6Addresses has a smaller bucket than its counterpart', async () => {
  await using aws = await startAws({ clock: new FakeClock(), seed: dualStackSeed() });
  aws.throttle(1);
  using client = new SdkClient(aws);
  const NetworkInterfaceId = 'eni-00000000000000002';
  const Ipv6Addresses = ['2001:db8::20'];
  const onto = new AssignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6Addresses });
  const off = new UnassignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6Addresses });
  for (let count = 0; count < 50; count += 1) {
    await client.send(onto);
    await client.send(off);
  }
  assert.match(await refusal(client.send(off)), /^503 RequestLimitExceeded: /);
  assert.equal(await refusal(client.send(onto)), 'no refusal');
});

test('a scaled clock fills buckets faster', async () => {
  const clock = new FakeClock();
  await using aws = await startAws({ clock });
  aws.throttle(10);
  using client = new SdkClient(aws);
  await Promise.all(Array.from({ length: 100 }, () => client.send(assignment)));
  clock.advance(20);
  assert.equal(await refusal(client.send(assignment)), 'no refusal');
  assert.match(await refusal(client.send(assignment)), /^503 RequestLimitExceeded: /);
});
