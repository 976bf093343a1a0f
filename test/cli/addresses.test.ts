/** What the node has on record, address by address. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Listed, listAddresses } from '../../src/cli/addresses.ts';
import { formatAge } from '../../src/cli/list.ts';
import type { Binding, Mark, Reservation, State } from '../../src/model.ts';
import { EMPTY } from '../../src/store/document.ts';
import { written } from '../allocator/claims.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const ENI = { id: 'eni-0a', region: 'eu-central-1', subnet: 'subnet-1' };

const reservation = (address: string, given: Partial<Reservation> = {}): Reservation => ({
  network: 'pods',
  container: 'c1',
  interface: 'net1',
  set: 0,
  address,
  length: 24,
  gateway: '',
  state: 'assigned',
  since: NOW - 90_000,
  boot: 'boot-1',
  cooldown: 0,
  ...given,
});
const mark = (address: string, given: Partial<Mark> = {}): Mark => ({
  scope: ENI.subnet,
  address,
  reason: 'released',
  since: NOW - 5000,
  until: NOW + 60_000,
  eni: ENI.id,
  ...given,
});

const list = (state: Partial<State>, wanted: { network?: string; all?: boolean } = {}): readonly Listed[] =>
  listAddresses(
    { ...EMPTY.state, ...state },
    { all: false, ...wanted },
    ({ container }) => container === 'gone',
    NOW,
  );

test('listAddresses() tells a reservation as a person wants it', () => {
  const pod = { namespace: 'shop', name: 'cart-0', uid: '4f2a' };
  assert.deepEqual(
    list({ reservations: written([reservation('10.0.0.8', { pod, eni: ENI, lost: true })]) }),
    [
      {
        address: '10.0.0.8',
        state: 'assigned',
        since: '2026-11-21T11:58:30.000Z',
        age: 90,
        network: 'pods',
        container: 'c1',
        interface: 'net1',
        pod: 'shop/cart-0',
        eni: 'eni-0a',
        subnet: 'subnet-1',
        lost: true,
      },
    ],
  );
});

test('listAddresses() tells whose pod is gone, and no negative age', () => {
  const [found] = list({
    reservations: written([reservation('10.0.0.8', { container: 'gone', since: NOW + 9 })]),
  });
  assert.deepEqual([found?.gone, found?.age], [true, 0]);
});

test('listAddresses() orders by network, then by number', () => {
  const reservations = [
    reservation('10.0.0.10', { network: 'b' }),
    reservation('2001:db8::1', { network: 'a' }),
    reservation('10.0.0.9', { network: 'b' }),
    reservation('10.0.0.11', { network: 'a' }),
  ];
  assert.deepEqual(
    list({ reservations: written(reservations) }).map(({ address }) => address),
    ['10.0.0.11', '2001:db8::1', '10.0.0.9', '10.0.0.10'],
  );
});

const binding: Binding = {
  network: 'pods',
  pod: 'shop/db-0',
  interface: 'net1',
  set: 0,
  scope: ENI.subnet,
  address: '10.0.0.7',
  until: NOW + 3_600_000,
};

test('listAddresses() shows what is remembered only when all is wanted, and while it counts', () => {
  const state = {
    reservations: written([reservation('10.0.0.8', { eni: ENI })]),
    marks: [mark('10.0.0.9'), mark('10.0.0.5', { until: NOW })],
    bindings: [binding, { ...binding, address: '10.0.0.6', until: NOW - 1 }],
  };
  assert.equal(list(state).length, 1);
  assert.deepEqual(
    list(state, { all: true }).map(({ address, state: stage, pod, eni }) => [address, stage, pod, eni]),
    [
      ['10.0.0.8', 'assigned', undefined, 'eni-0a'],
      ['10.0.0.9', 'released', undefined, 'eni-0a'],
      ['10.0.0.7', 'kept', 'shop/db-0', undefined],
    ],
  );
});

test('listAddresses() of one network has its reservations, bindings and the marks of its subnet', () => {
  const state = {
    reservations: written([
      reservation('10.0.0.8', { eni: ENI }),
      reservation('192.168.0.2', { network: 'other', eni: { ...ENI, subnet: 'subnet-2' } }),
    ]),
    marks: [
      mark('10.0.0.9'),
      mark('192.168.0.3', { scope: 'subnet-2' }),
      mark('172.16.0.1', { scope: 'network local' }),
    ],
    bindings: [binding, { ...binding, network: 'other', address: '192.168.0.4' }],
  };
  const addresses = (network: string) => list(state, { network, all: true }).map(({ address }) => address);
  assert.deepEqual(addresses('pods'), ['10.0.0.8', '10.0.0.9', '10.0.0.7']);
  assert.deepEqual(addresses('other'), ['192.168.0.2', '192.168.0.3', '192.168.0.4']);
  assert.deepEqual(addresses('local'), ['172.16.0.1']);
});

for (const [seconds, text] of [
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [7199, '119m'],
  [7200, '2h'],
  [172_799, '47h'],
  [172_800, '2d'],
  [86_400 * 400, '400d'],
] as const) {
  test(`formatAge() makes ${text} of ${seconds} seconds`, () => {
    assert.equal(formatAge(seconds), text);
  });
}
