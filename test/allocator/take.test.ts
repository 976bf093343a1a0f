/** Which address is chosen, and which never. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Claim } from '../../src/allocator/claim.ts';
import { wholeSets } from '../../src/allocator/subnet.ts';
import { take } from '../../src/allocator/take.ts';
import { readRangeSets } from '../../src/config/ranges.ts';
import { Failure, type FailureKind } from '../../src/errors.ts';
import type { Mark, Reservation, State } from '../../src/model.ts';
import { allReservations } from '../../src/state.ts';
import { address } from '../net/literals.ts';
import {
  addressesOf,
  claim,
  claimOnEni,
  EMPTY,
  ENI,
  mark,
  NOW,
  onEni,
  opened,
  reservation,
  spansOnEni,
  stateOf,
  subnets,
} from './claims.ts';

function taken(state: State, claimed: Claim): State {
  const next = take(state, claimed, claimed.sets, NOW);
  if (next instanceof Failure) throw next;
  return next;
}

const wish = (text: string) => ({ requested: new Map([[0, address(text)]]) });

test('take() remembers the last address of each network and set', () => {
  const sets = spansOnEni('80-84', '85-89');
  const { cursors } = taken({ ...EMPTY, cursors: { 'other/0': '10.9.9.9' } }, claimOnEni('c1', { sets }));
  assert.deepEqual(cursors, { 'other/0': '10.9.9.9', 'pods/0': '10.10.0.80', 'pods/1': '10.10.0.85' });
});

test('take() goes round: a released address is the last to come back', () => {
  const sets = subnets('10.0.0.0/29');
  const [first, second] = ['10.0.0.2', '10.0.0.3'].map((text, index) => reservation(`c${index}`, text));
  assert.ok(first && second);
  const state = { ...stateOf([second]), cursors: { 'pods/0': second.address } };
  assert.deepEqual(addressesOf(taken(state, claim('c9', { sets }))).slice(1), ['10.0.0.4']);
});

test('take() of the order "reverse" comes from the end, and from there again', () => {
  const first = taken(EMPTY, claimOnEni('c1', { order: 'reverse' }));
  assert.deepEqual(addressesOf(taken(first, claimOnEni('c2', { order: 'reverse' }))), [
    '10.10.0.89',
    '10.10.0.88',
  ]);
  assert.deepEqual(
    addressesOf(taken({ ...first, reservations: [] }, claimOnEni('c2', { order: 'reverse' }))),
    ['10.10.0.89'],
  );
});

test('take() gives a cooling address only when nothing else is free', () => {
  const sets = spansOnEni('80-81');
  const cooling = stateOf([], [mark('10.10.0.80')]);
  const given = { sets, cooldownMs: 30_000 };
  const first = taken(cooling, claimOnEni('c1', given));
  assert.deepEqual(addressesOf(first), ['10.10.0.81']);
  assert.deepEqual(addressesOf(taken(first, claimOnEni('c2', given))), ['10.10.0.81', '10.10.0.80']);
});

test('take() passes over neighbours, strangers and what is still being taken off', () => {
  const marks = [
    mark('10.10.0.80', { reason: 'foreign' }),
    mark('10.10.0.81', { reason: 'unexplained', eni: ENI.id }),
    mark('10.10.0.82', { reason: 'unsettled' }),
  ];
  const state = stateOf([onEni('gone', '10.10.0.83', { state: 'releasing' })], marks);
  assert.deepEqual(addressesOf(taken(state, claimOnEni('c1'))).slice(1), ['10.10.0.84']);
});

const wishes: [title: string, reservations: Reservation[], marks: Mark[], expected: FailureKind | 'given'][] =
  [
    ['is free', [], [], 'given'],
    ['is cooling', [], [mark('10.10.0.85')], 'given'],
    ['another ENI had lately: EC2 will tell', [], [mark('10.10.0.85', { reason: 'foreign' })], 'given'],
    ['another pod has', [onEni('other', '10.10.0.85')], [], 'address-taken'],
    ['another network’s pod has', [onEni('other', '10.10.0.85', { network: 'other' })], [], 'address-taken'],
    [
      'is on the ENI without a record',
      [],
      [mark('10.10.0.85', { reason: 'unexplained', eni: ENI.id })],
      'address-taken',
    ],
    ['is being taken off', [onEni('other', '10.10.0.85', { state: 'releasing' })], [], 'try-again'],
    ['an Unassign may still take', [], [mark('10.10.0.85', { reason: 'unsettled' })], 'try-again'],
  ];
for (const [title, reservations, marks, expected] of wishes) {
  test(`take() answers "${expected}" to the wish for an address that ${title}`, () => {
    const claimed = claimOnEni('c1', {
      ...wish('10.10.0.85'),
      cooldownMs: 30_000,
    });
    const next = take(stateOf(reservations, marks), claimed, claimed.sets, NOW);
    if (next instanceof Failure) {
      assert.equal(next.kind, expected);
      assert.match(next.message, /^cannot give the requested address 10\.10\.0\.85/);
    } else {
      assert.equal(expected, 'given');
      assert.equal(allReservations(next).at(-1)?.address, '10.10.0.85');
    }
  });
}

test('take() gives the address of a pod that is gone without a DEL only when the range is exhausted', () => {
  const sets = spansOnEni('80-81');
  const isGone = ({ container }: Reservation) => container === 'gone';
  const state = stateOf([onEni('gone', '10.10.0.80')]);
  const first = taken(state, claimOnEni('c1', { sets, isGone }));
  assert.deepEqual(addressesOf(first), ['10.10.0.80', '10.10.0.81']);
  const second = taken(first, claimOnEni('c2', { sets, isGone }));
  assert.deepEqual(
    allReservations(second).map(({ container, address: text, state: stage }) => [container, text, stage]),
    [
      ['c1', '10.10.0.81', 'assigning'],
      ['c2', '10.10.0.80', 'assigning'],
    ],
  );
  const third = take(second, claimOnEni('c3', { sets, isGone }), sets, NOW);
  assert.equal(third instanceof Failure && third.kind, 'no-free-address');
});

test('take() grants the wish for an address whose pod is gone without a DEL', () => {
  const state = stateOf([onEni('gone', '10.10.0.85')]);
  const claimed = claimOnEni('c1', { ...wish('10.10.0.85'), isGone: () => true });
  assert.deepEqual(
    allReservations(taken(state, claimed)).map(({ container }) => container),
    ['c1'],
  );
});

test('take() leaves a gone pod’s address alone when another ENI or subnet holds it', () => {
  const sets = spansOnEni('80');
  for (const elsewhere of [{ id: 'eni-00000000000000009' }, { subnet: 'subnet-00000000000000009' }]) {
    const state = stateOf([
      onEni('c0', '10.10.0.80'),
      onEni('gone', '10.10.0.80', { eni: { ...ENI, ...elsewhere } }),
    ]);
    const isGone = ({ container }: Reservation) => container === 'gone';
    const next = take(state, claimOnEni('c1', { sets, isGone }), sets, NOW);
    assert.equal(next instanceof Failure && next.kind, 'no-free-address');
  }
});

test('take() steps over an exclusion that nobody could count through', () => {
  const range = { subnet: '2001:db8::/64', exclude: ['2001:db8::/65'] };
  const sets = wholeSets(readRangeSets([{ path: 'ipam.ranges', sets: [[range]] }]));
  const { reservations } = opened(taken(EMPTY, claim('c1', { sets })));
  assert.equal(reservations[0]?.address, '2001:db8:0:0:8000::');
});
