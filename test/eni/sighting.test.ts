/** Addresses that a late Assign left on an ENI: only what this node asked for, and nobody has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { straysAmong } from '../../src/eni/strays.ts';
import type { Mark, Reservation } from '../../src/model.ts';
import { mark, NOW, onEni, REF, stateOf } from '../allocator/claims.ts';
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
