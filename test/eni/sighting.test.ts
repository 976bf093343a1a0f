/** What is seen on an ENI beside what the records tell. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { straysAmong, unexplainedAmong } from '../../src/eni/sighting.ts';
import type { Mark, Reservation } from '../../src/model.ts';
import { delegation, EMPTY, ENI, mark, NOW, onEni, PRIMARY, REF, stateOf } from '../allocator/claims.ts';
import { NEIGHBOUR } from './fake-cloud.ts';

const ADDRESS = '10.10.0.80';
const asked = mark(ADDRESS, { reason: 'asked', eni: REF.id });

const cases: [title: string, marks: Mark[], reservations: Reservation[], isStray: boolean][] = [
  ['that this node asked for', [asked], [], true],
  ['that nobody here knows of', [], [], false],
  ['that was asked for long ago', [{ ...asked, until: NOW }], [], false],
  ['that was asked for on another ENI', [{ ...asked, eni: NEIGHBOUR }], [], false],
  ['that was asked for in another subnet', [{ ...asked, scope: 'subnet-00000000000000009' }], [], false],
  ['that was taken off a moment ago', [asked, mark(ADDRESS, { eni: REF.id })], [], false],
  ['that a pod has by now', [asked], [onEni('c1', ADDRESS)], false],
  ['that a pod is about to get', [asked], [onEni('c1', ADDRESS, { state: 'assigning' })], false],
  ['that a pod has in another network', [asked], [onEni('c1', ADDRESS, { network: 'other' })], false],
  [
    'that a pod has through another ENI',
    [asked],
    [onEni('c1', ADDRESS, { eni: { ...REF, id: NEIGHBOUR } })],
    false,
  ],
  ['that another ENI was seen to hold', [mark(ADDRESS, { reason: 'foreign', eni: REF.id })], [], false],
];
for (const [title, marks, reservations, isStray] of cases) {
  test(`straysAmong() has ${isStray ? 'an' : 'no'} address ${title}`, () => {
    const found = straysAmong(['10.10.0.5', ADDRESS], stateOf(reservations, marks), REF, NOW);
    assert.deepEqual(found, isStray ? [ADDRESS] : []);
  });
}

test('straysAmong() has no address that is not on the ENI', () => {
  assert.deepEqual(straysAmong(['10.10.0.5'], stateOf([], [asked]), REF, NOW), []);
});

const owned: [title: string, marks: Mark[], reservations: Reservation[], isUnexplained: boolean][] = [
  ['that nobody here knows of', [], [], true],
  ['that a pod has', [], [onEni('c1', ADDRESS)], false],
  ['that a pod of another network has', [], [onEni('c1', ADDRESS, { network: 'other' })], false],
  [
    'that a pod has through another ENI',
    [],
    [onEni('c1', ADDRESS, { eni: { ...REF, id: NEIGHBOUR } })],
    true,
  ],
  ['that is still to be taken off', [], [onEni('c1', ADDRESS, { state: 'releasing' })], false],
  ['that EC2 refused to a pod', [], [onEni('c1', ADDRESS, { state: 'refused' })], true],
  ['that EC2 has not been asked for yet', [], [onEni('c1', ADDRESS, { state: 'assigning' })], true],
  [
    'that EC2 was asked for without an answer',
    [],
    [onEni('c1', ADDRESS, { state: 'assigning', unconfirmed: true })],
    false,
  ],
  ['that was taken off a moment ago', [mark(ADDRESS, { eni: REF.id })], [], false],
  ['that was taken off long ago', [mark(ADDRESS, { eni: REF.id, until: NOW })], [], true],
  ['that was taken off another ENI', [mark(ADDRESS, { eni: NEIGHBOUR })], [], true],
  ['that this node once asked for', [asked], [], false],
  ['that was not explained before', [mark(ADDRESS, { reason: 'unexplained', eni: REF.id })], [], true],
];
for (const [title, marks, reservations, isUnexplained] of owned) {
  test(`unexplainedAmong() has ${isUnexplained ? 'an' : 'no'} address ${title}`, () => {
    const found = unexplainedAmong([ADDRESS], stateOf(reservations, marks), REF, NOW);
    assert.deepEqual(found, isUnexplained ? [ADDRESS] : []);
  });
}

test('a prefix that is on record is neither a stray nor unexplained', () => {
  const prefix = '10.10.0.80/28';
  const state = { ...stateOf([], [{ ...asked, address: prefix }]), delegations: [delegation(prefix)] };
  assert.deepEqual(straysAmong([prefix], state, REF, NOW), []);
  assert.deepEqual(unexplainedAmong([prefix], { ...state, marks: [] }, REF, NOW), []);
});

test('unexplainedAmong() has not the ENI’s own address', () => {
  const enis = { [REF.mac ?? '']: { ...ENI, boot: 'boot-1', since: NOW } };
  assert.deepEqual(unexplainedAmong([PRIMARY], { ...EMPTY, enis }, REF, NOW), []);
});
