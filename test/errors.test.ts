/** Failures, and what other errors tell. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { errorCode, errorMessage, Failure } from '../src/errors.ts';

test('Failure carries kind, message, details and cause', () => {
  const cause = new Error('below');
  const failure = new Failure('io', 'cannot do it', { details: 'as I say', cause });
  assert.ok(failure instanceof Error);
  const { name, kind, message, details } = failure;
  assert.deepEqual(
    [name, kind, message, details, failure.cause],
    ['Failure', 'io', 'cannot do it', 'as I say', cause],
  );
  assert.equal(new Failure('io', 'cannot do it').details, undefined);
});

test('errorCode() is the code of a system error, and of nothing else', () => {
  assert.throws(
    () => readFileSync('/absent'),
    (error) => errorCode(error) === 'ENOENT',
  );
  for (const other of [
    new Error('x'),
    Object.assign(new Error('x'), { code: 5 }),
    { code: 'E' },
    'E',
    null,
  ]) {
    assert.equal(errorCode(other), undefined);
  }
});

test('errorMessage() has words for whatever is thrown', () => {
  assert.deepEqual([new Error('cannot'), 'text', undefined].map(errorMessage), [
    'cannot',
    'text',
    'undefined',
  ]);
});
