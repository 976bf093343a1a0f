/** Reservations of a subnet's CIDR: made, listed, heeded and given back through the AWS SDK. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AssignPrivateIpAddressesCommand,
  CreateSubnetCidrReservationCommand,
  DeleteSubnetCidrReservationCommand,
  GetSubnetCidrReservationsCommand,
  type SubnetCidrReservationType,
} from '@aws-sdk/client-ec2';
import { type Aws, startAws } from './aws.ts';
import { refusal, SdkClient } from './clients/sdk-client.ts';
import { dualStackSeed } from './cloud/seed.ts';
import { FakeClock } from './fake-clock.ts';

const SubnetId = 'subnet-00000000000000001';
const eni = 'eni-00000000000000002';

async function reserve(
  aws: Aws,
  Cidr: string,
  ReservationType: SubnetCidrReservationType = 'explicit',
): Promise<string> {
  using client = new SdkClient(aws);
  const { SubnetCidrReservation } = await client.send(
    new CreateSubnetCidrReservationCommand({ SubnetId, Cidr, ReservationType }),
  );
  assert.equal(SubnetCidrReservation?.Cidr, Cidr);
  assert.equal(SubnetCidrReservation.ReservationType, ReservationType);
  return SubnetCidrReservation.SubnetCidrReservationId ?? '';
}

test('what is reserved is listed until it is given back', async () => {
  await using aws = await startAws({ seed: dualStackSeed() });
  using client = new SdkClient(aws);
  const list = async () => {
    const answer = await client.send(new GetSubnetCidrReservationsCommand({ SubnetId }));
    const all = [answer.SubnetIpv4CidrReservations ?? [], answer.SubnetIpv6CidrReservations ?? []];
    return all.map((some) => some.map(({ SubnetCidrReservationId }) => SubnetCidrReservationId));
  };
  const narrow = await reserve(aws, '10.10.0.64/26');
  const wide = await reserve(aws, '2001:db8:0:0:1::/80', 'prefix');
  assert.deepEqual(await list(), [[narrow], [wide]]);
  const removal = new DeleteSubnetCidrReservationCommand({ SubnetCidrReservationId: narrow });
  const { DeletedSubnetCidrReservation } = await client.send(removal);
  assert.equal(DeletedSubnetCidrReservation?.Cidr, '10.10.0.64/26');
  assert.deepEqual(await list(), [[], [wide]]);
  assert.match(await refusal(client.send(removal)), /^400 /);
});

test('a description is shown as it was given, and none where none was', async () => {
  await using aws = await startAws();
  using client = new SdkClient(aws);
  const about = { SubnetId, ReservationType: 'explicit' } as const;
  const Description = 'pods of <the lab> & others';
  await client.send(new CreateSubnetCidrReservationCommand({ ...about, Cidr: '10.10.0.64/28', Description }));
  await client.send(new CreateSubnetCidrReservationCommand({ ...about, Cidr: '10.10.0.80/28' }));
  const { SubnetIpv4CidrReservations: all = [] } = await client.send(
    new GetSubnetCidrReservationsCommand({ SubnetId }),
  );
  const described = Object.fromEntries(all.map(({ Cidr = '', Description: text }) => [Cidr, text]));
  assert.deepEqual(described, { '10.10.0.64/28': Description, '10.10.0.80/28': undefined });
});

test('more than 255 reservations come in pages, also when nobody asks for pages', async () => {
  const base = dualStackSeed();
  const many = Array.from({ length: 300 }, (_, place) => ({
    id: `scr-0${String(place).padStart(16, '0')}`,
    cidr: `2001:db8::${(place + 1).toString(16)}:0/112`,
    type: 'explicit' as const,
  }));
  const subnets = base.subnets.map((subnet) => ({ ...subnet, reservations: many }));
  await using aws = await startAws({ seed: { ...base, subnets } });
  using client = new SdkClient(aws);
  const first = await client.send(new GetSubnetCidrReservationsCommand({ SubnetId }));
  assert.equal(first.SubnetIpv6CidrReservations?.length, 255);
  const { NextToken } = first;
  const rest = await client.send(new GetSubnetCidrReservationsCommand({ SubnetId, NextToken }));
  assert.equal(rest.SubnetIpv6CidrReservations?.length, 45);
  assert.equal(rest.NextToken, undefined);
});

test('EC2 chooses nothing from an explicit reservation, and gives what is asked for', async () => {
  await using aws = await startAws();
  using client = new SdkClient(aws);
  await reserve(aws, '10.10.0.0/25');
  const wanting = { NetworkInterfaceId: eni };
  // Of the other half, seven prefixes are whole: wherever these lie, three are left.
  await client.send(new AssignPrivateIpAddressesCommand({ ...wanting, SecondaryPrivateIpAddressCount: 2 }));
  await client.send(new AssignPrivateIpAddressesCommand({ ...wanting, Ipv4PrefixCount: 3 }));
  const chosen = [...aws.addresses(eni), ...aws.prefixes(eni)];
  assert.equal(chosen.length, 5);
  assert.ok(chosen.every((one) => Number(one.split(/[./]/)[3]) >= 128));
  await client.send(new AssignPrivateIpAddressesCommand({ ...wanting, PrivateIpAddresses: ['10.10.0.20'] }));
  assert.ok(aws.addresses(eni).includes('10.10.0.20'));
});

const refused: readonly (readonly [name: string, cidr: string])[] = [
  ['something that is no CIDR', '10.10.0.65/26'],
  ['a block outside the subnet', '10.10.1.0/26'],
  ['an IPv6 block in a subnet that has none', '2001:db8:0:0:1::/80'],
  ['a block that touches another reservation', '10.10.0.64/27'],
];

for (const [name, cidr] of refused) {
  test(`CreateSubnetCidrReservation refuses ${name}`, async () => {
    await using aws = await startAws();
    await reserve(aws, '10.10.0.64/26');
    assert.match(await refusal(reserve(aws, cidr)), /^400 /);
    assert.equal(aws.state().subnets.get(SubnetId)?.reservations.length, 1);
  });
}

test('the buckets of reservations are small, and slow to fill', async () => {
  const clock = new FakeClock();
  await using aws = await startAws({ clock });
  aws.throttle(1);
  for (let count = 0; count < 5; count += 1) await reserve(aws, `10.10.0.${16 * (count + 1)}/28`);
  assert.match(await refusal(reserve(aws, '10.10.0.128/28')), /^503 RequestLimitExceeded: /);
  using client = new SdkClient(aws);
  const removal = new DeleteSubnetCidrReservationCommand({ SubnetCidrReservationId: 'scr-0' });
  for (let count = 0; count < 5; count += 1) assert.match(await refusal(client.send(removal)), /^400 /);
  assert.match(await refusal(client.send(removal)), /^503 RequestLimitExceeded: /);
  clock.advance(999);
  assert.match(await refusal(reserve(aws, '10.10.0.128/28')), /^503 RequestLimitExceeded: /);
  clock.advance(1);
  assert.equal(await refusal(reserve(aws, '10.10.0.128/28')), 'no refusal');
});
