/** What EC2 answered, written into a state that may have gone on meanwhile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AssignOutcome } from '../../src/eni/assign.ts';
import { CloudError } from '../../src/eni/cloud.ts';
import type { Holding } from '../../src/eni/holdings.ts';
import { applyReport, unansweredError } from '../../src/eni/report.ts';
import { queueOf, type RoundReport } from '../../src/eni/round.ts';
import type { UnassignOutcome } from '../../src/eni/unassign.ts';
import type { Reservation, State } from '../../src/model.ts';
import { allReservations } from '../../src/state.ts';
import {
  delegation,
  EMPTY,
  inPrefix,
  mark,
  NOW,
  onEni,
  opened,
  REF,
  stateOf,
  written,
} from '../allocator/claims.ts';
import { span } from '../net/literals.ts';
import { NEIGHBOUR } from './fake-cloud.ts';

const LATER = NOW + 700;
const error = new CloudError('transient', 'Timeout', 'no answer');
const denial = new CloudError('denied', 'UnauthorizedOperation', 'no');

interface Answers {
  readonly strays?: readonly string[];
  readonly released?: Record<string, UnassignOutcome>;
  readonly assigned?: Record<string, AssignOutcome>;
  readonly holdings?: readonly Holding[];
}

/** The report of a round that was for the state. */
function reportOf(
  state: State,
  { strays = [], released = {}, assigned = {}, holdings = [] }: Answers,
): RoundReport {
  return {
    queue: queueOf(state, REF, { listed: [], orphans: strays }, LATER),
    released: new Map(Object.entries(released)),
    assigned: { outcomes: new Map(Object.entries(assigned)), holdings },
  };
}

const assigning = onEni('c1', '10.10.0.80', { state: 'assigning', deadline: NOW + 30_000 });
const releasing = onEni('c1', '10.10.0.80', { state: 'releasing' });

/** The state of one reservation after a round that was for it. */
const after = (one: Reservation, answers: Answers): State =>
  applyReport(stateOf([one]), REF, reportOf(stateOf([one]), answers), LATER);

test('applyReport() makes `assigned` of what the ENI holds', () => {
  const state = after(assigning, { assigned: { '10.10.0.80': { kind: 'held' } } });
  assert.deepEqual(opened(state), opened(stateOf([onEni('c1', '10.10.0.80', { since: LATER })])));
});

test('applyReport() writes a verdict down, and where the address is', () => {
  const verdict = { kind: 'address-taken', message: 'a neighbour has it' } as const;
  const outcome = { kind: 'refused', verdict, holder: NEIGHBOUR } as const;
  const state = after(assigning, { assigned: { '10.10.0.80': outcome } });
  assert.deepEqual(allReservations(state), [{ ...assigning, state: 'refused', since: LATER, verdict }]);
  assert.deepEqual(state.marks, [
    mark('10.10.0.80', { reason: 'foreign', since: LATER, until: LATER + 300_000, eni: NEIGHBOUR }),
  ]);
});

test('applyReport() marks no address as foreign that is refused for another reason', () => {
  const verdict = { kind: 'eni-full', message: 'no room' } as const;
  const state = after(assigning, { assigned: { '10.10.0.80': { kind: 'refused', verdict } } });
  assert.equal(allReservations(state)[0]?.state, 'refused');
  assert.deepEqual(state.marks, []);
});

test('applyReport() remembers what the neighbours hold, and nothing of our own', () => {
  const holdings = [
    { span: span('10.10.0.6'), eni: NEIGHBOUR, primary: true },
    { span: span('10.10.0.81'), eni: NEIGHBOUR, primary: false },
    { span: span('10.10.0.82'), eni: REF.id, primary: false },
  ];
  const { marks } = applyReport(EMPTY, REF, reportOf(EMPTY, { holdings }), LATER);
  assert.deepEqual(
    marks.map(({ address, reason, eni }) => [address, reason, eni]),
    [
      ['10.10.0.6', 'foreign', NEIGHBOUR],
      ['10.10.0.81', 'foreign', NEIGHBOUR],
    ],
  );
});

test('applyReport() forgets a reservation once its address is off, and leaves a trace', () => {
  const state = after(releasing, { released: { '10.10.0.80': { kind: 'released' } } });
  assert.deepEqual(allReservations(state), []);
  assert.deepEqual(state.marks, [mark('10.10.0.80', { since: LATER, until: LATER + 60_000, eni: REF.id })]);
});

test('applyReport() remembers that an Unassign had no answer, also when a later one has', () => {
  const unanswered = { '10.10.0.80': { kind: 'unanswered', error } } as const;
  const [left] = allReservations(after(releasing, { released: unanswered }));
  assert.deepEqual(left, { ...releasing, unanswered: true });
  const { marks } = after(left, { released: { '10.10.0.80': { kind: 'released' } } });
  assert.deepEqual(
    marks.map(({ reason }) => reason),
    ['released', 'unsettled'],
  );
});

test('applyReport() remembers that an Assign had no answer, for as long as the pod lives', () => {
  const unanswered = { '10.10.0.80': { kind: 'unanswered', error } } as const;
  const [left = assigning] = allReservations(after(assigning, { assigned: unanswered }));
  assert.deepEqual(left, { ...assigning, unconfirmed: true });
  const [held] = allReservations(after(left, { assigned: { '10.10.0.80': { kind: 'held' } } }));
  assert.equal(held?.state, 'assigned');
  assert.equal(held.unconfirmed, true);
});

const untouched: [title: string, one: Reservation, answers: Answers][] = [
  [
    'there was no answer to an Assign again',
    { ...assigning, unconfirmed: true },
    { assigned: { '10.10.0.80': { kind: 'unanswered', error } } },
  ],
  [
    'there was none to an Unassign again',
    { ...releasing, unanswered: true },
    { released: { '10.10.0.80': { kind: 'unanswered', error } } },
  ],
  [
    'an Unassign was denied, which cannot land',
    releasing,
    { released: { '10.10.0.80': { kind: 'unanswered', error: denial } } },
  ],
  ['the round was about others', assigning, {}],
];
for (const [title, one, answers] of untouched) {
  test(`applyReport() is the same state when ${title}`, () => {
    const state = stateOf([one]);
    assert.equal(applyReport(state, REF, reportOf(state, answers), LATER), state);
  });
}

const held = { assigned: { '10.10.0.80': { kind: 'held' } } } as const;
const gone: [title: string, now: Reservation][] = [
  ['a DEL came in between', onEni('c1', '10.10.0.80', { state: 'releasing', since: NOW + 5 })],
  ['somebody else has the address by now', onEni('c2', '10.10.0.80', { state: 'assigning' })],
  ['it was given up and begun anew', { ...assigning, since: NOW + 5 }],
];
for (const [title, now] of gone) {
  test(`applyReport() touches nothing when ${title}`, () => {
    const state = stateOf([now]);
    assert.equal(applyReport(state, REF, reportOf(stateOf([assigning]), held), LATER), state);
  });
}

test('applyReport() remembers an address that was assigned for nobody any more, so that it is taken off', () => {
  const asked = mark('10.10.0.80', { reason: 'asked', since: LATER, until: LATER + 3_600_000, eni: REF.id });
  const elsewhere = stateOf([{ ...assigning, eni: { ...REF, id: NEIGHBOUR } }]);
  for (const state of [EMPTY, elsewhere]) {
    const next = applyReport(state, REF, reportOf(stateOf([assigning]), held), LATER);
    assert.deepEqual(next, { ...state, marks: [asked] });
  }
});

test('applyReport() marks the strays that were taken off, so that a list that lags brings none back', () => {
  const strays = ['10.10.0.90', '10.10.0.91'];
  const released = {
    '10.10.0.90': { kind: 'released' },
    '10.10.0.91': { kind: 'unanswered', error },
  } as const;
  const { marks } = applyReport(EMPTY, REF, reportOf(EMPTY, { strays, released }), LATER);
  assert.deepEqual(marks, [mark('10.10.0.90', { since: LATER, until: LATER + 60_000, eni: REF.id })]);
});

test('unansweredError() is the error of the reservations asked about, and of no others', () => {
  const report = reportOf(EMPTY, {
    released: { '10.10.0.80': { kind: 'unanswered', error: denial }, '10.10.0.81': { kind: 'released' } },
    assigned: { '10.10.0.82': { kind: 'unanswered', error }, '10.10.0.83': { kind: 'held' } },
  });
  const errorOf = (...addresses: string[]) =>
    unansweredError(
      report,
      addresses.map((address) => onEni('c1', address)),
    );
  assert.equal(errorOf('10.10.0.80'), denial);
  assert.equal(errorOf('10.10.0.83', '10.10.0.82'), error);
  assert.equal(errorOf('10.10.0.81', '10.10.0.83', '10.10.0.99'), undefined);
});

test('applyReport() has an address taken off that was given up while EC2 was asked for it', () => {
  const givenUp = onEni('c1', '10.10.0.80', { state: 'releasing', unasked: true });
  const answers = reportOf(stateOf([assigning]), { assigned: { '10.10.0.80': { kind: 'held' } } });
  const { unasked: _, ...asked } = givenUp;
  assert.deepEqual(allReservations(applyReport(stateOf([givenUp]), REF, answers, LATER)), [asked]);
  const lost = reportOf(stateOf([assigning]), {
    assigned: { '10.10.0.80': { kind: 'unanswered', error: new CloudError('transient', 'Timeout', 'no') } },
  });
  assert.deepEqual(allReservations(applyReport(stateOf([givenUp]), REF, lost, LATER)), [
    { ...asked, unconfirmed: true },
  ]);
});

const PREFIX = '10.10.0.96/28';
const waiting = inPrefix('c1', '10.10.0.97', PREFIX, { state: 'assigning', deadline: NOW + 30_000 });
const wanted: State = {
  ...stateOf([waiting]),
  delegations: [delegation(PREFIX, { state: 'assigning' })],
};
const afterPrefix = (outcome: AssignOutcome, state = wanted): State =>
  applyReport(state, REF, reportOf(state, { assigned: { [PREFIX]: outcome } }), LATER);

test('applyReport() gives pods their addresses with the prefix', () => {
  const { delegations, reservations } = opened(afterPrefix({ kind: 'held' }));
  assert.deepEqual(delegations, [delegation(PREFIX, { since: LATER })]);
  assert.deepEqual(reservations, [inPrefix('c1', '10.10.0.97', PREFIX, { since: LATER })]);
});

test('applyReport() says nothing to pods that have theirs, or that wait for that prefix of another ENI', () => {
  const others = [
    inPrefix('c2', '10.10.0.98', PREFIX),
    inPrefix('c3', '10.10.0.99', PREFIX, { ...waiting, container: 'c3', eni: { ...REF, id: NEIGHBOUR } }),
  ];
  const state = { ...wanted, reservations: written(others) };
  assert.deepEqual(allReservations(afterPrefix({ kind: 'held' }, state)), others);
});

test('unansweredError() of an address in a prefix is what kept the prefix from an answer', () => {
  const report = reportOf(wanted, { assigned: { [PREFIX]: { kind: 'unanswered', error } } });
  assert.equal(unansweredError(report, [waiting]), error);
});

test('applyReport() tells every pod of a refused prefix, and forgets that', () => {
  const verdict = { kind: 'address-taken', message: 'no' } as const;
  const next = afterPrefix({ kind: 'refused', verdict, holder: NEIGHBOUR });
  assert.deepEqual(next.delegations, []);
  assert.deepEqual(
    allReservations(next).map((one) => [one.state, one.verdict, one.since]),
    [['refused', verdict, LATER]],
  );
  assert.deepEqual(
    next.marks.map(({ address, reason, eni }) => [address, reason, eni]),
    [[PREFIX, 'foreign', NEIGHBOUR]],
  );
});

test('applyReport() remembers of a prefix that an Assign of it may still land', () => {
  const { delegations, reservations } = opened(afterPrefix({ kind: 'unanswered', error }));
  assert.deepEqual(
    delegations.map(({ unconfirmed }) => unconfirmed),
    [true],
  );
  assert.deepEqual(reservations, [waiting]);
});

test('applyReport() hands nothing more out of a prefix that the ENI lost to somebody else', () => {
  const state: State = {
    ...stateOf([inPrefix('c1', '10.10.0.97', PREFIX)]),
    delegations: [delegation(PREFIX, { lost: true })],
  };
  const verdict = { kind: 'address-taken', message: 'no' } as const;
  const { delegations, reservations } = opened(afterPrefix({ kind: 'refused', verdict }, state));
  assert.deepEqual(
    delegations.map((one) => one.state),
    ['releasing'],
  );
  assert.deepEqual(reservations, allReservations(state), 'its pod may be alive');
});

test('applyReport() forgets a prefix that came off, and explains it to whoever still sees it', () => {
  const state: State = {
    ...EMPTY,
    delegations: [delegation(PREFIX, { state: 'releasing', cooldown: 5000 })],
  };
  const next = applyReport(
    state,
    REF,
    reportOf(state, { released: { [PREFIX]: { kind: 'released' } } }),
    LATER,
  );
  assert.deepEqual(next.delegations, []);
  assert.deepEqual(next.marks, [mark(PREFIX, { since: LATER, until: LATER + 60_000 })]);
});

test('applyReport() forgets of other ENIs what was heard long ago and is not told again', () => {
  const heard = (address: string, seconds: number) =>
    mark(address, {
      reason: 'foreign',
      since: LATER - seconds * 1000,
      until: LATER + 60_000,
      eni: NEIGHBOUR,
    });
  const state: State = {
    ...stateOf([assigning]),
    marks: [heard('10.10.0.85', 30), heard('10.10.0.86', 30), heard('10.10.0.87', 29)],
  };
  const holdings = [{ eni: NEIGHBOUR, primary: false, span: span('10.10.0.85') }];
  const next = applyReport(state, REF, reportOf(state, { holdings }), LATER);
  assert.deepEqual(
    next.marks.map(({ address, since }) => [address, LATER - since]),
    [
      ['10.10.0.87', 29_000],
      ['10.10.0.85', 0],
    ],
  );
  assert.deepEqual(applyReport(state, REF, reportOf(state, {}), LATER).marks, state.marks);
});
