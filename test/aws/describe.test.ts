/** The Describe and Get actions through the AWS SDK. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  type DescribeNetworkInterfacesCommandInput,
  DescribeSubnetsCommand,
  type EC2Client,
  GetSubnetCidrReservationsCommand,
} from '@aws-sdk/client-ec2';
import { startAws } from './aws.ts';
import { refusal, SdkClient } from './clients/sdk-client.ts';
import { defaultSeed, type Seed } from './cloud/seed.ts';

const first = 'eni-00000000000000001';
const second = 'eni-00000000000000002';
const subnetId = 'subnet-00000000000000001';

/** The default node, and ten ENIs of other nodes in the same subnet. */
function crowded(): Seed {
  const seed = defaultSeed();
  const others = Array.from({ length: 10 }, (_, index) => ({
    id: `eni-0000000000000010${index}`,
    subnetId,
    secondaries: [`10.10.0.${100 + index}`],
    tags: { node: `n${index}`, odd: String(index % 2 === 1) },
  }));
  return { ...seed, enis: [...seed.enis, ...others] };
}

async function ids(client: EC2Client, input: DescribeNetworkInterfacesCommandInput): Promise<string[]> {
  const { NetworkInterfaces = [] } = await client.send(new DescribeNetworkInterfacesCommand(input));
  return NetworkInterfaces.map(({ NetworkInterfaceId = '' }) => NetworkInterfaceId).sort();
}

test('DescribeNetworkInterfaces describes an ENI with all of its addresses', async () => {
  await using aws = await startAws();
  aws.put(second, '10.10.0.20');
  using client = new SdkClient(aws);
  const { NetworkInterfaces: [eni] = [] } = await client.send(
    new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [second] }),
  );
  assert.equal(eni?.MacAddress, '02:00:00:00:00:02');
  assert.equal(eni.SubnetId, subnetId);
  assert.equal(eni.Status, 'in-use');
  assert.equal(eni.Attachment?.InstanceId, 'i-00000000000000001');
  assert.equal(eni.Attachment.DeviceIndex, 1);
  assert.deepEqual(
    eni.PrivateIpAddresses?.toSorted((left, right) => Number(right.Primary) - Number(left.Primary)),
    [
      { Primary: true, PrivateIpAddress: '10.10.0.5' },
      { Primary: false, PrivateIpAddress: '10.10.0.20' },
    ],
  );
});

test('DescribeNetworkInterfaces shows no attachment of an ENI that has none', async () => {
  await using aws = await startAws();
  aws.detachEni(second);
  using client = new SdkClient(aws);
  const { NetworkInterfaces: [eni] = [] } = await client.send(
    new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [second] }),
  );
  assert.equal(eni?.Status, 'available');
  assert.equal(eni.Attachment, undefined);
});

test('DescribeNetworkInterfaces knows the filters', async () => {
  await using aws = await startAws({ seed: crowded() });
  using client = new SdkClient(aws);
  const found = (Name: string, ...Values: string[]) => ids(client, { Filters: [{ Name, Values }] });
  assert.deepEqual(await found('addresses.private-ip-address', '10.10.0.103', '10.10.0.5'), [
    second,
    'eni-00000000000000103',
  ]);
  assert.deepEqual(await found('mac-address', '02:00:00:00:00:02'), [second]);
  assert.deepEqual(await found('network-interface-id', first), [first]);
  assert.deepEqual(await found('attachment.instance-id', 'i-00000000000000001'), [first, second]);
  assert.deepEqual(await found('ipv6-addresses.ipv6-address', '2001:db8::1'), []);
  assert.deepEqual(await found('tag:node', 'n1', 'n2'), ['eni-00000000000000101', 'eni-00000000000000102']);
  assert.equal((await found('subnet-id', subnetId)).length, 12);
  assert.equal((await found('vpc-id', 'vpc-*1')).length, 12);
  assert.deepEqual(
    await ids(client, {
      Filters: [
        { Name: 'subnet-id', Values: [subnetId] },
        { Name: 'addresses.private-ip-address', Values: ['10.10.0.104'] },
      ],
    }),
    ['eni-00000000000000104'],
  );
  assert.match(await refusal(found('colour', 'red')), /^400 InvalidParameterValue: /);
});

test('a filtered listing comes in short pages, and following the tokens finds everything', async () => {
  await using aws = await startAws({ seed: crowded() });
  using client = new SdkClient(aws);
  const filters = [{ Name: 'subnet-id', Values: [subnetId] }];
  const pages: number[] = [];
  const seen: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new DescribeNetworkInterfacesCommand({
        Filters: filters,
        MaxResults: 5,
        ...(token && { NextToken: token }),
      }),
    );
    pages.push(page.NetworkInterfaces?.length ?? 0);
    seen.push(...(page.NetworkInterfaces ?? []).map(({ NetworkInterfaceId = '' }) => NetworkInterfaceId));
    token = page.NextToken;
  } while (token !== undefined);
  assert.ok(pages.every((size) => size <= 2));
  assert.equal(seen.length, 12);
  assert.equal(new Set(seen).size, 12);
});

test('an unfiltered listing comes in full pages', async () => {
  await using aws = await startAws({ seed: crowded() });
  using client = new SdkClient(aws);
  const page = await client.send(new DescribeNetworkInterfacesCommand({ MaxResults: 5 }));
  assert.equal(page.NetworkInterfaces?.length, 5);
  assert.ok(page.NextToken);
});

test('DescribeNetworkInterfaces refuses ids together with MaxResults, unknown ids and odd pages', async () => {
  await using aws = await startAws();
  using client = new SdkClient(aws);
  const refused = (input: DescribeNetworkInterfacesCommandInput) => refusal(ids(client, input));
  assert.match(
    await refused({ NetworkInterfaceIds: [first], MaxResults: 5 }),
    /^400 InvalidParameterCombination: /,
  );
  assert.equal(
    await refused({ NetworkInterfaceIds: [first, 'eni-0000000000000dead'] }),
    "400 InvalidNetworkInterfaceID.NotFound: The networkInterface ID 'eni-0000000000000dead' does not exist",
  );
  assert.match(await refused({ MaxResults: 4 }), /^400 InvalidParameterValue: /);
  assert.match(await refused({ MaxResults: 5, NextToken: 'nonsense' }), /^400 InvalidParameterValue: /);
});

test('DescribeSubnets counts the addresses that are left', async () => {
  const seed = defaultSeed();
  const subnet = { id: subnetId, cidr: '10.10.0.0/28', ipv6Cidr: '2001:db8::/64' };
  await using aws = await startAws({ seed: { ...seed, subnets: [subnet] } });
  using client = new SdkClient(aws);
  const read = async () => {
    const { Subnets: [described] = [] } = await client.send(
      new DescribeSubnetsCommand({ SubnetIds: [subnetId] }),
    );
    return described;
  };
  // Sixteen, less the five that AWS keeps and two primaries.
  const described = await read();
  assert.equal(described?.AvailableIpAddressCount, 9);
  assert.equal(described.CidrBlock, '10.10.0.0/28');
  assert.equal(described.AvailabilityZone, 'eu-central-1a');
  assert.equal(described.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock, '2001:db8::/64');
  aws.put(second, '10.10.0.9');
  assert.equal((await read())?.AvailableIpAddressCount, 8);
  assert.match(
    await refusal(client.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-0dead'] }))),
    /^400 InvalidSubnetID.NotFound: /,
  );
});

test('DescribeInstanceTypes counts the primary address in', async () => {
  await using aws = await startAws();
  using client = new SdkClient(aws);
  const { InstanceTypes = [] } = await client.send(
    new DescribeInstanceTypesCommand({
      InstanceTypes: ['t3.nano', 't3.medium', 'm5.large', 'm6i.4xlarge', 'm5.24xlarge'],
    }),
  );
  const limits = InstanceTypes.map(({ InstanceType, NetworkInfo }) => [
    InstanceType,
    NetworkInfo?.Ipv4AddressesPerInterface,
  ]);
  assert.deepEqual(Object.fromEntries(limits), {
    't3.nano': 2,
    't3.medium': 6,
    'm5.large': 10,
    'm6i.4xlarge': 30,
    'm5.24xlarge': 50,
  });
  const unknown = new DescribeInstanceTypesCommand({ InstanceTypes: ['a1.large'] });
  assert.match(await refusal(client.send(unknown)), /^400 InvalidInstanceType: /);
});

test('DescribeInstanceTypes counts IPv6 addresses apart', async () => {
  await using aws = await startAws();
  using client = new SdkClient(aws);
  const { InstanceTypes = [] } = await client.send(
    new DescribeInstanceTypesCommand({ InstanceTypes: ['m5.large'] }),
  );
  assert.deepEqual(
    InstanceTypes.map(({ NetworkInfo }) => NetworkInfo?.Ipv6AddressesPerInterface),
    [10],
  );
});

test('DescribeInstances describes the node', async () => {
  await using aws = await startAws();
  using client = new SdkClient(aws);
  const { Reservations: [reservation] = [] } = await client.send(new DescribeInstancesCommand({}));
  const [instance] = reservation?.Instances ?? [];
  assert.equal(instance?.InstanceType, 'm5.large');
  assert.equal(instance.PrivateIpAddress, '10.10.0.4');
  assert.equal(instance.NetworkInterfaces?.length, 2);
});

test('GetSubnetCidrReservations lists what is reserved', async () => {
  const seed = defaultSeed();
  const reservations = [
    { id: 'scr-00000000000000001', cidr: '10.10.0.64/26', type: 'explicit' as const },
    { id: 'scr-00000000000000002', cidr: '2001:db8::/80', type: 'prefix' as const },
  ];
  await using aws = await startAws({
    seed: { ...seed, subnets: seed.subnets.map((subnet) => ({ ...subnet, reservations })) },
  });
  using client = new SdkClient(aws);
  const answer = await client.send(new GetSubnetCidrReservationsCommand({ SubnetId: subnetId }));
  assert.deepEqual(
    answer.SubnetIpv4CidrReservations?.map(({ Cidr, ReservationType }) => [Cidr, ReservationType]),
    [['10.10.0.64/26', 'explicit']],
  );
  assert.deepEqual(
    answer.SubnetIpv6CidrReservations?.map(({ Cidr, ReservationType }) => [Cidr, ReservationType]),
    [['2001:db8::/80', 'prefix']],
  );
});

test('DescribeInstances tells in which state an instance is, and a terminated one leaves its ENIs behind', async () => {
  await using aws = await startAws();
  using client = new SdkClient(aws);
  const id = 'i-00000000000000001';
  const told = async () => {
    const command = new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values: [id] }] });
    return (await client.send(command)).Reservations?.[0]?.Instances?.[0]?.State;
  };
  assert.deepEqual(await told(), { Code: 16, Name: 'running' });
  aws.setInstanceState(id, 'stopped');
  assert.deepEqual(await told(), { Code: 80, Name: 'stopped' });
  aws.setInstanceState(id, 'terminated');
  assert.deepEqual(await told(), { Code: 48, Name: 'terminated' });
  const { NetworkInterfaces: left = [] } = await client.send(new DescribeNetworkInterfacesCommand({}));
  assert.deepEqual(
    left.map((eni) => [eni.NetworkInterfaceId, eni.Status]),
    [[second, 'available']],
  );
});
