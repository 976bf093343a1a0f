/** `eni.reassign: "stale"`, end to end: a pod's own address comes along from a dead node, and nothing else ever moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../aws/clients/until.ts';
import type { InstanceState } from '../aws/cloud/model.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { argsOf } from './pods.ts';

const interfaces = makeInterfaces();
const RANGE = { subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.99' };
const FIXED = '10.10.0.90';
const [DEAD, OTHER] = ['i-00000000000000001', 'i-00000000000000002'];
const db0 = { args: argsOf('shop/db-0') };

function startTwo(ipam: Record<string, unknown> = {}): Promise<Cluster> {
  const fixed = { 'shop/db-0': [FIXED] };
  return startCluster(interfaces, {
    ipam: { ranges: [[RANGE]], fixed, eni: { reassign: 'stale' }, ...ipam },
  });
}

/** The first node, with `db-0` and two other pods on it, and the second one. */
async function withPods(cluster: Cluster) {
  const [here, there] = cluster.members;
  assert.ok(here && there);
  await here.node.add('db', db0);
  for (const pod of ['web-1', 'web-2']) await here.node.add(pod, { args: argsOf(`shop/${pod}`) });
  cluster.aws.clearJournal();
  return { here, there, others: cluster.aws.addresses(here.eni).filter((address) => address !== FIXED) };
}

/** By the journal, nothing but this left any ENI, and no call was allowed to take anything from anybody. */
function assertMovedOnly({ aws }: Cluster, from: string, ...addresses: readonly string[]): void {
  const lost = aws
    .mutations()
    .flatMap((change) => change.lost.map((address) => `${address} of ${change.eniId}`));
  assert.deepEqual(
    lost,
    addresses.map((address) => `${address} of ${from}`),
  );
  assert.ok(aws.journal().every(({ allowReassignment }) => !allowReassignment));
}

test('a fixed address comes along from a node that is stopped, and nothing else does', async () => {
  await using cluster = await startTwo();
  const { here, there, others } = await withPods(cluster);
  cluster.aws.setInstanceState(DEAD, 'stopped');
  const { status, stderr, reply } = await there.node.call('ADD', 'db-again', db0);
  assert.equal(status, 0, JSON.stringify(reply));
  assert.deepEqual(
    reply.ips?.map(({ address }) => address),
    [`${FIXED}/24`],
  );
  assert.match(
    stderr,
    new RegExp(`"message":"an address was taken over.*"address":"${FIXED}".*"from":"${here.eni}"`),
  );
  assert.deepEqual(cluster.aws.addresses(there.eni), [FIXED]);
  assert.deepEqual(cluster.aws.addresses(here.eni), others);
  assertMovedOnly(cluster, here.eni, FIXED);
});

test('a fixed address comes along from an ENI that is attached to nothing', async () => {
  await using cluster = await startTwo();
  const { here, there } = await withPods(cluster);
  cluster.aws.setInstanceState(DEAD, 'terminated');
  cluster.aws.detachEni(here.eni);
  assert.deepEqual(await there.node.add('db-again', db0), [FIXED]);
  assertMovedOnly(cluster, here.eni, FIXED);
});

test('a sticky pod keeps its address when its node dies, and pods that are not sticky take nothing', async () => {
  await using cluster = await startTwo({ sticky: true, fixed: {} });
  const [here, there] = cluster.members;
  assert.ok(here && there);
  const pods = ['db-0', 'db-1', 'db-2'];
  const before = [];
  for (const pod of pods) before.push(await here.node.add(pod, { args: argsOf(`shop/${pod}`) }));
  await here.node.add('plain');
  cluster.aws.setInstanceState(DEAD, 'stopped');
  cluster.aws.clearJournal();
  await there.node.add('other');
  const after = await Promise.all(pods.map((pod) => there.node.add(pod, { args: argsOf(`shop/${pod}`) })));
  assert.deepEqual(after, before);
  assert.equal(cluster.aws.addresses(here.eni).length, 1, 'the plain pod’s address stays');
  assert.deepEqual(
    cluster.aws
      .mutations()
      .flatMap(({ eniId, lost }) => (eniId === here.eni ? lost : []))
      .toSorted(),
    before.flat().toSorted(),
  );
  assert.ok(cluster.aws.journal().every(({ allowReassignment }) => !allowReassignment));
});

for (const state of ['running', 'stopping', 'shutting-down', 'pending'] satisfies InstanceState[]) {
  test(`an address stays with an instance that is ${state}: error 102 names ENI and instance`, async () => {
    await using cluster = await startTwo();
    const { here, there } = await withPods(cluster);
    cluster.aws.setInstanceState(DEAD, state);
    const { reply } = await there.node.call('ADD', 'db-again', db0);
    assert.equal(reply.code, 102);
    assert.match(
      reply.msg ?? '',
      new RegExp(`${FIXED} over from ${here.eni} .* attached to ${DEAD}, which is ${state}`),
    );
    assertMovedOnly(cluster, here.eni);
    assert.equal(cluster.aws.calls('UnassignPrivateIpAddresses'), 0);
  });
}

test('by default nothing is taken over, and nobody asks about instances', async () => {
  await using cluster = await startTwo({ eni: {} });
  const { here, there } = await withPods(cluster);
  cluster.aws.setInstanceState(DEAD, 'stopped');
  const { reply } = await there.node.call('ADD', 'db-again', db0);
  assert.equal(reply.code, 102);
  assert.match(reply.msg ?? '', new RegExp(`${here.eni} holds it`));
  assertMovedOnly(cluster, here.eni);
  assert.equal(cluster.aws.calls('DescribeInstances'), 0);
});

test('an address that a pod only asks for is not its own', async () => {
  await using cluster = await startTwo({ fixed: {} });
  const [here, there] = cluster.members;
  assert.ok(here && there);
  await here.node.add('web', { args: `${argsOf('shop/web')};IP=${FIXED}` });
  cluster.aws.setInstanceState(DEAD, 'stopped');
  const { reply } = await there.node.call('ADD', 'web', { args: `${argsOf('shop/web')};IP=${FIXED}` });
  assert.equal(reply.code, 102);
  assert.deepEqual(cluster.aws.addresses(here.eni), [FIXED]);
});

test('nothing is taken over where the node may not ask about instances, and the error says so', async () => {
  await using cluster = await startTwo();
  const { here, there } = await withPods(cluster);
  cluster.aws.setInstanceState(DEAD, 'stopped');
  cluster.aws.fault({ kind: 'deny', action: 'DescribeInstances', times: 'always' });
  const { reply } = await there.node.call('ADD', 'db-again', db0);
  assert.equal(reply.code, 102);
  assert.match(reply.msg ?? '', /DescribeInstances: UnauthorizedOperation/);
  assertMovedOnly(cluster, here.eni);
});

test('two nodes that bring the same pod up at once get its address once', async () => {
  const three = [...interfaces, ...makeInterfaces()].slice(0, 3);
  await using cluster = await startCluster(three, {
    ipam: { ranges: [[RANGE]], fixed: { 'shop/db-0': [FIXED] }, eni: { reassign: 'stale' } },
  });
  const [dead, one, two] = cluster.members;
  assert.ok(dead && one && two);
  await dead.node.add('db', db0);
  cluster.aws.setInstanceState(DEAD, 'stopped');
  cluster.aws.latency(150);
  const replies = await Promise.all([one, two].map(({ node }) => node.call('ADD', 'db-again', db0)));
  assert.deepEqual(new Set(replies.map(({ reply }) => reply.code)), new Set([undefined, 102]));
  const winner = replies.findIndex(({ status }) => status === 0) === 0 ? one : two;
  assert.deepEqual(cluster.aws.addresses(winner.eni), [FIXED]);
  const lost = cluster.aws.mutations().filter((change) => change.lost.length > 0);
  assert.deepEqual(
    lost.map(({ eniId }) => eniId),
    [dead.eni],
    'it left the dead ENI, and none after that',
  );
});

/** When it is killed: the address is on the dead ENI, on none, or on the new one, and nobody was told. */
const moments: [action: string, how: { readonly kind: 'hang' } | { readonly kind: 'applied-then-hang' }][] = [
  ['UnassignPrivateIpAddresses', { kind: 'hang' }],
  ['UnassignPrivateIpAddresses', { kind: 'applied-then-hang' }],
  ['AssignPrivateIpAddresses', { kind: 'hang' }],
  ['AssignPrivateIpAddresses', { kind: 'applied-then-hang' }],
];
for (const [action, how] of moments) {
  test(`whoever is killed at ${action} (${how.kind}) leaves a record that the next ADD goes on with`, async () => {
    await using cluster = await startTwo();
    const { here, there, others } = await withPods(cluster);
    const { aws } = cluster;
    aws.setInstanceState(DEAD, 'stopped');
    // The first Assign is the one that EC2 refuses; the second one comes after the Unassign.
    const every = action === 'AssignPrivateIpAddresses' ? 2 : 1;
    aws.fault({ action, every, ...how });
    const { child, gone } = there.node.start('ADD', 'db-again', db0);
    await until(
      () => aws.calls(action) === every && (how.kind === 'hang' || aws.journal().at(-1)?.applied === true),
    );
    child.kill('SIGKILL');
    await gone;
    assert.deepEqual(
      there.node.reservations().map(({ address, state }) => [address, state]),
      [[FIXED, 'assigning']],
    );
    assert.deepEqual(await there.node.add('db-again', db0), [FIXED]);
    assert.deepEqual(aws.addresses(there.eni), [FIXED]);
    assert.deepEqual(aws.addresses(here.eni), others);
    await there.node.del('db-again');
    assert.deepEqual(aws.addresses(there.eni), []);
  });
}

test('the node that was dead takes nothing back when it starts again', async () => {
  await using cluster = await startTwo();
  const { here, there } = await withPods(cluster);
  cluster.aws.setInstanceState(DEAD, 'stopped');
  await there.node.add('db-again', db0);
  cluster.aws.setInstanceState(DEAD, 'running');
  await here.node.del('db');
  assert.deepEqual(cluster.aws.addresses(there.eni), [FIXED]);
  const { reply } = await here.node.call('ADD', 'db-late', db0);
  assert.equal(reply.code, 102);
  assert.match(reply.msg ?? '', new RegExp(`attached to ${OTHER}, which is running`));
});
