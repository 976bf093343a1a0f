/** The result of ADD in the shape of each CNI version. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type IpamResult, type Route, shapeResult } from '../../src/cni/result.ts';
import { CNI_VERSIONS, type CniVersion } from '../../src/cni/versions.ts';
import { address, prefix } from '../net/literals.ts';

const routes: readonly Route[] = [
  { dst: prefix('0.0.0.0/0') },
  {
    dst: prefix('192.168.0.0/16'),
    gw: address('10.1.2.9'),
    mtu: 1400,
    advmss: 1360,
    priority: 5,
    table: 7,
    scope: 0,
  },
  { dst: prefix('2001:db8:2::/64'), gw: address('2001:db8:1::9') },
];
const dual: IpamResult = {
  ips: [
    { address: prefix('10.1.2.80/24'), gateway: address('10.1.2.1') },
    { address: prefix('2001:db8:1::50/64'), gateway: address('2001:db8:1::1') },
  ],
  routes,
  dns: { nameservers: ['10.1.2.53'], search: ['shop.local'] },
};
const bare: IpamResult = { ips: [{ address: prefix('10.1.2.80/24') }], routes: [], dns: {} };

const legacy = {
  ip4: {
    ip: '10.1.2.80/24',
    gateway: '10.1.2.1',
    routes: [{ dst: '0.0.0.0/0' }, { dst: '192.168.0.0/16', gw: '10.1.2.9' }],
  },
  ip6: {
    ip: '2001:db8:1::50/64',
    gateway: '2001:db8:1::1',
    routes: [{ dst: '2001:db8:2::/64', gw: '2001:db8:1::9' }],
  },
  dns: dual.dns,
};
const ips = [
  { address: '10.1.2.80/24', gateway: '10.1.2.1' },
  { address: '2001:db8:1::50/64', gateway: '2001:db8:1::1' },
];
const listed = {
  routes: [
    { dst: '0.0.0.0/0' },
    { dst: '192.168.0.0/16', gw: '10.1.2.9', mtu: 1400, advmss: 1360, priority: 5, table: 7, scope: 0 },
    { dst: '2001:db8:2::/64', gw: '2001:db8:1::9' },
  ],
  dns: dual.dns,
};
const versioned = { ips: ips.map((ip, index) => ({ version: ['4', '6'][index], ...ip })), ...listed };
const modern = { ips, ...listed };

/** Of a dual-stack result with routes and DNS, and of an IPv4 address alone. */
const shapes: Record<CniVersion, [dual: object, bare: object]> = {
  '0.1.0': [legacy, { ip4: { ip: '10.1.2.80/24' }, dns: {} }],
  '0.2.0': [legacy, { ip4: { ip: '10.1.2.80/24' }, dns: {} }],
  '0.3.0': [versioned, { ips: [{ version: '4', address: '10.1.2.80/24' }], dns: {} }],
  '0.3.1': [versioned, { ips: [{ version: '4', address: '10.1.2.80/24' }], dns: {} }],
  '0.4.0': [versioned, { ips: [{ version: '4', address: '10.1.2.80/24' }], dns: {} }],
  '1.0.0': [modern, { ips: [{ address: '10.1.2.80/24' }] }],
  '1.1.0': [modern, { ips: [{ address: '10.1.2.80/24' }] }],
};
for (const cniVersion of CNI_VERSIONS) {
  const [whole, small] = shapes[cniVersion];
  test(`shapeResult() shapes a dual-stack result for ${cniVersion}`, () => {
    assert.deepEqual(shapeResult(dual, cniVersion), { cniVersion, ...whole });
  });

  test(`shapeResult() leaves out for ${cniVersion} what there is none of`, () => {
    assert.deepEqual(shapeResult(bare, cniVersion), { cniVersion, ...small });
  });
}

test('shapeResult() keeps several addresses of one family in their order', () => {
  const texts = ['10.1.2.9/24', '10.1.3.2/25', '10.1.2.3/24'];
  const result = { ...bare, ips: texts.map((text) => ({ address: prefix(text) })) };
  assert.deepEqual(shapeResult(result, '1.1.0'), {
    cniVersion: '1.1.0',
    ips: texts.map((text) => ({ address: text })),
  });
});
