/** EC2 in trouble: throttled, broken, slow, silent. What was asked is done once, or known not to be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENI, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { rewriteState } from './state-file.ts';

const interfaces = makeInterfaces();

const ASSIGN = 'AssignPrivateIpAddresses';
const UNASSIGN = 'UnassignPrivateIpAddresses';

const PASSING = [
  { kind: 'error', code: 'RequestLimitExceeded', status: 503, times: 3 },
  { kind: 'error', code: 'InternalError', status: 500, times: 2 },
  { kind: 'error', code: 'Unavailable', status: 503, times: 2 },
  { kind: 'reset', times: 2 },
  { kind: 'html502', times: 2 },
  { kind: 'truncated-body', times: 1 },
  { kind: 'applied-then-reset', times: 1 },
] as const;

for (const fault of PASSING) {
  const what = 'code' in fault ? fault.code : fault.kind;
  test(`ADD and DEL stand ${what}`, async () => {
    await using host = await startHost(interfaces);
    host.aws.fault({ ...fault, action: ASSIGN });
    const [address] = await host.node.add('c1');
    assert.deepEqual(host.aws.addresses(ENI), [address]);
    assert.equal(host.aws.mutations().length, 1);
    host.aws.fault({ ...fault, action: UNASSIGN });
    await host.node.del('c1');
    assert.deepEqual(host.aws.addresses(ENI), []);
    assert.equal(host.aws.mutations().length, 2);
    assert.deepEqual(host.node.reservations(), []);
  });
}

test('an ADD that EC2 does not answer ends at its deadline with what is pending', async () => {
  await using host = await startHost(interfaces, { ipam: { eni: { timeout: 2 } } });
  host.aws.fault({ action: ASSIGN, kind: 'hang', times: 'always' });
  const { reply } = await host.node.call('ADD', 'c1');
  assert.equal(reply.code, 11);
  assert.match(reply.msg ?? '', /cannot assign 10\.10\.0\.80 to eni-0+2/);
  assert.match(reply.details ?? '', /pending: 10\.10\.0\.80 releasing/);
});

test('an Assign that lands after its ADD has given up is taken off by a later invocation', async () => {
  await using host = await startHost(interfaces, { ipam: { eni: { timeout: 2 } } });
  host.aws.fault({ action: ASSIGN, kind: 'late-apply', ms: 4000 });
  assert.equal((await host.node.call('ADD', 'late')).reply.code, 11);
  await host.node.del('late');
  assert.deepEqual(host.node.reservations(), []);
  await host.aws.idle();
  assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.80'], 'it has landed, and nobody has it');

  const [address] = await host.node.add('next');
  assert.deepEqual(host.aws.addresses(ENI), [address]);
});

test('an address whose Unassign may still land is not given out', async () => {
  await using host = await startHost(interfaces, {
    ipam: {
      ranges: [[{ subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.81' }]],
      cooldown: 0,
    },
  });
  await host.node.add('c1');
  await host.node.add('c2');
  host.aws.fault({ action: UNASSIGN, kind: 'reset', times: 1 });
  await host.node.del('c1');
  assert.equal((await host.node.call('ADD', 'c3')).reply.code, 100);
  assert.equal((await host.node.call('ADD', 'c3', { args: 'IP=10.10.0.80' })).reply.code, 11);
  await host.node.del('c2');
  assert.deepEqual(await host.node.add('c3'), ['10.10.0.81']);
});

test('a DEL that EC2 does not answer is error 11, and keeps its record', async () => {
  await using host = await startHost(interfaces, { ipam: { eni: { timeout: 1 } } });
  const [address] = await host.node.add('c1');
  host.aws.fault({ action: UNASSIGN, kind: 'reset', times: 'always' });
  const { reply, status } = await host.node.call('DEL', 'c1');
  assert.equal(status, 1);
  assert.equal(reply.code, 11);
  assert.deepEqual(
    host.node.reservations().map(({ state }) => state),
    ['releasing'],
  );
  assert.deepEqual(host.aws.addresses(ENI), [address]);
});

test('DEL with onReleaseFailure "defer" lets the pod go, and the next invocation finishes', async () => {
  await using host = await startHost(interfaces, {
    ipam: { eni: { timeout: 2, onReleaseFailure: 'defer' } },
  });
  const [address] = await host.node.add('c1');
  host.aws.fault({ action: UNASSIGN, kind: 'error', code: 'Unavailable', status: 503, times: 1 });
  await host.node.del('c1');
  assert.deepEqual(host.aws.addresses(ENI), [address]);
  assert.equal(host.aws.calls(UNASSIGN), 1, 'let go at once');
  const [other] = await host.node.add('c2');
  assert.deepEqual(host.aws.addresses(ENI), [other]);
});

test('five minutes after its first try a pod is let go, and its address stays on record', async () => {
  await using host = await startHost(interfaces, { ipam: { eni: { timeout: 1 } } });
  await host.node.add('c1');
  host.aws.fault({ action: UNASSIGN, kind: 'reset', times: 'always' });
  assert.equal((await host.node.call('DEL', 'c1')).reply.code, 11);
  rewriteState(host.node, (reservation) => ({
    ...reservation,
    since: Number(reservation['since']) - 5 * 60_000,
  }));
  await host.node.del('c1');
  assert.deepEqual(
    host.node.reservations().map(({ state }) => state),
    ['releasing'],
  );
});

test('a DEL that EC2 denies says so, and keeps the record', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('c1');
  host.aws.fault({ action: UNASSIGN, kind: 'deny', times: 1 });
  const { reply } = await host.node.call('DEL', 'c1');
  assert.equal(reply.code, 103);
  assert.match(reply.msg ?? '', /cannot take 10\.10\.0\.80 off eni-0+2: UnassignPrivateIpAddresses/);
  await host.node.del('c1');
  assert.deepEqual(host.aws.addresses(ENI), []);
});

test('a failing Unassign of one pod does not keep another pod from its address', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('c1');
  host.aws.fault({ action: UNASSIGN, kind: 'deny', times: 'always' });
  assert.equal((await host.node.call('DEL', 'c1')).reply.code, 103);
  assert.deepEqual(await host.node.add('c2'), ['10.10.0.81']);
});
