/** What a question that EC2 did not answer means for an invocation. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudError, type CloudErrorKind, toFailure } from '../../src/eni/cloud.ts';
import { Failure, type FailureKind } from '../../src/errors.ts';

const kinds: Record<CloudErrorKind, FailureKind> = {
  transient: 'try-again',
  'not-now': 'try-again',
  denied: 'denied',
  'eni-gone': 'no-eni',
  'eni-full': 'try-again',
  'not-assigned': 'try-again',
  taken: 'try-again',
  rejected: 'try-again',
};
for (const [kind, expected] of Object.entries(kinds) as [CloudErrorKind, FailureKind][]) {
  test(`toFailure() makes "${expected}" of ${kind}, and says what was attempted`, () => {
    const error = new CloudError(kind, 'Code', 'DescribeSubnets: Code: no');
    const failure = toFailure(error, 'look up eni-0a');
    assert.ok(failure instanceof Failure);
    assert.equal(failure.kind, expected);
    assert.equal(failure.message, 'cannot look up eni-0a: DescribeSubnets: Code: no');
    assert.equal(failure.cause, error);
  });
}

test('toFailure() leaves other errors as they are', () => {
  const bug = new TypeError('x is not a function');
  assert.equal(toFailure(bug, 'look up eni-0a'), bug);
});
