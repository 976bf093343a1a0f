/** Prefix delegation, end to end: pods get addresses out of prefixes that the ENI holds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCluster } from './cluster.ts';
import { ENI, type Host, type HostOptions, OTHER_ENI, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { inParallel } from './parallel.ts';
import { argsOf } from './pods.ts';
import { reconcile } from './reconcile.ts';

const interfaces = makeInterfaces();

/** Prefixes .16 to .224 of it may be had: AWS keeps something of the first and of the last one. */
const SUBNET = { subnet: '10.10.0.0/24' };
const from = (first: number, last: number) => ({
  ...SUBNET,
  rangeStart: `10.10.0.${first}`,
  rangeEnd: `10.10.0.${last}`,
});
const prefixMode = (eni: Record<string, unknown> = {}, ipam: Record<string, unknown> = {}): HostOptions => ({
  ipam: { ranges: [[SUBNET]], ...ipam, eni: { mode: 'prefix', ...eni } },
});
const withIpv6: HostOptions['seed'] = (seed) => ({
  ...seed,
  subnets: seed.subnets.map((one) => ({ ...one, ipv6Cidr: '2001:db8::/64' })),
});
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `pod-${index}`);

/** The place of an address's prefix in the subnet. */
const blockOf = (address: string): number => Math.floor(Number(address.split('.').at(-1)) / 16);
const blocksOf = (addresses: readonly string[]): number[] =>
  [...new Set(addresses.map(blockOf))].toSorted((a, b) => a - b);

/** Each pod has an address of its own, in a prefix that the ENI holds; EC2 never heard of it by itself. */
function assertCarried({ aws, node }: Host, count: number): void {
  const recorded = node.reservations().map(({ address }) => address);
  assert.equal(new Set(recorded).size, count);
  const held = new Set(aws.prefixes(ENI).map((prefix) => blockOf(prefix.replace('/28', ''))));
  assert.deepEqual(
    recorded.filter((address) => !held.has(blockOf(address))),
    [],
  );
  assert.deepEqual(aws.addresses(ENI), []);
}

test('the first pod fetches a prefix and one to spare, and the next ones cost no call', async () => {
  await using host = await startHost(interfaces, prefixMode());
  const { aws, node } = host;
  assert.deepEqual(await node.add('first'), ['10.10.0.16']);
  assert.deepEqual(aws.prefixes(ENI), ['10.10.0.16/28', '10.10.0.32/28']);
  assert.equal(aws.calls(), 1);
  aws.clearJournal();
  for (const name of ['second', 'third']) await node.add(name);
  await node.call('CHECK', 'second', {
    network: { prevResult: { cniVersion: '1.0.0', ips: [{ address: '10.10.0.17/24' }] } },
  });
  await node.del('second');
  assert.equal(aws.calls(), 0);
  assertCarried(host, 2);
});

test('an ENI of an m5.large carries 144 pods, and says so when the next one comes', async () => {
  await using host = await startHost(interfaces, { ...prefixMode(), instanceType: 'm5.large' });
  const { aws, node } = host;
  await inParallel(names(144), 24, async (name) => void (await node.add(name)));
  assertCarried(host, 144);
  assert.equal(aws.prefixes(ENI).length, 9);
  const { reply } = await node.call('ADD', 'one-too-many');
  assert.equal(reply.code, 101);
  assertCarried(host, 144);
});

test('49 ADDs at once need at most 4 calls, and 49 DELs none while the addresses are cooling', async () => {
  await using host = await startHost(interfaces, prefixMode());
  host.aws.latency(300);
  await Promise.all(names(49).map((name) => host.node.add(name)));
  assertCarried(host, 49);
  assert.ok(host.aws.calls() <= 4, `${host.aws.calls()} calls`);
  host.aws.clearJournal();
  await Promise.all(names(49).map((name) => host.node.del(name)));
  assertCarried(host, 0);
  assert.equal(host.aws.calls('UnassignPrivateIpAddresses'), 0, 'they are cooling');
});

test('what is left of an empty prefix goes with the next pod that does, but for those to spare', async () => {
  await using host = await startHost(interfaces, prefixMode({ spare: 0 }, { cooldown: 1 }));
  const { aws, node } = host;
  await inParallel(names(17), 17, async (name) => void (await node.add(name)));
  assert.deepEqual(aws.prefixes(ENI), ['10.10.0.16/28', '10.10.0.32/28']);
  const only = node.reservations().find(({ address }) => blockOf(address) === 2);
  assert.ok(only);
  await node.del(only.container);
  assert.equal(aws.prefixes(ENI).length, 2, 'its last address is cooling');
  await new Promise((done) => setTimeout(done, 1100));
  await node.del(node.reservations()[0]?.container ?? '');
  assert.deepEqual(aws.prefixes(ENI), ['10.10.0.16/28']);
  assertCarried(host, 15);
});

test('without a cooldown and a spare one, the last pod takes its prefix with it', async () => {
  await using host = await startHost(interfaces, prefixMode({ spare: 0 }, { cooldown: 0 }));
  await host.node.add('pod');
  assert.deepEqual(host.aws.prefixes(ENI), ['10.10.0.16/28']);
  await host.node.del('pod');
  assert.deepEqual(host.aws.prefixes(ENI), []);
  assert.deepEqual(await reconcile(host), []);
});

test('GC gives the prefix back of pods that the runtime does not know any more', async () => {
  await using host = await startHost(interfaces, prefixMode({ spare: 0 }, { cooldown: 0 }));
  const { aws, node } = host;
  await node.add('pod');
  const network = { cniVersion: '1.1.0', 'cni.dev/valid-attachments': [] };
  const { status, stdout } = await node.call('GC', '', { network });
  assert.equal(status, 0, stdout);
  assert.deepEqual([node.reservations(), aws.prefixes(ENI)], [[], []]);
});

test('an ADD that fails takes the prefix along that it fetched', async () => {
  const ranges = [[SUBNET], [{ subnet: '2001:db8::/64' }]];
  await using host = await startHost(interfaces, {
    ...prefixMode({ spare: 0 }, { ranges, cooldown: 0 }),
    seed: withIpv6,
  });
  const { aws, node } = host;
  aws.fault({ target: 'ec2', kind: 'deny', action: 'AssignIpv6Addresses' });
  const { reply } = await node.call('ADD', 'pod');
  assert.match(reply.msg ?? '', /2001:db8:0:0:1::\/80/);
  assert.equal(aws.calls('AssignPrivateIpAddresses'), 1);
  assert.deepEqual([node.reservations(), aws.prefixes(ENI)], [[], []]);
});

test('a DEL is done although EC2 does not take the prefix back, and reconcile gives it back later', async () => {
  await using host = await startHost(interfaces, prefixMode({ spare: 0 }, { cooldown: 0 }));
  const { aws, node } = host;
  await node.add('pod');
  aws.fault({ target: 'ec2', kind: 'deny', action: 'UnassignPrivateIpAddresses' });
  await node.del('pod');
  assert.deepEqual(node.reservations(), []);
  assert.deepEqual(aws.prefixes(ENI), ['10.10.0.16/28']);
  const found = await reconcile(host);
  assert.deepEqual(
    found.map(({ action, address, result }) => [action, address, result]),
    [['release', '10.10.0.16/28', 'done']],
  );
  assert.deepEqual(aws.prefixes(ENI), []);
});

test('single addresses and prefixes live on one ENI, and never have the same address', async () => {
  await using host = await startHost(interfaces, { ...prefixMode({ spare: 0 }), instanceType: 'm5.large' });
  const { aws, node } = host;
  const single = {
    name: 'single',
    ipam: { ...(node.network['ipam'] as object), ranges: [[from(16, 47)]], eni: {} },
  };
  const [lone] = await node.add('lone', { network: single });
  assert.equal(lone, '10.10.0.16');
  assert.deepEqual(await node.add('carried'), ['10.10.0.32'], 'the first prefix has somebody in it');
  const others = await Promise.all(names(7).map((name) => node.add(name, { network: single })));
  assert.deepEqual(blocksOf(others.flat()), [1], 'none of the prefix is handed out one by one');
  assert.deepEqual([aws.addresses(ENI).length, aws.prefixes(ENI).length], [8, 1]);
  // Nine slots are taken: the prefix has room, and single addresses have none.
  await node.add('carried-too');
  assert.equal((await node.call('ADD', 'too-much', { network: single })).reply.code, 101);
});

test('a prefix of which somebody else has anything is passed over, and another one is fetched', async () => {
  await using host = await startHost(interfaces, prefixMode({ spare: 0 }));
  const { aws, node } = host;
  aws.put(OTHER_ENI, '10.10.0.16/28');
  aws.put(OTHER_ENI, '10.10.0.40');
  aws.put(ENI, '10.10.0.50');
  assert.deepEqual(await node.add('pod'), ['10.10.0.64']);
  assert.deepEqual(aws.prefixes(OTHER_ENI), ['10.10.0.16/28']);
  assert.ok(aws.calls() <= 6, `${aws.calls()} calls`);
  aws.clearJournal();
  await node.add('another');
  assert.equal(aws.calls(), 0);
});

test('a prefix that lies only in part in the range, or around an excluded address, is not taken', async () => {
  const ranges = [[{ ...from(10, 70), exclude: ['10.10.0.33'] }]];
  await using host = await startHost(interfaces, prefixMode({ spare: 5 }, { ranges }));
  await host.node.add('pod');
  assert.deepEqual(host.aws.prefixes(ENI), ['10.10.0.16/28', '10.10.0.48/28']);

  await using narrow = await startHost(interfaces, prefixMode({}, { ranges: [[from(20, 40)]] }));
  const { reply } = await narrow.node.call('ADD', 'pod');
  assert.equal(reply.code, 7);
  assert.match(reply.msg ?? '', /no whole \/28 of it/);
});

test('what a pod asks for or has fixed comes with its prefix, and by itself where that is not whole', async () => {
  const ranges = [[from(30, 100)]];
  const fixed = { 'shop/db-0': ['10.10.0.98'] };
  await using host = await startHost(interfaces, prefixMode({ spare: 0 }, { ranges, fixed }));
  const { aws, node } = host;
  assert.deepEqual(await node.add('wants', { args: `${argsOf('shop/web-0')};IP=10.10.0.70` }), [
    '10.10.0.70',
  ]);
  assert.deepEqual(aws.prefixes(ENI), ['10.10.0.64/28']);
  assert.deepEqual(await node.add('db', { args: argsOf('shop/db-0') }), ['10.10.0.98']);
  assert.deepEqual([aws.prefixes(ENI), aws.addresses(ENI)], [['10.10.0.64/28'], ['10.10.0.98']]);
  for (const pod of ['db', 'wants']) await node.del(pod);
  assert.deepEqual(aws.addresses(ENI), []);
});

test('both families come out of prefixes, a /80 of IPv6', async () => {
  const options = prefixMode({}, { ranges: [[SUBNET], [{ subnet: '2001:db8::/64' }]] });
  await using host = await startHost(interfaces, { ...options, seed: withIpv6 });
  const { aws, node } = host;
  assert.deepEqual(await node.add('first'), ['10.10.0.16', '2001:db8:0:0:1::']);
  assert.deepEqual(aws.prefixes(ENI), [
    '10.10.0.16/28',
    '10.10.0.32/28',
    '2001:db8:0:0:1::/80',
    '2001:db8:0:0:2::/80',
  ]);
  aws.clearJournal();
  assert.deepEqual(await node.add('second'), ['10.10.0.17', '2001:db8::1:0:0:1']);
  for (const pod of ['first', 'second']) await node.del(pod);
  assert.equal(aws.calls(), 0);
});

test('EC2 away: pods go on to come and go in what the ENI holds', async () => {
  await using host = await startHost(interfaces, prefixMode());
  const { aws, node } = host;
  await node.add('first');
  await aws.refuseConnections({ target: 'ec2' });
  await inParallel(names(31), 8, async (name) => void (await node.add(name)));
  assertCarried(host, 32);
  await inParallel(names(31), 8, (name) => node.del(name));
  assertCarried(host, 1);
});

test('a prefix that the ENI lost is given to it again, and one that nothing explains is told', async () => {
  await using host = await startHost(interfaces, prefixMode({ spare: 0 }, { cooldown: 0 }));
  const { aws, node } = host;
  const [address = ''] = await node.add('pod');
  aws.take(ENI, '10.10.0.16/28');
  const check = (): ReturnType<typeof node.call> =>
    node.call('CHECK', 'pod', {
      network: { prevResult: { cniVersion: '1.0.0', ips: [{ address: `${address}/24` }] } },
    });
  assert.match((await check()).reply.msg ?? '', /does not hold its prefix 10\.10\.0\.16\/28/);
  aws.put(ENI, '10.10.0.96/28');
  const dry = await reconcile(host, ['--dry-run']);
  assert.deepEqual(
    dry.map(({ action, address: what }) => `${action} ${what}`),
    ['report 10.10.0.96/28'],
    'what was assigned a moment ago may not be shown yet',
  );
  assert.deepEqual(aws.prefixes(ENI), ['10.10.0.96/28']);
  const off = await reconcile(host, ['--orphans']);
  assert.deepEqual(
    off.map(({ action, address: what, result }) => `${action} ${what} ${result}`),
    ['take off 10.10.0.96/28 done'],
  );
  assert.deepEqual(aws.prefixes(ENI), []);
});

test('two nodes fetch prefixes of the same range at the same time, and none gets another one’s', async () => {
  await using cluster = await startCluster(interfaces, {
    ipam: { ranges: [[SUBNET]], eni: { mode: 'prefix', spare: 0 } },
  });
  const given = await Promise.all(
    cluster.members.flatMap(({ node }) => names(20).map(async (name) => await node.add(name))),
  );
  assert.equal(new Set(given.flat()).size, 20 * cluster.members.length);
});

test('a VPC CNI that takes prefixes and addresses of the subnet all the while is robbed of nothing', async () => {
  await using host = await startHost(interfaces, prefixMode({ spare: 0 }, { cooldown: 0, order: 'reverse' }));
  const { aws, node } = host;
  aws.startActor({ kind: 'vpc-cni', eniId: OTHER_ENI, everyMs: 40, addresses: 1, prefixes: 1, keepMs: 80 });
  // Few enough that what EC2 tells of those that come and go does not add up to the whole range.
  await inParallel(names(20), 8, async (name) => void (await node.add(name)));
  aws.stopActors();
  assertCarried(host, 20);
  const byCni = aws.mutations().filter(({ cause }) => cause === 'vpc-cni');
  assert.ok(byCni.length > 0);
  assert.deepEqual(
    aws.mutations().filter(({ cause, eniId }) => cause !== 'vpc-cni' && eniId !== ENI),
    [],
  );
  for (const prefix of aws.prefixes(OTHER_ENI)) assert.ok(!aws.prefixes(ENI).includes(prefix), prefix);
});
