/** Which prefixes an ENI may get, and until when it needs them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Claim } from '../../src/allocator/claim.ts';
import { idlePrefixes } from '../../src/allocator/delegations.ts';
import { planAdd } from '../../src/allocator/plan.ts';
import { planRelease } from '../../src/allocator/release.ts';
import type { Delegation, Reservation, State } from '../../src/model.ts';
import { allReservations } from '../../src/state.ts';
import { address } from '../net/literals.ts';
import {
  attachment,
  binding,
  claimOnEni,
  delegation,
  EMPTY,
  ENI,
  inPrefix,
  mark,
  NOW,
  onEni,
  pod,
  spansOnEni,
  stateOf,
  written,
} from './claims.ts';

const ELSEWHERE = { eni: { ...ENI, id: 'eni-00000000000000001' } };
const FIRST = '10.10.0.96/28';
const SECOND = '10.10.0.112/28';
const THIRD = '10.10.0.128/28';

/** A claim of one address out of prefixes; `.96` to `.143` has three of them. */
const claimInPrefix = (container: string, given: Partial<Claim> = {}): Claim =>
  claimOnEni(container, { sets: spansOnEni('96-143'), delegation: { spare: 0 }, ...given });

const holding = (
  delegations: readonly Delegation[],
  reservations: readonly Reservation[] = [],
  given: Partial<State> = {},
): State => ({ ...EMPTY, delegations, reservations: written(reservations), ...given });

/** What an ADD comes to: `10.10.0.96 assigned in 10.10.0.96/28`, or a failure's kind; and which prefixes are wanted. */
function plan(state: State, claim: Claim): readonly [string, ...string[]] {
  const { state: next, value } = planAdd(state, claim, NOW);
  const own = allReservations(next).find(({ container }) => container === claim.attachment.container);
  const told =
    value.kind === 'refused'
      ? value.failure.kind
      : `${own?.address} ${own?.state} in ${own?.prefix ?? 'none'}`;
  const there = new Set(state.delegations.map(({ address: prefix }) => prefix));
  const all = next.delegations.map(({ address: prefix }) => prefix);
  return [told, ...all.filter((prefix) => !there.has(prefix))];
}

/** Pods in all addresses of a /28. */
const crowd = (prefix: string): readonly Reservation[] => {
  const first = Number(prefix.replace(/\/28$/, '').split('.').at(-1));
  return Array.from({ length: 16 }, (_, place) =>
    inPrefix(`${prefix}-${place}`, `10.10.0.${first + place}`, prefix),
  );
};

/** What stands against every address of a /28, but not against having it. */
const everyOf = <T>(prefix: string, note: (text: string, place: number) => T): readonly T[] =>
  crowd(prefix).map(({ address: text }, place) => note(text, place));
const COOLING = everyOf(FIRST, (text) => mark(text));
const KEPT = everyOf(FIRST, (text, place) => binding(`shop/db-${place}`, text, { until: NOW + 100 - place }));

const adds: [title: string, state: State, given: Partial<Claim>, expected: [string, ...string[]]][] = [
  ['fetches a prefix', EMPTY, {}, ['10.10.0.96 assigning in 10.10.0.96/28', FIRST]],
  [
    'fetches as many to spare as there are to be',
    EMPTY,
    { delegation: { spare: 5 } },
    ['10.10.0.96 assigning in 10.10.0.96/28', FIRST, SECOND, THIRD],
  ],
  [
    'takes what is free in a prefix at once',
    holding([delegation(FIRST)]),
    {},
    ['10.10.0.96 assigned in 10.10.0.96/28'],
  ],
  [
    'waits for a prefix that is on its way',
    holding([delegation(FIRST, { state: 'assigning' })]),
    {},
    ['10.10.0.96 assigning in 10.10.0.96/28'],
  ],
  [
    'prefers a prefix that is there to one that is on its way',
    holding([delegation(FIRST, { state: 'assigning' }), delegation(SECOND)]),
    {},
    ['10.10.0.112 assigned in 10.10.0.112/28'],
  ],
  [
    'joins the prefix with the most pods',
    holding([delegation(FIRST), delegation(SECOND)], [inPrefix('c9', '10.10.0.115', SECOND)]),
    {},
    ['10.10.0.112 assigned in 10.10.0.112/28'],
  ],
  [
    'fetches another prefix when those that there are are full',
    holding([delegation(FIRST)], crowd(FIRST)),
    { delegation: { spare: 1 } },
    ['10.10.0.112 assigning in 10.10.0.112/28', SECOND, THIRD],
  ],
  [
    'fetches none to spare beside one that is empty',
    holding([delegation(FIRST)]),
    { delegation: { spare: 1 }, requested: new Map([[0, address('10.10.0.120')]]) },
    ['10.10.0.120 assigning in 10.10.0.112/28', SECOND],
  ],
  [
    'fetches what is lacking to spare, and not what is there',
    holding([delegation(FIRST)]),
    { delegation: { spare: 2 }, requested: new Map([[0, address('10.10.0.120')]]) },
    ['10.10.0.120 assigning in 10.10.0.112/28', SECOND, THIRD],
  ],
  [
    'fetches one to spare although one of other ranges is empty',
    holding([delegation(FIRST)]),
    { delegation: { spare: 1 }, sets: spansOnEni('112-143') },
    ['10.10.0.112 assigning in 10.10.0.112/28', SECOND, THIRD],
  ],
  [
    'fetches one to spare although one is empty that is lost, or on another ENI',
    holding([delegation(FIRST, { lost: true }), delegation(SECOND, ELSEWHERE)]),
    { delegation: { spare: 1 }, sets: spansOnEni('80-143') },
    ['10.10.0.80 assigning in 10.10.0.80/28', '10.10.0.80/28', THIRD],
  ],
  [
    'passes over a prefix of which this node has a single address',
    stateOf([onEni('c9', '10.10.0.100')]),
    {},
    ['10.10.0.112 assigning in 10.10.0.112/28', SECOND],
  ],
  [
    'passes over a prefix of which another ENI has an address, or all',
    stateOf([], [mark('10.10.0.100', { reason: 'foreign' }), mark(SECOND, { reason: 'foreign' })]),
    {},
    ['10.10.0.128 assigning in 10.10.0.128/28', THIRD],
  ],
  [
    'passes over a prefix with an address that is fixed for somebody else',
    EMPTY,
    { fixedForOthers: new Map([['10.10.0.99', 'shop/db-0']]) },
    ['10.10.0.112 assigning in 10.10.0.112/28', SECOND],
  ],
  [
    'has nothing from a prefix that is lost, or on its way back',
    holding([delegation(FIRST, { lost: true }), delegation(SECOND, { state: 'releasing' })]),
    {},
    ['10.10.0.128 assigning in 10.10.0.128/28', THIRD],
  ],
  [
    'fetches again a prefix that was given back a moment ago',
    stateOf([], [mark(FIRST)]),
    { cooldownMs: 30_000 },
    ['10.10.0.96 assigning in 10.10.0.96/28', FIRST],
  ],
  [
    'passes over no prefix for what was seen in another subnet, or long ago',
    stateOf(
      [],
      [
        mark(FIRST, { reason: 'foreign', scope: 'subnet-00000000000000009' }),
        mark(FIRST, { reason: 'foreign', until: NOW }),
      ],
    ),
    {},
    ['10.10.0.96 assigning in 10.10.0.96/28', FIRST],
  ],
  [
    'has nothing that it asks for from a prefix that is lost',
    holding([delegation(FIRST, { lost: true })]),
    { requested: new Map([[0, address('10.10.0.100')]]) },
    ['address-taken'],
  ],
  [
    'has nothing that it asks for from a prefix of another ENI',
    holding([delegation(FIRST, ELSEWHERE)]),
    { requested: new Map([[0, address('10.10.0.100')]]) },
    ['address-taken'],
  ],
  [
    'has nothing that it asks for from a prefix that is on its way back',
    holding([delegation(FIRST, { state: 'releasing' })]),
    { requested: new Map([[0, address('10.10.0.100')]]) },
    ['try-again'],
  ],
  [
    'fetches another prefix rather than what is cooling',
    holding([delegation(FIRST)], crowd(FIRST).slice(1), { marks: [mark('10.10.0.96')] }),
    { cooldownMs: 30_000 },
    ['10.10.0.112 assigning in 10.10.0.112/28', SECOND],
  ],
  [
    'takes what is cooling when the ENI is full',
    holding([delegation(FIRST)], crowd(FIRST).slice(1), {
      marks: [mark('10.10.0.96')],
      limits: [{ eni: ENI.id, family: 4, pods: 9, until: NOW + 1 }],
    }),
    { cooldownMs: 30_000 },
    ['10.10.0.96 assigned in 10.10.0.96/28'],
  ],
  [
    'fetches a prefix with a free address rather than one that is all cooling',
    stateOf([], COOLING),
    { cooldownMs: 30_000 },
    ['10.10.0.112 assigning in 10.10.0.112/28', SECOND],
  ],
  [
    'fetches one that is all cooling when there is no other',
    stateOf([], COOLING),
    { cooldownMs: 30_000, sets: spansOnEni('96-111') },
    ['10.10.0.96 assigning in 10.10.0.96/28', FIRST],
  ],
  [
    'takes what is cooling in a prefix that is there rather than in a new one',
    holding([delegation(SECOND)], crowd(SECOND).slice(1), { marks: [...COOLING, mark('10.10.0.112')] }),
    { cooldownMs: 30_000, sets: spansOnEni('96-127') },
    ['10.10.0.112 assigned in 10.10.0.112/28'],
  ],
  [
    'fetches a prefix with a free address rather than one that is all kept for other pods',
    holding([], [], { bindings: KEPT }),
    {},
    ['10.10.0.112 assigning in 10.10.0.112/28', SECOND],
  ],
  [
    'fetches one that is all kept when there is no other, for what was kept the longest',
    holding([], [], { bindings: KEPT }),
    { sets: spansOnEni('96-111') },
    ['10.10.0.111 assigning in 10.10.0.96/28', FIRST],
  ],
  [
    'is told that the ENI is full when its prefixes are',
    holding([delegation(FIRST)], crowd(FIRST), {
      limits: [{ eni: ENI.id, family: 4, pods: 9, until: NOW + 1 }],
    }),
    {},
    ['eni-full'],
  ],
  [
    'is told that the ENI is full when it asks for what is in none of its prefixes',
    holding([delegation(FIRST)], [], { limits: [{ eni: ENI.id, family: 4, pods: 9, until: NOW + 1 }] }),
    { requested: new Map([[0, address('10.10.0.120')]]) },
    ['eni-full'],
  ],
  [
    'fetches one although the ENI was full, when another is on its way back',
    holding([delegation(FIRST, { state: 'releasing' })], [], {
      limits: [{ eni: ENI.id, family: 4, pods: 9, until: NOW + 1 }],
    }),
    {},
    ['10.10.0.112 assigning in 10.10.0.112/28', SECOND],
  ],
  [
    'is told that no prefix is left',
    holding([delegation(FIRST)], crowd(FIRST), { marks: [mark(SECOND, { reason: 'foreign' })] }),
    { sets: spansOnEni('96-127') },
    ['no-free-address'],
  ],
  [
    'has what it asks for with its prefix',
    EMPTY,
    { requested: new Map([[0, address('10.10.0.120')]]) },
    ['10.10.0.120 assigning in 10.10.0.112/28', SECOND],
  ],
  [
    'has what it asks for at once if the prefix is there',
    holding([delegation(SECOND)]),
    { requested: new Map([[0, address('10.10.0.120')]]) },
    ['10.10.0.120 assigned in 10.10.0.112/28'],
  ],
  [
    'has what it asks for by itself where the prefix is not to be had',
    stateOf([onEni('c9', '10.10.0.121')]),
    { requested: new Map([[0, address('10.10.0.120')]]) },
    ['10.10.0.120 assigning in none'],
  ],
  [
    'has what it asks for by itself where the range has not the whole prefix',
    EMPTY,
    { sets: spansOnEni('97-143'), requested: new Map([[0, address('10.10.0.100')]]) },
    ['10.10.0.100 assigning in none'],
  ],
  [
    'takes over no single address of a pod that is gone, unless it asks for it',
    stateOf([onEni('gone', '10.10.0.100')]),
    { sets: spansOnEni('96-111'), isGone: () => true },
    ['no-free-address'],
  ],
  [
    'takes over a single address that it asks for',
    stateOf([onEni('gone', '10.10.0.100')]),
    { sets: spansOnEni('96-111'), isGone: () => true, requested: new Map([[0, address('10.10.0.100')]]) },
    ['10.10.0.100 assigning in none'],
  ],
  [
    'takes over an address of a prefix from a pod that is gone',
    holding([delegation(FIRST)], crowd(FIRST)),
    { sets: spansOnEni('96-111'), isGone: () => true },
    ['10.10.0.96 assigned in 10.10.0.96/28'],
  ],
  [
    'has its last address again in a prefix that is there',
    holding([delegation(FIRST)], [], { bindings: [binding('shop/db-0', '10.10.0.103')] }),
    { stickyMs: 1000, pod: pod('db') },
    ['10.10.0.103 assigned in 10.10.0.96/28'],
  ],
  [
    'fetches no prefix for its last address alone',
    holding([delegation(FIRST)], [], { bindings: [binding('shop/db-0', '10.10.0.113')] }),
    { stickyMs: 1000, pod: pod('db') },
    ['10.10.0.96 assigned in 10.10.0.96/28'],
  ],
];
for (const [title, state, given, expected] of adds) {
  test(`planAdd() in prefixes ${title}`, () => {
    assert.deepEqual(plan(state, claimInPrefix('c1', given)), expected);
  });
}

test('planAdd() writes down of a prefix whose it is, how long it is to cool, and how many are to spare', () => {
  const { state } = planAdd(EMPTY, claimInPrefix('c1', { cooldownMs: 90_000 }), NOW);
  assert.deepEqual(state.delegations, [
    delegation(FIRST, { state: 'assigning', spare: 0, cooldown: 90_000 }),
  ]);
});

test('planAdd() asks EC2 for no address of a prefix by itself, neither from a dead pod nor from another ENI', () => {
  const given: Partial<Claim> = {
    sets: spansOnEni('96-111'),
    isGone: () => true,
    reassign: 'stale',
    fixed: new Map([[0, [address('10.10.0.96')]]]),
  };
  const { state } = planAdd(holding([delegation(FIRST)], crowd(FIRST)), claimInPrefix('c1', given), NOW);
  assert.deepEqual(state.marks, []);
  assert.deepEqual(allReservations(state).at(-1)?.reassign, undefined);
});

test('planAdd() of single addresses gives nothing out of a prefix, on whatever ENI of the node', () => {
  const state = holding(
    [delegation(FIRST), delegation(SECOND, ELSEWHERE)],
    [inPrefix('gone', '10.10.0.100', FIRST)],
  );
  const { delegation: _, ...single } = claimInPrefix('c1', { isGone: () => true });
  assert.deepEqual(plan(state, single), ['10.10.0.128 assigning in none']);
  assert.deepEqual(plan(state, { ...single, sets: spansOnEni('96-127') }), ['no-free-address']);
  const requested = new Map([[0, address('10.10.0.120')]]);
  assert.deepEqual(plan(state, { ...single, requested }), ['address-taken']);
});

test('planAdd() remembers for all prefixes of the network how many are to spare by now', () => {
  const state = holding([
    delegation(FIRST, { spare: 3 }),
    delegation(SECOND, { network: 'other', spare: 3 }),
    delegation(THIRD, { spare: 3, eni: { ...ENI, id: 'eni-00000000000000001' } }),
  ]);
  const { state: next } = planAdd(state, claimInPrefix('c1', { delegation: { spare: 0 } }), NOW);
  assert.deepEqual(
    next.delegations.map(({ spare }) => spare),
    [0, 3, 3],
  );
});

test('planRelease() frees an address of a prefix at once, and lets it cool', () => {
  const own = inPrefix('c1', '10.10.0.97', FIRST, { cooldown: 5000 });
  const next = planRelease(holding([delegation(FIRST)], [own]), attachment('c1'), NOW);
  assert.deepEqual([allReservations(next), next.delegations], [[], [delegation(FIRST)]]);
  assert.deepEqual(next.marks, [mark('10.10.0.97', { until: NOW + 5000 })]);
});

test('planRelease() lets no address of a prefix cool that never was anybody’s', () => {
  const own = inPrefix('c1', '10.10.0.97', FIRST, { state: 'assigning', cooldown: 5000 });
  const state = holding([delegation(FIRST, { state: 'assigning' })], [own]);
  assert.deepEqual(planRelease(state, attachment('c1'), NOW), { ...state, reservations: [] });
});

const idle: [title: string, state: State, expected: string[]][] = [
  ['an empty one is spared', holding([delegation(FIRST)]), []],
  ['a second empty one is not', holding([delegation(FIRST), delegation(SECOND)]), [SECOND]],
  [
    'each network has its own to spare',
    holding([delegation(FIRST), delegation(SECOND, { network: 'other' })]),
    [],
  ],
  [
    'each family has its own to spare',
    holding([delegation(FIRST), delegation('2600:1f14:abc:1200:1::/80')]),
    [],
  ],
  ['each ENI has its own to spare', holding([delegation(FIRST), delegation(SECOND, ELSEWHERE)]), []],
  [
    'the least number to spare counts, where the configuration has changed',
    holding([delegation(FIRST, { spare: 2 }), delegation(SECOND)]),
    [SECOND],
  ],
  ['with none to spare, every empty one goes', holding([delegation(FIRST, { spare: 0 })]), [FIRST]],
  [
    'one with a pod stays, whatever the pod does',
    holding([delegation(FIRST, { spare: 0 })], [inPrefix('c1', '10.10.0.97', FIRST, { state: 'assigning' })]),
    [],
  ],
  [
    'one stays while an address of it is cooling',
    holding([delegation(FIRST, { spare: 0 })], [], { marks: [mark('10.10.0.97')] }),
    [],
  ],
  [
    'one goes whatever else is known of its addresses, or was left in another subnet',
    holding([delegation(FIRST, { spare: 0 })], [], {
      marks: [
        mark('10.10.0.97', { reason: 'asked' }),
        mark('10.10.0.98', { scope: 'subnet-00000000000000009' }),
      ],
    }),
    [FIRST],
  ],
  [
    'one goes when the last address is cool',
    holding([delegation(FIRST, { spare: 0 })], [], { marks: [mark('10.10.0.97', { until: NOW })] }),
    [FIRST],
  ],
  [
    'one that is on its way is spared beside one that a pod waits for',
    holding(
      [delegation(FIRST, { state: 'assigning' }), delegation(SECOND, { state: 'assigning' })],
      [inPrefix('c1', '10.10.0.97', FIRST, { state: 'assigning' })],
    ),
    [],
  ],
  [
    'one that is on its way is not spared when nobody waits any more',
    holding([delegation(FIRST, { state: 'assigning' })]),
    [FIRST],
  ],
  [
    'one that is there is spared before one that is on its way',
    holding(
      [FIRST, SECOND].map((prefix) => delegation(prefix, { state: 'assigning' })).concat(delegation(THIRD)),
      [inPrefix('c1', '10.10.0.97', FIRST, { state: 'assigning' })],
    ),
    [SECOND],
  ],
  [
    'a pod on another ENI does not keep it',
    holding([delegation(FIRST, { spare: 0 })], [inPrefix('c1', '10.10.0.97', FIRST, ELSEWHERE)]),
    [FIRST],
  ],
];
for (const [title, state, expected] of idle) {
  test(`idlePrefixes(): ${title}`, () => {
    assert.deepEqual(
      [...idlePrefixes(state, NOW)].map(({ address: prefix }) => prefix),
      expected,
    );
  });
}
