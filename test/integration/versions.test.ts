/** Every CNI version gets the result in its own shape. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = makeInterfaces();

const ROUTES = [{ dst: '0.0.0.0/0' }, { dst: '172.16.0.0/12', gw: '10.10.0.1', mtu: 9001 }];
const DNS = { nameservers: ['10.10.0.2'], domain: 'vpc.internal', search: ['a.internal', 'b.internal'] };

/** What each version makes of the same answer. */
const EXPECTED: Record<string, object> = {
  '0.1.0': legacy('0.1.0'),
  '0.2.0': legacy('0.2.0'),
  '0.3.0': { cniVersion: '0.3.0', ips: [ip({ version: '4' })], routes: ROUTES, dns: DNS },
  '0.3.1': { cniVersion: '0.3.1', ips: [ip({ version: '4' })], routes: ROUTES, dns: DNS },
  '0.4.0': { cniVersion: '0.4.0', ips: [ip({ version: '4' })], routes: ROUTES, dns: DNS },
  '1.0.0': { cniVersion: '1.0.0', ips: [ip({})], routes: ROUTES, dns: DNS },
  '1.1.0': { cniVersion: '1.1.0', ips: [ip({})], routes: ROUTES, dns: DNS },
};

function ip(extra: object): object {
  return { ...extra, address: '10.10.0.80/24', gateway: '10.10.0.1' };
}

function legacy(cniVersion: string): object {
  const routes = [{ dst: '0.0.0.0/0' }, { dst: '172.16.0.0/12', gw: '10.10.0.1' }];
  return { cniVersion, ip4: { ip: '10.10.0.80/24', gateway: '10.10.0.1', routes }, dns: DNS };
}

for (const [cniVersion, expected] of Object.entries(EXPECTED)) {
  test(`ADD answers in the shape of ${cniVersion}, and DEL releases`, async () => {
    await using host = await startHost(interfaces);
    const resolvConf = join(host.node.dataDir, 'resolv.conf');
    writeFileSync(
      resolvConf,
      '# of the VPC\nnameserver 10.10.0.2\ndomain vpc.internal\nsearch a.internal b.internal\n',
    );
    const ipam = { ...(host.node.network['ipam'] as object), routes: ROUTES, resolvConf };
    const call = { network: { cniVersion, ipam } };
    assert.deepEqual((await host.node.call('ADD', 'c1', call)).reply, expected);
    await host.node.del('c1', call);
    assert.deepEqual(host.node.reservations(), []);
  });
}

test('no version at all is 0.1.0', async () => {
  await using host = await startHost(interfaces);
  const { reply } = await host.node.call('ADD', 'c1', { network: { cniVersion: undefined } });
  assert.equal(reply.cniVersion, '0.1.0');
  assert.ok('ip4' in reply);
});

test('an empty result part is left out where its version allows', async () => {
  await using host = await startHost(interfaces);
  assert.deepEqual((await host.node.call('ADD', 'c1')).reply, { cniVersion: '1.0.0', ips: [ip({})] });
  const { reply } = await host.node.call('ADD', 'c1', { network: { cniVersion: '0.4.0' } });
  assert.deepEqual(reply, { cniVersion: '0.4.0', ips: [ip({ version: '4' })], dns: {} });
});
