/** Addresses that a claim must have: fixed for the pod, one for each interface, and nobody else's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Claim, matchFixed } from '../../src/allocator/claim.ts';
import { planAdd } from '../../src/allocator/plan.ts';
import { fitToSubnet } from '../../src/allocator/subnet.ts';
import type { Pod, Reservation, State } from '../../src/model.ts';
import { type Address, formatAddress } from '../../src/net/address.ts';
import { contains } from '../../src/net/span.ts';
import { allReservations } from '../../src/state.ts';
import { address } from '../net/literals.ts';
import {
  addressesOf,
  attachment,
  binding,
  claimOnEni,
  EMPTY,
  ENI,
  mark,
  NOW,
  onEni,
  rangeSets,
  reread,
  spansOnEni,
  stateOf,
} from './claims.ts';

const DB: Pod = { namespace: 'shop', name: 'db-0', uid: 'db-0' };

const fixed = (...texts: string[]) => ({ fixed: new Map([[0, texts.map(address)]]), pod: DB });
const others = (entries: Record<string, string>) => ({ fixedForOthers: new Map(Object.entries(entries)) });
const onInterface = (name: string, container = 'db-0') => ({
  attachment: { ...attachment(container), interface: name },
});

const given = (state: State, claimed: Claim): Reservation | undefined =>
  allReservations(planAdd(state, claimed, NOW).state).at(-1);

function refusalOf(state: State, claimed: Claim) {
  const { value, state: after } = planAdd(state, claimed, NOW);
  assert.equal(value.kind, 'refused');
  assert.equal(after, state);
  return value.kind === 'refused' ? value.failure : undefined;
}

test('planAdd() gives a pod its fixed address, wherever the cursor is', () => {
  const state = { ...EMPTY, cursors: { 'pods/0': '10.10.0.83' } };
  assert.equal(given(state, claimOnEni('db-0', fixed('10.10.0.88')))?.address, '10.10.0.88');
});

test('planAdd() gives each interface of the pod the next of its fixed addresses', () => {
  const list = fixed('10.10.0.88', '10.10.0.85');
  // Another container and another UID each time: by its name alone the pod is the same one.
  const claimed = (name: string): Claim =>
    claimOnEni('db-0', { ...list, ...onInterface(name, `for-${name}`), pod: { ...DB, uid: name } });
  let { state } = planAdd(EMPTY, claimed('net1'), NOW);
  ({ state } = planAdd(reread(state), claimed('net2'), NOW));
  assert.deepEqual(addressesOf(state), ['10.10.0.88', '10.10.0.85']);
  const failure = refusalOf(reread(state), claimed('net3'));
  assert.equal(failure?.kind, 'address-taken');
  assert.equal(
    failure?.message,
    'cannot give net3 of shop/db-0 a fixed address: its other interfaces have 10.10.0.88, 10.10.0.85, ' +
      'and ipam.fixed lists no more for network pods',
  );
});

test('planAdd() does not pass to the next fixed address when the first is in the wrong hands', () => {
  const list = fixed('10.10.0.88', '10.10.0.85');
  const failure = refusalOf(stateOf([onEni('thief', '10.10.0.88')]), claimOnEni('db-0', list));
  assert.equal(failure?.kind, 'address-taken');
  assert.match(failure?.message ?? '', /the fixed address 10\.10\.0\.88: another pod of this node has it/);
});

test('planAdd() waits for a fixed address that is still being taken off the ENI', () => {
  const state = stateOf([onEni('old', '10.10.0.88', { state: 'releasing' })]);
  assert.equal(refusalOf(state, claimOnEni('db-0', fixed('10.10.0.88')))?.kind, 'try-again');
});

test('planAdd() asks EC2 for a fixed address that another ENI is said to hold, and takes its word', () => {
  const state = stateOf([], [mark('10.10.0.88', { reason: 'foreign' })]);
  const claimed = claimOnEni('db-0', fixed('10.10.0.88'));
  const { state: asked } = planAdd(state, claimed, NOW);
  assert.deepEqual(addressesOf(asked), ['10.10.0.88']);
  const verdict = { kind: 'address-taken', message: 'eni-0f holds it' } as const;
  const [one] = allReservations(asked);
  assert.ok(one);
  const refused = stateOf([{ ...one, state: 'refused', verdict }]);
  assert.equal(refusalOf(refused, claimed)?.message, 'eni-0f holds it', 'no other address will do');
});

test('planAdd() takes a fixed address from a pod that is provably gone', () => {
  const state = stateOf([onEni('old', '10.10.0.88')]);
  const claimed = claimOnEni('db-0', {
    ...fixed('10.10.0.88'),
    isGone: ({ container }) => container === 'old',
  });
  assert.equal(given(state, claimed)?.address, '10.10.0.88');
});

test('planAdd() keeps a pod’s fixed address through a new container of the same pod', () => {
  const list = fixed('10.10.0.88', '10.10.0.85');
  const isGone = ({ container }: Reservation) => container === 'old';
  let state = stateOf([
    onEni('old', '10.10.0.88', { pod: DB, interface: 'net1' }),
    onEni('old', '10.10.0.85', { pod: DB, interface: 'net2' }),
  ]);
  for (const name of ['net1', 'net2']) {
    const plan = planAdd(state, claimOnEni('new', { ...list, ...onInterface(name, 'new'), isGone }), NOW);
    assert.equal(plan.value.kind, 'held', 'without a call');
    ({ state } = plan);
  }
  assert.deepEqual(
    allReservations(state).map((one) => [one.container, one.interface, one.address]),
    [
      ['new', 'net1', '10.10.0.88'],
      ['new', 'net2', '10.10.0.85'],
    ],
  );
});

test('planAdd() gives nobody an address that is fixed for somebody else, whatever else is used up', () => {
  const sets = spansOnEni('80-81');
  const closed = { sets, ...others({ '10.10.0.80': 'shop/db-0', '10.10.0.81': 'shop/db-1' }) };
  const failure = refusalOf(EMPTY, claimOnEni('web', closed));
  assert.equal(failure?.kind, 'no-free-address');
  assert.match(failure?.message ?? '', /: 2 fixed for other pods$/);
  assert.equal(
    given(EMPTY, claimOnEni('web', { sets, ...others({ '10.10.0.80': 'shop/db-0' }) }))?.address,
    '10.10.0.81',
  );
});

test('planAdd() gives nobody the fixed address of a pod that is gone, nor a sticky pod its old one', () => {
  const sets = spansOnEni('80-80');
  const taken = others({ '10.10.0.80': 'shop/db-0' });
  const abandoned = stateOf([onEni('old', '10.10.0.80', { pod: { ...DB, name: 'web' } })]);
  assert.equal(
    refusalOf(abandoned, claimOnEni('web', { sets, ...taken, isGone: () => true }))?.kind,
    'no-free-address',
  );
  const pod = { ...DB, name: 'web', uid: 'web' };
  const bound = { ...EMPTY, bindings: [binding('shop/web', '10.10.0.80')] };
  assert.equal(
    refusalOf(bound, claimOnEni('web', { sets, ...taken, pod, stickyMs: 1000 }))?.kind,
    'no-free-address',
  );
  const heir = stateOf([onEni('old', '10.10.0.80', { pod })]);
  assert.equal(
    refusalOf(heir, claimOnEni('new', { sets, ...taken, pod, isGone: () => true }))?.kind,
    'no-free-address',
  );
});

test('planAdd() refuses a wish for what is fixed for somebody else, and says for whom', () => {
  const wish = { requested: new Map([[0, address('10.10.0.88')]]) };
  const failure = refusalOf(EMPTY, claimOnEni('web', { ...wish, ...others({ '10.10.0.88': 'shop/db-0' }) }));
  assert.equal(failure?.kind, 'address-taken');
  assert.equal(
    failure?.message,
    'cannot give the requested address 10.10.0.88: ipam.fixed gives it to shop/db-0',
  );
});

test('planAdd() gives a pod what it asks for rather than what is fixed for it', () => {
  const wish = { requested: new Map([[0, address('10.10.0.83')]]) };
  assert.equal(given(EMPTY, claimOnEni('db-0', { ...fixed('10.10.0.88'), ...wish }))?.address, '10.10.0.83');
});

test('planAdd() marks a fixed address for `eni.reassign`, asked for or not, and no other wish', () => {
  const wish = (text: string) => ({ requested: new Map([[0, address(text)]]), reassign: 'stale' as const });
  const stale = { ...fixed('10.10.0.88'), reassign: 'stale' as const };
  assert.equal(given(EMPTY, claimOnEni('db-0', stale))?.reassign, 'stale');
  assert.equal(given(EMPTY, claimOnEni('db-0', { ...stale, ...wish('10.10.0.88') }))?.reassign, 'stale');
  assert.equal(given(EMPTY, claimOnEni('db-0', { ...stale, ...wish('10.10.0.83') }))?.reassign, undefined);
  assert.equal(given(EMPTY, claimOnEni('web', wish('10.10.0.83')))?.reassign, undefined);
  assert.equal(given(EMPTY, claimOnEni('db-0', fixed('10.10.0.88')))?.reassign, undefined);
});

const whole = rangeSets(
  [
    { subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.99' },
    { subnet: '10.20.0.0/24', rangeStart: '10.20.0.80', rangeEnd: '10.20.0.99' },
  ],
  [{ subnet: '10.10.0.0/24', rangeStart: '10.10.0.100', rangeEnd: '10.10.0.119' }],
);
const isFor = (index: number, one: Address): boolean =>
  whole[index]?.some((range) => contains(range, one)) === true;
const matched = (...texts: string[]) =>
  [...matchFixed(fitToSubnet(whole, ENI), isFor, texts.map(address))].map(([set, list]) => [
    set,
    ...list.map(formatAddress),
  ]);

test('matchFixed() gives each set its addresses in their order, those of other zones left out', () => {
  assert.deepEqual(matched(), []);
  assert.deepEqual(matched('10.20.0.90', '10.10.0.101', '10.10.0.91', '10.10.0.90'), [
    [0, '10.10.0.91', '10.10.0.90'],
    [1, '10.10.0.101'],
  ]);
});

test('matchFixed() refuses a pod whose fixed addresses are all in another zone', () => {
  assert.throws(() => matched('10.20.0.90'), {
    kind: 'invalid-config',
    message: 'cannot give the fixed address 10.20.0.90: on this ENI, the range set has 10.10.0.80-10.10.0.99',
  });
});
