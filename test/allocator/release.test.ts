/** What becomes of an attachment's reservations, and what is remembered of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { giveUp, planRelease, traces } from '../../src/allocator/release.ts';
import type { Reservation } from '../../src/model.ts';
import { allReservations } from '../../src/state.ts';
import { attachment, EMPTY, mark, NOW, onEni, opened, REF, reservation, stateOf } from './claims.ts';

const LATER = NOW + 5000;

test('planRelease() keeps an address on an ENI as `releasing`, until EC2 has answered', () => {
  const state = planRelease(stateOf([onEni('c1', '10.10.0.80')]), attachment('c1'), LATER);
  const leaving = onEni('c1', '10.10.0.80', { state: 'releasing', since: LATER });
  assert.deepEqual(opened(state), opened(stateOf([leaving])));
});

test('planRelease() tells what EC2 was never asked for from what may still land', () => {
  const begun = onEni('c1', '10.10.0.80', { state: 'assigning', deadline: NOW + 30_000 });
  const left = (one: Reservation) => allReservations(planRelease(stateOf([one]), attachment('c1'), LATER))[0];
  const released = { state: 'releasing', since: LATER } as const;
  assert.deepEqual(left(begun), onEni('c1', '10.10.0.80', { ...released, unasked: true }));
  assert.deepEqual(left({ ...begun, reassign: 'stale' }), left(begun), 'nothing is taken over any more');
  assert.deepEqual(
    left({ ...begun, unconfirmed: true }),
    onEni('c1', '10.10.0.80', { ...released, unconfirmed: true }),
  );
});

test('traces() of what EC2 was never asked for are none', () => {
  assert.deepEqual(traces(onEni('c1', '10.10.0.80', { state: 'releasing', unasked: true }), LATER), []);
});

test('planRelease() frees an address without an ENI at once, but for its cooldown', () => {
  const state = stateOf([
    reservation('c1', '10.10.0.80', { cooldown: 30_000 }),
    reservation('c2', '10.10.0.81'),
  ]);
  assert.deepEqual(planRelease(state, attachment('c1'), LATER), {
    ...stateOf([reservation('c2', '10.10.0.81')]),
    marks: [
      {
        scope: 'network pods',
        address: '10.10.0.80',
        reason: 'released',
        since: LATER,
        until: LATER + 30_000,
      },
    ],
  });
  assert.deepEqual(planRelease(state, attachment('c2'), LATER).marks, [], 'no cooldown, no mark');
});

test('planRelease() forgets what EC2 refused', () => {
  const refused = onEni('c1', '10.10.0.80', { state: 'refused' });
  assert.deepEqual(planRelease(stateOf([refused]), attachment('c1'), LATER), EMPTY);
});

test('planRelease() touches nobody else, and starts no release anew', () => {
  const releasing = onEni('c1', '10.10.0.80', { state: 'releasing' });
  const others = [
    onEni('c2', '10.10.0.81'),
    onEni('c1', '10.10.0.82', { network: 'other' }),
    onEni('c1', '10.10.0.83', { interface: 'net2' }),
  ];
  const state = stateOf([releasing, ...others]);
  assert.equal(planRelease(state, attachment('c1'), LATER), state);
  assert.equal(planRelease(state, attachment('unknown'), LATER), state);
});

test('planRelease() releases the selected part alone', () => {
  const state = stateOf([onEni('c1', '10.10.0.80'), onEni('c1', '10.10.0.85', { set: 1 })]);
  const next = planRelease(state, attachment('c1'), LATER, ({ set }) => set === 1);
  assert.deepEqual(
    allReservations(next).map(({ state: stage }) => stage),
    ['assigned', 'releasing'],
  );
});

test('giveUp() releases whatever is selected, whoever has it', () => {
  const state = stateOf([onEni('c1', '10.10.0.80'), onEni('c2', '10.10.0.81')]);
  const next = giveUp(state, LATER, () => true);
  assert.ok(allReservations(next).every(({ state: stage }) => stage === 'releasing'));
});

test('traces() explains an address to those who read a list that lags', () => {
  const about = { eni: REF.id, since: LATER };
  assert.deepEqual(traces(onEni('c1', '10.10.0.80'), LATER), [
    mark('10.10.0.80', { ...about, until: LATER + 60_000 }),
  ]);
  assert.deepEqual(traces(onEni('c1', '10.10.0.80', { cooldown: 90_000 }), LATER), [
    mark('10.10.0.80', { ...about, until: LATER + 90_000 }),
  ]);
});

test('traces() remembers calls that may still land', () => {
  const reasons = (given: Parameters<typeof onEni>[2]) =>
    traces(onEni('c1', '10.10.0.80', given), LATER).map(({ reason, until }) => [reason, until - LATER]);
  assert.deepEqual(reasons({ unconfirmed: true }), [['asked', 3_600_000]]);
  assert.deepEqual(reasons({ unanswered: true }), [
    ['released', 60_000],
    ['unsettled', 60_000],
  ]);
});
