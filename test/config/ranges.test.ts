/** Ranges: host-local's defaults and its refusals, each with the path of the field at fault. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSet, formatSpan, type Range, readRangeSets } from '../../src/config/ranges.ts';
import type { RangeInput } from '../../src/config/schema.ts';
import { formatAddress } from '../../src/net/address.ts';
import { formatPrefix } from '../../src/net/prefix.ts';

const read = (...sets: (readonly RangeInput[])[]) => readRangeSets([{ path: 'ipam.ranges', sets }]);

/** A range as text. */
const print = ({ subnet, first, last, gateway, exclude }: Range): string =>
  [
    formatPrefix(subnet),
    formatSpan({ first, last }),
    formatAddress(gateway),
    ...exclude.map(formatSpan),
  ].join(' ');

const accepted: [title: string, input: RangeInput, range: string][] = [
  ['sane defaults, IPv4', { subnet: '192.0.2.0/24' }, '192.0.2.0/24 192.0.2.1-192.0.2.254 192.0.2.1'],
  ['a smaller subnet', { subnet: '192.0.2.128/25' }, '192.0.2.128/25 192.0.2.129-192.0.2.254 192.0.2.129'],
  ['the smallest subnet', { subnet: '192.0.2.4/30' }, '192.0.2.4/30 192.0.2.5-192.0.2.6 192.0.2.5'],
  [
    'sane defaults, IPv6',
    { subnet: '2001:db8:1::/64' },
    '2001:db8:1::/64 2001:db8:1::1-2001:db8:1:0:ffff:ffff:ffff:ffff 2001:db8:1::1',
  ],
  [
    'all fields',
    { subnet: '192.0.2.0/24', rangeStart: '192.0.2.40', rangeEnd: '192.0.2.50', gateway: '192.0.2.254' },
    '192.0.2.0/24 192.0.2.40-192.0.2.50 192.0.2.254',
  ],
  [
    'a range of one address',
    { subnet: '192.0.2.0/24', rangeStart: '192.0.2.40', rangeEnd: '192.0.2.40' },
    '192.0.2.0/24 192.0.2.40-192.0.2.40 192.0.2.1',
  ],
  [
    'every kind of exclusion',
    { subnet: '192.0.2.0/24', exclude: ['192.0.2.9', '192.0.2.16/30', '192.0.2.30-192.0.2.40'] },
    '192.0.2.0/24 192.0.2.1-192.0.2.254 192.0.2.1 192.0.2.9-192.0.2.9 192.0.2.16-192.0.2.19 192.0.2.30-192.0.2.40',
  ],
  [
    'a gateway outside the subnet, as host-local does',
    { subnet: '192.0.2.0/24', gateway: '10.0.0.1' },
    '192.0.2.0/24 192.0.2.1-192.0.2.254 10.0.0.1',
  ],
  [
    'null and empty text like fields that are not there',
    { subnet: '192.0.2.0/24', rangeStart: '', rangeEnd: null, gateway: '', exclude: null },
    '192.0.2.0/24 192.0.2.1-192.0.2.254 192.0.2.1',
  ],
];
for (const [title, input, range] of accepted) {
  test(`readRangeSets() takes ${title}`, () => {
    assert.deepEqual(read([input]).flat().map(print), [range]);
  });
}

const subnet = '192.0.2.0/24';
const refused: [input: RangeInput, field: string, requirement: string, value: string][] = [
  [{ subnet: 'none' }, 'subnet', 'must be a subnet such as 10.10.1.0/24', 'none'],
  [{ subnet: '192.0.2.0' }, 'subnet', 'must be a subnet such as 10.10.1.0/24', '192.0.2.0'],
  [{ subnet: '192.0.2.1/24' }, 'subnet', 'must have no host bits set, as in 192.0.2.0/24', '192.0.2.1/24'],
  [
    { subnet: '2001:db8::1/64' },
    'subnet',
    'must have no host bits set, as in 2001:db8::/64',
    '2001:db8::1/64',
  ],
  [
    { subnet: '2001:db8:0:1::/32' },
    'subnet',
    'must have no host bits set, as in 2001:db8::/32',
    '2001:db8:0:1::/32',
  ],
  [{ subnet: '192.0.2.0/31' }, 'subnet', 'must have room for at least one address', '192.0.2.0/31'],
  [{ subnet: '192.0.2.7/32' }, 'subnet', 'must have room for at least one address', '192.0.2.7/32'],
  [{ subnet: '2001:db8::/127' }, 'subnet', 'must have room for at least one address', '2001:db8::/127'],
  [{ subnet, rangeStart: 'first' }, 'rangeStart', 'must be an IP address', 'first'],
  [{ subnet, rangeStart: '192.0.3.1' }, 'rangeStart', 'must be in 192.0.2.0/24', '192.0.3.1'],
  [{ subnet, rangeStart: '2001:db8::1' }, 'rangeStart', 'must be in 192.0.2.0/24', '2001:db8::1'],
  [{ subnet, rangeEnd: '192.0.1.255' }, 'rangeEnd', 'must be in 192.0.2.0/24', '192.0.1.255'],
  [{ subnet, rangeEnd: '192.0.2.0/24' }, 'rangeEnd', 'must be an IP address', '192.0.2.0/24'],
  [
    { subnet, rangeStart: '192.0.2.50', rangeEnd: '192.0.2.40' },
    'rangeStart',
    'must not be after 192.0.2.40',
    '192.0.2.50',
  ],
  [{ subnet, gateway: 'bad' }, 'gateway', 'must be an IP address', 'bad'],
  [{ subnet, pods: [] }, 'pods', 'must name a pod, or not be there when the range is for everyone', '[]'],
  [
    { subnet, pods: ['shop/*', 'api-0'] },
    'pods[1]',
    'must be namespace/name, in which * stands for any text',
    'api-0',
  ],
  [{ subnet, exclude: ['192.0.2.9', 'x'] }, 'exclude[1]', 'must be an address, a CIDR or first-last', 'x'],
];
for (const [input, field, requirement, value] of refused) {
  test(`readRangeSets() refuses the ${field} of ${JSON.stringify(input)}`, () => {
    const message = `cannot use the configuration: ipam.ranges[0][1].${field} ${requirement}: current value is ${value}`;
    assert.throws(() => read([{ subnet: '10.9.9.0/24' }, input]), { kind: 'invalid-config', message });
  });
}

const clashing: [title: string, sets: RangeInput[][], message: string][] = [
  ['an empty set', [[]], 'ipam.ranges[0] must have at least one range: current value is []'],
  [
    'two families in one set',
    [[{ subnet }, { subnet: '2001:db8::/64' }]],
    'ipam.ranges[0][1].subnet must be of the same family as the ranges before it: current value is 2001:db8::/64',
  ],
  [
    'two ranges of one set that overlap',
    [
      [
        { subnet, rangeEnd: '192.0.2.40' },
        { subnet, rangeStart: '192.0.2.40' },
      ],
    ],
    'ipam.ranges[0][1] must not overlap with 192.0.2.1-192.0.2.40: current value is 192.0.2.40-192.0.2.254',
  ],
  [
    'two sets that overlap',
    [[{ subnet: '10.9.9.0/24' }, { subnet }], [{ subnet: '192.0.0.0/16' }]],
    'ipam.ranges[1] must not overlap with ipam.ranges[0]: current value is 192.0.0.1-192.0.255.254',
  ],
];
for (const [title, sets, message] of clashing) {
  test(`readRangeSets() refuses ${title}`, () => {
    assert.throws(() => read(...sets), {
      kind: 'invalid-config',
      message: `cannot use the configuration: ${message}`,
    });
  });
}

test('readRangeSets() takes parts of one subnet, within a set and in several', () => {
  const part = (rangeStart: string, rangeEnd: string) => ({ subnet, rangeStart, rangeEnd });
  const sets = read(
    [part('192.0.2.9', '192.0.2.19'), part('192.0.2.30', '192.0.2.39')],
    [part('192.0.2.20', '192.0.2.29')],
  );
  assert.deepEqual(sets.map(formatSet), [
    '192.0.2.9-192.0.2.19,192.0.2.30-192.0.2.39',
    '192.0.2.20-192.0.2.29',
  ]);
});

test('readRangeSets() keeps the order of its sources and names the one at fault', () => {
  const sources = [
    { path: 'runtimeConfig.ipRanges', sets: [[{ subnet: '10.1.0.0/24' }]] },
    { path: 'ipam.ranges', sets: [[{ subnet: '10.2.0.0/24' }], [{ subnet: '10.3.0.0/24' }]] },
  ];
  const [one, two, three] = readRangeSets(sources).flat().map(formatSpan);
  assert.deepEqual([one, two, three], ['10.1.0.1-10.1.0.254', '10.2.0.1-10.2.0.254', '10.3.0.1-10.3.0.254']);
  const again = { path: 'elsewhere', sets: [[{ subnet: '10.1.0.0/24' }]] };
  assert.throws(() => readRangeSets([...sources, again]), {
    message: /elsewhere\[0\] must not overlap with runtimeConfig\.ipRanges\[0\]/,
  });
});
