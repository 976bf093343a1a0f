/** IPv6 addresses as EC2 and IMDS show them, and how they get there by other hands. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2';
import { startAws } from './aws.ts';
import { read } from './clients/imds-client.ts';
import { startHolding, unassign } from './clients/ipv6-client.ts';
import { SdkClient } from './clients/sdk-client.ts';
import { sendSigned } from './clients/signed-request.ts';
import { dualStackSeed, type Seed } from './cloud/seed.ts';

const first = 'eni-00000000000000001';
const second = 'eni-00000000000000002';

const firstMac = 'meta-data/network/interfaces/macs/02:00:00:00:00:01';

test('the answers are spelled as documented', async () => {
  await using aws = await startHolding();
  const send = async (action: string) => {
    const parameters = { NetworkInterfaceId: first, 'Ipv6Addresses.1': '2001:db8::20' };
    const response = await sendSigned(aws, { Action: action, Version: '2016-11-15', ...parameters });
    return (await response.text()).replace(/^<\?xml[^>]*>/, '').replaceAll(/\s*\n\s*/g, '');
  };
  const answers = [await send('AssignIpv6Addresses'), await send('UnassignIpv6Addresses')];
  const [assigned, unassigned] = aws.journal().map(({ requestId }) => `<requestId>${requestId}</requestId>`);
  const eni = `<networkInterfaceId>${first}</networkInterfaceId>`;
  const namespace = 'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"';
  assert.deepEqual(answers, [
    `<AssignIpv6AddressesResponse ${namespace}>${assigned}${eni}<assignedIpv6Addresses><item>2001:db8::20</item></assignedIpv6Addresses></AssignIpv6AddressesResponse>`,
    `<UnassignIpv6AddressesResponse ${namespace}>${unassigned}${eni}<unassignedIpv6Addresses><item>2001:db8::20</item></unassignedIpv6Addresses></UnassignIpv6AddressesResponse>`,
  ]);
});

test('IPv6 addresses are shown by EC2 and by IMDS', async () => {
  await using aws = await startHolding('2001:db8::20', '2001:db8::21');
  using client = new SdkClient(aws);
  const { NetworkInterfaces = [] } = await client.send(
    new DescribeNetworkInterfacesCommand({
      Filters: [{ Name: 'ipv6-addresses.ipv6-address', Values: ['2001:db8::21'] }],
    }),
  );
  assert.deepEqual(
    NetworkInterfaces.map(({ NetworkInterfaceId, Ipv6Addresses }) => [
      NetworkInterfaceId,
      Ipv6Addresses?.map(({ Ipv6Address }) => Ipv6Address).sort(),
    ]),
    [[first, ['2001:db8::20', '2001:db8::21']]],
  );
  assert.equal(await read(aws, `${firstMac}/ipv6s`), '2001:db8::20\n2001:db8::21');
  assert.equal(await read(aws, `${firstMac}/subnet-ipv6-cidr-blocks`), '2001:db8::/64');
  await unassign(aws, first, '2001:db8::20', '2001:db8::21');
  assert.equal(await read(aws, `${firstMac}/ipv6s`), 404);
});

test('somebody else puts, moves and takes IPv6 addresses', async () => {
  await using aws = await startHolding('2001:db8::20');
  aws.put(second, '2001:db8:0::20');
  assert.deepEqual(aws.ipv6Addresses(first), []);
  assert.deepEqual(aws.ipv6Addresses(second), ['2001:db8::20']);
  aws.take(second, '2001:DB8::20');
  assert.deepEqual(aws.ipv6Addresses(second), []);
  assert.equal(aws.mutations().length, 3);
});

test('a seed gives IPv6 addresses, and none that EC2 would not allow', async () => {
  const seedWith = (...ipv6: readonly string[]): Seed => {
    const seed = dualStackSeed();
    return { ...seed, enis: seed.enis.map((eni) => (eni.id === first ? { ...eni, ipv6 } : eni)) };
  };
  await using aws = await startAws({ seed: seedWith('2001:DB8::20') });
  assert.deepEqual(aws.ipv6Addresses(first), ['2001:db8::20']);
  await assert.rejects(startAws({ seed: seedWith('2001:db8::1') }));
});
