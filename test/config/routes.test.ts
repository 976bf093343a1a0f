/** Routes: handed on, but for what is no route. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRoutes } from '../../src/config/routes.ts';
import { address, prefix } from '../net/literals.ts';

test('readRoutes() hands every field on, and a zero where it means something', () => {
  const numbers = { mtu: 1400, advmss: 1360, priority: 5, table: 0, scope: 0 };
  assert.deepEqual(
    readRoutes([{ dst: '0.0.0.0/0' }, { dst: '2001:db8::/32', gw: '2001:db8::1', ...numbers }]),
    [{ dst: prefix('0.0.0.0/0') }, { dst: prefix('2001:db8::/32'), gw: address('2001:db8::1'), ...numbers }],
  );
});

test('readRoutes() reads null and an empty gateway like fields that are not there', () => {
  assert.deepEqual(readRoutes([{ dst: '0.0.0.0/0', gw: '', mtu: null, advmss: 0, priority: 0 }]), [
    { dst: prefix('0.0.0.0/0') },
  ]);
});

test('readRoutes() names the field that is none', () => {
  assert.throws(() => readRoutes([{ dst: '0.0.0.0/0' }, { dst: '10.1.2.3' }]), {
    kind: 'invalid-config',
    message: 'cannot use the configuration: ipam.routes[1].dst must be a CIDR: current value is 10.1.2.3',
  });
  assert.throws(() => readRoutes([{ dst: '0.0.0.0/0', gw: 'eth0' }]), {
    kind: 'invalid-config',
    message: 'cannot use the configuration: ipam.routes[0].gw must be an IP address: current value is eth0',
  });
});
