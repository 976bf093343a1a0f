/** Fault scripts of IMDS, as a client meets them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAws } from './aws.ts';
import { get, requestToken, roleKey, token } from './clients/imds-client.ts';
import { refusalOf, sendSigned } from './clients/signed-request.ts';
import { until } from './clients/until.ts';
import { FakeClock } from './fake-clock.ts';

test('IMDS fails in the ways that a node meets', async () => {
  await using aws = await startAws();
  const good = await token(aws);
  const status = async (path: string) => (await get(aws, path, good)).status;
  aws.fault({ target: 'imds', kind: 'error', status: 401 });
  assert.equal(await status('meta-data/mac'), 401);
  assert.equal(await status('meta-data/mac'), 200);
  aws.fault({ target: 'imds', kind: 'error', status: 503, times: 3 });
  assert.deepEqual(
    [await status('meta-data/mac'), await status('meta-data/mac'), await status('meta-data/mac')],
    [503, 503, 503],
  );
  aws.fault({ target: 'imds', kind: 'error', status: 404, path: 'meta-data/iam', times: 'always' });
  assert.equal(await status('meta-data/iam/security-credentials/'), 404);
  assert.equal(await status('meta-data/mac'), 200);
  aws.fault({ target: 'imds', kind: 'reset', path: 'api/token' });
  await assert.rejects(requestToken(aws, { 'X-aws-ec2-metadata-token-ttl-seconds': '60' }));
});

test('IMDS may never answer', async () => {
  await using aws = await startAws();
  aws.fault({ target: 'imds', kind: 'hang', path: 'meta-data/mac' });
  const patience = new AbortController();
  const answer = fetch(`${aws.imdsUrl('i-00000000000000001')}/latest/meta-data/mac`, {
    signal: patience.signal,
  });
  await until(() => aws.imdsRequests().length === 1);
  patience.abort();
  await assert.rejects(answer, { name: 'AbortError' });
});

test('a token request may hang, as from a pod behind a hop limit of 1', async () => {
  await using aws = await startAws();
  aws.fault({ target: 'imds', kind: 'hang', path: 'api/token' });
  const patience = new AbortController();
  const answer = fetch(`${aws.imdsUrl('i-00000000000000001')}/latest/api/token`, {
    method: 'PUT',
    headers: { 'X-aws-ec2-metadata-token-ttl-seconds': '60' },
    signal: patience.signal,
  });
  await until(() => aws.imdsRequests().length === 1);
  patience.abort();
  await assert.rejects(answer, { name: 'AbortError' });
  assert.ok(await token(aws));
});

test('IMDS loses every third request', async () => {
  await using aws = await startAws();
  const good = await token(aws);
  aws.fault({ target: 'imds', kind: 'reset', path: 'meta-data', every: 3, times: 'always' });
  const answers: string[] = [];
  for (let count = 0; count < 6; count += 1) {
    const answer = get(aws, 'meta-data/mac', good);
    answers.push(
      await answer.then(
        ({ status }) => String(status),
        () => 'lost',
      ),
    );
  }
  assert.deepEqual(answers, ['200', '200', 'lost', '200', '200', 'lost']);
});

test('IMDS hands out keys that are good for half a minute, and no longer', async () => {
  const clock = new FakeClock();
  await using aws = await startAws({ clock });
  aws.fault({ target: 'imds', kind: 'credentials', expireInSeconds: 30 });
  const describe = { Action: 'DescribeSubnets', Version: '2016-11-15' };
  const key = await roleKey(aws);
  const wholeSeconds = Math.floor((clock.now() + 30_000) / 1000) * 1000;
  assert.equal(Date.parse(key.expiration), wholeSeconds);
  assert.equal((await sendSigned(aws, describe, key)).status, 200);
  clock.advance(30_000);
  assert.equal(await refusalOf(await sendSigned(aws, describe, key)), '400 RequestExpired');
});

test('IMDS hands out keys that have expired, and EC2 refuses them', async () => {
  await using aws = await startAws();
  aws.fault({ target: 'imds', kind: 'credentials', expireInSeconds: -60 });
  const describe = { Action: 'DescribeSubnets', Version: '2016-11-15' };
  const stale = await roleKey(aws);
  assert.ok(Date.parse(stale.expiration) < Date.now());
  assert.equal(await refusalOf(await sendSigned(aws, describe, stale)), '400 RequestExpired');
  assert.equal((await sendSigned(aws, describe, await roleKey(aws))).status, 200);
});
