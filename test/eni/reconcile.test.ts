/** Reconciling a node: records and ENIs come together, or are left alone and told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ReconcileOptions, reconcile } from '../../src/eni/reconcile.ts';
import type { State } from '../../src/model.ts';
import { allReservations } from '../../src/state.ts';
import { mark, NOW, onEni, pod, REF, reservation, stateOf } from '../allocator/claims.ts';
import { FakeCloud } from './fake-cloud.ts';
import { FakeWorld } from './fake-world.ts';
import { makeNode } from './runs.ts';

const rebooted = new FakeWorld();
rebooted.bootId = () => 'boot-2';

/** A long time ago. */
const old = { since: 0 };
/** What one finds on a node of long standing: a bit of everything. */
const everything: State = {
  ...stateOf(
    [
      onEni('lives', '10.10.0.80', { ...old, boot: '' }),
      onEni('robbed', '10.10.0.81', { ...old, boot: '' }),
      onEni('gone', '10.10.0.82', { ...old, pod: pod('db') }),
      onEni('killed', '10.10.0.83', { ...old, boot: '', state: 'assigning', deadline: 1, unconfirmed: true }),
      onEni('leaving', '10.10.0.84', { ...old, boot: '', state: 'releasing' }),
      reservation('local', '10.20.0.2', old),
    ],
    [mark('10.10.0.85', { reason: 'asked', eni: REF.id, until: NOW * 2 })],
  ),
  networks: { pods: { eni: REF, ranges: ['10.10.0.80-10.10.0.89'] } },
};
const onTheEni = [
  '10.10.0.80',
  '10.10.0.82',
  '10.10.0.83',
  '10.10.0.84',
  '10.10.0.85',
  '10.10.0.86',
  '10.10.0.99',
];

async function run(options: Partial<ReconcileOptions>, cloud = new FakeCloud({ own: onTheEni })) {
  using node = makeNode();
  await node.seed(everything);
  const process = node.start(rebooted);
  const all = await reconcile({ dryRun: false, orphans: false, ...options }, async () => cloud, process);
  return {
    results: all.map(({ action, address, result }) => `${action} ${address}: ${result}`).toSorted(),
    own: cloud.own.toSorted(),
    cloud,
    left: allReservations(process.store.read()).map(({ container }) => container),
  };
}

test('reconcile() repairs what is over, gives back what was lost, and reports what it does not know', async () => {
  const { results, own, left } = await run({});
  assert.deepEqual(results, [
    'assign 10.10.0.81: done',
    'release 10.10.0.82: done',
    'release 10.10.0.83: done',
    'release 10.10.0.84: done',
    'release 10.20.0.2: done',
    'report 10.10.0.86: found',
    'take off 10.10.0.85: done',
  ]);
  assert.deepEqual(own, ['10.10.0.80', '10.10.0.81', '10.10.0.86', '10.10.0.99']);
  assert.deepEqual(left, ['lives', 'robbed']);
});

test('reconcile() takes orphans off when people say so, but nothing outside the ranges', async () => {
  const { own } = await run({ orphans: true });
  assert.deepEqual(own, ['10.10.0.80', '10.10.0.81', '10.10.0.99']);
});

test('reconcile() changes nothing in a dry run', async () => {
  const { results, own, left, cloud } = await run({ dryRun: true, orphans: true });
  assert.ok(results.length === 7 && results.every((line) => line.endsWith(': found')), results.join('\n'));
  assert.deepEqual(own, onTheEni);
  assert.equal(left.length, allReservations(everything).length);
  assert.deepEqual([cloud.count('assign'), cloud.count('unassign')], [0, 0]);
});

test('reconcile() finds nothing to do the second time', async () => {
  using node = makeNode();
  await node.seed(everything);
  const cloud = new FakeCloud({ own: onTheEni });
  const again = () => reconcile({ dryRun: false, orphans: true }, async () => cloud, node.start(rebooted));
  await again();
  assert.deepEqual(await again(), []);
});

test('reconcile() tells what failed, and loses no record over it', async () => {
  const cloud = new FakeCloud({ own: onTheEni });
  cloud.fail('unassign', 'denied');
  const { results, left, own } = await run({}, cloud);
  assert.ok(
    results.includes('release 10.10.0.84: failed') && results.includes('take off 10.10.0.85: failed'),
  );
  assert.ok(results.includes('assign 10.10.0.81: done'), 'one fault hides no other work');
  assert.deepEqual(left, ['lives', 'robbed', 'gone', 'killed', 'leaving']);
  assert.ok(own.includes('10.10.0.84'));
});

test('reconcile() says that an ENI could not be looked at', async () => {
  const cloud = new FakeCloud({ own: onTheEni });
  cloud.fail('describe', 'unreachable');
  const { results, left } = await run({}, cloud);
  assert.deepEqual(results, ['release 10.20.0.2: done', 'report -: failed']);
  assert.equal(left.length, 5);
});

test('reconcile() forgets what was on an ENI that is gone, and keeps pods that may live', async () => {
  const cloud = new FakeCloud({ own: onTheEni });
  cloud.removeEni();
  const { left, results } = await run({}, cloud);
  assert.deepEqual(left, ['lives', 'robbed']);
  assert.ok(results.includes('report 10.10.0.80: found'));
});
