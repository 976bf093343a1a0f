/** `eni-local list`: every address that the node has on record, for people and for programs. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ENI, type Host, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { execute } from './node.ts';
import { rewriteState } from './state-file.ts';

const interfaces = makeInterfaces();

interface Row {
  readonly address: string;
  readonly state: string;
  readonly age: number;
  readonly network?: string;
  readonly container?: string;
  readonly interface?: string;
  readonly pod?: string;
  readonly eni?: string;
  readonly gone?: boolean;
}

const run = ({ node }: Host, ...words: string[]) =>
  execute({ ...node.env, ENI_LOCAL_DATA_DIR: node.dataDir }, '', ['list', ...words]).gone;

async function list(host: Host, ...words: string[]): Promise<readonly Row[]> {
  const { status, stdout, stderr } = await run(host, '--json', ...words);
  assert.deepEqual([status, stderr], [0, '']);
  return JSON.parse(stdout) as readonly Row[];
}

const POD = 'IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=cart-0;K8S_POD_UID=4f2a';

test('it tells network, container, pod, interface, ENI, state and age of every address', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('c1', { args: POD });
  await host.node.add('c2', { network: { name: 'other' } });
  rewriteState(host.node, (one) => ({ ...one, since: Number(one['since']) - 3 * 3_600_000 }));
  const [first, second, ...more] = await list(host);
  assert.deepEqual(more, []);
  assert.ok((second?.age ?? 0) >= 3 * 3600, `${second?.age}`);
  assert.partialDeepStrictEqual(second, {
    address: '10.10.0.80',
    state: 'assigned',
    network: 'pods',
    container: 'c1',
    interface: 'net1',
    pod: 'shop/cart-0',
    eni: ENI,
  });
  assert.deepEqual([first?.network, first?.address, first?.pod], ['other', '10.10.0.81', undefined]);

  const { stdout } = await run(host);
  const lines = stdout.trimEnd().split('\n');
  assert.match(lines[0] ?? '', /^NETWORK +ADDRESS +CONTAINER +POD +IFNAME +ENI +STATE +AGE$/);
  assert.match(
    lines[2] ?? '',
    new RegExp(`^pods +10\\.10\\.0\\.80 +c1 +shop/cart-0 +net1 +${ENI} +assigned +3h$`),
  );
  assert.equal(host.aws.calls(), 2, 'it asks EC2 for nothing');
});

test('it sees pods that are provably gone, and releases under way', async () => {
  await using host = await startHost(interfaces);
  const netns = join(host.node.dataDir, 'netns-a');
  writeFileSync(netns, '');
  await host.node.add('a', { netns });
  await host.node.add('b');
  rmSync(netns);
  const inShort = async () =>
    (await list(host)).map(({ container, state, gone }) => [container, state, gone ?? false]);
  assert.deepEqual(await inShort(), [
    ['a', 'assigned', true],
    ['b', 'assigned', false],
  ]);
  assert.match((await run(host)).stdout, /^pods +10\.10\.0\.80 +a .* gone +\d+s$/m);

  host.aws.fault({ action: 'UnassignPrivateIpAddresses', kind: 'deny', times: 'always' });
  await host.node.call('DEL', 'b');
  assert.deepEqual((await inShort())[1], ['b', 'releasing', false]);
});

test('--network leaves out the others; --all shows what is remembered of addresses that nobody has', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('c1');
  await host.node.add('c2', { network: { name: 'other' } });
  await host.node.del('c1');
  const addresses = (rows: readonly Row[]) => rows.map(({ address, state }) => `${address} ${state}`);
  assert.deepEqual(addresses(await list(host)), ['10.10.0.81 assigned']);
  assert.deepEqual(addresses(await list(host, '--network', 'pods')), []);
  assert.deepEqual(addresses(await list(host, '--network', 'other')), ['10.10.0.81 assigned']);
  const all = await list(host, '--all');
  assert.deepEqual(addresses(all), ['10.10.0.81 assigned', '10.10.0.80 released']);
  assert.equal(all[1]?.eni, ENI);
});

test('without anything on record, and without a state directory, it says so', async () => {
  await using host = await startHost(interfaces);
  assert.deepEqual(await list(host), []);
  assert.match((await run(host)).stdout, /^\S+ has no address on record\.\n$/);
  const absent = join(host.node.dataDir, 'absent');
  const { status, stdout } = await execute({}, '', ['list', '--data-dir', absent, '--network', 'pods']).gone;
  assert.equal(status, 0);
  assert.equal(stdout, `${absent} has no address on record of network pods.\n`);
});

test('a state that cannot be read is status 1', async () => {
  await using host = await startHost(interfaces);
  writeFileSync(join(host.node.dataDir, 'state.1.json'), '{"format": 9}');
  const { status, stdout, stderr } = await run(host);
  assert.deepEqual([status, stdout], [1, '']);
  assert.match(stderr, /^eni-local: .*format 9/);
  const file = join(host.node.dataDir, 'file');
  mkdirSync(join(host.node.dataDir, 'folder'));
  writeFileSync(file, '');
  assert.equal((await run(host, '--data-dir', file)).status, 1);
});

test('its table fits a hundred columns, whatever the names, and ENIs and addresses stay whole', async () => {
  const seed: Parameters<typeof startHost>[1] = {
    seed: (given) => ({
      ...given,
      subnets: given.subnets.map((subnet) => ({ ...subnet, ipv6Cidr: '2001:db8:1234:5678::/64' })),
    }),
  };
  await using host = await startHost(interfaces, seed);
  const long = { name: 'n'.repeat(40) };
  const args = `IgnoreUnknown=1;K8S_POD_NAMESPACE=${'s'.repeat(63)};K8S_POD_NAME=${'p'.repeat(63)};K8S_POD_UID=1`;
  const range = { subnet: '2001:db8:1234:5678::/64', rangeStart: '2001:db8:1234:5678:9abc:def0:1234:5678' };
  const ipam = { ...(host.node.network['ipam'] as object), ranges: [[range]] };
  await host.node.add('f'.repeat(64), { args, interface: 'a-long-name-15c', network: { ...long, ipam } });
  const { stdout } = await run(host);
  const [heading = '', line = '', ...more] = stdout.trimEnd().split('\n');
  assert.deepEqual(more, []);
  assert.ok(heading.length <= 100 && line.length <= 100, stdout);
  assert.ok(line.includes(' 2001:db8:1234:5678:9abc:def0:1234:5678 '), line);
  assert.ok(line.includes(` ${ENI} `), line);
  assert.ok(!stdout.includes('\u001b'), 'no colour off a terminal');
});

test('it tells each prefix before the addresses that come with it', async () => {
  await using host = await startHost(interfaces, {
    ipam: { ranges: [[{ subnet: '10.10.0.0/24' }]], eni: { mode: 'prefix' } },
  });
  await host.node.add('c1');
  const listed = await list(host);
  assert.deepEqual(
    listed.map(({ address, state, container, eni }) => [address, state, container, eni]),
    [
      ['10.10.0.16/28', 'assigned', undefined, ENI],
      ['10.10.0.16', 'assigned', 'c1', ENI],
      ['10.10.0.32/28', 'assigned', undefined, ENI],
    ],
  );
  assert.partialDeepStrictEqual(listed[1], { prefix: '10.10.0.16/28' });
});
