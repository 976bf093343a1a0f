/** Calls whose process died: what they may still do is remembered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queueOf } from '../../src/eni/round.ts';
import { clearSign, mindLostCalls, setSign } from '../../src/eni/under-way.ts';
import type { Reservation } from '../../src/model.ts';
import { NOW, onEni, REF, stateOf } from '../allocator/claims.ts';
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
  await node.seed(stateOf([...waiting.reservations, later]));
  const next = node.start();
  await mindLostCalls(REF, next);
  const { reservations } = next.store.read();
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
