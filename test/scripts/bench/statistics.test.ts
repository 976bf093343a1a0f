/** What is made of several measurements. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mean, median, rotated, sum } from '../../../scripts/bench/statistics.ts';

test('median() is the one in the middle, or the mean of the two there, in whatever order they come', () => {
  assert.equal(median([5]), 5);
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([10, 2, 4, 100]), 7);
});

test('median() leaves what it is given as it is, and refuses nothing at all', () => {
  const values = [3, 1, 2];
  median(values);
  assert.deepEqual(values, [3, 1, 2]);
  assert.throws(() => median([]), RangeError);
});

test('sum() and mean()', () => {
  assert.equal(sum([1, 2, 3.5]), 6.5);
  assert.equal(mean([1, 2, 6]), 3);
});

test('rotated() begins with each in turn, and leaves none out', () => {
  const rounds = [0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c'], round).join(''));
  assert.deepEqual(rounds, ['abc', 'bca', 'cab', 'abc']);
  assert.deepEqual(rotated([], 3), []);
});
