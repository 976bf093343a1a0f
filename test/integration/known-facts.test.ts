/** What a node has learned is remembered, and not believed for longer than it is true. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ENI, type Host, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = makeInterfaces();

/** The paths that IMDS was asked for, credentials and tokens aside. */
const asked = ({ aws }: Host): readonly string[] =>
  aws
    .imdsRequests()
    .map(({ path }) => path)
    .filter((path) => path.includes('/network/') || path.includes('/placement/'));

test('the ENI of an interface is looked up once; later only what it holds', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('first');
  assert.ok(asked(host).length > 3);
  host.aws.clearJournal();
  await host.node.add('second');
  assert.deepEqual(
    asked(host)
      .map((path) => path.replace(/.*\//, ''))
      .toSorted(),
    ['ipv4-prefix', 'local-ipv4s'],
  );
});

test('an ENI that is named by its id costs no call more than any other, once it is known', async () => {
  await using host = await startHost(interfaces, { ipam: { eni: { id: ENI } } });
  await host.node.add('first');
  assert.equal(host.aws.calls(), 3);
  host.aws.clearJournal();
  await host.node.add('second');
  assert.equal(host.aws.calls(), 1);
});

test('an ENI that EC2 says is gone is looked up anew', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('first');
  await host.node.del('first');
  const state = host.aws.state();
  const { subnetId, attachment } = state.enis.get(ENI) ?? {};
  host.aws.removeEni(ENI);
  const { reply } = await host.node.call('ADD', 'orphaned');
  assert.equal(reply.code, 104);
  const successor = 'eni-00000000000000077';
  assert.ok(subnetId && attachment);
  host.aws.addEni({
    id: successor,
    subnetId,
    mac: interfaces[1].mac,
    primary: '10.10.0.7',
    instanceId: attachment.instanceId,
    deviceIndex: 1,
  });
  assert.deepEqual(await host.node.add('second'), host.aws.addresses(successor));
});

test('an address that somebody puts on our ENI is never handed out, nor taken off', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('first');
  host.aws.put(ENI, '10.10.0.81');
  host.aws.clearJournal();
  assert.deepEqual(await host.node.add('second'), ['10.10.0.82']);
  assert.equal(host.aws.calls(), 1);
  const { reply } = await host.node.call('ADD', 'insists', { args: 'IP=10.10.0.81' });
  assert.equal(reply.code, 102);
  assert.match(reply.msg ?? '', /10\.10\.0\.81.* no record explains why/);
  for (const pod of ['first', 'second', 'insists']) await host.node.del(pod);
  assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.81']);
});

test('IMDS in silence keeps no pod from its address once the ENI is known', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('first');
  // The credentials come from IMDS, too: only what tells of the ENI is silent.
  const path = 'meta-data/network';
  host.aws.fault({ target: 'imds', kind: 'error', status: 503, path, times: 'always' });
  assert.deepEqual(await host.node.add('second'), ['10.10.0.81']);
});

test('a full ENI is not asked again, and STATUS tells; when a pod has gone there is room', async () => {
  await using host = await startHost(interfaces, { instanceType: 'm5.large' });
  const pods = Array.from({ length: 9 }, (_, pod) => `pod-${pod}`);
  for (const pod of pods) await host.node.add(pod);
  const refused = await host.node.call('ADD', 'first-too-many');
  assert.equal(refused.reply.code, 101);
  host.aws.clearJournal();
  const again = await host.node.call('ADD', 'second-too-many');
  assert.equal(again.reply.code, 101);
  assert.match(again.reply.msg ?? '', /9 of them were those of pods/);
  const status = await host.node.call('STATUS', '', { network: { cniVersion: '1.1.0' } });
  assert.equal(status.reply.code, 50);
  assert.equal(host.aws.calls(), 0);
  await host.node.del('pod-0');
  await host.node.add('fits');
});

test('what was found of the ENI is on file with the boot in which it was', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('first');
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const [[mac, eni] = []] = Object.entries(host.node.document().enis);
  assert.deepEqual([mac, eni?.id, eni?.boot], [interfaces[1].mac, ENI, boot]);
});
