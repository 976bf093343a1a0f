/** What is over though nobody said so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Evidence, retire } from '../../src/allocator/retire.ts';
import type { Reservation, State } from '../../src/model.ts';
import { allReservations } from '../../src/state.ts';
import { delegation, EMPTY, inPrefix, NOW, onEni, opened, pod, reservation, stateOf } from './claims.ts';

const evidence = (given: Partial<Evidence> = {}): Evidence => ({
  now: NOW,
  isGone: () => true,
  concerns: () => true,
  ...given,
});
const stages = (state: State): readonly string[] => allReservations(state).map(({ state: stage }) => stage);

const GRACE_MS = 2 * 60_000;
const aPod = { pod: pod('db') };
const anAge = { since: 0 };

const cases: [title: string, one: Reservation, given: Partial<Evidence>, stage: string | undefined][] = [
  ['a container whose sandbox is gone', onEni('c1', '10.10.0.80'), {}, 'releasing'],
  ['a container without an ENI whose sandbox is gone', reservation('c1', '10.10.0.80'), {}, undefined],
  [
    'a container that may live, however old',
    onEni('c1', '10.10.0.80', anAge),
    { isGone: () => false },
    'assigned',
  ],
  ['a pod that has just gone, and may come back', onEni('c1', '10.10.0.80', aPod), {}, 'assigned'],
  [
    'a pod that is known by a name alone, and takes nothing over',
    onEni('c1', '10.10.0.80', { pod: { ...pod('db'), uid: '' } }),
    {},
    'releasing',
  ],
  [
    'a pod that went within the grace',
    onEni('c1', '10.10.0.80', { ...aPod, goneSince: NOW - GRACE_MS + 1 }),
    {},
    'assigned',
  ],
  [
    'a pod that did not come back',
    onEni('c1', '10.10.0.80', { ...aPod, goneSince: NOW - GRACE_MS }),
    {},
    'releasing',
  ],
  ['a pod that has gone, impatiently', onEni('c1', '10.10.0.80', aPod), { impatient: true }, 'releasing'],
  [
    'a pod that is seen again after all',
    onEni('c1', '10.10.0.80', { ...aPod, goneSince: 0 }),
    { isGone: () => false },
    'assigned',
  ],
  [
    'an ADD past its deadline',
    onEni('c1', '10.10.0.80', { state: 'assigning', deadline: NOW - 1 }),
    {},
    'releasing',
  ],
  [
    'an ADD at its deadline',
    onEni('c1', '10.10.0.80', { state: 'assigning', deadline: NOW }),
    {},
    'assigning',
  ],
  [
    'a refusal that nobody has read',
    onEni('c1', '10.10.0.80', { state: 'refused', deadline: NOW - 1 }),
    {},
    undefined,
  ],
  [
    'a refusal that may still be read',
    onEni('c1', '10.10.0.80', { state: 'refused', deadline: NOW }),
    {},
    'refused',
  ],
  ['what is being released', onEni('c1', '10.10.0.80', { state: 'releasing', ...anAge }), {}, 'releasing'],
  ['what it is not about', onEni('c1', '10.10.0.80'), { concerns: () => false }, 'assigned'],
];
for (const [title, one, given, stage] of cases) {
  test(`retire() leaves ${stage ?? 'nothing'} of ${title}`, () => {
    assert.deepEqual(stages(retire(stateOf([one]), evidence(given))), stage === undefined ? [] : [stage]);
  });
}

test('retire() notes when a pod was first seen to be gone, and does not note it again', () => {
  const first = retire(stateOf([onEni('c1', '10.10.0.80', aPod)]), evidence());
  assert.equal(allReservations(first)[0]?.goneSince, NOW);
  assert.equal(retire(first, evidence({ now: NOW + 1 })), first);
});

test('retire() is the same state when nothing is over, so that nothing is committed', () => {
  const state = stateOf([onEni('c1', '10.10.0.80')]);
  assert.equal(retire(state, evidence({ isGone: () => false })), state);
  assert.equal(retire(EMPTY, evidence()), EMPTY);
});

test('retire() waits anew for a pod that was wrongly seen to be gone', () => {
  const seen = (state: State, now: number, gone: boolean) =>
    retire(state, { now, isGone: () => gone, concerns: () => true });
  let state = seen(stateOf([onEni('c1', '10.10.0.80', { pod: pod('db') })]), NOW, true);
  state = seen(state, NOW + 1000, false);
  state = seen(state, NOW + 3_600_000, true);
  assert.equal(allReservations(state)[0]?.state, 'assigned');
});

test('retire() gives back a prefix whose last pod is gone, and none that it was not to look at', () => {
  const [here, there] = ['10.10.0.96/28', '10.10.0.112/28'];
  const state: State = {
    ...stateOf([inPrefix('c1', '10.10.0.97', here)]),
    delegations: [here, there].map((prefix) => delegation(prefix, { spare: 0 })),
  };
  const concerns: Evidence['concerns'] = ({ address }) => address !== there;
  const { delegations, reservations } = opened(retire(state, evidence({ concerns })));
  assert.deepEqual(
    delegations.map((one) => one.state),
    ['releasing', 'assigned'],
  );
  assert.deepEqual(reservations, []);
});
