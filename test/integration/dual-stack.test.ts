/** IPv6 and dual stack with an ENI: two families, two calls, one answer or none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENI, type Host, type HostOptions, OTHER_ENI, RANGE, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = makeInterfaces();
const CIDR6 = '2600:1f14:abc:1200::/64';
/** In capitals and at length: on the wire and on disk it is canonical. */
const RANGE6 = {
  subnet: CIDR6,
  rangeStart: '2600:1F14:0ABC:1200:0:0:0:100',
  rangeEnd: '2600:1F14:0ABC:1200:0:0:0:10F',
};
const at = (place: number): string => `2600:1f14:abc:1200::${place.toString(16)}`;

const withIpv6: HostOptions['seed'] = (seed) => ({
  ...seed,
  subnets: seed.subnets.map((subnet) => ({ ...subnet, ipv6Cidr: CIDR6 })),
});
const DUAL: HostOptions = { seed: withIpv6, ipam: { ranges: [[RANGE], [RANGE6]] } };

/** What the ENI holds for pods, in both families. */
const held = ({ aws }: Host, eni = ENI): readonly string[] => {
  const { ipv6 = [] } = aws.state().enis.get(eni) ?? {};
  return [...aws.addresses(eni), ...ipv6];
};

test('a dual-stack pod gets both its addresses in one call a family, and gives both back', async () => {
  await using host = await startHost(interfaces, DUAL);
  const { status, reply, stdout } = await host.node.call('ADD', 'dual');
  assert.equal(status, 0, stdout);
  assert.deepEqual(reply.ips, [
    { address: '10.10.0.80/24', gateway: '10.10.0.1' },
    { address: `${at(0x100)}/64`, gateway: at(1) },
  ]);
  assert.deepEqual(held(host), ['10.10.0.80', at(0x100)]);
  assert.deepEqual(
    [host.aws.calls('AssignPrivateIpAddresses'), host.aws.calls('AssignIpv6Addresses'), host.aws.calls()],
    [1, 1, 2],
  );
  assert.deepEqual(await host.node.add('dual'), ['10.10.0.80', at(0x100)], 'again, the same');
  const prevResult = { cniVersion: '1.0.0', ...reply };
  const checked = await host.node.call('CHECK', 'dual', { network: { prevResult } });
  assert.equal(checked.status, 0, checked.stdout);
  await host.node.del('dual');
  assert.deepEqual(held(host), []);
});

test('IPv6 alone makes no call about IPv4', async () => {
  await using host = await startHost(interfaces, { seed: withIpv6, ipam: { ranges: [[RANGE6]] } });
  assert.deepEqual(await host.node.add('six'), [at(0x100)]);
  assert.equal(host.aws.calls('AssignPrivateIpAddresses'), 0);
  assert.deepEqual(held(host), [at(0x100)]);
});

test('many dual-stack pods at once share the calls of each family', async () => {
  await using host = await startHost(interfaces, DUAL);
  host.aws.latency(300);
  const given = await Promise.all(Array.from({ length: 15 }, (_, pod) => host.node.add(`pod-${pod}`)));
  assert.equal(new Set(given.flat()).size, 30);
  assert.deepEqual(held(host).toSorted(), given.flat().toSorted());
  assert.ok(host.aws.calls() <= 8, `${host.aws.calls()} calls`);
});

test('an IPv6 address that another ENI holds is got round, though no text of EC2 is known', async () => {
  await using host = await startHost(interfaces, DUAL);
  host.aws.put(OTHER_ENI, at(0x100));
  assert.deepEqual(await host.node.add('moves-on'), ['10.10.0.80', at(0x101)]);
  assert.deepEqual(held(host, OTHER_ENI), [at(0x100)]);
});

test('a requested IPv6 address that is taken is code 102, names the ENI, and leaves no IPv4 behind', async () => {
  await using host = await startHost(interfaces, DUAL);
  host.aws.put(OTHER_ENI, at(0x105));
  const { reply } = await host.node.call('ADD', 'insists', { args: `IP=${at(0x105)}` });
  assert.equal(reply.code, 102);
  assert.match(reply.msg ?? '', new RegExp(`${at(0x105)} .*${OTHER_ENI} holds it`));
  assert.deepEqual(held(host), [], 'IPv4 is given back when IPv6 fails');
  assert.deepEqual(host.node.reservations(), []);
});

test('a full ENI in one family keeps nothing of the other', async () => {
  await using host = await startHost(interfaces, { ...DUAL, instanceType: 'm5.large' });
  for (let pod = 0; pod < 9; pod++) await host.node.add(`pod-${pod}`);
  host.aws.clearJournal();
  const { reply } = await host.node.call('ADD', 'too-many');
  assert.equal(reply.code, 101);
  assert.equal(held(host).length, 18);
  assert.equal(host.node.reservations().length, 18);
});

test('a subnet without IPv6 is refused with what it has', async () => {
  await using host = await startHost(interfaces, { ipam: { ranges: [[RANGE], [RANGE6]] } });
  await host.node.add('four', { network: { ipam: { ...ipamOf(host), ranges: [[RANGE]] } } });
  const refused = await host.node.call('ADD', 'dual');
  assert.equal(refused.reply.code, 7);
  assert.match(refused.reply.msg ?? '', /none of its ranges lies inside the ENI's subnet 10\.10\.0\.0\/24/);
});

const ipamOf = ({ node }: Host): object => node.network['ipam'] as object;
