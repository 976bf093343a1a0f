/** Fixed addresses, end to end: they belong to their pod, one for each interface, and to nobody else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENI, OTHER_ENI, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { argsOf } from './pods.ts';

const interfaces = makeInterfaces();
const FIXED = { 'shop/db-0': ['10.10.0.90', '10.10.0.91'], 'shop/db-1': ['10.10.0.80'] };
const db0 = { args: argsOf('shop/db-0') };

test('a pod has its fixed addresses on two interfaces, time and again', async () => {
  await using host = await startHost(interfaces, { ipam: { fixed: FIXED } });
  const { node, aws } = host;
  for (const container of ['first', 'second']) {
    const got = [
      await node.add(container, { ...db0, interface: 'net1' }),
      await node.add(container, { ...db0, interface: 'net2' }),
    ];
    assert.deepEqual(got, [['10.10.0.90'], ['10.10.0.91']]);
    assert.deepEqual(aws.addresses(ENI), ['10.10.0.90', '10.10.0.91']);
    for (const name of ['net2', 'net1']) await node.del(container, { interface: name });
  }
});

test('nobody else gets a fixed address, whether asked for or left over', async () => {
  await using host = await startHost(interfaces, {
    ipam: {
      ranges: [[{ subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.81' }]],
      fixed: { 'shop/db-1': ['10.10.0.80'] },
    },
  });
  const { node } = host;
  assert.deepEqual(await node.add('web-1', { args: argsOf('shop/web-1') }), ['10.10.0.81']);
  const late = await node.call('ADD', 'web-2', { args: argsOf('shop/web-2') });
  assert.equal(late.reply.code, 100);
  assert.match(late.reply.msg ?? '', /1 fixed for other pods/);
  const thief = await node.call('ADD', 'web-3', { args: `${argsOf('shop/web-3')};IP=10.10.0.80` });
  assert.equal(thief.reply.code, 102);
  assert.match(thief.reply.msg ?? '', /10\.10\.0\.80: ipam\.fixed gives it to shop\/db-1$/);
  assert.deepEqual(await node.add('db-1', { args: argsOf('shop/db-1') }), ['10.10.0.80']);
});

test('a fixed address that another ENI holds is an error that names the ENI, and is left there', async () => {
  await using host = await startHost(interfaces, { ipam: { fixed: FIXED } });
  const { node, aws } = host;
  aws.put(OTHER_ENI, '10.10.0.90');
  const { reply } = await node.call('ADD', 'db', db0);
  assert.equal(reply.code, 102);
  assert.match(reply.msg ?? '', new RegExp(`10\\.10\\.0\\.90 .*${OTHER_ENI}`));
  assert.deepEqual(aws.addresses(OTHER_ENI), ['10.10.0.90']);
  aws.take(OTHER_ENI, '10.10.0.90');
  assert.deepEqual(await node.add('db', db0), ['10.10.0.90'], 'at once, when it is free');
});

test('a fixed address that no pod could have is an error of the configuration, with its path', async () => {
  const faults: [addresses: string[], path: RegExp][] = [
    [['10.10.0.79'], /ipam\.fixed\["shop\/db-0"\]\[0\] must be in 10\.10\.0\.80-10\.10\.0\.99/],
    [['10.10.0.90', '10.10.0.90'], /ipam\.fixed\["shop\/db-0"\]\[1\] must be listed once/],
    [['10.10.0'], /ipam\.fixed\["shop\/db-0"\]\[0\] must be an IP address/],
  ];
  for (const [addresses, path] of faults) {
    await using host = await startHost(interfaces, { ipam: { fixed: { 'shop/db-0': addresses } } });
    const { reply } = await host.node.call('ADD', 'db', db0);
    assert.equal(reply.code, 7);
    assert.match(reply.msg ?? '', path);
  }
});

test('STATUS asks for nobody in particular: a network of fixed addresses alone is available', async () => {
  const ranges = [
    [{ subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.80', pods: ['shop/db-*'] }],
  ];
  await using host = await startHost(interfaces, {
    ipam: { ranges, fixed: { 'shop/db-1': ['10.10.0.80'] } },
  });
  const status = () => host.node.call('STATUS', 'x', { network: { cniVersion: '1.1.0' } });
  assert.equal((await status()).status, 0);
  await host.node.add('db-1', { args: argsOf('shop/db-1') });
  assert.equal((await status()).reply.code, 50);
});
