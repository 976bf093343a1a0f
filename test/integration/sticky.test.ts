/** Sticky addresses, end to end: a pod that comes back has its address, here and on another node. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCluster } from './cluster.ts';
import { startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { argsOf } from './pods.ts';

const interfaces = makeInterfaces();
const RANGE = { subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.99' };

test('a StatefulSet’s pod that is made anew on its node has its address again, whoever came in between', async () => {
  await using host = await startHost(interfaces, { ipam: { sticky: true } });
  const { node, aws } = host;
  const [first] = await node.add('db-a', { args: argsOf('shop/db-0') });
  await node.del('db-a', { args: argsOf('shop/db-0') });
  for (const other of ['web-1', 'web-2']) await node.add(other, { args: argsOf(`shop/${other}`) });
  const again = await node.add('db-b', { args: argsOf('shop/db-0', 'another') });
  assert.deepEqual(again, [first]);
  assert.ok(aws.addresses('eni-00000000000000002').includes(first ?? ''));
});

test('a pod that moves to another node has its address there, at the price of one call', async () => {
  await using cluster = await startCluster(interfaces, { ipam: { ranges: [[RANGE]], sticky: true } });
  const [here, there] = cluster.members;
  assert.ok(here && there);
  for (const pod of ['db-0', 'db-1', 'db-2']) {
    const call = { args: argsOf(`shop/${pod}`) };
    const [before] = await here.node.add(pod, call);
    await here.node.del(pod, call);
    cluster.aws.clearJournal();
    assert.deepEqual(await there.node.add(pod, call), [before]);
    assert.equal(cluster.aws.calls(), 1);
  }
});

test('a pod whose address another one has by now starts with another address', async () => {
  const ipam = { ranges: [[{ ...RANGE, rangeEnd: '10.10.0.81' }]], sticky: true };
  await using host = await startHost(interfaces, { ipam });
  const { node } = host;
  const [first] = await node.add('db-a', { args: argsOf('shop/db-0') });
  await node.del('db-a');
  const taken = await Promise.all(['x', 'y'].map((pod) => node.add(pod, { args: argsOf(`shop/${pod}`) })));
  assert.ok(taken.flat().includes(first ?? ''), 'others take a kept address when nothing else is free');
  await node.del('x');
  assert.equal((await node.add('db-b', { args: argsOf('shop/db-0') })).length, 1);
});

test('both interfaces and both families of a pod keep to their addresses', async () => {
  const ipv6 = { subnet: '2001:db8::/64' };
  await using host = await startHost(interfaces, {
    ipam: { ranges: [[RANGE], [ipv6]], sticky: true },
    seed: (seed) => ({
      ...seed,
      subnets: seed.subnets.map((one) => ({ ...one, ipv6Cidr: '2001:db8::/64' })),
    }),
  });
  const { node } = host;
  const add = (container: string) =>
    Promise.all(
      ['net1', 'net2'].map((name) =>
        node.add(container, { interface: name, args: argsOf('shop/db-0', container) }),
      ),
    );
  const before = await add('a');
  for (const name of ['net1', 'net2']) await node.del('a', { interface: name });
  assert.deepEqual(await add('b'), before);
  assert.equal(new Set(before.flat()).size, 4);
});
