/** CHECK: the record, the runtime's own idea of it, and the ENI must agree. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENI, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = makeInterfaces();

const previous = (address: string) => ({
  network: { prevResult: { cniVersion: '1.0.0', ips: [{ address: `${address}/24`, gateway: '10.10.0.1' }] } },
});

test('CHECK is content right after ADD, and asks IMDS alone', async () => {
  await using host = await startHost(interfaces);
  const [address = ''] = await host.node.add('c1');
  const calls = host.aws.calls();
  const { status, stdout } = await host.node.call('CHECK', 'c1', previous(address));
  assert.equal(stdout, '');
  assert.equal(status, 0);
  assert.equal(host.aws.calls(), calls);
});

test('CHECK fails when the ENI lost the address, and EC2 was asked', async () => {
  await using host = await startHost(interfaces);
  const [address = ''] = await host.node.add('c1');
  host.aws.take(ENI, address);
  const { reply } = await host.node.call('CHECK', 'c1', previous(address));
  assert.equal(reply.code, 105);
  assert.match(reply.msg ?? '', /10\.10\.0\.80 is recorded .* but eni-0+2 does not hold it/);
  assert.equal(host.aws.calls('DescribeNetworkInterfaces'), 1);
});

test('CHECK believes EC2 when IMDS does not answer', async () => {
  await using host = await startHost(interfaces);
  const [address = ''] = await host.node.add('c1');
  host.aws.fault({ target: 'imds', path: 'meta-data/network', kind: 'error', status: 404, times: 'always' });
  assert.equal((await host.node.call('CHECK', 'c1', previous(address))).status, 0);
  assert.equal(host.aws.calls('DescribeNetworkInterfaces'), 1);
});

test('CHECK fails for an attachment without a record', async () => {
  await using host = await startHost(interfaces);
  const { reply } = await host.node.call('CHECK', 'c1', previous('10.10.0.80'));
  assert.equal(reply.code, 105);
  assert.match(reply.msg ?? '', /no address is recorded/);
});

test('CHECK fails when prevResult has another address, or is not there', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('c1');
  assert.match(
    (await host.node.call('CHECK', 'c1', previous('10.10.0.99'))).reply.msg ?? '',
    /prevResult has 10\.10\.0\.99/,
  );
  assert.match((await host.node.call('CHECK', 'c1')).reply.msg ?? '', /prevResult is missing/);
});

test('CHECK does not exist before CNI 0.4.0', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('c1');
  const { reply } = await host.node.call('CHECK', 'c1', { network: { cniVersion: '0.3.1' } });
  assert.equal(reply.code, 1);
  assert.equal(reply.cniVersion, '0.3.1');
});
