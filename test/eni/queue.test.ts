/** Group commit at an ENI: processes share calls, and a fault is told to those whom it concerns. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle, type Wait } from '../../src/eni/queue.ts';
import type { Reservation } from '../../src/model.ts';
import type { Run } from '../../src/run.ts';
import { allReservations, heldBy } from '../../src/state.ts';
import { tryLock } from '../../src/store/lock.ts';
import { attachment, onEni, REF, stateOf } from '../allocator/claims.ts';
import { FakeCloud } from './fake-cloud.ts';
import { FakeWorld } from './fake-world.ts';
import { makeNode } from './runs.ts';

const waits = (container: string, state: Wait['state']): Wait => ({
  concerns: heldBy(attachment(container)),
  state,
});

function settleWith(cloud: FakeCloud, run: Run, wait: Wait): Promise<void> {
  return settle(REF, wait, async () => cloud, run);
}

const stages = (run: Run): readonly string[] => allReservations(run.store.read()).map(({ state }) => state);
const many = (state: Reservation['state'], count = 20): readonly Reservation[] =>
  Array.from({ length: count }, (_, place) => onEni(`c${place}`, `10.10.0.${place + 80}`, { state }));

test('settle() opens no cloud when nothing is pending', async () => {
  using node = makeNode();
  await node.seed(stateOf([onEni('c1', '10.10.0.80')]));
  await settle(REF, waits('c1', 'assigning'), () => Promise.reject(new Error('opened')), node.start());
});

test('settle() makes one call for a lone pod, without a pause', async () => {
  using node = makeNode();
  await node.seed(stateOf(many('assigning', 1)));
  const cloud = new FakeCloud();
  const run = node.start();
  await settleWith(cloud, run, waits('c0', 'assigning'));
  assert.deepEqual(stages(run), ['assigned']);
  assert.deepEqual(cloud.calls, [['assign', '10.10.0.80']]);
  assert.equal(run.world.elapsed(), 0);
});

for (const [stage, action] of [
  ['assigning', 'assign'],
  ['releasing', 'unassign'],
] as const) {
  test(`settle() serves twenty processes that wait for ${stage} with one call`, async () => {
    using node = makeNode();
    const all = many(stage);
    await node.seed(stateOf(all));
    const cloud = new FakeCloud({ own: stage === 'releasing' ? all.map(({ address }) => address) : [] });
    await Promise.all(all.map(({ container }) => settleWith(cloud, node.start(), waits(container, stage))));
    assert.equal(cloud.calls.length, 1);
    assert.equal(cloud.count(action), 1);
    assert.deepEqual(stages(node.start()), stage === 'assigning' ? all.map(() => 'assigned') : []);
  });
}

test('settle() serves those who come while EC2 is being called with one more call', async () => {
  using node = makeNode();
  const [first, ...late] = many('assigning', 6);
  assert.ok(first);
  await node.seed(stateOf([first]));
  const cloud = new FakeCloud();
  const others: Promise<void>[] = [];
  cloud.during = async () => {
    if (others.length > 0) return;
    await node.seed(stateOf([first, ...late]));
    others.push(
      ...late.map(({ container }) => settleWith(cloud, node.start(), waits(container, 'assigning'))),
    );
  };
  await settleWith(cloud, node.start(), waits(first.container, 'assigning'));
  await Promise.all(others);
  assert.equal(cloud.count('assign'), 2);
  assert.equal(stages(node.start()).filter((stage) => stage === 'assigned').length, 6);
});

test('settle() gives up at the deadline when EC2 does not answer, and leaves the intent on disk', async () => {
  using node = makeNode();
  await node.seed(stateOf(many('assigning', 1)));
  const cloud = new FakeCloud();
  cloud.fail('assign', 'unreachable');
  const run = node.start(undefined, 30);
  await assert.rejects(settleWith(cloud, run, waits('c0', 'assigning')), {
    kind: 'try-again',
    message:
      /^cannot assign 10\.10\.0\.80 to eni-00000000000000002 in time: AssignPrivateIpAddresses: ECONNREFUSED/,
  });
  assert.deepEqual(stages(run), ['assigning']);
  assert.ok(run.world.elapsed() <= 30_000, 'within the deadline');
  assert.ok(
    cloud.calls.length > 3 && cloud.calls.length < 20,
    `${cloud.calls.length} calls, with growing pauses`,
  );
});

test('settle() gives up after one call without an answer when it is told to', async () => {
  using node = makeNode();
  await node.seed(stateOf(many('releasing', 1)));
  const cloud = new FakeCloud();
  cloud.fail('unassign', 'unreachable');
  const run = node.start(undefined, 30);
  await assert.rejects(settleWith(cloud, run, { ...waits('c0', 'releasing'), once: true }), {
    kind: 'try-again',
  });
  assert.equal(cloud.calls.length, 1);
});

for (const fault of ['unreachable', 'lost'] as const) {
  test(`settle() asks again when EC2 was ${fault}`, async () => {
    using node = makeNode();
    await node.seed(stateOf([...many('assigning', 2), onEni('c9', '10.10.0.99', { state: 'releasing' })]));
    const cloud = new FakeCloud({ own: ['10.10.0.99'] });
    cloud.fail('assign', fault, 2);
    cloud.fail('unassign', fault, 1);
    const run = node.start(undefined, 30);
    await settleWith(cloud, run, waits('c0', 'assigning'));
    assert.deepEqual(stages(run), ['assigned', 'assigned']);
    assert.deepEqual(cloud.own.toSorted(), ['10.10.0.80', '10.10.0.81']);
  });
}

test('settle() returns when EC2 has refused: the verdict is in the state', async () => {
  using node = makeNode();
  await node.seed(stateOf(many('assigning', 3)));
  const cloud = new FakeCloud({ neighbours: ['10.10.0.80'] });
  const run = node.start();
  await settleWith(cloud, run, waits('c0', 'assigning'));
  assert.deepEqual(stages(run), ['refused', 'assigned', 'assigned']);
});

test('settle() tells a denied release to its owner, and to nobody else', async () => {
  using node = makeNode();
  await node.seed(stateOf([onEni('c1', '10.10.0.81', { state: 'releasing' }), ...many('assigning', 1)]));
  const cloud = new FakeCloud({ own: ['10.10.0.81'] });
  cloud.fail('unassign', 'denied');
  const run = node.start(undefined, 30);
  await settleWith(cloud, run, waits('c0', 'assigning'));
  assert.deepEqual(stages(run), ['releasing', 'assigned']);
  await assert.rejects(settleWith(cloud, run, waits('c1', 'releasing')), {
    kind: 'denied',
    message:
      /^cannot take 10\.10\.0\.81 off eni-00000000000000002: UnassignPrivateIpAddresses: UnauthorizedOperation/,
  });
});

test('settle() gives up at the deadline when it never got a turn', async () => {
  using node = makeNode();
  await node.seed(stateOf(many('assigning', 1)));
  const world = new FakeWorld();
  const run = node.start(world, 30);
  await using other = await tryLock(run.directory, REF.id, world.now());
  assert.ok(other?.held);
  await world.sleep(30_000);
  await assert.rejects(settleWith(new FakeCloud(), run, waits('c0', 'assigning')), {
    kind: 'try-again',
    message: 'cannot assign 10.10.0.80 to eni-00000000000000002 within 30 s',
  });
});

test('settle() ends its turn when a bug comes up, so that the next process gets one', async () => {
  using node = makeNode();
  await node.seed(stateOf(many('assigning', 2)));
  const cloud = new FakeCloud();
  cloud.during = () => Promise.reject(new TypeError('x is not a function'));
  await assert.rejects(settleWith(cloud, node.start(), waits('c0', 'assigning')), TypeError);
  await assert.rejects(
    settle(REF, waits('c0', 'assigning'), () => Promise.reject(new RangeError('no SDK')), node.start()),
    RangeError,
  );
  await settleWith(new FakeCloud(), node.start(), waits('c1', 'assigning'));
  assert.deepEqual(stages(node.start()), ['assigned', 'assigned']);
});
