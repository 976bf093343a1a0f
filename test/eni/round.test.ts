/** Rounds at an ENI: what they ask of EC2, and that state and ENI agree in the end whatever is lost. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { planAdd } from '../../src/allocator/plan.ts';
import { planRelease } from '../../src/allocator/release.ts';
import { applyReport } from '../../src/eni/report.ts';
import { callEc2, queueOf } from '../../src/eni/round.ts';
import type { State } from '../../src/model.ts';
import { allReservations } from '../../src/state.ts';
import {
  attachment,
  claimOnEni,
  delegation,
  EMPTY,
  inPrefix,
  NOW,
  onEni,
  REF,
  reservation,
  stateOf,
} from '../allocator/claims.ts';
import { type Action, FakeCloud, type Fault, NEIGHBOUR } from './fake-cloud.ts';

const mixed = stateOf([
  onEni('c1', '10.10.0.80', { state: 'assigning' }),
  onEni('c2', '10.10.0.81', { state: 'releasing' }),
  onEni('c3', '10.10.0.82'),
  onEni('c4', '10.10.0.83', { state: 'refused' }),
  onEni('c5', '10.10.0.84', { state: 'assigning', network: 'other' }),
  onEni('c6', '10.10.0.85', { state: 'assigning', eni: { ...REF, id: 'eni-00000000000000001' } }),
  reservation('c7', '10.10.0.86'),
]);

test('queueOf() has what waits at the ENI, of every network', () => {
  const { assigning, releasing, strays } = queueOf(mixed, REF, { listed: [], orphans: ['10.10.0.90'] }, NOW);
  assert.deepEqual(
    assigning.map(({ address }) => address),
    ['10.10.0.80', '10.10.0.84'],
  );
  assert.deepEqual(
    releasing.map(({ address }) => address),
    ['10.10.0.81'],
  );
  assert.deepEqual(strays, ['10.10.0.90']);
});

test('callEc2() takes off first, since that makes room on a full ENI', async () => {
  const full = Array.from({ length: 8 }, (_, place) => `10.10.0.${place + 90}`);
  const cloud = new FakeCloud({ instanceType: 'm5.large', own: ['10.10.0.81', ...full] });
  const state = stateOf(allReservations(mixed).slice(0, 2));
  const { released, assigned } = await callEc2(cloud, REF, queueOf(state, REF, { listed: [] }, NOW));
  assert.deepEqual(cloud.calls, [
    ['unassign', '10.10.0.81'],
    ['assign', '10.10.0.80'],
  ]);
  assert.deepEqual([...released], [['10.10.0.81', { kind: 'released' }]]);
  assert.deepEqual([...assigned.outcomes], [['10.10.0.80', { kind: 'held' }]]);
});

test('callEc2() takes strays off in the same call', async () => {
  const cloud = new FakeCloud({ own: ['10.10.0.81', '10.10.0.90'] });
  await callEc2(cloud, REF, queueOf(mixed, REF, { listed: [], orphans: ['10.10.0.90'] }, NOW));
  assert.deepEqual(cloud.calls[0], ['unassign', '10.10.0.81', '10.10.0.90']);
});

test('callEc2() asks for addresses and prefixes in calls of their own, when all has come off', async () => {
  const cloud = new FakeCloud({ own: ['10.10.0.81'] });
  cloud.assignElsewhere(REF.id, '10.10.0.112/28');
  const state: State = {
    ...stateOf([
      ...allReservations(mixed).slice(0, 2),
      inPrefix('c9', '10.10.0.97', '10.10.0.96/28', { state: 'assigning' }),
    ]),
    delegations: [
      delegation('10.10.0.96/28', { state: 'assigning' }),
      delegation('10.10.0.112/28', { state: 'releasing' }),
    ],
  };
  await callEc2(cloud, REF, queueOf(state, REF, { listed: [] }, NOW));
  assert.deepEqual(cloud.calls, [
    ['unassign', '10.10.0.81'],
    ['unassign', '10.10.0.112/28'],
    ['assign', '10.10.0.80'],
    ['assign', '10.10.0.96/28'],
  ]);
});

test('queueOf() asks for nothing that overlaps what nobody explains', () => {
  const state: State = {
    ...stateOf([onEni('c1', '10.10.0.80', { state: 'assigning' })]),
    delegations: [delegation('10.10.0.96/28', { state: 'assigning' })],
  };
  const { squatted, assigning } = queueOf(state, REF, { listed: ['10.10.0.80/28', '10.10.0.99'] }, NOW);
  assert.deepEqual(
    [assigning, squatted.map(({ address }) => address)],
    [[], ['10.10.0.96/28', '10.10.0.80']],
  );
});

test('queueOf() has an address again that a living pod lost', () => {
  const lost = onEni('c1', '10.10.0.80', { lost: true });
  assert.deepEqual(queueOf(stateOf([lost]), REF, { listed: [] }, NOW).assigning, [lost]);
});

test('queueOf() takes off no orphan that a pod has by now', () => {
  const sighting = { listed: [], orphans: ['10.10.0.80', '10.10.0.90'] };
  assert.deepEqual(queueOf(mixed, REF, sighting, NOW).strays, ['10.10.0.90']);
});

test('callEc2() does not ask for what is on the ENI without a record: EC2 would not refuse it', async () => {
  const cloud = new FakeCloud({ own: ['10.10.0.80'] });
  const state = stateOf([
    onEni('c1', '10.10.0.80', { state: 'assigning' }),
    onEni('c2', '10.10.0.81', { state: 'assigning' }),
  ]);
  const queue = queueOf(state, REF, { listed: cloud.own }, NOW);
  const report = await callEc2(cloud, REF, queue);
  assert.deepEqual(cloud.calls, [['assign', '10.10.0.81']]);
  const next = applyReport(state, REF, report, NOW);
  const [squatted] = allReservations(next);
  assert.deepEqual([squatted?.state, squatted?.verdict?.kind], ['refused', 'address-taken']);
  assert.match(squatted?.verdict?.message ?? '', /10\.10\.0\.80 .*no record explains why/);
  assert.deepEqual(
    next.marks.map(({ address, reason, eni }) => [address, reason, eni]),
    [['10.10.0.80', 'unexplained', REF.id]],
  );
});

const IPV6 = '2600:1f14:abc:1200::100';

test('callEc2() calls for each family by itself, and a fault of one fails nobody of the other', async () => {
  const cloud = new FakeCloud({ ipv6: ['2600:1f14:abc:1200::101'], neighboursIpv6: [IPV6] });
  const state = stateOf([
    onEni('c1', '10.10.0.80', { state: 'assigning' }),
    onEni('c1', IPV6, { state: 'assigning', set: 1 }),
    onEni('c2', '2600:1f14:abc:1200::101', { state: 'releasing' }),
    onEni('c3', '2600:1f14:abc:1200::102', { state: 'assigning' }),
  ]);
  const { assigned, released } = await callEc2(cloud, REF, queueOf(state, REF, { listed: [] }, NOW));
  assert.deepEqual(cloud.own, ['10.10.0.80', '2600:1f14:abc:1200::102']);
  assert.deepEqual([...released.keys()], ['2600:1f14:abc:1200::101']);
  const conflict = assigned.outcomes.get(IPV6);
  assert.equal(conflict?.kind === 'refused' && conflict.verdict.kind, 'address-taken');
  assert.equal(conflict?.kind === 'refused' && conflict.holder, NEIGHBOUR);
});

test('callEc2() takes nothing off that EC2 was never asked for', async () => {
  const cloud = new FakeCloud({ own: ['10.10.0.80'] });
  const state = stateOf([onEni('c1', '10.10.0.80', { state: 'releasing', unasked: true })]);
  const report = await callEc2(cloud, REF, queueOf(state, REF, { listed: cloud.own }, NOW));
  assert.deepEqual([cloud.calls, cloud.own], [[], ['10.10.0.80']]);
  assert.deepEqual(allReservations(applyReport(state, REF, report, NOW)), []);
});

test('callEc2() calls nobody when nothing waits', async () => {
  const cloud = new FakeCloud();
  await callEc2(cloud, REF, queueOf(EMPTY, REF, { listed: [] }, NOW));
  assert.equal(cloud.calls.length, 0);
});

type Event =
  | { readonly kind: 'add' | 'del'; readonly container: string }
  | { readonly kind: 'fault'; readonly action: Action; readonly fault: Fault; readonly times: number }
  | { readonly kind: 'round' };

const onContainer = (kind: 'add' | 'del'): fc.Arbitrary<Event> =>
  fc.constantFrom('c1', 'c2', 'c3', 'c4', 'c5', 'c6').map((container) => ({ kind, container }));
const arbitraryEvent: fc.Arbitrary<Event> = fc.oneof(
  onContainer('add'),
  onContainer('del'),
  fc.constant({ kind: 'round' } as const),
  fc
    .tuple(
      fc.constantFrom<Action>('assign', 'unassign', 'describe'),
      fc.constantFrom<Fault>('unreachable', 'lost'),
      fc.nat(3),
    )
    .map(([action, fault, times]) => ({ kind: 'fault', action, fault, times }) as const),
);

async function round(state: State, cloud: FakeCloud, now: number): Promise<State> {
  const queue = queueOf(state, REF, { listed: cloud.own }, now);
  return applyReport(state, REF, await callEc2(cloud, REF, queue), now);
}

test('rounds bring ENI and state to agree: every pod has its address on the ENI, and nothing else is', async () => {
  const neighbours = ['10.10.0.81', '10.10.0.84'];
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryEvent, { maxLength: 40 }), async (events) => {
      const cloud = new FakeCloud({ neighbours });
      let state = EMPTY;
      let now = NOW;
      const give = (container: string): void => {
        ({ state } = planAdd(state, claimOnEni(container), now));
      };
      for (const event of events) {
        now += 1000;
        if (event.kind === 'add') give(event.container);
        if (event.kind === 'del') state = planRelease(state, attachment(event.container), now);
        if (event.kind === 'fault') cloud.fail(event.action, event.fault, event.times);
        if (event.kind === 'round') state = await round(state, cloud, now);
        for (const { address, state: stage } of allReservations(state)) {
          if (stage === 'assigned') assert.ok(cloud.own.includes(address), `${address} is not on the ENI`);
        }
      }
      for (const action of ['assign', 'unassign', 'describe'] as const) cloud.fail(action, 'lost', 0);
      for (let last = 0; last < 3; last++) {
        state = await round(state, cloud, now);
        for (const { container, state: stage } of allReservations(state))
          if (stage === 'refused') give(container);
      }
      assert.deepEqual(
        cloud.own.toSorted(),
        allReservations(state)
          .map(({ address }) => address)
          .toSorted(),
      );
    }),
    { numRuns: 200 },
  );
});
