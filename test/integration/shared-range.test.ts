/** Nodes that share a range: EC2 arbitrates, nothing is stolen, and a taken address costs little. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cluster, SUBNET, startCluster } from './cluster.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = [...makeInterfaces(), ...makeInterfaces()].slice(0, 3);
const RANGE = { subnet: '10.10.0.0/24', rangeStart: '10.10.0.40', rangeEnd: '10.10.0.249' };

/** So many pods on every node at the same time; answers all addresses. */
async function addEverywhere({ members }: Cluster, pods: number): Promise<readonly string[]> {
  const given = await Promise.all(
    members.flatMap(({ node }, place) =>
      Array.from({ length: pods }, (_, pod) => node.add(`node${place}-pod${pod}`)),
    ),
  );
  return given.flat();
}

function assertNothingStolen({ aws }: Cluster): void {
  assert.ok(aws.journal().every(({ allowReassignment }) => !allowReassignment));
}

for (const order of ['sequential', 'reverse', 'spread']) {
  test(`three nodes, eight pods each, all at once, in ${order} order: few calls, every address once`, async (t) => {
    await using cluster = await startCluster(interfaces, { ipam: { ranges: [[RANGE]], order } });
    cluster.aws.latency(100);
    const given = await addEverywhere(cluster, 8);
    assert.equal(new Set(given).size, 24);
    const onEnis = cluster.members.flatMap(({ eni }) => cluster.aws.addresses(eni));
    assert.deepEqual(onEnis.toSorted(), given.toSorted());
    assertNothingStolen(cluster);
    t.diagnostic(`${cluster.aws.calls()} calls for 24 ADDs`);
    assert.ok(cluster.aws.calls() <= 2.2 * 24, `${cluster.aws.calls()} calls`);
  });
}

/** Two hundred addresses from the start of the range, in the hands of four ENIs of somebody else. */
const strangers = Array.from({ length: 4 }, (_, place) => ({
  id: `eni-0000000000000010${place}`,
  subnetId: SUBNET,
  primary: `10.10.0.${250 + place}`,
  secondaries: Array.from({ length: 50 }, (_unused, pod) => `10.10.0.${40 + place * 50 + pod}`),
}));

test('a node that joins a range of which two hundred are taken needs three calls at most', async () => {
  const [first] = interfaces;
  assert.ok(first);
  await using cluster = await startCluster([first], { ipam: { ranges: [[RANGE]] }, strangers });
  const [member] = cluster.members;
  assert.ok(member);
  assert.deepEqual(await member.node.add('joins'), ['10.10.0.240']);
  assert.ok(cluster.aws.calls() <= 3, `${cluster.aws.calls()} calls`);
  cluster.aws.clearJournal();
  assert.deepEqual(await member.node.add('next'), ['10.10.0.241']);
  assert.equal(cluster.aws.calls(), 1, 'what was learned is remembered');
  assertNothingStolen(cluster);
});

test('without leave to ask who holds what, a taken address is still got round', async () => {
  const [first] = interfaces;
  assert.ok(first);
  await using cluster = await startCluster([first], {
    ipam: { ranges: [[RANGE]] },
    strangers: strangers.slice(0, 1).map((eni) => ({ ...eni, secondaries: eni.secondaries.slice(0, 3) })),
  });
  cluster.aws.fault({ kind: 'deny', action: 'DescribeNetworkInterfaces', times: 'always' });
  assert.deepEqual(await cluster.members[0]?.node.add('asks-nobody'), ['10.10.0.43']);
});

test('one definition serves every zone: each node uses the ranges inside its subnet', async () => {
  const range = (zone: number) => ({
    subnet: `10.10.${zone}.0/24`,
    rangeStart: `10.10.${zone}.80`,
    rangeEnd: `10.10.${zone}.99`,
  });
  await using cluster = await startCluster(interfaces, {
    cidrs: ['10.10.0.0/24', '10.10.1.0/24', '10.10.2.0/24'],
    ipam: { ranges: [[range(0), range(1), range(2)]] },
  });
  assert.deepEqual(await addEverywhere(cluster, 1), ['10.10.0.80', '10.10.1.80', '10.10.2.80']);
});

test('nodes that spread over a range do not run into one another', async () => {
  await using cluster = await startCluster(interfaces, { ipam: { ranges: [[RANGE]], order: 'spread' } });
  for (const { node } of cluster.members) await node.add('first');
  assert.equal(cluster.aws.calls(), 3);
});

test('`exclude` spares addresses, CIDRs and spans', async () => {
  const [first] = interfaces;
  assert.ok(first);
  const exclude = ['10.10.0.40', '10.10.0.41-10.10.0.47', '10.10.0.48/28'];
  await using cluster = await startCluster([first], { ipam: { ranges: [[{ ...RANGE, exclude }]] } });
  assert.deepEqual(await cluster.members[0]?.node.add('spared'), ['10.10.0.64']);
});
