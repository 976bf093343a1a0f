/** Who has which address, as one claim sees it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Claim } from '../../src/allocator/claim.ts';
import { type Occupancy, occupanciesOf } from '../../src/allocator/occupancy.ts';
import type { Binding, State } from '../../src/model.ts';
import { binding, claim, claimOnEni, EMPTY, ENI, mark, NOW, onEni, reservation, stateOf } from './claims.ts';

const ADDRESS = '10.10.0.80';
const OTHER_SUBNET = { ...ENI, id: 'eni-00000000000000009', subnet: 'subnet-00000000000000009' };

interface Case extends Partial<Claim> {
  readonly state?: State;
}

/** Asks first for this address, and again after many others. */
function look({ state = EMPTY, cooldownMs = 30_000, ...given }: Case): Occupancy {
  const { at: occupancy } = occupanciesOf(state, claimOnEni('new', { cooldownMs, ...given }), NOW);
  const found = occupancy(ADDRESS);
  for (let other = 1; other < 20; other++) occupancy(`10.10.1.${other}`);
  assert.equal(occupancy(ADDRESS), found);
  return found;
}

const marked = (...marks: Parameters<typeof mark>[1][]): State =>
  stateOf(
    [],
    marks.map((given) => mark(ADDRESS, given)),
  );
/** The address is kept for shop/db-0. */
const kept = (given: Partial<Binding>): State => ({
  ...EMPTY,
  bindings: [binding('shop/db-0', ADDRESS, given)],
});
const OWN = { namespace: 'shop', name: 'db-0', uid: 'new' };
const before = (milliseconds: number) => ({ since: NOW - milliseconds });
const seen = { reason: 'unexplained', eni: ENI.id } as const;

const cases: [title: string, given: Case, expected: Occupancy][] = [
  ['nothing is known of', {}, 'free'],
  ['a pod holds', { state: stateOf([onEni('c1', ADDRESS)], [mark(ADDRESS, seen)]) }, 'held'],
  ['a pod is about to get', { state: stateOf([onEni('c1', ADDRESS, { state: 'assigning' })]) }, 'held'],
  ['is being taken off', { state: stateOf([onEni('c1', ADDRESS, { state: 'releasing' })]) }, 'releasing'],
  ['EC2 refused to a pod', { state: stateOf([onEni('c1', ADDRESS, { state: 'refused' })]) }, 'free'],
  [
    'a pod of another network holds on the same subnet',
    { state: stateOf([onEni('c1', ADDRESS, { network: 'other' })]) },
    'held',
  ],
  [
    'a pod holds on another ENI of the subnet',
    { state: stateOf([onEni('c1', ADDRESS, { eni: { ...ENI, id: OTHER_SUBNET.id } })]) },
    'held',
  ],
  [
    'another network’s pod holds in another subnet',
    { state: stateOf([onEni('c1', ADDRESS, { network: 'other', eni: OTHER_SUBNET })]) },
    'free',
  ],
  [
    'a pod of this network got before it had an ENI',
    { state: stateOf([reservation('c1', ADDRESS)]) },
    'held',
  ],
  [
    'another network’s pod holds without an ENI',
    { state: stateOf([reservation('c1', ADDRESS, { network: 'other' })]) },
    'free',
  ],
  ['is on the ENI for no known reason', { state: marked(seen) }, 'unexplained'],
  ['was on the ENI for no known reason some minutes ago', { state: marked({ ...seen, until: NOW }) }, 'free'],
  [
    'is on another ENI of this node for no known reason',
    { state: marked({ ...seen, eni: OTHER_SUBNET.id }) },
    'foreign',
  ],
  [
    'is on the ENI for no known reason, not on another',
    { state: marked({ reason: 'foreign' }, seen) },
    'unexplained',
  ],
  ['was taken off a moment ago', { state: marked(before(29_999)) }, 'cooling'],
  ['was taken off longer ago than the cooldown', { state: marked(before(30_000)) }, 'free'],
  ['another ENI holds', { state: marked({ reason: 'foreign' }) }, 'foreign'],
  ['another ENI held some minutes ago', { state: marked({ reason: 'foreign', until: NOW }) }, 'free'],
  ['another ENI took while it was cooling', { state: marked({}, { reason: 'foreign' }) }, 'foreign'],
  [
    'another subnet has a mark on',
    { state: marked({ reason: 'foreign', scope: OTHER_SUBNET.subnet }) },
    'free',
  ],
  ['was asked for without an answer', { state: marked({ reason: 'asked' }) }, 'free'],
  ['an Unassign may still take', { state: marked({}, { reason: 'unsettled' }) }, 'unsettled'],
  [
    'an Unassign may still take, in either order',
    { state: marked({ reason: 'unsettled' }, {}) },
    'unsettled',
  ],
  [
    'a pod has got though a mark says otherwise',
    { state: stateOf([onEni('c1', ADDRESS)], [mark(ADDRESS, { reason: 'foreign' })]) },
    'held',
  ],
  ['another pod may come back for', { state: kept({}) }, 'bound'],
  [
    'another interface of the pod may come back for',
    { state: kept({ interface: 'net2' }), pod: OWN },
    'bound',
  ],
  ['the pod itself had last', { state: kept({}), pod: OWN }, 'free'],
  ['was kept for a pod long enough', { state: kept({ until: NOW }) }, 'free'],
  ['is kept for a pod in another subnet', { state: kept({ scope: OTHER_SUBNET.subnet }) }, 'free'],
  [
    'the pod itself had last, and which is still cooling',
    { state: { ...kept({}), marks: [mark(ADDRESS)] }, pod: OWN },
    'cooling',
  ],
  ['was kept for another pod, and is cooling', { state: { ...kept({}), marks: [mark(ADDRESS)] } }, 'bound'],
  [
    'was kept for another pod, and that another ENI holds',
    { state: { ...kept({}), marks: [mark(ADDRESS, { reason: 'foreign' })] } },
    'foreign',
  ],
  [
    'the configuration gives to another pod',
    { state: marked({}), fixedForOthers: new Map([[ADDRESS, 'shop/db-0']]) },
    'fixed',
  ],
  [
    'the configuration gives to another pod, and a pod has',
    { state: stateOf([onEni('c1', ADDRESS)]), fixedForOthers: new Map([[ADDRESS, 'shop/db-0']]) },
    'held',
  ],
];
for (const [title, given, expected] of cases) {
  test(`occupanciesOf() is "${expected}" for an address that ${title}`, () => {
    assert.equal(look(given), expected);
  });
}

test('occupanciesOf() without an ENI knows the reservations of its own network alone', () => {
  const state = stateOf([
    reservation('c1', '10.10.0.80'),
    reservation('c2', '10.10.0.81', { network: 'other' }),
    onEni('c3', '10.10.0.82', { network: 'other' }),
  ]);
  const { at: occupancy } = occupanciesOf(state, claim('new'), NOW);
  assert.deepEqual(['10.10.0.80', '10.10.0.81', '10.10.0.82'].map(occupancy), ['held', 'free', 'free']);
});
