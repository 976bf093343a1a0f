/** Where records and ENIs do not agree, and what is to be done about it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enisOf, type Finding, type Inspection, inspectEni, inspectRecords } from '../../src/eni/findings.ts';
import type { Reservation, State } from '../../src/model.ts';
import {
  delegation,
  EMPTY,
  inPrefix,
  mark,
  NOW,
  onEni,
  pod,
  REF,
  reservation,
  stateOf,
  written,
} from '../allocator/claims.ts';
import { NEIGHBOUR } from './fake-cloud.ts';

const inspection = (state: State, given: Partial<Inspection> = {}): Inspection => ({
  state,
  now: NOW + 3_600_000,
  isGone: () => false,
  orphans: false,
  ...given,
});
const inShort = ({ action, reason }: Finding) => [action, reason];

const gone = { isGone: () => true };
const ADDRESS = '10.10.0.80';
const late = { deadline: NOW + 30_000 };

const records: [
  title: string,
  one: Reservation,
  held: string[] | undefined,
  given: Partial<Inspection>,
  found: string | undefined,
][] = [
  ['an address that the ENI holds', onEni('c1', ADDRESS), [ADDRESS], {}, undefined],
  ['an address that the ENI lost', onEni('c1', ADDRESS), [], {}, 'assign'],
  ['an address that the ENI does not show yet', onEni('c1', ADDRESS), [], { now: NOW + 59_999 }, undefined],
  ['a sandbox that is gone', onEni('c1', ADDRESS), [ADDRESS], gone, 'release'],
  ['an ENI that is gone', onEni('c1', ADDRESS), undefined, {}, 'report'],
  ['an ENI that is gone, and the sandbox, too', onEni('c1', ADDRESS), undefined, gone, 'release'],
  ['a release that is pending', onEni('c1', ADDRESS, { state: 'releasing' }), [ADDRESS], {}, 'release'],
  [
    'an ADD that was never finished',
    onEni('c1', ADDRESS, { state: 'assigning', ...late }),
    [],
    {},
    'release',
  ],
  ['an ADD that goes on', onEni('c1', ADDRESS, { state: 'assigning', ...late }), [], { now: NOW }, undefined],
  ['a refusal that nobody read', onEni('c1', ADDRESS, { state: 'refused', ...late }), [], {}, 'release'],
];
for (const [title, one, held, given, found] of records) {
  test(`inspectRecords() finds ${found ?? 'nothing'} for ${title}`, () => {
    const findings = inspectRecords(inspection(stateOf([one]), given), REF, held);
    assert.deepEqual(
      findings.map(({ action }) => action),
      found === undefined ? [] : [found],
    );
  });
}

test('inspectRecords() says whose address it is', () => {
  const one = onEni('c1', ADDRESS, { pod: pod('db'), state: 'releasing' });
  assert.deepEqual(inspectRecords(inspection(stateOf([one])), REF, [ADDRESS]), [
    {
      action: 'release',
      address: ADDRESS,
      reason: 'its pod has gone, but not its address',
      network: 'pods',
      container: 'c1',
      interface: 'net1',
      eni: REF.id,
      pod: 'shop/db-0',
    },
  ]);
});

test('inspectRecords() looks at the records of one ENI, or at those without any', () => {
  const state = stateOf([
    onEni('c1', '10.10.0.80'),
    onEni('c2', '10.10.0.81', { eni: { ...REF, id: NEIGHBOUR } }),
    reservation('c3', '10.10.0.82'),
  ]);
  const containers = (eni: typeof REF | undefined) =>
    inspectRecords(inspection(state, gone), eni, []).map(({ container }) => container);
  assert.deepEqual(containers(REF), ['c1']);
  assert.deepEqual(containers(undefined), ['c3']);
});

const networks = { pods: { eni: REF, ranges: ['10.10.0.80-10.10.0.89', '10.10.0.95-10.10.0.96'] } };
const known: State = { ...EMPTY, networks };
const asked = mark(ADDRESS, { reason: 'asked', eni: REF.id, until: NOW + 7_200_000 });

const addresses: [
  title: string,
  state: State,
  address: string,
  orphans: boolean,
  found: Finding['action'] | undefined,
][] = [
  ['outside all ranges', known, '10.10.0.90', true, undefined],
  [
    'of ranges on another ENI',
    { ...EMPTY, networks: { pods: { ...networks.pods, eni: { ...REF, id: NEIGHBOUR } } } },
    ADDRESS,
    true,
    undefined,
  ],
  ['without a record', known, ADDRESS, false, 'report'],
  ['without a record in a later range', known, '10.10.0.96', false, 'report'],
  ['without a record, which people say may go', known, ADDRESS, true, 'take off'],
  ['that a pod has', { ...known, reservations: written([onEni('c1', ADDRESS)]) }, ADDRESS, true, undefined],
  ['that was asked for and never heard of', { ...known, marks: [asked] }, ADDRESS, false, 'take off'],
  [
    'that was taken off a moment ago',
    { ...known, marks: [{ ...asked, reason: 'released' }] },
    ADDRESS,
    true,
    undefined,
  ],
];
for (const [title, state, address, orphans, found] of addresses) {
  test(`inspectEni() finds ${found ?? 'nothing'} about an address ${title}${orphans ? ', orphans included' : ''}`, () => {
    const findings = inspectEni(inspection(state, { orphans }), REF, [address]);
    assert.deepEqual(
      findings.map(({ action }) => action),
      found === undefined ? [] : [found],
    );
  });
}

test('inspectEni() names the network whose ranges an unexplained address is in', () => {
  const [finding] = inspectEni(inspection(known), REF, [ADDRESS]);
  assert.ok(finding);
  assert.deepEqual(inShort(finding), ['report', 'no record explains it']);
  assert.deepEqual([finding.network, finding.eni], ['pods', REF.id]);
});

test('enisOf() knows the ENIs of records and of networks, each once', () => {
  const other = { ...REF, id: NEIGHBOUR };
  const state = {
    ...known,
    reservations: written([onEni('c1', ADDRESS), onEni('c2', '10.10.0.81', { eni: other })]),
  };
  assert.deepEqual(
    [...enisOf(state)],
    [
      [REF.id, REF],
      [NEIGHBOUR, other],
    ],
  );
  assert.deepEqual([...enisOf({ ...EMPTY, delegations: [delegation('10.10.0.96/28')] })], [[REF.id, REF]]);
  assert.equal(enisOf(EMPTY).size, 0);
});

const PREFIX = '10.10.0.96/28';
const pods = [inPrefix('c1', '10.10.0.97', PREFIX)];
const prefixes: [
  title: string,
  given: Partial<State>,
  held: string[] | undefined,
  found: string | undefined,
  now?: number,
][] = [
  [
    'a prefix that the ENI holds',
    { reservations: written(pods), delegations: [delegation(PREFIX)] },
    [PREFIX],
    undefined,
  ],
  [
    'a prefix that the ENI lost',
    { reservations: written(pods), delegations: [delegation(PREFIX)] },
    [],
    'assign',
  ],
  [
    'a prefix that the ENI does not show yet',
    { reservations: written(pods), delegations: [delegation(PREFIX)] },
    [],
    undefined,
    NOW + 59_999,
  ],
  [
    'a prefix that a pod waits for',
    {
      reservations: written([
        inPrefix('c1', '10.10.0.97', PREFIX, { state: 'assigning', deadline: NOW + 7_200_000 }),
      ]),
      delegations: [delegation(PREFIX, { state: 'assigning' })],
    },
    [],
    undefined,
  ],
  ['a prefix to spare', { delegations: [delegation(PREFIX)] }, [PREFIX], undefined],
  ['a prefix that no pod is in', { delegations: [delegation(PREFIX, { spare: 0 })] }, [PREFIX], 'release'],
  [
    'a prefix that is to go',
    { delegations: [delegation(PREFIX, { state: 'releasing' })] },
    [PREFIX],
    'release',
  ],
  [
    'a prefix of an ENI that is gone',
    { reservations: written(pods), delegations: [delegation(PREFIX)] },
    undefined,
    'report',
  ],
  ['an empty prefix of an ENI that is gone', { delegations: [delegation(PREFIX)] }, undefined, undefined],
  [
    'a prefix that nobody waits for any more',
    { delegations: [delegation(PREFIX, { state: 'assigning', spare: 0 })] },
    [],
    'release',
  ],
];
for (const [title, given, held, found, now = NOW + 3_600_000] of prefixes) {
  test(`inspectRecords() finds ${found ?? 'nothing'} for ${title}`, () => {
    const findings = inspectRecords(inspection({ ...EMPTY, ...given }, { now }), REF, held);
    assert.deepEqual(
      findings.map(({ action, address }) => [action, address]),
      found === undefined ? [] : [[found, PREFIX]],
    );
  });
}

test('inspectEni() judges a prefix that no record explains as an address: only inside the ranges', () => {
  const around = { pods: { eni: REF, ranges: ['10.10.0.96-10.10.0.127'] } };
  const found = inspectEni(inspection({ ...EMPTY, networks: around }), REF, [
    '10.10.0.80/28',
    PREFIX,
    '10.10.0.96/27',
  ]);
  assert.deepEqual(
    found.map(({ action, address }) => `${action} ${address}`),
    [`report ${PREFIX}`, 'report 10.10.0.96/27'],
  );
});
