/** Questions to a state, and states made from states. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  addMarks,
  addReservations,
  allReservations,
  assignmentsOn,
  enisOf,
  heldBy,
  isHeldBy,
  mapAssignments,
  mapReservations,
  pruneExpired,
  reservationsOf,
  scopeOf,
} from '../src/state.ts';
import {
  attachment,
  binding,
  delegation,
  EMPTY,
  ENI,
  inPrefix,
  mark,
  NOW,
  onEni,
  opened,
  REF,
  reservation,
  stateOf,
} from './allocator/claims.ts';

test('isHeldBy() compares network, container and interface', () => {
  const one = reservation('c1', '10.10.0.80');
  assert.ok(isHeldBy(one, attachment('c1')));
  for (const other of [{ network: 'other' }, { container: 'c2' }, { interface: 'net2' }]) {
    assert.ok(!isHeldBy(one, { ...attachment('c1'), ...other }));
  }
});

test('reservationsOf() has all of an attachment’s, in any state', () => {
  const own = [reservation('c1', '10.10.0.80'), onEni('c1', '10.10.0.81', { state: 'refused' })];
  const state = stateOf([...own, reservation('c2', '10.10.0.82')]);
  assert.deepEqual(reservationsOf(state, attachment('c1')), own);
  assert.deepEqual(reservationsOf(state, attachment('c3')), []);
});

test('heldBy() picks the attachment’s reservations out of many', () => {
  const state = stateOf([reservation('c1', '10.10.0.80'), reservation('c2', '10.10.0.81')]);
  assert.deepEqual(
    allReservations(state).filter(heldBy(attachment('c1'))),
    reservationsOf(state, attachment('c1')),
  );
});

test('enisOf() has each ENI once, and none of what has none', () => {
  const other = { ...REF, id: 'eni-00000000000000009' };
  const reservations = [
    onEni('c1', '10.10.0.80'),
    onEni('c2', '10.10.0.81', { eni: other }),
    onEni('c3', '10.10.0.82'),
    reservation('c4', '10.10.0.83'),
  ];
  assert.deepEqual(enisOf(reservations), [REF, other]);
});

test('scopeOf() is the subnet with an ENI, whatever the network, and the network without', () => {
  assert.equal(scopeOf('pods', ENI), scopeOf('other', ENI));
  assert.notEqual(scopeOf('pods', undefined), scopeOf('other', undefined));
  assert.notEqual(
    scopeOf(ENI.subnet, undefined),
    scopeOf('pods', ENI),
    'a network may be called like a subnet',
  );
});

const arbitraryState = fc
  .array(fc.nat(255), { maxLength: 20 })
  .map((places) => stateOf(places.map((place, index) => reservation(`c${index}`, `10.10.0.${place}`))));

test('mapReservations() is the very same state when nothing changes', () => {
  fc.assert(
    fc.property(arbitraryState, (state) =>
      assert.equal(
        mapReservations(state, (one) => one),
        state,
      ),
    ),
  );
});

test('mapReservations() replaces, removes and keeps, in order', () => {
  const fate = fc.constantFrom('keep', 'remove', 'replace');
  fc.assert(
    fc.property(arbitraryState, fc.infiniteStream(fate), (state, fates) => {
      const chosen = new Map(allReservations(state).map((one) => [one, fates.next().value]));
      const replaced = { container: 'other' };
      const next = mapReservations(state, (one) => {
        const what = chosen.get(one);
        return what === 'remove' ? undefined : what === 'replace' ? { ...one, ...replaced } : one;
      });
      const expected = allReservations(state)
        .filter((one) => chosen.get(one) !== 'remove')
        .map((one) => (chosen.get(one) === 'replace' ? { ...one, ...replaced } : one));
      assert.deepEqual(allReservations(next), expected);
      assert.equal(
        next === state,
        [...chosen.values()].every((what) => what === 'keep'),
      );
    }),
  );
});

test('addReservations() appends and leaves the old state as it is', () => {
  const state = stateOf([reservation('c1', '10.10.0.80')]);
  const next = addReservations(state, [reservation('c2', '10.10.0.81')]);
  assert.deepEqual([allReservations(state).length, allReservations(next).length], [1, 2]);
});

test('addMarks() replaces a mark on the same address in the same scope for the same reason', () => {
  const old = mark('10.10.0.80', { since: 0 });
  const others = [
    mark('10.10.0.81'),
    mark('10.10.0.80', { reason: 'foreign' }),
    mark('10.10.0.80', { scope: 'network pods' }),
  ];
  const state = addMarks(stateOf([], [old, ...others]), [mark('10.10.0.80')]);
  assert.deepEqual(state.marks, [...others, mark('10.10.0.80')]);
  assert.equal(addMarks(state, []), state);
});

test('pruneExpired() drops what is over, and is the same state when nothing is', () => {
  const [over, fresh] = [mark('10.10.0.80', { until: NOW }), mark('10.10.0.81', { until: NOW + 1 })];
  const bindings = [
    binding('shop/a', '10.10.0.80', { until: NOW }),
    binding('shop/b', '10.10.0.81', { until: NOW + 1 }),
  ];
  const state = { ...stateOf([], [over, fresh]), bindings };
  assert.deepEqual(pruneExpired(state, NOW).marks, [fresh]);
  assert.deepEqual(pruneExpired(state, NOW).bindings, bindings.slice(1));
  assert.deepEqual(pruneExpired({ ...EMPTY, bindings }, NOW).bindings, bindings.slice(1));
  assert.equal(pruneExpired(state, NOW - 1), state);
  assert.equal(pruneExpired(EMPTY, NOW), EMPTY);
});

test('what an ENI is to hold are its prefixes, and its addresses that are in none', () => {
  const prefix = '10.10.0.96/28';
  const other = { eni: { ...REF, id: 'eni-00000000000000009' } };
  const state = {
    ...stateOf([
      onEni('c1', '10.10.0.80'),
      inPrefix('c2', '10.10.0.97', prefix),
      reservation('c3', '10.10.0.82'),
      onEni('c4', '10.10.0.83', other),
    ]),
    delegations: [delegation(prefix), delegation('10.10.0.112/28', other)],
  };
  assert.deepEqual(
    assignmentsOn(state, REF).map(({ address }) => address),
    [prefix, '10.10.0.80'],
  );
  const { delegations, reservations } = opened(mapAssignments(state, REF, (one) => ({ ...one, lost: true })));
  assert.deepEqual(
    [...delegations, ...reservations].map(({ lost = false }) => lost),
    [true, false, true, false, false, false],
  );
});
