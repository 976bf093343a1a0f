/** ADD's decision: who keeps, who gets, who is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Claim } from '../../src/allocator/claim.ts';
import { findAnswer, type Plan, planAdd } from '../../src/allocator/plan.ts';
import { planRelease } from '../../src/allocator/release.ts';
import type { State, Verdict } from '../../src/model.ts';
import { allReservations } from '../../src/state.ts';
import { address } from '../net/literals.ts';
import {
  addressesOf,
  attachment,
  claim,
  claimOnEni,
  EMPTY,
  ENI,
  mark,
  NOW,
  onEni,
  pod,
  REF,
  reservation,
  spansOnEni,
  stateOf,
  subnets,
} from './claims.ts';

/** The addresses that an ADD without an ENI answers with. */
function held(state: State, claimed: Claim): readonly string[] {
  const { value } = planAdd(state, claimed, NOW);
  assert.equal(value.kind, 'held');
  return value.kind === 'held' ? value.reservations.map((one) => one.address) : [];
}

function refusal({ value }: { readonly value: Plan }) {
  assert.equal(value.kind, 'refused');
  return value.kind === 'refused' ? value.failure : undefined;
}

// host-local's allocator_test.go: subnets, addresses in use, the last one given, the next one.
const table: [title: string, cidrs: string[], used: string[], last: string | undefined, next: string][] = [
  ['fresh IPv4', ['10.0.0.0/29'], [], undefined, '10.0.0.2'],
  ['fresh IPv6', ['2001:db8:1::/64'], [], undefined, '2001:db8:1::2'],
  ['the smallest subnet', ['10.0.0.0/30'], [], undefined, '10.0.0.2'],
  ['one in use', ['10.0.0.0/29'], ['10.0.0.2'], undefined, '10.0.0.3'],
  ['next after the last', ['10.0.0.0/29'], [], '10.0.0.5', '10.0.0.6'],
  ['two in use after the last', ['10.0.0.0/29'], ['10.0.0.4', '10.0.0.5'], '10.0.0.3', '10.0.0.6'],
  ['round to the beginning', ['10.0.0.0/29'], ['10.0.0.6'], '10.0.0.5', '10.0.0.2'],
  ['a last one out of range', ['10.0.0.0/29'], ['10.0.0.2'], '10.0.0.128', '10.0.0.3'],
  [
    'all in use but the last',
    ['10.0.0.0/29'],
    ['10.0.0.2', '10.0.0.4', '10.0.0.5', '10.0.0.6'],
    '10.0.0.3',
    '10.0.0.3',
  ],
  ['several subnets', ['10.0.0.0/30', '10.0.1.0/30'], [], undefined, '10.0.0.2'],
  ['on to the next subnet', ['10.0.0.0/30', '10.0.1.0/30'], ['10.0.0.2'], '10.0.0.2', '10.0.1.2'],
  ['back to the first subnet', ['10.0.0.0/30', '10.0.1.0/30', '10.0.2.0/30'], [], '10.0.2.2', '10.0.0.2'],
];
for (const [title, cidrs, used, last, next] of table) {
  test(`planAdd() gives host-local's address: ${title}`, () => {
    const reservations = used.map((text, index) => reservation(`used${index}`, text));
    const state = { ...stateOf(reservations), cursors: last === undefined ? {} : { 'pods/0': last } };
    assert.deepEqual(held(state, claim('c1', { sets: subnets(...cidrs) })), [next]);
  });
}

test('planAdd() never gives the broadcast address, and refuses when all others are gone', () => {
  const sets = subnets('10.0.0.0/29');
  let state = EMPTY;
  for (let pods = 0; pods < 5; pods++) ({ state } = planAdd(state, claim(`c${pods}`, { sets }), NOW));
  assert.deepEqual(addressesOf(state), ['10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6']);
  assert.equal(refusal(planAdd(state, claim('late', { sets }), NOW))?.kind, 'no-free-address');
});

test('planAdd() answers the same attachment with the same address, and changes nothing', () => {
  const { state } = planAdd(EMPTY, claim('c1'), NOW);
  const again = planAdd(state, claim('c1'), NOW + 1);
  assert.equal(again.state, state);
  assert.deepEqual(held(state, claim('c1')), ['10.10.0.2']);
});

test('planAdd() tells interfaces, containers and networks apart', () => {
  let { state } = planAdd(EMPTY, claim('c1'), NOW);
  ({ state } = planAdd(state, claim('c1', { attachment: { ...attachment('c1'), interface: 'net2' } }), NOW));
  ({ state } = planAdd(state, claim('c2'), NOW));
  assert.deepEqual(addressesOf(state), ['10.10.0.2', '10.10.0.3', '10.10.0.4']);
  const other = claim('c1', { attachment: attachment('c1', 'other') });
  assert.deepEqual(held(state, other), ['10.10.0.2'], 'without an ENI, networks do not see each other');
});

test('planAdd() gives one address of each set, in their order', () => {
  const [v4] = subnets('10.10.0.0/24');
  const [v6] = subnets('2001:db8:1::/64');
  assert.ok(v4 && v6);
  const sets = [v4, { ...v6, index: 1 }];
  assert.deepEqual(held(EMPTY, claim('c1', { sets })), ['10.10.0.2', '2001:db8:1::2']);
});

test('planAdd() gives all or nothing: an exhausted set leaves the state as it was', () => {
  const sets = spansOnEni('80-89', '5');
  const plan = planAdd(EMPTY, claimOnEni('c1', { sets }), NOW);
  assert.equal(refusal(plan)?.kind, 'no-free-address');
  assert.equal(plan.state, EMPTY);
});

test('planAdd() takes nothing over from a pod’s old container when it cannot give the rest', () => {
  const state = stateOf([onEni('old', '10.10.0.80', { pod: pod('db') })]);
  const given = { sets: spansOnEni('80-89', '5'), pod: pod('db'), isGone: () => true };
  assert.equal(planAdd(state, claimOnEni('new', given), NOW).state, state);
});

test('planAdd() with an ENI writes the intent down and waits for EC2', () => {
  const sandbox = { netns: 'c1', folder: { path: '/var/run/netns', device: 1, inode: 2 } };
  const { state, value } = planAdd(
    EMPTY,
    claimOnEni('c1', { sandbox, pod: pod('db'), cooldownMs: 30_000 }),
    NOW,
  );
  assert.deepEqual(value, { kind: 'pending', eni: REF });
  assert.deepEqual(allReservations(state), [
    onEni('c1', '10.10.0.80', {
      state: 'assigning',
      deadline: NOW + 30_000,
      cooldown: 30_000,
      ...sandbox,
      pod: pod('db'),
    }),
  ]);
});

test('planAdd() answers when EC2 has, and not while one of several addresses is missing', () => {
  const sets = spansOnEni('80-84', '85-89');
  const second = onEni('c1', '10.10.0.85', { set: 1 });
  const half = stateOf([second, onEni('c1', '10.10.0.80', { state: 'assigning', deadline: NOW + 30_000 })]);
  assert.equal(planAdd(half, claimOnEni('c1', { sets }), NOW).value.kind, 'pending');
  assert.deepEqual(held(stateOf([second, onEni('c1', '10.10.0.80')]), claimOnEni('c1', { sets })), [
    '10.10.0.80',
    '10.10.0.85',
  ]);
});

test('planAdd() gives no address that another network has on the same subnet', () => {
  const state = stateOf([onEni('c1', '10.10.0.80', { network: 'other' })]);
  assert.deepEqual(addressesOf(planAdd(state, claimOnEni('c1'), NOW).state), ['10.10.0.80', '10.10.0.81']);
});

const taken: Verdict = { kind: 'address-taken', message: 'cannot assign 10.10.0.80: somebody has it' };
const refused = onEni('c1', '10.10.0.80', { state: 'refused', verdict: taken });

test('planAdd() replaces an address that another ENI holds by the next one', () => {
  const state = stateOf([refused], [mark('10.10.0.80', { reason: 'foreign' })]);
  const { state: next, value } = planAdd(state, claimOnEni('c1'), NOW);
  assert.equal(value.kind, 'pending');
  assert.deepEqual(addressesOf(next), ['10.10.0.81']);
});

test('planAdd() does not replace an address that the pod asked for by name', () => {
  const failure = refusal(
    planAdd(stateOf([refused]), claimOnEni('c1', { requested: new Map([[0, address('10.10.0.80')]]) }), NOW),
  );
  assert.deepEqual([failure?.kind, failure?.message], [taken.kind, taken.message]);
});

for (const kind of ['eni-full', 'denied', 'no-eni', 'invalid-config'] as const) {
  test(`planAdd() hands EC2's verdict on when it is ${kind}`, () => {
    const verdict = { kind, message: `EC2 says ${kind}` };
    const failure = refusal(planAdd(stateOf([{ ...refused, verdict }]), claimOnEni('c1'), NOW));
    assert.deepEqual([failure?.kind, failure?.message], [kind, `EC2 says ${kind}`]);
  });
}

test('planAdd() takes over what a killed ADD of the same attachment had begun, with a new deadline', () => {
  const begun = onEni('c1', '10.10.0.83', { state: 'assigning', deadline: NOW - 1 });
  const { state } = planAdd(stateOf([begun]), claimOnEni('c1'), NOW);
  assert.deepEqual(allReservations(state), [{ ...begun, deadline: NOW + 30_000 }]);
});

const old = onEni('old', '10.10.0.83', { pod: pod('db'), goneSince: NOW - 5 });
const comeback = claimOnEni('new', { pod: pod('db'), isGone: () => true, boot: 'boot-2' });

test('planAdd() lets a pod keep its address when its old sandbox is gone, without EC2', () => {
  const { state, value } = planAdd(stateOf([old]), comeback, NOW + 5);
  assert.equal(value.kind, 'held');
  const { goneSince: _, ...rest } = old;
  assert.deepEqual(allReservations(state), [{ ...rest, container: 'new', boot: 'boot-2', since: NOW + 5 }]);
});

const strangers: [title: string, state: State, claimed: Claim][] = [
  ['its sandbox lives', stateOf([old]), { ...comeback, isGone: () => false }],
  ['the claim names no pod', stateOf([old]), claimOnEni('new', { isGone: () => true })],
  [
    'the pod is another one of the same name',
    stateOf([{ ...old, pod: { ...pod('db'), uid: 'other' } }]),
    comeback,
  ],
  ['it is another interface', stateOf([{ ...old, interface: 'net2' }]), comeback],
  ['it is another network', stateOf([{ ...old, network: 'other' }]), comeback],
  ['it is being released', stateOf([{ ...old, state: 'releasing' }]), comeback],
];
for (const [title, state, claimed] of strangers) {
  test(`planAdd() takes no address over from another container when ${title}`, () => {
    const { state: next } = planAdd(state, claimed, NOW);
    assert.deepEqual(allReservations(next).slice(0, 1), allReservations(state));
    assert.equal(allReservations(next)[1]?.address, '10.10.0.80');
  });
}

test('planAdd() takes no address over by a name alone: a name may come again while its old pod ends', () => {
  const nameless = { ...pod('db'), uid: '' };
  const state = stateOf([onEni('old', '10.10.0.83', { pod: nameless })]);
  const next = planAdd(state, claimOnEni('new', { pod: nameless, isGone: () => true }), NOW).state;
  assert.deepEqual(addressesOf(next), ['10.10.0.83', '10.10.0.80']);
});

test('planAdd() asks EC2 again after a reboot where another node may have taken the address over', () => {
  const before = onEni('old', '10.10.0.83', { boot: 'boot-0', pod: pod('db') });
  const given = { pod: pod('db'), isGone: () => true };
  const again = planAdd(stateOf([before]), claimOnEni('new', { ...given, reassign: 'stale' }), NOW);
  assert.equal(again.value.kind, 'pending');
  const [one] = allReservations(again.state);
  assert.deepEqual([one?.address, one?.state, one?.container], ['10.10.0.83', 'assigning', 'new']);
  // Given up, it is to be taken off: it may well be on the ENI.
  const [left] = allReservations(planRelease(again.state, attachment('new'), NOW));
  assert.deepEqual([left?.state, left?.unasked], ['releasing', undefined]);
  const sameBoot = stateOf([{ ...before, boot: 'boot-1' }]);
  assert.equal(planAdd(sameBoot, claimOnEni('new', { ...given, reassign: 'stale' }), NOW).value.kind, 'held');
  assert.equal(
    planAdd(stateOf([before]), claimOnEni('new', given), NOW).value.kind,
    'held',
    'nobody takes over',
  );
});

test('planAdd() takes over what the pod asks for, and not what it does not ask for any more', () => {
  const wants = (text: string): Claim => ({ ...comeback, requested: new Map([[0, address(text)]]) });
  const { address: kept } = old;
  assert.equal(planAdd(stateOf([old]), wants(kept), NOW).value.kind, 'held');
  const { state, value } = planAdd(stateOf([old]), wants('10.10.0.88'), NOW);
  assert.equal(value.kind, 'pending');
  assert.deepEqual(
    allReservations(state).map((one) => one.address),
    [kept, '10.10.0.88'],
  );
});

test('planAdd() knows where its addresses came from: network, ENI and ranges', () => {
  const { state } = planAdd(EMPTY, claimOnEni('c1', { eni: ENI }), NOW);
  assert.deepEqual(state.networks, { pods: { eni: REF, ranges: ['10.10.0.80-10.10.0.89'] } });
  assert.deepEqual(planAdd(EMPTY, claim('c1'), NOW).state.networks, {});
});

test('findAnswer() is what an attachment has, in the order of its sets, when that is all it can get', () => {
  const [one, two] = [onEni('c1', '10.10.0.80'), onEni('c1', '10.10.0.85', { set: 1 })];
  const state = stateOf([two, one, onEni('c2', '10.10.0.81')]);
  assert.deepEqual(findAnswer(state, attachment('c1'), 2), [one, two]);
  assert.deepEqual(findAnswer(state, attachment('c2'), 1)?.length, 1);
});

test('findAnswer() is none when something is missing or not settled', () => {
  const own = attachment('c1');
  assert.equal(findAnswer(EMPTY, own, 1), undefined);
  assert.equal(findAnswer(EMPTY, own, 0), undefined, 'nobody knows how many it can get');
  assert.equal(findAnswer(stateOf([onEni('c1', '10.10.0.80')]), own, 2), undefined);
  for (const state of ['assigning', 'releasing', 'refused'] as const) {
    assert.equal(findAnswer(stateOf([onEni('c1', '10.10.0.80', { state })]), own, 1), undefined);
  }
});

test('planAdd() takes over one address a set, also when a pod left several containers behind', () => {
  const state = stateOf(['80', '81'].map((n) => onEni(`old${n}`, `10.10.0.${n}`, { pod: pod('db') })));
  const { value } = planAdd(state, claimOnEni('new', { pod: pod('db'), isGone: () => true }), NOW);
  assert.equal(value.kind === 'held' && value.reservations.length, 1);
});

test('planAdd() takes no address over that is not on the ENI of the claim', () => {
  const aPod = { pod: pod('db') };
  const elsewhere = onEni('old', '10.10.0.80', { ...aPod, eni: { ...REF, id: 'eni-0bad' } });
  for (const dead of [reservation('old', '10.10.0.80', aPod), elsewhere]) {
    const { value } = planAdd(stateOf([dead]), claimOnEni('new', { ...aPod, isGone: () => true }), NOW);
    assert.equal(value.kind, 'pending');
  }
});

test('planAdd() does not believe a verdict that a killed ADD has left', () => {
  const verdict: Verdict = { kind: 'eni-full', message: 'it was full then' };
  const stale = onEni('c1', '10.10.0.80', { state: 'refused', verdict, since: NOW - 60_000 });
  assert.equal(planAdd(stateOf([stale]), claimOnEni('c1'), NOW).value.kind, 'pending');
});
