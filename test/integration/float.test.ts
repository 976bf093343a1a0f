/** `eni-local float` beside an active/standby pair: two namespaces stand for two nodes that hand addresses to each other. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Aws } from '../aws/aws.ts';
import { until } from '../aws/clients/until.ts';
import { INTERFACE } from './namespaces.ts';
import { execute } from './node.ts';
import { Float, type Half, startPair } from './pair.ts';

const ADDRESS = '10.10.0.99';
const SECOND = '10.10.0.98';
const IPV6 = '2001:db8::99';
const floating = ['--address', ADDRESS];
const REASSIGN = 'AssignPrivateIpAddresses';

/** Starts the program on both, and waits until nothing is missed. */
async function watch(halves: readonly Half[], ...words: readonly string[]): Promise<readonly Float[]> {
  const programs = halves.map((half) => half.start(...words));
  for (const program of programs) await program.told('watching');
  return programs;
}

/** Every change in EC2: what left which ENI, and what came to which. */
const changes = (aws: Aws) =>
  aws.mutations().map(({ eniId, lost, gained }) => `${eniId} -${lost.join()} +${gained.join()}`);

const unassigned = (aws: Aws): number =>
  aws.calls('UnassignPrivateIpAddresses') + aws.calls('UnassignIpv6Addresses');

/** The processes that a program has started. */
const childrenOf = ({ child: { pid } }: Float): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

test('fifty hand-overs: it is on the ENI of whoever has it each time, and nothing else ever moves', async () => {
  await using pair = await startPair();
  const { aws, halves } = pair;
  for (const [index, { eni }] of halves.entries()) aws.put(eni, `10.10.0.${50 + index}`);
  const programs = await watch(halves, ...floating);
  aws.clearJournal();
  for (let turn = 0; turn < 50; turn++) {
    const [to, from] = turn % 2 === 0 ? halves : halves.toReversed();
    assert.ok(to && from);
    if (turn > 0) from.namespace.remove(ADDRESS);
    to.namespace.add(ADDRESS);
    const taken = await programs[turn % 2]?.told('taken', 1 + Math.floor(turn / 2), ADDRESS);
    assert.ok(aws.addresses(to.eni).includes(ADDRESS), `turn ${turn}`);
    assert.ok(taken?.ms !== undefined && taken.ec2Ms !== undefined && taken.ms >= taken.ec2Ms);
    assert.ok(aws.journal().some(({ requestId }) => requestId === taken.request));
  }
  for (const entry of aws.journal().filter(({ action }) => action === REASSIGN)) {
    const asked = Object.entries(entry.parameters).filter(([name]) => name.startsWith('PrivateIpAddress.'));
    assert.deepEqual(
      asked.map(([, address]) => address),
      [ADDRESS],
    );
  }
  assert.equal(aws.calls(REASSIGN), 50);
  assert.equal(unassigned(aws), 0);
  const others = aws
    .mutations()
    .flatMap(({ lost, gained }) => [...lost, ...gained])
    .filter((one) => one !== ADDRESS);
  assert.deepEqual(others, []);
  assert.deepEqual(aws.addresses(halves[0].eni), ['10.10.0.50']);
  assert.deepEqual(
    programs.map((program) => program.named('gone').length),
    [25, 24],
  );
});

test('addresses that are there at the start are taken, all by one call', async () => {
  await using pair = await startPair();
  const { aws, half } = pair;
  const all = [ADDRESS, SECOND, '10.10.0.97'];
  for (const address of all) half.namespace.add(address);
  const program = half.start(...all.flatMap((address) => ['--address', address]), '--address', '10.10.0.96');
  await program.told('taken', all.length);
  assert.deepEqual(aws.addresses(half.eni).toSorted(), all.toSorted());
  assert.equal(aws.calls(REASSIGN), 1);
});

test('IPv6 goes by unassign and assign, and comes back when EC2 refuses it', async () => {
  await using pair = await startPair();
  const { aws, halves } = pair;
  const [first, second] = halves;
  const programs = await watch(halves, '--address', IPV6.toUpperCase());
  first.namespace.add(IPV6);
  await programs[0]?.told('taken');
  first.namespace.remove(IPV6);
  second.namespace.add(IPV6);
  const taken = await programs[1]?.told('taken');
  assert.equal(taken?.from, first.eni);
  assert.deepEqual([aws.ipv6Addresses(first.eni), aws.ipv6Addresses(second.eni)], [[], [IPV6]]);

  second.namespace.remove(IPV6);
  aws.fault({ kind: 'error', action: 'AssignIpv6Addresses', code: 'InvalidParameterValue', message: 'no' });
  first.namespace.add(IPV6);
  const refused = await programs[0]?.told('refused');
  assert.deepEqual([refused?.from, refused?.inMs], [second.eni, undefined]);
  assert.deepEqual([aws.ipv6Addresses(first.eni), aws.ipv6Addresses(second.eni)], [[], [IPV6]]);
});

test('a call that lands when the address has gone to the other is put right by that one', async () => {
  await using pair = await startPair();
  const { aws, halves } = pair;
  const [first, second] = halves;
  const programs = await watch(halves, ...floating);
  aws.fault({ kind: 'slow-then-apply', action: REASSIGN, ms: 1000 });
  first.namespace.add(ADDRESS);
  await until(() => aws.calls(REASSIGN) === 1);
  first.namespace.remove(ADDRESS);
  second.namespace.add(ADDRESS);
  await programs[1]?.told('taken');
  await programs[0]?.told('taken');
  assert.deepEqual(aws.addresses(first.eni), [ADDRESS], 'the late call has landed');
  assert.equal((await programs[1]?.told('lost'))?.to, first.eni);
  await programs[1]?.told('taken', 2);
  assert.deepEqual([aws.addresses(first.eni), aws.addresses(second.eni)], [[], [ADDRESS]]);
  assert.equal(unassigned(aws), 0);
});

test('an address that goes and comes again within a moment is taken again', async () => {
  await using pair = await startPair();
  const { aws, halves } = pair;
  const [first, second] = halves;
  const programs = await watch(halves, ...floating);
  first.namespace.add(ADDRESS);
  await programs[0]?.told('taken');
  // Meanwhile another may have had it.
  for (let flap = 1; flap <= 3; flap++) {
    first.namespace.flap(ADDRESS);
    await programs[0]?.told('gone', flap);
    await programs[0]?.told('taken', flap + 1);
  }
  first.namespace.remove(ADDRESS);
  second.namespace.add(ADDRESS);
  await programs[1]?.told('taken');
  assert.deepEqual(aws.addresses(second.eni), [ADDRESS]);
});

test('an address that goes while it cannot be taken is asked for no more', async () => {
  await using pair = await startPair();
  const { aws, half } = pair;
  const [program] = await watch([half], ...floating);
  aws.fault({ kind: 'error', action: REASSIGN, code: 'RequestLimitExceeded', status: 503, times: 'always' });
  half.namespace.add(ADDRESS);
  await program?.told('retrying', 2);
  half.namespace.remove(ADDRESS);
  await program?.told('gone');
  await pause(300);
  const calls = aws.calls(REASSIGN);
  // Longer than the next tries would have waited.
  half.namespace.add('10.10.0.77');
  await pause(1500);
  assert.equal(aws.calls(REASSIGN), calls);
  assert.deepEqual(changes(aws), []);
});

test('throttling, an outage and answers that never come are waited out', async () => {
  await using pair = await startPair();
  const { aws, half } = pair;
  const [program] = await watch([half], ...floating);
  aws.fault({ kind: 'error', action: REASSIGN, code: 'RequestLimitExceeded', status: 503, times: 3 });
  aws.fault({ kind: 'applied-then-reset', action: REASSIGN });
  half.namespace.add(ADDRESS);
  await program?.told('taken');
  assert.ok((program?.named('retrying').length ?? 0) >= 4);

  half.namespace.remove(ADDRESS);
  await program?.told('gone');
  await aws.refuseConnections({ target: 'ec2' });
  half.namespace.add(ADDRESS);
  await program?.told('retrying', 6);
  await aws.acceptConnections({ target: 'ec2' });
  await program?.told('taken', 2);
  assert.deepEqual(aws.addresses(half.eni), [ADDRESS]);
});

test('what EC2 refuses is told, and keeps no other address from moving', async () => {
  await using pair = await startPair();
  const { aws, half } = pair;
  const stranger = '10.10.0.60';
  aws.addEni({ id: 'eni-0c', subnetId: 'subnet-00000000000000001', primary: stranger });
  for (const address of [ADDRESS, stranger]) half.namespace.add(address);
  const program = half.start(...floating, '--address', stranger);
  await program.told('taken', 1, ADDRESS);
  const refused = await program.told('refused', 1, stranger);
  assert.ok(refused.inMs !== undefined && refused.inMs >= 15_000, 'it is no use to hurry');
  assert.deepEqual(aws.addresses(half.eni), [ADDRESS]);
});

test('a monitor that is killed is missed by nobody', async () => {
  await using pair = await startPair();
  const { aws, half } = pair;
  const [program] = await watch([half], ...floating);
  assert.ok(program);
  const [monitor] = childrenOf(program);
  assert.ok(monitor !== undefined);
  process.kill(monitor, 'SIGKILL');
  half.namespace.add(ADDRESS);
  await program.told('taken');
  half.namespace.remove(ADDRESS);
  await program.told('gone');
  half.namespace.add(ADDRESS);
  await program.told('taken', 2);
  assert.deepEqual(aws.addresses(half.eni), [ADDRESS]);
  assert.match(program.named('retrying')[0]?.error ?? '', /ip monitor .* SIGKILL/);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} lets a call be answered, leaves the address where it is, and no process behind`, async () => {
    await using pair = await startPair();
    const {
      aws,
      halves: [half],
    } = pair;
    const [program] = await watch([half], ...floating);
    assert.ok(program);
    const children = childrenOf(program);
    assert.equal(children.length, 1);
    aws.latency(500, REASSIGN);
    half.namespace.add(ADDRESS);
    await until(() => aws.calls(REASSIGN) === 1);
    assert.equal(await program.stop(signal), 0);
    assert.deepEqual(
      program.events.slice(-2).map(({ event }) => event),
      ['taken', 'stopped'],
    );
    assert.deepEqual(aws.addresses(half.eni), [ADDRESS]);
    assert.ok(children.every((pid) => !existsSync(`/proc/${pid}`)));
  });
}

test('an EC2 that never answers keeps nobody from stopping', async () => {
  await using pair = await startPair();
  const { aws, half } = pair;
  const [program] = await watch([half], ...floating);
  aws.fault({ kind: 'hang', action: REASSIGN, times: 'always' });
  half.namespace.add(ADDRESS);
  await until(() => aws.calls(REASSIGN) === 1);
  assert.equal(await program?.stop(), 0);
});

test('the interface may come late, go, and come again; behind another ENI it is another one', async () => {
  await using pair = await startPair();
  const { aws, half } = pair;
  const { namespace } = half;
  const { mac } = namespace;
  namespace.ip('link', 'del', INTERFACE);
  const program = half.start(...floating);
  assert.match((await program.told('retrying')).error ?? '', /no such interface/);
  for (const turn of [1, 2]) {
    namespace.makeInterface(mac);
    namespace.add(ADDRESS);
    await program.told('taken', turn);
    namespace.ip('link', 'del', INTERFACE);
    await program.told('gone', turn);
  }
  assert.deepEqual(aws.addresses(half.eni), [ADDRESS]);
  const calls = aws.calls(REASSIGN);
  namespace.makeInterface('02:00:00:00:00:77');
  namespace.add(ADDRESS);
  assert.equal(await program.ended(), 1);
  assert.match(program.events.at(-1)?.error ?? '', /net1 is no longer on eni-/);
  assert.equal(aws.calls(REASSIGN), calls);
});

test('metadata that is away for a while is waited for', async () => {
  await using pair = await startPair();
  const { aws, half } = pair;
  await aws.refuseConnections({ target: 'imds' });
  half.namespace.add(ADDRESS);
  const program = half.start(...floating);
  await program.told('retrying');
  await aws.acceptConnections({ target: 'imds' });
  await program.told('taken');
  assert.deepEqual(aws.addresses(half.eni), [ADDRESS]);
});

test('whoever waits for metadata can be stopped', async () => {
  await using pair = await startPair();
  const { aws, half } = pair;
  aws.fault({ target: 'imds', kind: 'hang', times: 'always' });
  const program = half.start(...floating);
  await until(() => aws.imdsRequests().length > 0);
  assert.equal(await program.stop(), 0);
  assert.deepEqual(
    program.events.map(({ event }) => event),
    ['stopped'],
  );
});

test('a pod that does not reach the metadata finds its ENI in EC2, by the credentials and region that it is given', async () => {
  await using pair = await startPair();
  const {
    aws,
    halves: [{ namespace, env, eni }],
  } = pair;
  await aws.refuseConnections({ target: 'imds' });
  namespace.add(ADDRESS);
  const given = { ...env, ...aws.staticCredentials(), AWS_REGION: aws.region };
  await using program = new Float(namespace, ['--interface', INTERFACE, ...floating], given);
  await program.told('taken');
  assert.deepEqual(aws.addresses(eni), [ADDRESS]);
  namespace.ip('link', 'del', INTERFACE);
  namespace.makeInterface('02:00:00:00:00:77');
  assert.equal(await program.ended(), 1, 'it knows the MAC, too');
});

test('--eni and --region do without the interface’s MAC', async () => {
  await using pair = await startPair();
  const { aws, halves } = pair;
  const [first, second] = halves;
  first.namespace.add(ADDRESS);
  const program = first.start(...floating, '--eni', second.eni, '--region', aws.region);
  await program.told('taken');
  assert.deepEqual(aws.addresses(second.eni), [ADDRESS]);
});

test('it needs no capability', async () => {
  await using pair = await startPair();
  const {
    aws,
    halves: [{ namespace, env, eni }],
  } = pair;
  const words = ['--interface', INTERFACE, ...floating];
  const without = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'];
  await using program = new Float(namespace, words, env, without);
  await program.told('watching');
  namespace.add(ADDRESS);
  await program.told('taken');
  assert.match(readFileSync(`/proc/${program.child.pid}/status`, 'utf8'), /^CapEff:\t0+$/m);
  assert.deepEqual(aws.addresses(eni), [ADDRESS]);
});

test('no variable decides what runs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eni-local-path-'));
  const trap = join(folder, 'trapped');
  for (const name of ['ip', 'sh', 'node']) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho $0 >> ${trap}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  writeFileSync(join(folder, 'trap.cjs'), `require('node:fs').writeFileSync(${JSON.stringify(trap)}, '')`);
  try {
    await using pair = await startPair();
    const {
      aws,
      halves: [half],
    } = pair;
    const poison = {
      PATH: folder,
      NODE_OPTIONS: `--require ${join(folder, 'trap.cjs')}`,
      SHELL: join(folder, 'sh'),
    };
    await using program = new Float(half.namespace, ['--interface', INTERFACE, ...floating], {
      ...half.env,
      ...poison,
    });
    await program.told('watching');
    half.namespace.add(ADDRESS);
    await program.told('taken');
    assert.deepEqual(aws.addresses(half.eni), [ADDRESS]);
    const [monitor = 0] = childrenOf(program);
    assert.equal(readFileSync(`/proc/${monitor}/environ`, 'utf8'), '');
    assert.equal(existsSync(trap), false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('an address that can never float there ends it with 1, before anything is asked for', async () => {
  await using pair = await startPair();
  const { aws, half } = pair;
  const primary = '10.10.0.4';
  for (const [address, why] of [
    ['10.20.0.1', /the subnet of eni-0+1 is 10\.10\.0\.0\/24 and 2001:db8::\/64/],
    [primary, /it is the primary address of eni-0+1/],
  ] as const) {
    const program = half.start('--address', address);
    assert.equal(await program.ended(), 1);
    assert.match(program.events.at(-1)?.error ?? '', why);
    assert.match(program.stderr, why);
  }
  assert.equal(aws.calls(), 0);
});

test('wrong use ends it with 2, and --help with 0', async () => {
  const run = (...words: readonly string[]) => execute({}, '', ['float', ...words]).gone;
  for (const words of [
    [],
    ['--interface', 'net1'],
    ['--address', ADDRESS],
    ['--interface', '../net1', ...floating],
    ['--interface', 'net1', '--address', '10.10.0.99/32'],
    ['--interface', 'net1', ...floating, '--eni', 'net1'],
    ['--interface', 'net1', ...floating, '--region', 'a.example/'],
    ['--interface', 'net1', ...floating, 'more'],
  ]) {
    const { status, stdout, stderr } = await run(...words);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
    assert.match(stderr, /^eni-local: .+\n\nUsage: eni-local/);
  }
  assert.equal((await run('--help')).status, 0);
});
