/** Replies: what a runtime reads on standard output, and the exit status. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failure, success } from '../../src/cni/reply.ts';
import { Failure, type FailureKind } from '../../src/errors.ts';

const codes: Record<FailureKind, number> = {
  'incompatible-version': 1,
  'unsupported-field': 2,
  environment: 4,
  io: 5,
  decode: 6,
  'invalid-config': 7,
  'try-again': 11,
  'not-available': 50,
  'no-free-address': 100,
  'eni-full': 101,
  'address-taken': 102,
  denied: 103,
  'no-eni': 104,
  'check-failed': 105,
};
for (const [kind, code] of Object.entries(codes) as [FailureKind, number][]) {
  test(`failure() tells ${kind} as code ${code}`, () => {
    const { stdout, status } = failure(new Failure(kind, 'cannot do it', { details: 'as I say' }), '0.4.0');
    assert.equal(status, 1);
    assert.deepEqual(JSON.parse(stdout), {
      cniVersion: '0.4.0',
      code,
      msg: 'cannot do it',
      details: 'as I say',
    });
  });
}

test('failure() never says 3, which would tell the runtime that no DEL is needed', () => {
  assert.ok(!Object.values(codes).includes(3));
});

test('failure() leaves out details that there are none of, and answers in the newest version unasked', () => {
  const { stdout } = failure(new Failure('io', 'cannot do it'));
  assert.deepEqual(JSON.parse(stdout), { cniVersion: '1.1.0', code: 5, msg: 'cannot do it' });
});

test('failure() tells anything else as a bug, with the stack', () => {
  const bug = new TypeError('x is not a function');
  const reply = JSON.parse(failure(bug, '1.0.0').stdout) as Record<string, unknown>;
  assert.equal(reply['code'], 999);
  assert.equal(reply['msg'], 'a bug in eni-local: x is not a function');
  assert.equal(reply['details'], bug.stack);
  assert.match(failure('thrown text').stdout, /"msg": "a bug in eni-local: thrown text"/);
});

test('success() prints an answer with four spaces, and nothing at all without one', () => {
  assert.deepEqual(success({ cniVersion: '1.0.0' }), {
    stdout: '{\n    "cniVersion": "1.0.0"\n}\n',
    status: 0,
  });
  assert.deepEqual(success(), { stdout: '', status: 0 });
});
