/** Calls whose process died: what they may still do is remembered. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { queueOf } from '../../src/eni/round.ts';
import { clearSign, mindLostCalls, setSign } from '../../src/eni/under-way.ts';
import type { Reservation } from '../../src/model.ts';
import { allReservations } from '../../src/state.ts';
import { delegation, inPrefix, NOW, onEni, opened, REF, stateOf } from '../allocator/claims.ts';
import { makeNode } from './runs.ts';

const waiting = stateOf([
  onEni('coming', '10.10.0.80', { state: 'assigning' }),
  onEni('going', '10.10.0.81', { state: 'releasing' }),
  onEni('here', '10.10.0.82'),
  onEni('elsewhere', '10.10.0.83', { state: 'assigning', eni: { ...REF, id: 'eni-0bad' } }),
]);

test('mindLostCalls() marks what the calls were about when the ENI’s last process died in the middle', async () => {
  using node = makeNode();
  await node.seed(waiting);
  setSign(REF, queueOf(waiting, REF, { listed: [] }, NOW), node.start());
  const later = onEni('later', '10.10.0.84', { state: 'assigning' });
  await node.seed(stateOf([...allReservations(waiting), later]));
  const next = node.start();
  await mindLostCalls(REF, next);
  const { reservations } = opened(next.store.read());
  const names = (marked: readonly Reservation[]) => marked.map(({ container }) => container);
  assert.deepEqual(names(reservations.filter(({ unconfirmed }) => unconfirmed)), ['coming']);
  assert.deepEqual(names(reservations.filter(({ unanswered }) => unanswered)), ['going']);
});

test('mindLostCalls() changes nothing when the last process was done', async () => {
  using node = makeNode();
  await node.seed(waiting);
  const run = node.start();
  setSign(REF, queueOf(waiting, REF, { listed: [] }, NOW), run);
  clearSign(REF, run);
  const before = run.store.read();
  await mindLostCalls(REF, run);
  assert.equal(run.store.read(), before);
});

test('mindLostCalls() remembers what was asked for and has no record any more', async () => {
  using node = makeNode();
  await node.seed(waiting);
  setSign(REF, queueOf(waiting, REF, { listed: [] }, NOW), node.start());
  await node.seed(stateOf([]));
  const next = node.start();
  await mindLostCalls(REF, next);
  const marks = next.store.read().marks.map(({ address, reason, eni }) => [address, reason, eni]);
  assert.deepEqual(marks, [['10.10.0.80', 'asked', REF.id]]);
});

test('mindLostCalls() remembers calls for prefixes, and nothing of the pods that wait for them', async () => {
  using node = makeNode();
  const [coming, going] = ['10.10.0.96/28', '10.10.0.112/28'];
  const begun = {
    ...stateOf([inPrefix('c1', '10.10.0.97', coming, { state: 'assigning' })]),
    delegations: [delegation(coming, { state: 'assigning' }), delegation(going, { state: 'releasing' })],
  };
  await node.seed(begun);
  setSign(REF, queueOf(begun, REF, { listed: [] }, NOW), node.start());
  const next = node.start();
  await mindLostCalls(REF, next);
  const { delegations, reservations, marks } = opened(next.store.read());
  assert.deepEqual(
    delegations.map(({ unconfirmed = false, unanswered = false }) => [unconfirmed, unanswered]),
    [
      [true, false],
      [false, true],
    ],
  );
  assert.deepEqual([reservations, marks], [allReservations(begun), []]);
});

test('mindLostCalls() knows after a reboot what EC2 was asked for, and what it was not', async () => {
  using node = makeNode();
  const [begun, planned] = [
    onEni('begun', '10.10.0.80', { state: 'assigning', boot: 'boot-0' }),
    onEni('planned', '10.10.0.81', { state: 'releasing', unasked: true, boot: 'boot-0' }),
  ];
  await node.seed(stateOf([begun, planned]));
  setSign(REF, queueOf(stateOf([begun]), REF, { listed: [] }, NOW), node.start());
  const next = node.start();
  await mindLostCalls(REF, next);
  const { reservations } = opened(next.store.read());
  assert.deepEqual(
    reservations.map(({ unconfirmed = false, unasked = false }) => [unconfirmed, unasked]),
    [
      [true, false],
      [false, true],
    ],
  );
});

test('mindLostCalls() passes over a sign that was never finished: no call had been made', async () => {
  using node = makeNode();
  await node.seed(waiting);
  const run = node.start();
  writeFileSync(join(run.directory, `${REF.id}.under-way`), '{"assign":["10.10');
  await mindLostCalls(REF, run);
  assert.deepEqual(allReservations(run.store.read()), allReservations(waiting));
});
