/** The shape of a configuration: what is refused, and that the path says where. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkShape, salvageIpam } from '../../src/config/schema.ts';

const ipam = { subnet: '10.1.2.0/24' };

/** Each configuration has one field of a wrong type or value, at the path. */
const wrong: [path: string, json: unknown][] = [
  ['ipam', { ipam: null }],
  ['ipam', { ipam: 'eni-local' }],
  ['master', { master: 1, ipam }],
  ['ipam.subnet', { ipam: { subnet: 10 } }],
  ['ipam.rangeStart', { ipam: { ...ipam, rangeStart: {} } }],
  ['ipam.rangeEnd', { ipam: { ...ipam, rangeEnd: true } }],
  ['ipam.gateway', { ipam: { ...ipam, gateway: ['10.1.2.1'] } }],
  ['ipam.exclude', { ipam: { ...ipam, exclude: '10.1.2.1' } }],
  ['ipam.exclude[1]', { ipam: { ...ipam, exclude: ['10.1.2.1', 2] } }],
  ['ipam.ranges', { ipam: { ranges: {} } }],
  ['ipam.ranges[0]', { ipam: { ranges: [{ subnet: '10.1.2.0/24' }] } }],
  ['ipam.ranges[0][1].subnet', { ipam: { ranges: [[{ subnet: '10.1.2.0/24' }, { subnet: 7 }]] } }],
  ['ipam.ranges[0][0].exclude[0]', { ipam: { ranges: [[{ ...ipam, exclude: [null] }]] } }],
  ['ipam.routes', { ipam: { ...ipam, routes: '0.0.0.0/0' } }],
  ['ipam.routes[1].gw', { ipam: { ...ipam, routes: [{ dst: '::/0' }, { dst: '::/0', gw: 1 }] } }],
  ['ipam.routes[0].mtu', { ipam: { ...ipam, routes: [{ dst: '::/0', mtu: 1.5 }] } }],
  ['ipam.routes[0].table', { ipam: { ...ipam, routes: [{ dst: '::/0', table: -1 }] } }],
  ['ipam.resolvConf', { ipam: { ...ipam, resolvConf: 1 } }],
  ['ipam.dataDir', { ipam: { ...ipam, dataDir: ['/var'] } }],
  ['ipam.order', { ipam: { ...ipam, order: 'random' } }],
  ['ipam.cooldown', { ipam: { ...ipam, cooldown: -1 } }],
  ['ipam.cooldown', { ipam: { ...ipam, cooldown: '30' } }],
  ['ipam.ranges[0][0].pods', { ipam: { ranges: [[{ ...ipam, pods: 'shop/*' }]] } }],
  ['ipam.ranges[0][0].pods[1]', { ipam: { ranges: [[{ ...ipam, pods: ['shop/*', 1] }]] } }],
  ['ipam.sticky', { ipam: { ...ipam, sticky: 'true' } }],
  ['ipam.stickyFor', { ipam: { ...ipam, stickyFor: -1 } }],
  ['ipam.fixed', { ipam: { ...ipam, fixed: [] } }],
  ['ipam.fixed["shop/db-0"]', { ipam: { ...ipam, fixed: { 'shop/db-0': '10.1.2.9' } } }],
  ['ipam.fixed["shop/db-0"][0]', { ipam: { ...ipam, fixed: { 'shop/db-0': [9] } } }],
  ['ipam.logFile', { ipam: { ...ipam, logFile: 1 } }],
  ['ipam.logLevel', { ipam: { ...ipam, logLevel: 'loud' } }],
  ['ipam.eni.assign', { ipam: { ...ipam, eni: { assign: 'false' } } }],
  ['ipam.eni.interface', { ipam: { ...ipam, eni: { interface: 1 } } }],
  ['ipam.eni.id', { ipam: { ...ipam, eni: { id: '../eni-1' } } }],
  ['ipam.eni.region', { ipam: { ...ipam, eni: { region: {} } } }],
  ['ipam.eni.timeout', { ipam: { ...ipam, eni: { timeout: 0 } } }],
  ['ipam.eni.timeout', { ipam: { ...ipam, eni: { timeout: '30s' } } }],
  ['ipam.eni.reassign', { ipam: { ...ipam, eni: { reassign: 'always' } } }],
  ['ipam.eni.onReleaseFailure', { ipam: { ...ipam, eni: { onReleaseFailure: 'ignore' } } }],
  ['runtimeConfig.ips', { ipam, runtimeConfig: { ips: '10.1.2.3' } }],
  ['runtimeConfig.ips[0]', { ipam, runtimeConfig: { ips: [3] } }],
  ['runtimeConfig.ipRanges[0][0].subnet', { ipam, runtimeConfig: { ipRanges: [[{ subnet: false }]] } }],
  ['args.cni.ips', { ipam, args: { cni: { ips: {} } } }],
];
for (const [path, json] of wrong) {
  test(`checkShape() names ${path} in ${JSON.stringify(json)}`, () => {
    const at = path.replaceAll(/[.[\]]/g, '\\$&');
    const message = new RegExp(`^cannot use the configuration: ${at} must be .+: current value is .+`);
    assert.throws(() => checkShape(json), { kind: 'invalid-config', message });
  });
}

const missing: [path: string, json: unknown][] = [
  ['ipam', {}],
  ['ipam.ranges[1][0].subnet', { ipam: { ranges: [[ipam], [{ rangeStart: '10.1.2.3' }]] } }],
  ['ipam.routes[0].dst', { ipam: { ...ipam, routes: [{ gw: '10.1.2.1' }] } }],
  ['runtimeConfig.ipRanges[0][0].subnet', { ipam, runtimeConfig: { ipRanges: [[{}]] } }],
];
for (const [path, json] of missing) {
  test(`checkShape() misses ${path} in ${JSON.stringify(json)}`, () => {
    const message = `cannot use the configuration: ${path} is missing`;
    assert.throws(() => checkShape(json), { kind: 'invalid-config', message });
  });
}

test('checkShape() tells key and value of a field of eni that it does not know', () => {
  assert.throws(() => checkShape({ ipam: { ...ipam, eni: { assign: true, retries: 3 } } }), {
    kind: 'unsupported-field',
    message: 'cannot use the configuration: ipam.eni.retries = 3 is not supported, did you mean region?',
  });
});

test('checkShape() passes over unknown fields elsewhere, as CNI asks', () => {
  const json = {
    type: 'ipvlan',
    mode: 'l2',
    capabilities: { ips: true },
    ipam: { type: 'eni-local', ...ipam, dns: {}, ranges: [[{ ...ipam, label: 'x' }]] },
    runtimeConfig: { portMappings: [] },
    args: { labels: {}, cni: { mac: '' } },
  };
  assert.equal(checkShape(json).ipam.subnet, ipam.subnet);
});

test('checkShape() reads null as Go does: like a field that is not there', () => {
  const nothing = {
    ranges: null,
    routes: null,
    order: null,
    cooldown: null,
    eni: null,
    exclude: null,
    fixed: null,
  };
  const json = { ipam: { ...ipam, ...nothing }, master: null, runtimeConfig: null, args: { cni: null } };
  assert.equal(checkShape(json).ipam.subnet, ipam.subnet);
});

test('salvageIpam() keeps each field that is well-formed', () => {
  const eni = { timeout: 'long', onReleaseFailure: 'defer', retries: 3 };
  const found = salvageIpam({
    ipam: { ranges: 'broken', dataDir: '/run/x', logFile: 3, logLevel: 'info', eni },
  });
  assert.equal(found.dataDir, '/run/x');
  assert.equal(found.logFile, undefined);
  assert.equal(found.logLevel, 'info');
  assert.equal(found.eni?.timeout, undefined);
  assert.equal(found.eni?.onReleaseFailure, 'defer');
});

for (const json of [undefined, null, 3, [], {}, { ipam: null }, { ipam: 'x' }, { ipam: [] }]) {
  test(`salvageIpam() finds nothing in ${JSON.stringify(json)}, and does not mind`, () => {
    assert.equal(Object.values(salvageIpam(json)).filter((value) => value !== undefined).length, 0);
  });
}

for (const eni of ['eth1', []]) {
  test(`checkShape() refuses eni = ${JSON.stringify(eni)} as of a wrong type`, () => {
    const json = { ipam: { subnet: '10.1.2.0/24', eni } };
    assert.throws(() => checkShape(json), { kind: 'invalid-config', message: /ipam\.eni must be/ });
  });
}

test('checkShape() refuses a list as ipam', () => {
  assert.throws(() => checkShape({ ipam: [] }), { kind: 'invalid-config' });
});

test('checkShape() says what a fraction should be', () => {
  const json = { ipam: { routes: [{ dst: '::/0', mtu: 1.5 }] } };
  assert.throws(() => checkShape(json), { message: /must be an integer: current value is 1\.5/ });
});
