/** What crashes, reboots and operators leave behind is brought in order by the next invocations. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ENI, type Host, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { rewriteState } from './state-file.ts';

const interfaces = makeInterfaces();

/** A network namespace as the plugin sees one: a path in a folder. */
function makeNetns({ node }: Host, name: string): string {
  const folder = join(node.dataDir, 'netns');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), '');
  return join(folder, name);
}

const states = ({ node }: Host): string[] =>
  node.reservations().map(({ address, state }) => `${address} ${state}`);

test('a pod whose network namespace is gone gives its address back when the next pod comes', async () => {
  await using host = await startHost(interfaces);
  const netns = makeNetns(host, 'crashed');
  await host.node.add('crashed', { netns });
  rmSync(netns);
  const [next] = await host.node.add('next');
  assert.deepEqual(host.aws.addresses(ENI), [next]);
  assert.equal(host.aws.calls('UnassignPrivateIpAddresses'), 1);
  assert.deepEqual(states(host), [`${next} assigned`]);
});

test('a namespace that is only invisible from here is alive', async () => {
  await using host = await startHost(interfaces);
  const netns = makeNetns(host, 'alive');
  const [alive = ''] = await host.node.add('alive', { netns });
  const folder = join(host.node.dataDir, 'netns');
  renameSync(folder, `${folder}.elsewhere`);
  await host.node.add('b');
  assert.ok(host.aws.addresses(ENI).includes(alive), 'the folder is not there');
  mkdirSync(folder);
  await host.node.add('c');
  assert.ok(host.aws.addresses(ENI).includes(alive), 'the folder is another one');
});

test('after a reboot the addresses of the last boot go, and a pod that comes back keeps its own', async () => {
  await using host = await startHost(interfaces);
  const args = 'IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0;K8S_POD_UID=4f2a';
  await host.node.add('bare');
  const [kept = ''] = await host.node.add('web', { args });
  rewriteState(host.node, (reservation) => ({ ...reservation, boot: 'the boot before' }));
  const calls = host.aws.calls();
  assert.deepEqual(await host.node.add('web-again', { args }), [kept]);
  assert.equal(host.aws.calls(), calls);
  const [next = ''] = await host.node.add('next');
  assert.deepEqual(host.aws.addresses(ENI), [kept, next].sort());
});

test('a Kubernetes pod that does not come back gives its address back in a while', async () => {
  await using host = await startHost(interfaces);
  const args = 'IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0;K8S_POD_UID=4f2a';
  const netns = makeNetns(host, 'web');
  const [gone = ''] = await host.node.add('web', { args, netns });
  rmSync(netns);
  const [b = ''] = await host.node.add('b');
  assert.ok(host.aws.addresses(ENI).includes(gone));
  rewriteState(host.node, ({ goneSince, ...rest }) =>
    typeof goneSince === 'number' ? { ...rest, goneSince: goneSince - 2 * 60_000 } : rest,
  );
  const [c = ''] = await host.node.add('c');
  assert.deepEqual(host.aws.addresses(ENI), [b, c].sort());
});

test('when nothing else is free, the address of a pod that is gone is taken over', async () => {
  const range = { subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.80' };
  await using host = await startHost(interfaces, { ipam: { ranges: [[range]] } });
  const netns = makeNetns(host, 'web');
  const args = 'IgnoreUnknown=1;K8S_POD_UID=4f2a';
  await host.node.add('web', { args, netns });
  assert.equal((await host.node.call('ADD', 'other')).reply.code, 100, 'its pod is alive');
  rmSync(netns);
  assert.deepEqual(await host.node.add('other'), ['10.10.0.80']);
  await host.node.del('web');
  assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.80']);
});

test('a fixed address is given to the pod’s successor though no DEL came', async () => {
  await using host = await startHost(interfaces);
  const netns = makeNetns(host, 'web');
  await host.node.add('web', { args: 'IgnoreUnknown=1;K8S_POD_UID=1;IP=10.10.0.95', netns });
  const successor = { args: 'IgnoreUnknown=1;K8S_POD_UID=2;IP=10.10.0.95' };
  assert.equal((await host.node.call('ADD', 'web-2', successor)).reply.code, 102);
  rmSync(netns);
  assert.deepEqual(await host.node.add('web-2', successor), ['10.10.0.95']);
});

test('an ADD killed before EC2 answered is finished by its DEL', async () => {
  await using host = await startHost(interfaces);
  host.aws.fault({ action: 'AssignPrivateIpAddresses', kind: 'applied-then-hang', times: 1 });
  const { child, gone } = host.node.start('ADD', 'killed');
  while (host.aws.addresses(ENI).length === 0) await new Promise((next) => setTimeout(next, 20));
  child.kill('SIGKILL');
  await gone;
  await host.node.del('killed');
  assert.deepEqual(host.aws.addresses(ENI), []);
  assert.deepEqual(states(host), []);
});

test('an ADD killed before EC2 answered, with no DEL, is given up when its deadline has passed', async () => {
  await using host = await startHost(interfaces);
  host.aws.fault({ action: 'AssignPrivateIpAddresses', kind: 'applied-then-hang', times: 1 });
  const { child, gone } = host.node.start('ADD', 'killed');
  while (host.aws.addresses(ENI).length === 0) await new Promise((next) => setTimeout(next, 20));
  child.kill('SIGKILL');
  await gone;
  rewriteState(host.node, (reservation) => ({ ...reservation, deadline: Date.now() - 1 }));
  const [next] = await host.node.add('next');
  assert.deepEqual(host.aws.addresses(ENI), [next]);
});

test('a state directory restored from an old copy gives nobody the address of a pod it does not know', async () => {
  await using host = await startHost(interfaces);
  const { dataDir } = host.node;
  const [a = ''] = await host.node.add('a');
  cpSync(dataDir, `${dataDir}.copy`, { recursive: true });
  const [b = ''] = await host.node.add('b');
  rmSync(dataDir, { recursive: true });
  renameSync(`${dataDir}.copy`, dataDir);
  const [c = ''] = await host.node.add('c');
  assert.equal(new Set([a, b, c]).size, 3);
  assert.deepEqual(host.aws.addresses(ENI), [a, b, c].sort());
});
