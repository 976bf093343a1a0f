/** Taking a pod's own addresses over: from ENIs that are out of use, and from nobody else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellTakeOvers } from '../../src/eni/reassign-stale.ts';
import { applyReport } from '../../src/eni/report.ts';
import { callEc2, queueOf, type RoundReport } from '../../src/eni/round.ts';
import type { Reservation } from '../../src/model.ts';
import { NOW, onEni, opened, PRIMARY, REF, stateOf } from '../allocator/claims.ts';
import { FakeCloud, NEIGHBOUR, NEIGHBOUR_INSTANCE, NEIGHBOUR_PRIMARY } from './fake-cloud.ts';

const OWN = '10.10.0.90';
const OTHER = '10.10.0.91';
const begun = (address: string, given: Partial<Reservation> = {}) =>
  onEni(`of ${address}`, address, { state: 'assigning', deadline: NOW + 30_000, ...given });
const owned = (address: string) => begun(address, { reassign: 'stale' });

const roundFor = (cloud: FakeCloud, ...reservations: readonly Reservation[]): Promise<RoundReport> =>
  callEc2(cloud, REF, queueOf(stateOf(reservations), REF, { listed: [] }, NOW));

const outcomeOf = ({ assigned }: RoundReport, address = OWN) => assigned.outcomes.get(address);
function verdictOf(report: RoundReport, address = OWN) {
  const outcome = outcomeOf(report, address);
  assert.ok(outcome?.kind === 'refused', outcome?.kind);
  assert.equal(outcome.verdict.kind, 'address-taken');
  return outcome.verdict.message;
}
const actionsOf = (cloud: FakeCloud) => cloud.calls.map(([action]) => action);

/** A neighbour that holds the addresses and whose instance is stopped. */
function stopped(...held: readonly string[]): FakeCloud {
  const cloud = new FakeCloud({ neighbours: held });
  cloud.setNeighbour('stopped');
  return cloud;
}

test('reassignStale() takes a pod’s own address from an ENI whose instance is stopped', async () => {
  const cloud = stopped(OWN, OTHER);
  const report = await roundFor(cloud, owned(OWN));
  assert.deepEqual(outcomeOf(report), { kind: 'held', from: NEIGHBOUR });
  assert.deepEqual(cloud.own, [OWN]);
  assert.deepEqual(cloud.held(NEIGHBOUR), [OTHER], 'nothing else is touched');
  assert.deepEqual(actionsOf(cloud), ['assign', 'describe', 'describe', 'instances', 'unassign', 'assign']);
});

test('reassignStale() takes it from an ENI that is attached to nothing', async () => {
  const cloud = new FakeCloud({ neighbours: [OWN] });
  cloud.detachNeighbour();
  assert.equal(outcomeOf(await roundFor(cloud, owned(OWN)))?.kind, 'held');
  assert.equal(cloud.count('instances'), 0);
});

test('reassignStale() takes an IPv6 address over, too', async () => {
  const address = '2600:1f14:abc:1200::90';
  const cloud = new FakeCloud({ neighboursIpv6: [address] });
  cloud.setNeighbour('stopped');
  assert.equal(outcomeOf(await roundFor(cloud, owned(address)), address)?.kind, 'held');
  assert.deepEqual([cloud.own, cloud.held(NEIGHBOUR)], [[address], []]);
});

for (const state of ['running', 'pending', 'stopping', 'shutting-down'] as const) {
  test(`reassignStale() leaves an address where it is while the instance is ${state}, and says whose it is`, async () => {
    const cloud = new FakeCloud({ neighbours: [OWN] });
    cloud.setNeighbour(state);
    const message = verdictOf(await roundFor(cloud, owned(OWN)));
    assert.equal(
      message,
      `cannot take ${OWN} over from ${NEIGHBOUR} for ${REF.id}: it is attached to ${NEIGHBOUR_INSTANCE}, which is ${state}`,
    );
    assert.deepEqual(cloud.held(NEIGHBOUR), [OWN]);
    assert.equal(cloud.count('unassign'), 0);
  });
}

test('reassignStale() leaves a hibernated instance its addresses', async () => {
  const cloud = stopped(OWN);
  cloud.hibernates = true;
  assert.match(verdictOf(await roundFor(cloud, owned(OWN))), /may wake from hibernation$/);
  assert.deepEqual(cloud.held(NEIGHBOUR), [OWN]);
});

test('reassignStale() is for addresses that are the pod’s own, one by one: others of the batch stay where they are', async () => {
  const cloud = stopped(OWN, OTHER);
  const report = await roundFor(cloud, begun(OTHER), owned(OWN), begun('10.10.0.92'));
  assert.equal(outcomeOf(report)?.kind, 'held');
  assert.match(verdictOf(report, OTHER), /eni-00000000000000003 holds it/);
  assert.equal(outcomeOf(report, '10.10.0.92')?.kind, 'held');
  assert.deepEqual(cloud.held(NEIGHBOUR), [OTHER]);
});

test('reassignStale() costs one Unassign and one Assign for all that a dead node leaves', async () => {
  const all = Array.from({ length: 12 }, (_, place) => `10.10.0.${90 + place}`);
  const cloud = stopped(...all);
  const report = await roundFor(cloud, ...all.map(owned));
  assert.ok(all.every((address) => outcomeOf(report, address)?.kind === 'held'));
  assert.equal(cloud.calls.length, 6);
});

test('reassignStale() never takes a primary address', async () => {
  const cloud = stopped();
  const message = verdictOf(await roundFor(cloud, owned(NEIGHBOUR_PRIMARY)), NEIGHBOUR_PRIMARY);
  assert.match(message, /it is no secondary address there$/);
  assert.equal(cloud.count('unassign'), 0);
});

test('reassignStale() has nothing to take over from our own ENI', async () => {
  const cloud = stopped();
  assert.match(verdictOf(await roundFor(cloud, owned(PRIMARY)), PRIMARY), /eni-00000000000000002 holds it/);
  assert.equal(cloud.count('instances'), 0);
});

test('reassignStale() takes nothing from an ENI that got the address a moment ago, though the account lags behind', async () => {
  const cloud = stopped(OWN);
  cloud.lag();
  cloud.takeElsewhere(NEIGHBOUR, OWN);
  cloud.assignElsewhere('eni-00000000000000001', OWN);
  const report = await roundFor(cloud, owned(OWN));
  assert.equal(outcomeOf(report)?.kind, 'refused');
  assert.deepEqual(cloud.held('eni-00000000000000001'), [OWN], 'it stays with who has it by now');
});

test('reassignStale() of two nodes at the same time gives the address to one of them, and takes it from neither', async () => {
  const cloud = stopped(OWN);
  // The other node is as far as this one, and a step ahead each time.
  cloud.during = async (action) => {
    if (action !== 'unassign' || !cloud.held(NEIGHBOUR).includes(OWN)) return;
    cloud.takeElsewhere(NEIGHBOUR, OWN);
    cloud.assignElsewhere('eni-00000000000000001', OWN);
  };
  const report = await roundFor(cloud, owned(OWN));
  assert.equal(outcomeOf(report)?.kind, 'refused');
  assert.deepEqual([cloud.own, cloud.held('eni-00000000000000001')], [[], [OWN]]);
});

test('reassignStale() gets what somebody has taken off the dead ENI already', async () => {
  const cloud = stopped(OWN);
  cloud.during = async (action) => {
    if (action === 'unassign' && cloud.held(NEIGHBOUR).includes(OWN)) cloud.takeElsewhere(NEIGHBOUR, OWN);
  };
  assert.equal(outcomeOf(await roundFor(cloud, owned(OWN)))?.kind, 'held');
});

for (const action of ['describe', 'instances', 'unassign'] as const) {
  test(`reassignStale() takes nothing over when the node is not allowed to ${action}, and says so`, async () => {
    const cloud = stopped(OWN);
    cloud.fail(action, 'denied');
    assert.match(
      verdictOf(await roundFor(cloud, owned(OWN))),
      action === 'describe'
        ? /move is not allowed\.; it is not taken over, as EC2 does not tell which ENI has it/
        : /UnauthorizedOperation/,
    );
    assert.deepEqual(cloud.held(NEIGHBOUR), [OWN]);
  });
}

for (const action of ['instances', 'unassign'] as const) {
  test(`reassignStale() asks again when EC2 does not answer to ${action}, and leaves no doubt about our own ENI`, async () => {
    const cloud = stopped(OWN);
    cloud.fail(action, 'lost', 1);
    const report = await roundFor(cloud, owned(OWN));
    assert.equal(outcomeOf(report)?.kind, 'unanswered');
    const { reservations } = opened(applyReport(stateOf([owned(OWN)]), REF, report, NOW + 1));
    assert.deepEqual(reservations, [owned(OWN)], 'it was never on our ENI');
    assert.equal(outcomeOf(await roundFor(cloud, owned(OWN)))?.kind, 'held');
  });
}

test('reassignStale() finds the address free when the other ENI is gone by then', async () => {
  const cloud = stopped(OWN);
  cloud.during = async (action) => {
    if (action === 'instances') cloud.removeNeighbour();
  };
  assert.equal(outcomeOf(await roundFor(cloud, owned(OWN)))?.kind, 'held');
});

test('applyReport() forgets the leave to take over once the address is there, and marks it as nobody else’s', async () => {
  const cloud = stopped(OWN, OTHER);
  const report = await roundFor(cloud, owned(OWN));
  const { reservations, marks } = opened(applyReport(stateOf([owned(OWN)]), REF, report, NOW + 1));
  assert.deepEqual(
    reservations.map(({ state, reassign }) => [state, reassign]),
    [['assigned', undefined]],
  );
  assert.ok(!marks.some(({ address }) => address === OWN));
});

test('tellTakeOvers() tells what was taken over, and why a pod does not get its own address', async () => {
  const cloud = stopped(OWN);
  const lines: string[] = [];
  const note =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}): number =>
      lines.push(`${level}: ${message} ${JSON.stringify(fields)}`);
  const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  tellTakeOvers([owned(OWN)], (await roundFor(cloud, owned(OWN))).assigned, log);
  cloud.setNeighbour('running');
  cloud.assignElsewhere(NEIGHBOUR, OTHER);
  const all = [owned(OTHER), begun('10.10.0.92')];
  tellTakeOvers(all, (await roundFor(cloud, ...all)).assigned, log);
  assert.deepEqual(lines, [
    `warn: an address was taken over from an ENI that is out of use {"address":"${OWN}","from":"${NEIGHBOUR}"}`,
    `info: a pod does not get its own address {"address":"${OTHER}","reason":"cannot take ${OTHER} over from ` +
      `${NEIGHBOUR} for ${REF.id}: it is attached to ${NEIGHBOUR_INSTANCE}, which is running"}`,
  ]);
});
