/** `eni-local reconcile`: brings records and ENIs together, on the whole node, and tells what it did. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ENI, type Host, OTHER_ENI, RANGE, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { execute } from './node.ts';
import { rewriteState } from './state-file.ts';

const interfaces = makeInterfaces();

interface Found {
  readonly action: string;
  readonly address: string;
  readonly eni?: string;
  readonly container?: string;
  readonly result: string;
  readonly reason: string;
  readonly error?: string;
}

/** Runs the verb with `--json`; its words on stdout must be nothing else. */
async function reconcile({ node }: Host, ...words: string[]) {
  const env = { ...node.env, ENI_LOCAL_DATA_DIR: node.dataDir };
  const { status, stdout, stderr } = await execute(env, '', ['reconcile', '--json', ...words]).gone;
  assert.equal(stderr, '');
  return { status, found: JSON.parse(stdout) as Found[] };
}

const brief = (found: readonly Found[]): string[] =>
  found.map(({ action, address, result }) => `${action} ${address}: ${result}`);

/** As if all this had happened some minutes ago, when no answer of EC2 lags any more. */
const letTimePass = ({ node }: Host): void =>
  rewriteState(node, (reservation) => ({ ...reservation, since: Number(reservation['since']) - 5 * 60_000 }));

test('it finds nothing where all is well, and says so', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('c1');
  assert.deepEqual(await reconcile(host), { status: 0, found: [] });
  const { stdout } = await execute({ ...host.node.env, ENI_LOCAL_DATA_DIR: host.node.dataDir }, '', [
    'reconcile',
  ]).gone;
  assert.equal(stdout, 'Records and ENIs agree.\n');
});

test('it takes off what pods left that are gone; a dry run only tells', async () => {
  await using host = await startHost(interfaces);
  const netns = join(host.node.dataDir, 'netns-a');
  writeFileSync(netns, '');
  const args = 'IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0;K8S_POD_UID=4f2a';
  await host.node.add('a', { netns, args });
  const [kept] = await host.node.add('b');
  rmSync(netns);

  const dry = await reconcile(host, '--dry-run');
  assert.equal(dry.status, 1);
  assert.deepEqual(brief(dry.found), ['release 10.10.0.80: found']);
  assert.equal(host.aws.addresses(ENI).length, 2);

  const real = await reconcile(host);
  assert.equal(real.status, 0);
  assert.deepEqual(brief(real.found), ['release 10.10.0.80: done']);
  assert.deepEqual(host.aws.addresses(ENI), [kept]);
  assert.deepEqual(await reconcile(host), { status: 0, found: [] });
});

test('it works on every ENI and network of the node, with and without an ENI', async () => {
  await using host = await startHost(interfaces);
  const local = {
    type: 'eni-local',
    dataDir: host.node.dataDir,
    subnet: '192.168.7.0/24',
    eni: { assign: false },
  };
  await host.node.add('a');
  await host.node.add('b', { network: { name: 'other', master: interfaces[0].name } });
  await host.node.add('c', { network: { name: 'local', ipam: local } });
  rewriteState(host.node, (reservation) => ({ ...reservation, boot: 'the boot before' }));
  const { status, found } = await reconcile(host);
  assert.equal(status, 0);
  assert.equal(found.length, 3);
  assert.deepEqual(host.aws.addresses(ENI), []);
  assert.deepEqual(host.aws.addresses(OTHER_ENI), []);
  assert.deepEqual(host.node.reservations(), []);
});

test('it finishes what a failed DEL has begun', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('a');
  host.aws.fault({ action: 'UnassignPrivateIpAddresses', kind: 'deny', times: 1 });
  await host.node.call('DEL', 'a');
  assert.deepEqual(brief((await reconcile(host)).found), ['release 10.10.0.80: done']);
  assert.deepEqual(host.aws.addresses(ENI), []);
});

test('it gives a living pod back what its ENI lost', async () => {
  await using host = await startHost(interfaces);
  const [address = ''] = await host.node.add('a');
  host.aws.take(ENI, address);
  letTimePass(host);
  assert.deepEqual(brief((await reconcile(host)).found), [`assign ${address}: done`]);
  assert.deepEqual(host.aws.addresses(ENI), [address]);
});

test('it says who has what a living pod lost, and takes it from nobody', async () => {
  await using host = await startHost(interfaces);
  const [address = ''] = await host.node.add('a');
  host.aws.put(OTHER_ENI, address);
  letTimePass(host);
  const { status, found } = await reconcile(host);
  assert.equal(status, 1);
  assert.deepEqual(brief(found), [`assign ${address}: failed`]);
  assert.match(found[0]?.error ?? '', /eni-0+1 holds it/);
  assert.deepEqual(host.aws.addresses(OTHER_ENI), [address]);
  assert.equal(host.node.reservations().length, 1, 'the pod may be alive');
});

test('it reports what nothing explains, and takes it off only when told to', async () => {
  await using host = await startHost(interfaces);
  const [kept = ''] = await host.node.add('a');
  host.aws.put(ENI, '10.10.0.95');
  host.aws.put(ENI, '10.10.0.222');
  const { status, found } = await reconcile(host);
  assert.equal(status, 1);
  assert.deepEqual(
    brief(found),
    ['report 10.10.0.95: found'],
    'what lies outside the ranges is no business of ours',
  );

  const orphans = await reconcile(host, '--orphans');
  assert.equal(orphans.status, 0);
  assert.deepEqual(brief(orphans.found), ['take off 10.10.0.95: done']);
  assert.deepEqual(host.aws.addresses(ENI), [kept, '10.10.0.222']);
});

test('it reports pods whose ENI is gone, and forgets those that are gone, too', async () => {
  await using host = await startHost(interfaces);
  const netns = join(host.node.dataDir, 'netns-a');
  writeFileSync(netns, '');
  await host.node.add('a', { netns });
  await host.node.add('b');
  rmSync(netns);
  host.aws.removeEni(ENI);
  const { found } = await reconcile(host);
  assert.deepEqual(brief(found).sort(), ['release 10.10.0.80: done', 'report 10.10.0.81: found']);
  assert.deepEqual(
    host.node.reservations().map(({ container }) => container),
    ['b'],
  );
});

test('it says which ENI it could not look at, and goes on', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('a');
  host.aws.fault({ action: 'DescribeNetworkInterfaces', kind: 'deny', times: 'always' });
  const { status, found } = await reconcile(host);
  assert.equal(status, 1);
  assert.match(found[0]?.error ?? '', /DescribeNetworkInterfaces/);
});

test('--data-dir names the directory, --help explains, a wrong option is status 2', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('a');
  const run = (...words: string[]) => execute(host.node.env, '', ['reconcile', ...words]).gone;
  assert.equal((await run('--data-dir', host.node.dataDir)).status, 0);
  assert.match((await run('--help')).stdout, /^Usage: eni-local reconcile/);
  assert.equal((await run('--orphan')).status, 2);
});

test('its table fits a hundred columns', async () => {
  await using host = await startHost(interfaces);
  const container = 'f'.repeat(64);
  await host.node.add(container);
  rewriteState(host.node, (reservation) => ({ ...reservation, boot: 'the boot before' }));
  const env = { ...host.node.env, ENI_LOCAL_DATA_DIR: host.node.dataDir };
  const { stdout } = await execute(env, '', ['reconcile']).gone;
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.length, 2);
  for (const line of lines) assert.ok(line.length <= 100, line);
});

test('what the ranges exclude is for others: a floating address is neither taken off nor reported', async () => {
  const ranges = [[{ ...RANGE, exclude: ['10.10.0.90', '10.10.0.96/30'] }]];
  await using host = await startHost(interfaces, { ipam: { ranges } });
  await host.node.add('a');
  for (const address of ['10.10.0.90', '10.10.0.98', '10.10.0.91']) host.aws.put(ENI, address);
  const { status, found } = await reconcile(host, '--orphans');
  assert.equal(status, 0);
  assert.deepEqual(brief(found), ['take off 10.10.0.91: done']);
  assert.deepEqual(host.aws.addresses(ENI).toSorted(), ['10.10.0.80', '10.10.0.90', '10.10.0.98']);
});
