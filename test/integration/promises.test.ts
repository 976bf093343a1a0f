/** What docs/operations.md promises of trouble with EC2 and IMDS, where no other test has it yet. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENI, type Host, type HostOptions, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = makeInterfaces();

const ASSIGN = 'AssignPrivateIpAddresses';
const UNASSIGN = 'UnassignPrivateIpAddresses';

/** Short, so that nobody waits long for a failure that is to come. */
const HASTY: HostOptions = { ipam: { eni: { timeout: 2 } } };

const states = ({ node }: Host): readonly string[] => node.reservations().map(({ state }) => state);

test('pods that come at once while EC2 throttles share their retries, too', async () => {
  await using host = await startHost(interfaces);
  host.aws.latency(200);
  host.aws.fault({ action: ASSIGN, kind: 'error', code: 'RequestLimitExceeded', status: 503, times: 3 });
  const pods = Array.from({ length: 12 }, (_, place) => `pod-${place}`);
  const given = await Promise.all(pods.map((pod) => host.node.add(pod)));
  assert.equal(new Set(given.flat()).size, pods.length);
  assert.ok(host.aws.calls() < pods.length, `${host.aws.calls()} calls, of which three were throttled`);
});

test('a DEL that failed is finished by the next one, and by anybody else who calls EC2', async () => {
  await using host = await startHost(interfaces, HASTY);
  for (const pod of ['one', 'two']) await host.node.add(pod);
  await host.aws.refuseConnections({ target: 'ec2' });
  for (const pod of ['one', 'two']) assert.equal((await host.node.call('DEL', pod)).reply.code, 11);
  assert.deepEqual(states(host), ['releasing', 'releasing']);

  await host.aws.acceptConnections({ target: 'ec2' });
  await host.node.del('one');
  assert.deepEqual(host.aws.addresses(ENI), [], 'the other one went with it');
  await host.node.del('two');
  assert.equal(host.aws.calls(UNASSIGN), 1);
  assert.deepEqual(states(host), []);
});

test('with IMDS and its credentials gone, what is on record still answers, and the rest is error 11', async () => {
  await using host = await startHost(interfaces, HASTY);
  const [address] = await host.node.add('known');
  await host.aws.refuseConnections({ target: 'imds' });
  host.aws.clearJournal();

  assert.deepEqual(await host.node.add('known'), [address], 'an ADD that is told again');
  await host.node.del('unknown');
  const added = await host.node.call('ADD', 'new');
  assert.equal(added.reply.code, 11);
  assert.match(added.reply.msg ?? '', /^cannot assign 10\.10\.0\.81 to eni-0+2/);
  await host.node.del('new');
  assert.deepEqual(states(host), ['assigned'], 'EC2 never heard of it, so nobody need be asked');
  const deleted = await host.node.call('DEL', 'known');
  assert.equal(deleted.reply.code, 11);
  assert.deepEqual(states(host), ['releasing']);
  assert.equal(host.aws.calls(), 0);

  await host.aws.acceptConnections({ target: 'imds' });
  await host.node.del('known');
  assert.deepEqual(host.aws.addresses(ENI), []);
});

test('an ADD that finds IMDS silent goes on when it answers again, within the budget', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('first');
  await host.aws.refuseConnections({ target: 'imds' });
  const adding = host.node.add('second');
  await new Promise((later) => setTimeout(later, 3000));
  await host.aws.acceptConnections({ target: 'imds' });
  assert.deepEqual(await adding, ['10.10.0.81']);
});

test('with IMDS gone and credentials from elsewhere, pods come and go on an ENI that is known', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('first');
  await host.aws.refuseConnections({ target: 'imds' });
  const env = host.aws.staticCredentials();
  assert.deepEqual(await host.node.add('second', { env }), ['10.10.0.81']);
  for (const pod of ['first', 'second']) await host.node.del(pod, { env });
  assert.deepEqual(host.aws.addresses(ENI), []);
});

test('an ADD that EC2 denies is not tried again', async () => {
  await using host = await startHost(interfaces);
  host.aws.fault({ action: ASSIGN, kind: 'deny', times: 'always' });
  const { reply } = await host.node.call('ADD', 'pod');
  assert.equal(reply.code, 103);
  assert.match(reply.msg ?? '', /AssignPrivateIpAddresses: UnauthorizedOperation/);
  assert.equal(host.aws.calls(ASSIGN), 1);
  assert.deepEqual(states(host), []);
});

test('a call that EC2 leaves without an answer is given up after ten seconds, and made again', async () => {
  await using host = await startHost(interfaces);
  host.aws.fault({ action: ASSIGN, kind: 'hang', times: 1 });
  assert.deepEqual(await host.node.add('pod'), ['10.10.0.80']);
  assert.equal(host.aws.calls(ASSIGN), 2);
});
