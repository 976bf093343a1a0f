/** A call to EC2 that lands when nobody waits for it any more: it harms nobody and leaves nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ENI, type Host, RANGE, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { reconcile } from './reconcile.ts';

const interfaces = makeInterfaces();

/** Longer than others need to take the killed process's lock for dead, and to go on. */
const LATE_MS = 6000;

/** Kills a verb of container `a` while EC2 is at its call, which EC2 will carry out all the same. */
async function killDuring({ aws, node }: Host, command: string, action: string): Promise<void> {
  aws.fault({ action, kind: 'slow-then-apply', ms: LATE_MS });
  const { child, gone } = node.start(command, 'a');
  const before = aws.calls(action);
  while (aws.calls(action) === before) await pause(10);
  child.kill('SIGKILL');
  await gone;
}

test('an Assign that lands when its pod has come and gone is taken off', async () => {
  await using host = await startHost(interfaces);
  await killDuring(host, 'ADD', 'AssignPrivateIpAddresses');
  await host.node.add('a');
  await host.node.del('a');
  await host.aws.idle();
  await host.node.add('b');
  await host.node.del('b');
  await reconcile(host);
  assert.deepEqual(host.aws.addresses(ENI), []);
});

test('an Unassign that lands late takes nothing from the next pod', async () => {
  const ranges = [[{ ...RANGE, rangeStart: '10.10.0.80', rangeEnd: '10.10.0.80' }]];
  await using host = await startHost(interfaces, { ipam: { ranges } });
  await host.node.add('a');
  await killDuring(host, 'DEL', 'UnassignPrivateIpAddresses');
  await host.node.del('a');
  const { status, reply } = await host.node.call('ADD', 'b');
  await host.aws.idle();
  // It may be told to come again, but not be given an address that then goes.
  if (status === 0) assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.80']);
  else assert.ok(reply.code === 11 || reply.code === 100, JSON.stringify(reply));
});

test('an address that was taken off just before is known for a stray when it turns up again', async () => {
  const ranges = [[{ ...RANGE, rangeStart: '10.10.0.80', rangeEnd: '10.10.0.80' }]];
  await using host = await startHost(interfaces, { ipam: { ranges, eni: { timeout: 2 } } });
  await host.node.add('a');
  await host.node.del('a');
  host.aws.fault({ action: 'AssignPrivateIpAddresses', kind: 'late-apply', ms: LATE_MS });
  assert.equal((await host.node.call('ADD', 'b')).reply.code, 11);
  await host.node.del('b');
  await host.aws.idle();
  await reconcile(host);
  assert.deepEqual(host.aws.addresses(ENI), []);
});

test('two ENIs that were asked for one address are both looked after', async () => {
  const ranges = [[{ ...RANGE, rangeStart: '10.10.0.80', rangeEnd: '10.10.0.80' }]];
  await using host = await startHost(interfaces, { ipam: { ranges, eni: { timeout: 2 } } });
  const other = { network: { name: 'other', master: interfaces[0].name } };
  host.aws.fault({ action: 'AssignPrivateIpAddresses', kind: 'late-apply', ms: LATE_MS });
  assert.equal((await host.node.call('ADD', 'a')).reply.code, 11);
  await host.node.del('a');
  host.aws.fault({ action: 'AssignPrivateIpAddresses', kind: 'hang' });
  assert.notEqual((await host.node.call('ADD', 'b', other)).status, 0);
  await host.node.del('b', other);
  await host.aws.idle();
  await reconcile(host);
  assert.deepEqual(host.aws.addresses(ENI), []);
});
