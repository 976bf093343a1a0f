/** Fault scripts of EC2: each kind of failure as a client meets it, and what became of the addresses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AssignPrivateIpAddressesCommand,
  DescribeSubnetsCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import { type Aws, startAws } from './aws.ts';
import { read } from './clients/imds-client.ts';
import { refusal, SdkClient } from './clients/sdk-client.ts';
import { sendSigned } from './clients/signed-request.ts';
import { until } from './clients/until.ts';
import { FakeClock } from './fake-clock.ts';

const eni = 'eni-00000000000000002';
const assignment = new AssignPrivateIpAddressesCommand({
  NetworkInterfaceId: eni,
  PrivateIpAddresses: ['10.10.0.20'],
});
const removal = new UnassignPrivateIpAddressesCommand({
  NetworkInterfaceId: eni,
  PrivateIpAddresses: ['10.10.0.20'],
});

async function assign(aws: Aws): Promise<void> {
  using client = new SdkClient(aws);
  await client.send(assignment);
}

async function unassign(aws: Aws): Promise<void> {
  using client = new SdkClient(aws);
  await client.send(removal);
}

/** Assigns, and gives up when EC2 has got the request and has nothing more to do for it. */
async function assignAndGiveUp(aws: Aws): Promise<void> {
  using client = new SdkClient(aws);
  const patience = new AbortController();
  const answer = client.send(assignment, { abortSignal: patience.signal });
  await until(() => aws.calls() === 1);
  await aws.idle();
  patience.abort();
  await assert.rejects(answer, { name: 'AbortError' });
}

test('an error hits before anything is applied, as often as it is told to', async () => {
  await using aws = await startAws();
  aws.fault({ kind: 'error', code: 'InternalError', action: 'AssignPrivateIpAddresses', times: 2 });
  aws.fault({ kind: 'error', code: 'Unavailable' });
  assert.match(await refusal(assign(aws)), /^500 InternalError: /);
  assert.match(await refusal(assign(aws)), /^500 InternalError: /);
  assert.match(await refusal(assign(aws)), /^503 Unavailable: /);
  assert.deepEqual(aws.addresses(eni), []);
  await assign(aws);
  assert.deepEqual(aws.addresses(eni), ['10.10.0.20']);
  assert.deepEqual(
    aws.journal().map(({ applied, status, errorCode }) => [applied, status, errorCode]),
    [
      [false, 500, 'InternalError'],
      [false, 500, 'InternalError'],
      [false, 503, 'Unavailable'],
      [true, 200, undefined],
    ],
  );
});

test('an error may have a status and words of its own', async () => {
  await using aws = await startAws();
  aws.fault({ kind: 'error', code: 'Resource.AlreadyAssigned', status: 409, message: 'Mine.' });
  assert.equal(await refusal(assign(aws)), '409 Resource.AlreadyAssigned: Mine.');
});

test('a fault leaves other actions alone, and may spare some requests', async () => {
  await using aws = await startAws();
  aws.fault({ kind: 'reset', action: 'UnassignPrivateIpAddresses' });
  aws.fault({ kind: 'error', code: 'InternalError', action: 'DescribeSubnets', every: 3, times: 'always' });
  await assign(aws);
  using client = new SdkClient(aws);
  const answers: string[] = [];
  for (let count = 0; count < 6; count += 1)
    answers.push(await refusal(client.send(new DescribeSubnetsCommand({}))));
  assert.deepEqual(
    answers.map((answer) => answer.slice(0, 3)),
    ['no ', 'no ', '500', 'no ', 'no ', '500'],
  );
});

test('a denial is a long message', async () => {
  await using aws = await startAws();
  aws.fault({ kind: 'deny', action: 'AssignPrivateIpAddresses', times: 'always' });
  const answer = await refusal(assign(aws));
  assert.match(answer, /^403 UnauthorizedOperation: You are not authorized to perform this operation\. /);
  assert.match(answer, / Encoded authorization failure message: /);
  assert.ok(answer.length > 2000);
});

test('a connection breaks before anything is applied', async () => {
  await using aws = await startAws();
  aws.fault({ kind: 'reset' });
  await assert.rejects(assign(aws), { code: 'ECONNRESET' });
  assert.deepEqual(aws.addresses(eni), []);
  assert.equal(aws.journal()[0]?.status, undefined);
});

test('a connection breaks after the change', async () => {
  await using aws = await startAws();
  aws.fault({ kind: 'applied-then-reset', action: 'AssignPrivateIpAddresses' });
  aws.fault({ kind: 'applied-then-reset', action: 'UnassignPrivateIpAddresses' });
  await assert.rejects(assign(aws), { code: 'ECONNRESET' });
  assert.deepEqual(aws.addresses(eni), ['10.10.0.20']);
  await assign(aws);
  await assert.rejects(unassign(aws), { code: 'ECONNRESET' });
  assert.deepEqual(aws.addresses(eni), []);
  assert.match(await refusal(unassign(aws)), /^400 InvalidParameterValue: Some of the specified addresses/);
});

test('an answer breaks off in the middle', async () => {
  await using aws = await startAws();
  aws.fault({ kind: 'truncated-body' });
  await assert.rejects(assign(aws));
  assert.deepEqual(aws.addresses(eni), ['10.10.0.20']);
});

test('a proxy answers for EC2', async () => {
  await using aws = await startAws();
  aws.fault({ kind: 'html502' });
  const answer = await sendSigned(aws, { Action: 'DescribeSubnets', Version: '2016-11-15' });
  assert.equal(answer.status, 502);
  assert.match(await answer.text(), /^<html>/);
});

test('no answer ever comes, and nothing is applied', async () => {
  await using aws = await startAws();
  aws.fault({ kind: 'hang' });
  await assignAndGiveUp(aws);
  assert.deepEqual(aws.addresses(eni), []);
});

test('no answer ever comes, although the change was made', async () => {
  await using aws = await startAws();
  aws.fault({ kind: 'applied-then-hang' });
  await assignAndGiveUp(aws);
  assert.deepEqual(aws.addresses(eni), ['10.10.0.20']);
});

test('a slow request is applied at its end, even when nobody listens any more', async () => {
  const clock = new FakeClock();
  await using aws = await startAws({ clock });
  aws.fault({ kind: 'slow-then-apply', ms: 3000 });
  using client = new SdkClient(aws);
  const patience = new AbortController();
  const answer = client.send(assignment, { abortSignal: patience.signal });
  await clock.sleeping(1);
  patience.abort();
  await assert.rejects(answer, { name: 'AbortError' });
  clock.advance(2999);
  assert.deepEqual(aws.addresses(eni), []);
  clock.advance(1);
  await aws.idle();
  assert.deepEqual(aws.addresses(eni), ['10.10.0.20']);
});

test('a request that hangs is applied late, after the rollback of whoever sent it', async () => {
  const clock = new FakeClock();
  await using aws = await startAws({ clock });
  aws.fault({ kind: 'late-apply', ms: 5000, action: 'AssignPrivateIpAddresses' });
  using client = new SdkClient(aws);
  const patience = new AbortController();
  const answer = client.send(assignment, { abortSignal: patience.signal });
  await clock.sleeping(1);
  patience.abort();
  await assert.rejects(answer, { name: 'AbortError' });
  assert.match(await refusal(unassign(aws)), /^400 InvalidParameterValue: Some of the specified addresses/);
  clock.advance(5000);
  await aws.idle();
  assert.deepEqual(aws.addresses(eni), ['10.10.0.20']);
});

test('a late request is refused when the address is gone by then', async () => {
  const clock = new FakeClock();
  await using aws = await startAws({ clock });
  aws.fault({ kind: 'late-apply', ms: 5000 });
  using client = new SdkClient(aws);
  const patience = new AbortController();
  const answer = client.send(assignment, { abortSignal: patience.signal });
  await clock.sleeping(1);
  patience.abort();
  await assert.rejects(answer);
  aws.put('eni-00000000000000001', '10.10.0.20');
  clock.advance(5000);
  await aws.idle();
  assert.deepEqual(aws.addresses(eni), []);
  assert.equal(aws.journal()[0]?.applied, false);
});

test('latency comes before the change, and each action may have its own', async () => {
  const clock = new FakeClock();
  await using aws = await startAws({ clock });
  aws.latency(300, 'AssignPrivateIpAddresses');
  const answer = assign(aws);
  await clock.sleeping(1);
  using client = new SdkClient(aws);
  await client.send(new DescribeSubnetsCommand({}));
  assert.deepEqual(aws.addresses(eni), []);
  clock.advance(300);
  await answer;
  assert.deepEqual(aws.addresses(eni), ['10.10.0.20']);
});

test('reset() takes every fault away', async () => {
  await using aws = await startAws();
  aws.fault({ kind: 'reset', times: 'always' });
  aws.fault({ target: 'imds', kind: 'reset', times: 'always' });
  aws.put(eni, '10.10.0.21');
  await aws.reset();
  assert.equal(await read(aws, 'meta-data/mac'), '02:00:00:00:00:01');
  await assign(aws);
  assert.deepEqual(aws.addresses(eni), ['10.10.0.20']);
});
