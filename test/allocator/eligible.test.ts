/** Ranges that are for somebody: who may use them, and in which order they are used up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Claim } from '../../src/allocator/claim.ts';
import { rangesFor } from '../../src/allocator/eligible.ts';
import { planAdd } from '../../src/allocator/plan.ts';
import { planRelease } from '../../src/allocator/release.ts';
import { fitToSubnet, wholeSets } from '../../src/allocator/subnet.ts';
import { formatSet } from '../../src/config/ranges.ts';
import type { State } from '../../src/model.ts';
import {
  addressesOf,
  attachment,
  claim,
  EMPTY,
  ENI,
  mark,
  NOW,
  rangeSets,
  reservation,
  stateOf,
} from './claims.ts';

const span = (first: number, last: number, pods?: string[]) => ({
  subnet: '10.10.0.0/24',
  rangeStart: `10.10.0.${first}`,
  rangeEnd: `10.10.0.${last}`,
  ...(pods ? { pods } : {}),
});

/** Three addresses for the API, a spare, and one for everyone. */
const sets = wholeSets(rangeSets([span(80, 82, ['shop/api-*']), span(83, 83, ['shop/*']), span(84, 89)]));

const setsFor = (pod: string | undefined) => rangesFor(pod, sets).map(({ ranges }) => formatSet(ranges));

test('rangesFor() leaves each pod the ranges that name it, and those for everyone', () => {
  assert.deepEqual(setsFor('shop/api-1'), [
    '10.10.0.80-10.10.0.82,10.10.0.83-10.10.0.83,10.10.0.84-10.10.0.89',
  ]);
  assert.deepEqual(setsFor('shop/web-1'), ['10.10.0.83-10.10.0.83,10.10.0.84-10.10.0.89']);
  assert.deepEqual(setsFor('other/api-1'), ['10.10.0.84-10.10.0.89']);
  assert.deepEqual(
    setsFor(undefined),
    ['10.10.0.84-10.10.0.89'],
    'a pod without a name is nobody in particular',
  );
});

test('rangesFor() says whom the ranges are for when none is for the pod', () => {
  const closed = wholeSets(rangeSets([span(80, 82, ['shop/api-*', 'shop/db-0'])]));
  assert.throws(() => rangesFor('shop/web-1', closed), {
    kind: 'invalid-config',
    message:
      'cannot give an address of range set 0 (10.10.0.80-10.10.0.82) to shop/web-1: ' +
      'its ranges are for shop/api-*, shop/db-0, and none is for everyone',
  });
  assert.throws(() => rangesFor(undefined, closed), {
    message: /to a pod without a name \(.*K8S_POD_NAME\)/,
  });
});

const claimOf = (pod: string, container: string, given: Partial<Claim> = {}): Claim => {
  const [namespace = '', name = ''] = pod.split('/');
  return claim(container, { sets: rangesFor(pod, sets), pod: { namespace, name, uid: container }, ...given });
};

/** Adds the pods one after the other; answers the last bytes of what they got. */
function addAll(state: State, pods: readonly string[]): { state: State; got: readonly string[] } {
  let next = state;
  for (const [index, pod] of pods.entries())
    ({ state: next } = planAdd(next, claimOf(pod, `c${index}`), NOW));
  return { state: next, got: addressesOf(next).map((text) => text.replace('10.10.0.', '')) };
}

test('planAdd() keeps pods to their range, then to its spare, then to everyone’s', () => {
  const pods = ['shop/api-1', 'shop/api-2', 'shop/api-3', 'shop/api-4', 'shop/api-5', 'shop/web-1'];
  assert.deepEqual(addAll(EMPTY, pods).got, ['80', '81', '82', '83', '84', '85']);
});

test('planAdd() gives nothing of a range for somebody to anybody else, even when all else is used up', () => {
  const others = Array.from({ length: 6 }, (_, index) => `other/pod-${index}`);
  const { state, got } = addAll(EMPTY, others);
  assert.deepEqual(got, ['84', '85', '86', '87', '88', '89']);
  const { value } = planAdd(state, claimOf('other/late', 'late'), NOW);
  assert.ok(value.kind === 'refused');
  assert.equal(value.failure.kind, 'no-free-address');
  assert.doesNotMatch(value.failure.message, /spare/, 'this range is for everyone');
});

test('planAdd() goes round within a range for somebody, and everyone’s range goes round by itself', () => {
  let { state } = addAll(EMPTY, ['shop/api-1', 'other/pod-1', 'shop/api-2', 'other/pod-2']);
  assert.deepEqual(addressesOf(state), ['10.10.0.80', '10.10.0.84', '10.10.0.81', '10.10.0.85']);
  state = planRelease(state, attachment('c0'), NOW);
  state = planRelease(state, attachment('c1'), NOW);
  ({ state } = planAdd(state, claimOf('shop/api-3', 'c8'), NOW));
  ({ state } = planAdd(state, claimOf('other/pod-3', 'c9'), NOW));
  assert.deepEqual(addressesOf(state).slice(2), ['10.10.0.82', '10.10.0.86']);
});

test('planAdd() uses everyone’s ranges up in their order, too, once one of the set is for somebody', () => {
  const three = wholeSets(rangeSets([span(80, 82, ['shop/api-*']), span(84, 85), span(88, 89)]));
  const given = { sets: rangesFor('other/pod', three) };
  let state = EMPTY;
  for (const container of ['a', 'b'])
    ({ state } = planAdd(state, claimOf('other/pod', container, given), NOW));
  assert.deepEqual(addressesOf(state), ['10.10.0.84', '10.10.0.85']);
  state = planRelease(state, attachment('a'), NOW);
  ({ state } = planAdd(state, claimOf('other/pod', 'c', given), NOW));
  assert.equal(addressesOf(state).at(-1), '10.10.0.84', 'the later range is the spare');
});

test('planAdd() would rather give what is cooling in the pod’s own range than a spare', () => {
  const state = stateOf(
    ['81', '82'].map((last) => reservation(`c${last}`, `10.10.0.${last}`)),
    [mark('10.10.0.80', { scope: 'network pods' })],
  );
  const { state: next } = planAdd(state, claimOf('shop/api-9', 'c9', { cooldownMs: 30_000 }), NOW);
  assert.equal(addressesOf(next).at(-1), '10.10.0.80');
});

test('planAdd() goes through a rolling update within a range that has one address more than pods', () => {
  const three = wholeSets(rangeSets([span(80, 82, ['shop/api-*'])]));
  const given = { sets: three, cooldownMs: 30_000 };
  let state = EMPTY;
  for (const pod of ['a', 'b']) ({ state } = planAdd(state, claimOf(`shop/api-${pod}`, pod, given), NOW));
  for (const [fresh, old] of [
    ['c', 'a'],
    ['d', 'b'],
    ['e', 'c'],
    ['f', 'd'],
  ] as const) {
    const { state: next, value } = planAdd(state, claimOf(`shop/api-${fresh}`, fresh, given), NOW);
    assert.equal(value.kind, 'held', `${fresh} starts before ${old} ends`);
    state = planRelease(next, attachment(old), NOW);
  }
});

test('planAdd() says that one spare address is missing when a rolling update finds none', () => {
  const two = wholeSets(rangeSets([span(80, 81, ['shop/api-*'])]));
  let state = EMPTY;
  for (const pod of ['a', 'b'])
    ({ state } = planAdd(state, claimOf(`shop/api-${pod}`, pod, { sets: two }), NOW));
  const { value } = planAdd(state, claimOf('shop/api-c', 'c', { sets: two }), NOW);
  assert.ok(value.kind === 'refused');
  assert.equal(
    value.failure.message,
    'no free address in range set 10.10.0.80-10.10.0.81 of network pods: 2 held by pods of this node; ' +
      'the range is for shop/api-* and has no spare: one address more than there are pods is enough for a ' +
      'rolling update, in this range or in another one behind it in the list',
  );
});

test('planAdd() remembers all ranges of the network, whoever they are for', () => {
  const onEni = fitToSubnet(rangeSets([span(80, 82, ['shop/api-*']), span(84, 89)]), ENI);
  const given = { eni: ENI, sets: rangesFor('other/pod', onEni) };
  const { state } = planAdd(EMPTY, claimOf('other/pod', 'c1', given), NOW);
  assert.deepEqual(state.networks['pods']?.ranges.toSorted(), [
    '10.10.0.80-10.10.0.82',
    '10.10.0.84-10.10.0.89',
  ]);
});
