/** What iproute2 prints, as iproute2 6.1 printed it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNotice, parseSight } from '../../src/float/notices.ts';

const TAIL = '\\       valid_lft forever preferred_lft forever';

test('parseNotice() reads what came and what went, in both families', () => {
  const lines = {
    [`3: net1    inet 10.10.1.99/32 scope global net1${TAIL}`]: ['net1', '10.10.1.99', false],
    [`Deleted 3: net1    inet 10.10.1.99/32 scope global net1${TAIL}`]: ['net1', '10.10.1.99', true],
    [`3: net1@if2    inet6 2001:DB8:0::99/128 scope global tentative ${TAIL}`]: [
      'net1',
      '2001:db8::99',
      false,
    ],
    [`7: eth0.5    inet 10.0.0.1 peer 10.0.0.2/32 scope global eth0.5${TAIL}`]: ['eth0.5', '10.0.0.1', false],
  };
  for (const [line, [name, address, isDeletion]] of Object.entries(lines))
    assert.deepEqual(parseNotice(line), { interface: name, address, isDeletion }, line);
});

test('parseNotice() takes nothing else for a notice', () => {
  for (const line of [
    '',
    'Timestamp: Sat Nov 21',
    '3: net1: <BROADCAST> mtu 1500',
    '3: net1 inet x/32 scope',
  ])
    assert.equal(parseNotice(line), undefined, line);
});

test('parseSight() tells addresses and MAC, and an address that failed duplicate detection is none', () => {
  const shown = [
    {
      ifname: 'net1',
      address: 'CE:5A:a1:ce:fb:cb',
      addr_info: [
        { family: 'inet', local: '10.10.1.99', prefixlen: 32, scope: 'global' },
        { family: 'inet6', local: '2001:db8::99', prefixlen: 128, tentative: true },
        { family: 'inet6', local: '2001:db8::98', prefixlen: 128, dadfailed: true, tentative: true },
      ],
    },
  ];
  assert.deepEqual(parseSight(JSON.stringify(shown)), {
    mac: 'ce:5a:a1:ce:fb:cb',
    addresses: ['10.10.1.99', '2001:db8::99'],
  });
  assert.deepEqual(parseSight('[]'), { addresses: [] });
  assert.throws(() => parseSight('{"no": 1}'));
});
