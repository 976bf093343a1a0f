/** UnassignIpv6Addresses through the AWS SDK. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHolding, unassign } from './clients/ipv6-client.ts';
import { refusal } from './clients/sdk-client.ts';

const first = 'eni-00000000000000001';
const second = 'eni-00000000000000002';

test('UnassignIpv6Addresses takes addresses off, and lists them', async () => {
  await using aws = await startHolding('2001:db8::20', '2001:db8::21', '2001:db8::22');
  const answer = await unassign(aws, first, '2001:DB8::20', '2001:db8::22');
  assert.deepEqual(answer.UnassignedIpv6Addresses?.toSorted(), ['2001:db8::20', '2001:db8::22']);
  assert.deepEqual(aws.ipv6Addresses(first), ['2001:db8::21']);
  assert.deepEqual(aws.mutations()[0]?.lost, ['2001:db8::20', '2001:db8::22']);
});

const notThere: readonly (readonly [name: string, addresses: readonly string[]])[] = [
  ['a free address', ['2001:db8::30']],
  ["another ENI's address", ['2001:db8::22']],
  ['an address of the ENI together with a free one', ['2001:db8::20', '2001:db8::30']],
  ['something that is no address', ['2001:db8::20::1']],
  ['no addresses', []],
];

for (const [name, addresses] of notThere) {
  test(`UnassignIpv6Addresses refuses ${name}, and changes nothing`, async () => {
    await using aws = await startHolding('2001:db8::20');
    aws.put(second, '2001:db8::22');
    aws.clearJournal();
    assert.match(await refusal(unassign(aws, first, ...addresses)), /^400 /);
    assert.deepEqual(aws.ipv6Addresses(first), ['2001:db8::20']);
    assert.deepEqual(aws.mutations(), []);
  });
}
