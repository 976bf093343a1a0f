/** Questions to EC2, and what their answers tell of the way there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, checkAccess, isDenied } from '../../src/doctor/access.ts';
import { classify } from '../../src/eni/ec2-errors.ts';
import { makeNode } from '../eni/runs.ts';

const failing = (code: string, status?: number) =>
  classify('DescribeNetworkInterfaces', { code, message: code, ...(status ? { status } : {}) });

/** Asks what fails so often before it is answered. */
async function askAfter(failures: number, error: unknown) {
  using node = makeNode();
  let calls = 0;
  const asked = await ask(node.start(), async () => {
    calls += 1;
    if (calls <= failures) throw error;
    return 'answer';
  });
  return { asked, calls };
}

test('ask() asks again while EC2 throttles, three times in all', async () => {
  const throttled = failing('RequestLimitExceeded', 503);
  assert.deepEqual(await askAfter(2, throttled), { asked: { value: 'answer' }, calls: 3 });
  assert.deepEqual(await askAfter(9, throttled), { asked: { error: throttled }, calls: 3 });
});

test('ask() takes any other refusal for the answer, and throws what is none', async () => {
  const denied = failing('UnauthorizedOperation', 403);
  assert.deepEqual(await askAfter(1, denied), { asked: { error: denied }, calls: 1 });
  await assert.rejects(askAfter(1, new TypeError('a bug')), TypeError);
});

test('ask() asks again at once when the clocks differ, and remembers it', async () => {
  const skew = failing('ClockSkew');
  const { asked, calls } = await askAfter(1, skew);
  assert.deepEqual([asked, calls], [{ value: 'answer', skew }, 2]);
  const found = checkAccess('eu-central-1', asked);
  assert.deepEqual(
    found.map(({ check, verdict }) => `${check} ${verdict}`),
    ['clock warning', 'credentials ok'],
  );
});

test('isDenied() is about the action, not about who asks', () => {
  assert.equal(isDenied({ error: failing('UnauthorizedOperation', 403) }), true);
  assert.equal(isDenied({ error: failing('AuthFailure', 401) }), false);
  assert.equal(isDenied({ value: [] }), false);
});

const ANSWERS: readonly [code: string, status: number | undefined, line: string][] = [
  ['UnauthorizedOperation', 403, 'credentials ok'],
  ['InvalidParameterValue', 400, 'credentials ok'],
  ['AuthFailure', 401, 'credentials problem'],
  ['NoCredentials', undefined, 'credentials problem'],
  ['CredentialsUnavailable', undefined, 'credentials problem'],
  ['RequestExpired', 400, 'credentials problem'],
  ['ClockSkew', undefined, 'EC2 problem'],
  ['ENOTFOUND', undefined, 'EC2 problem'],
  ['Timeout', undefined, 'EC2 problem'],
  ['InternalError', 500, 'EC2 problem'],
  ['RequestLimitExceeded', 503, 'EC2 problem'],
];
for (const [code, status, line] of ANSWERS) {
  test(`checkAccess() makes "${line}" of ${code}`, () => {
    const found = checkAccess('eu-central-1', { error: failing(code, status) });
    assert.deepEqual(
      found.map(({ check, verdict }) => `${check} ${verdict}`),
      [line],
    );
  });
}

test('checkAccess() is content with an answer', () => {
  const [found, ...more] = checkAccess('eu-central-1', { value: [] });
  assert.deepEqual([found?.check, found?.verdict, more], ['credentials', 'ok', []]);
  assert.match(found?.message ?? '', /eu-central-1/);
});
