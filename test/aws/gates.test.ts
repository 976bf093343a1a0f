/** Endpoints that refuse connections. */
import assert from 'node:assert/strict';
import { get } from 'node:http';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { type Aws, startAws } from './aws.ts';
import { refusal, SdkClient } from './clients/sdk-client.ts';
import { defaultSeed } from './cloud/seed.ts';
import { FakeClock } from './fake-clock.ts';

const other = 'i-00000000000000002';
const firstInstance = 'i-00000000000000001';

/** What a new connection to IMDS of an instance comes to: an HTTP status, or the code of the failure. */
function imds(aws: Aws, instanceId: string): Promise<unknown> {
  return new Promise((resolve) => {
    const url = `${aws.imdsUrl(instanceId)}/latest/meta-data/mac`;
    get(url, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
}

test('EC2 refuses connections until it accepts them again, and has not got what was sent', async () => {
  await using aws = await startAws();
  // Through a client of its own: a connection that there is already breaks, which is another failure.
  const describe = async () => {
    using client = new SdkClient(aws);
    await client.send(new DescribeSubnetsCommand({}));
  };
  assert.equal(await refusal(describe()), 'no refusal');
  const url = aws.ec2Url;
  await aws.refuseConnections({ target: 'ec2' });
  await aws.refuseConnections({ target: 'ec2' });
  await assert.rejects(describe(), { code: 'ECONNREFUSED' });
  assert.equal(await imds(aws, firstInstance), 401);
  await aws.acceptConnections({ target: 'ec2' });
  await aws.acceptConnections({ target: 'ec2' });
  assert.equal(await refusal(describe()), 'no refusal');
  assert.equal(aws.ec2Url, url);
  assert.equal(aws.calls(), 2);
});

test('IMDS of one instance refuses, or that of all', async () => {
  const seed = defaultSeed();
  await using aws = await startAws({ seed: { ...seed, instances: [...seed.instances, { id: other }] } });
  await aws.refuseConnections({ target: 'imds', instanceId: other });
  assert.equal(await imds(aws, other), 'ECONNREFUSED');
  assert.equal(await imds(aws, firstInstance), 401);
  await aws.refuseConnections({ target: 'imds' });
  assert.equal(await imds(aws, firstInstance), 'ECONNREFUSED');
  await aws.acceptConnections({ target: 'imds' });
  assert.equal(await imds(aws, other), 401);
  await assert.rejects(aws.refuseConnections({ target: 'imds', instanceId: 'i-0' }), /no instance i-0/);
});

test('connections may be refused for a while only', async () => {
  const clock = new FakeClock();
  await using aws = await startAws({ clock });
  await aws.refuseConnections({ target: 'imds', forMs: 5000 });
  clock.advance(4999);
  assert.equal(await imds(aws, firstInstance), 'ECONNREFUSED');
  clock.advance(1);
  // The listener opens a moment after the time has come.
  while ((await imds(aws, firstInstance)) !== 401) await turn();
});

test('reset() opens what refuses, and close() closes it', async () => {
  await using aws = await startAws();
  await aws.refuseConnections({ target: 'imds' });
  await aws.reset();
  assert.equal(await imds(aws, firstInstance), 401);
  await aws.refuseConnections({ target: 'ec2' });
  await aws.refuseConnections({ target: 'imds', forMs: 60_000 });
});
