/** Fault scripts of IMDS, as a client meets them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAws } from './aws.ts';
import { get, requestToken, roleKey, token } from './clients/imds-client.ts';
import { refusalOf, sendSigned } from './clients/signed-request.ts';
import { until } from './clients/until.ts';

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

test('IMDS hands out keys that have expired, and EC2 refuses them', async () => {
  await using aws = await startAws();
  aws.fault({ target: 'imds', kind: 'credentials', expireInSeconds: -60 });
  const describe = { Action: 'DescribeSubnets', Version: '2016-11-15' };
  const stale = await roleKey(aws);
  assert.ok(Date.parse(stale.expiration) < Date.now());
  assert.equal(await refusalOf(await sendSigned(aws, describe, stale)), '400 RequestExpired');
  assert.equal((await sendSigned(aws, describe, await roleKey(aws))).status, 200);
});
