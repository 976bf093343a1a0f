/** Addresses that stay with their pods: what is kept, for whom, for how long, and what gives way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepForPods } from '../../src/allocator/bindings.ts';
import type { Claim } from '../../src/allocator/claim.ts';
import { planAdd } from '../../src/allocator/plan.ts';
import { planRelease, traces } from '../../src/allocator/release.ts';
import { retire } from '../../src/allocator/retire.ts';
import type { Attachment, Pod, State } from '../../src/model.ts';
import { addMarks, allReservations, mapReservations, pruneExpired } from '../../src/state.ts';
import {
  addressesOf,
  attachment,
  binding,
  claim,
  claimOnEni,
  EMPTY,
  ENI,
  mark,
  NOW,
  onEni,
  REF,
  reservation,
  spansOnEni,
  stateOf,
  subnets,
} from './claims.ts';

const HOUR = 3_600_000;
const podOf = (name: string, uid = name): Pod => ({ namespace: 'shop', name, uid });

/** A sticky network of five addresses without an ENI: what is released is free at once. */
const sticky = (name: string, given: Partial<Claim> = {}): Claim =>
  claim(name, { sets: subnets('10.10.0.0/29'), stickyMs: HOUR, pod: podOf(name), ...given });

/** The node after an ADD, and the address that it answered. */
function add(state: State, claimed: Claim, now = NOW): { state: State; address: string } {
  const { state: next, value } = planAdd(state, claimed, now);
  assert.equal(value.kind, 'held');
  const [first] = value.kind === 'held' ? value.reservations : [];
  return { state: next, address: first?.address ?? '' };
}

const del = (state: State, name: string, now = NOW): State => planRelease(state, attachment(name), now);

test('planAdd() gives a pod its address again, though its container, UID and everybody’s cursor are others', () => {
  const first = add(EMPTY, sticky('db-0'));
  let state = del(first.state, 'db-0');
  for (const other of ['web-1', 'web-2', 'web-3']) ({ state } = add(state, sticky(other)));
  const again = sticky('db-0', { attachment: attachment('new'), pod: podOf('db-0', 'another uid') });
  assert.equal(add(state, again).address, first.address);
});

test('planAdd() tells pods apart by namespace, name, network and interface', () => {
  const first = add(EMPTY, sticky('db-0'));
  const state = del(first.state, 'db-0');
  const strangers: Partial<Claim>[] = [
    { pod: { namespace: 'bank', name: 'db-0', uid: 'u' } },
    { pod: podOf('db-1') },
    { attachment: { ...attachment('db-0'), interface: 'net2' } },
    { pod: { namespace: '', name: 'db-0', uid: 'u' } },
  ];
  for (const given of strangers) assert.notEqual(add(state, sticky('db-0', given)).address, first.address);
});

test('planAdd() keeps a bound address for its pod, and gives it to others only when nothing else is free', () => {
  const first = add(EMPTY, sticky('db-0'));
  let state = del(first.state, 'db-0');
  const given: string[] = [];
  for (const other of ['a', 'b', 'c', 'd', 'e']) {
    const next = add(state, sticky(other));
    given.push(next.address);
    ({ state } = next);
  }
  assert.equal(given.at(-1), first.address);
  assert.equal(new Set(given).size, 5);
  assert.equal(
    planAdd(state, sticky('db-0'), NOW).value.kind,
    'refused',
    'a pod that lives is not driven out',
  );
});

test('planAdd() gives networks without `sticky` the bound address last, too', () => {
  const state: State = {
    ...EMPTY,
    bindings: ['2', '3', '4', '5'].map((last) =>
      binding(`shop/db-${last}`, `10.10.0.${last}`, { scope: 'network pods', until: NOW + Number(last) }),
    ),
  };
  let { state: next, address } = add(state, sticky('plain', { stickyMs: 0 }));
  assert.equal(address, '10.10.0.6');
  ({ state: next, address } = add(next, sticky('late', { stickyMs: 0 })));
  assert.equal(address, '10.10.0.2', 'the one whose time is over first');
});

test('planAdd() would rather give what is cooling than what is bound', () => {
  const held = ['3', '4', '5'].map((last) => reservation(`c${last}`, `10.10.0.${last}`));
  const state: State = {
    ...stateOf(held, [mark('10.10.0.6', { scope: 'network pods' })]),
    bindings: [binding('shop/db-0', '10.10.0.2', { scope: 'network pods' })],
  };
  assert.equal(add(state, sticky('web', { cooldownMs: 30_000 })).address, '10.10.0.6');
  assert.equal(add(state, sticky('db-0', { cooldownMs: 30_000 })).address, '10.10.0.2');
});

test('planAdd() gives a pod its own address though it is still cooling', () => {
  const first = add(EMPTY, sticky('db-0', { cooldownMs: 30_000 }));
  const state = del(first.state, 'db-0');
  assert.ok(state.marks.length > 0);
  assert.equal(add(state, sticky('db-0', { cooldownMs: 30_000 })).address, first.address);
});

test('planRelease() keeps the address from the end of the pod on for `stickyFor`, then it is forgotten', () => {
  const first = add(EMPTY, sticky('db-0'));
  const end = NOW + 10 * HOUR;
  const state = del(first.state, 'db-0', end);
  assert.deepEqual(state.bindings, [
    binding('shop/db-0', first.address, { scope: 'network pods', until: end + HOUR }),
  ]);
  assert.equal(pruneExpired(state, end + HOUR - 1).bindings.length, 1);
  assert.equal(pruneExpired(state, end + HOUR).bindings.length, 0);
  // Before it is pruned, too.
  const others = {
    ...state,
    cursors: {},
    bindings: [binding('shop/x', first.address, { until: end + HOUR })],
  };
  assert.deepEqual(addressesOf(add(others, claim('x', { stickyMs: 0 }), end + HOUR).state), ['10.10.0.2']);
});

test('planRelease() keeps nothing where nothing is sticky, or nobody knows the pod', () => {
  for (const given of [{ stickyMs: 0 }, { pod: { namespace: '', name: '', uid: 'u' } }]) {
    const { state } = add(EMPTY, sticky('db-0', given));
    assert.deepEqual(del(state, 'db-0').bindings, []);
  }
});

test('planRelease() keeps what EC2 had assigned, and nothing that an ADD had only begun', () => {
  const begun = planAdd(EMPTY, claimOnEni('db-0', { stickyMs: HOUR, pod: podOf('db-0') }), NOW).state;
  assert.deepEqual(del(begun, 'db-0').bindings, []);
  const assigned = mapReservations(begun, (one) => ({ ...one, state: 'assigned' }));
  const [kept] = del(assigned, 'db-0').bindings;
  assert.deepEqual([kept?.scope, kept?.pod, kept?.address], [REF.subnet, 'shop/db-0', addressesOf(begun)[0]]);
});

test('a failed ADD costs a pod nothing: its address is still kept for it', () => {
  const state: State = { ...EMPTY, bindings: [binding('shop/db-0', '10.10.0.87')] };
  const claimed = claimOnEni('db-0', { stickyMs: HOUR, pod: podOf('db-0') });
  const begun = planAdd(state, claimed, NOW).state;
  assert.deepEqual(addressesOf(begun), ['10.10.0.87']);
  assert.deepEqual(del(begun, 'db-0').bindings, state.bindings);
});

test('retire() keeps the address of a pod whose DEL never came', () => {
  const one = onEni('db-0', '10.10.0.85', { pod: podOf('db-0'), sticky: HOUR, goneSince: NOW - HOUR });
  const state = retire(stateOf([one]), { now: NOW, isGone: () => true, concerns: () => true });
  assert.equal(state.bindings[0]?.address, '10.10.0.85');
});

test('keepForPods() does not go back behind the address that the pod has by now', () => {
  const old = onEni('old', '10.10.0.81', { pod: podOf('db-0'), sticky: HOUR });
  const young = onEni('young', '10.10.0.82', { pod: podOf('db-0', 'new'), sticky: HOUR });
  const state = planRelease(stateOf([old, young]), attachment('old'), NOW);
  assert.deepEqual(state.bindings, []);
});

test('keepForPods() keeps one address for a pod’s interface, and one pod for an address', () => {
  const before: State = {
    ...EMPTY,
    bindings: [
      binding('shop/db-0', '10.10.0.80'),
      binding('shop/gone', '10.10.0.81'),
      binding('shop/db-0', '10.10.0.82', { interface: 'net2' }),
    ],
  };
  const ended = onEni('c', '10.10.0.81', { pod: podOf('db-0'), sticky: HOUR });
  assert.deepEqual(
    keepForPods(before, [ended], NOW).bindings.map(
      ({ pod, interface: name, address }) => `${pod} ${name} ${address}`,
    ),
    ['shop/db-0 net2 10.10.0.82', 'shop/db-0 net1 10.10.0.81'],
  );
});

test('keepForPods() keeps no address of a pod whose interface has another one by now', () => {
  const ended = onEni('old', '10.10.0.81', { pod: podOf('db-0'), sticky: HOUR });
  const living = (name: string) =>
    stateOf([onEni('other', '10.10.0.85'), onEni('new', '10.10.0.82', { pod: podOf(name) })]);
  assert.deepEqual(keepForPods(living('db-0'), [ended], NOW).bindings, []);
  assert.equal(keepForPods(living('db-1'), [ended], NOW).bindings.length, 1);
});

test('keepForPods() keeps the latest 8192, so that a vast range of short-lived pods cannot fill the disk', () => {
  const bindings = Array.from({ length: 8192 }, (_, pod) => binding(`shop/p-${pod}`, `2001:db8::${pod}`));
  const ended = onEni('c', '2001:db8::ffff', { pod: podOf('db-0'), sticky: HOUR });
  const left = keepForPods({ ...EMPTY, bindings }, [ended], NOW).bindings;
  assert.deepEqual([left.length, left[0]?.pod, left.at(-1)?.pod], [8192, 'shop/p-1', 'shop/db-0']);
});

test('planAdd() leaves a bound address that is out of its ranges, or of another subnet, alone', () => {
  for (const kept of [
    binding('shop/db-0', '10.10.0.99'),
    binding('shop/db-0', '10.10.0.85', { scope: 'elsewhere' }),
  ]) {
    const claimed = claimOnEni('db-0', { stickyMs: HOUR, pod: podOf('db-0'), sets: spansOnEni('80-81') });
    const { state } = planAdd({ ...EMPTY, bindings: [kept] }, claimed, NOW);
    assert.match(addressesOf(state)[0] ?? '', /^10\.10\.0\.8[01]$/);
  }
});

test('planAdd() takes the same address first for a pod on every node of the subnet', () => {
  const elsewhere = { ...ENI, id: 'eni-00000000000000077', primary: '10.10.0.6' };
  for (let pod = 0; pod < 20; pod++) {
    const given = { stickyMs: HOUR, pod: podOf(`db-${pod}`), sets: spansOnEni('80-89') };
    const [here, there] = [ENI, elsewhere].map(
      (eni) => planAdd(EMPTY, claimOnEni('c', { ...given, eni }), NOW).state,
    );
    assert.ok(here && there);
    assert.deepEqual(addressesOf(here), addressesOf(there));
  }
});

test('planAdd() goes on to the same second address on every node when EC2 refuses the first', () => {
  const given = { stickyMs: HOUR, pod: podOf('db-0') };
  const [first = ''] = addressesOf(planAdd(EMPTY, claimOnEni('c', given), NOW).state);
  const known = stateOf([], [mark(first, { reason: 'foreign' })]);
  const marked = planAdd(known, claimOnEni('c', given), NOW).state;
  const held = planAdd(stateOf([onEni('x', first)]), claimOnEni('c', given), NOW).state;
  assert.equal(addressesOf(marked)[0], addressesOf(held)[1]);
});

test('planAdd() marks what is the pod’s own for `eni.reassign`, and only that', () => {
  const wants = (state: State, given: Partial<Claim>) =>
    allReservations(planAdd(state, claimOnEni('c', { pod: podOf('db-0'), ...given }), NOW).state).at(-1);
  const own: State = { ...EMPTY, bindings: [binding('shop/db-0', '10.10.0.87')] };
  const sticks = { stickyMs: HOUR };
  assert.equal(wants(own, { ...sticks, reassign: 'stale' })?.reassign, 'stale', 'what it had last');
  assert.equal(
    wants(EMPTY, { ...sticks, reassign: 'stale' })?.reassign,
    'stale',
    'what its name alone gives',
  );
  assert.equal(wants(own, { ...sticks, reassign: 'never' })?.reassign, undefined);
  assert.equal(wants(own, { reassign: 'stale' })?.reassign, undefined, 'nothing is sticky');
  const taken = stateOf([onEni('x', wants(EMPTY, sticks)?.address ?? '')]);
  assert.equal(wants(taken, { ...sticks, reassign: 'stale' })?.reassign, undefined, 'a second choice');
});

test('planAdd() tries its own address though another ENI is known to hold it, but once in an ADD', () => {
  const known: State = {
    ...stateOf([], [mark('10.10.0.87', { reason: 'foreign' })]),
    bindings: [binding('shop/db-0', '10.10.0.87')],
  };
  const claimed = claimOnEni('db-0', { pod: podOf('db-0'), stickyMs: HOUR, reassign: 'stale' });
  const { state } = planAdd(known, claimed, NOW);
  assert.deepEqual(addressesOf(state), ['10.10.0.87']);
  const verdict = { kind: 'address-taken', message: 'another ENI has it, and lives' } as const;
  const refused = mapReservations(state, (one) => ({ ...one, state: 'refused', verdict }));
  const next = planAdd(refused, claimed, NOW + 1);
  assert.notEqual(addressesOf(next.state)[0], '10.10.0.87');
  assert.equal(next.value.kind, 'pending', 'a pod that lost its address still starts');
  const never = planAdd(known, { ...claimed, reassign: 'never' }, NOW).state;
  assert.notEqual(addressesOf(never)[0], '10.10.0.87');
});

test('8,000 bindings make an ADD and a DEL little slower', () => {
  const bindings = Array.from({ length: 8000 }, (_, pod) =>
    binding(`shop/p-${pod}`, `10.10.${64 + (pod >> 8)}.${pod & 255}`, { scope: 'network pods' }),
  );
  const claimed = sticky('db-0', { sets: subnets('10.10.0.0/16') });
  const looks = countReads(bindings);
  const { state } = add({ ...EMPTY, bindings: looks.list }, claimed);
  del(state, 'db-0');
  assert.ok(looks.count() < 12 * 8000, `each binding is read ${looks.count() / 8000} times`);
});

/** The list, and how often an item of it was asked for: time on a machine that others share tells nothing. */
function countReads<T>(items: readonly T[]): { list: readonly T[]; count: () => number } {
  let reads = 0;
  const list = new Proxy(items, {
    get(target, key, receiver) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads++;
      return Reflect.get(target, key, receiver);
    },
  });
  return { list, count: () => reads };
}

test('addMarks() and traces() know nothing of bindings: they explain no address on an ENI', () => {
  const one = onEni('db-0', '10.10.0.85', { state: 'releasing', pod: podOf('db-0'), sticky: HOUR });
  const state = addMarks({ ...EMPTY, bindings: [binding('shop/db-0', one.address)] }, traces(one, NOW));
  assert.equal(state.bindings.length, 1);
  assert.ok(state.marks.every(({ reason }) => reason === 'released'));
});

const interfaceOf = (container: string, name: string): Attachment => ({
  ...attachment(container),
  interface: name,
});

test('planAdd() gives each interface of a pod its own address again', () => {
  let state = EMPTY;
  const got: Record<string, string> = {};
  for (const name of ['net1', 'net2']) {
    const next = add(state, sticky('db-0', { attachment: interfaceOf('db-0', name) }));
    got[name] = next.address;
    ({ state } = next);
  }
  for (const name of ['net2', 'net1']) state = planRelease(state, interfaceOf('db-0', name), NOW);
  for (const name of ['net2', 'net1']) {
    const next = add(state, sticky('db-0', { attachment: interfaceOf('again', name) }));
    assert.equal(next.address, got[name]);
    ({ state } = next);
  }
});
