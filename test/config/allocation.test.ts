/** What a whole configuration comes to, after host-local's config_test.go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CniVersion } from '../../src/cni/versions.ts';
import { type Allocation, readAllocation } from '../../src/config/allocation.ts';
import { formatSet, type RangeSet } from '../../src/config/ranges.ts';
import { formatAddress } from '../../src/net/address.ts';
import { address, prefix } from '../net/literals.ts';

const local = { assign: false };

function read(json: Record<string, unknown>, args = '', cniVersion: CniVersion = '1.1.0'): Allocation {
  return readAllocation({ name: 'pods', cniVersion, json }, args);
}

const setsOf = ({ ranges }: Allocation): readonly RangeSet[] => (ranges.kind === 'given' ? ranges.sets : []);

const sources: [title: string, json: { ipam: object; runtimeConfig?: object }, sets: readonly string[]][] = [
  [
    'an old-style configuration',
    { ipam: { subnet: '10.1.2.0/24', rangeStart: '10.1.2.9', rangeEnd: '10.1.2.20', gateway: '10.1.2.30' } },
    ['10.1.2.9-10.1.2.20'],
  ],
  [
    'a new-style configuration',
    {
      ipam: {
        ranges: [
          [{ subnet: '10.1.2.0/24', rangeEnd: '10.1.2.20' }, { subnet: '10.1.4.0/24' }],
          [{ subnet: '11.1.2.0/24' }],
        ],
      },
    },
    ['10.1.2.1-10.1.2.20,10.1.4.1-10.1.4.254', '11.1.2.1-11.1.2.254'],
  ],
  [
    'old, new and runtimeConfig together, in host-local’s order',
    {
      ipam: { subnet: '10.1.2.0/24', ranges: [[{ subnet: '11.1.2.0/24' }]] },
      runtimeConfig: { ipRanges: [[{ subnet: '12.1.3.0/24' }]] },
    },
    ['12.1.3.1-12.1.3.254', '10.1.2.1-10.1.2.254', '11.1.2.1-11.1.2.254'],
  ],
  [
    'rangeStart, rangeEnd and gateway without a subnet, which mean nothing',
    { ipam: { rangeStart: 'x', rangeEnd: 'y', gateway: 'z', ranges: [[{ subnet: '11.1.2.0/24' }]] } },
    ['11.1.2.1-11.1.2.254'],
  ],
];
for (const [title, json, sets] of sources) {
  test(`readAllocation() reads ${title}`, () => {
    const allocation = read({ ...json, ipam: { ...json.ipam, eni: local } });
    assert.deepEqual(setsOf(allocation).map(formatSet), sets);
  });
}

for (const ipam of [{}, { ranges: [] }, { ranges: null }, { rangeStart: '10.1.2.3' }]) {
  test(`readAllocation() misses ranges in ${JSON.stringify(ipam)}`, () => {
    assert.throws(() => read({ ipam: { ...ipam, eni: local } }), {
      kind: 'invalid-config',
      message: /^no IP ranges specified/,
    });
  });
}

test('readAllocation() leaves the ranges to the VPC where there is an ENI and no range', () => {
  for (const ipam of [{}, { ranges: [] }, { ranges: null }])
    assert.deepEqual(read({ master: 'eth1', ipam }).ranges, { kind: 'reserved' });
  const eni = { reservation: 'pods' };
  assert.deepEqual(read({ master: 'eth1', ipam: { eni } }).ranges, { kind: 'reserved', pick: 'pods' });
});

const misplaced: [ipam: object, message: RegExp][] = [
  [
    { subnet: '10.1.2.0/24', eni: { reservation: 'pods' } },
    /ipam\.eni\.reservation must be left out where ranges are given: current value is pods$/,
  ],
  [
    { rangeStart: '10.1.2.3' },
    /ipam\.rangeStart means nothing without ipam\.subnet: current value is 10\.1\.2\.3$/,
  ],
  [{ exclude: ['10.1.2.3'] }, /ipam\.exclude means nothing without ipam\.subnet/],
  [{ eni: { reservation: '' } }, /ipam\.eni\.reservation must be the id or the description of a CIDR/],
];
for (const [ipam, message] of misplaced) {
  test(`readAllocation() refuses ${JSON.stringify(ipam)}`, () => {
    assert.throws(() => read({ master: 'eth1', ipam }), { kind: 'invalid-config', message });
  });
}

test('readAllocation() holds fixed addresses against ranges once those are known', () => {
  const fixed = { 'shop/db-0': ['10.1.3.9'] };
  assert.equal(read({ master: 'eth1', ipam: { fixed } }).fixed.size, 1);
  assert.throws(() => read({ master: 'eth1', ipam: { fixed, subnet: '10.1.2.0/24' } }), {
    kind: 'invalid-config',
  });
});

test('readAllocation() refuses sets of old and new style that overlap', () => {
  const ipam = { subnet: '10.1.2.0/24', ranges: [[{ subnet: '10.1.2.128/25' }]], eni: local };
  assert.throws(() => read({ ipam }), {
    kind: 'invalid-config',
    message: /ipam\.ranges\[0\] must not overlap/,
  });
});

const two = { ranges: [[{ subnet: '10.1.2.0/24' }], [{ subnet: '11.1.2.0/24' }]], eni: local };
const dual = { ranges: [[{ subnet: '10.1.2.0/24' }], [{ subnet: '2001:db8:1::/48' }]], eni: local };
for (const version of ['0.1.0', '0.2.0'] as const) {
  test(`readAllocation() refuses two addresses of one family for CNI ${version}`, () => {
    assert.throws(() => read({ ipam: two }, '', version), {
      kind: 'invalid-config',
      message: `CNI version ${version} does not support more than 1 address per family`,
    });
  });

  test(`readAllocation() takes one address of each family for CNI ${version}`, () => {
    assert.equal(setsOf(read({ ipam: dual }, '', version)).length, 2);
  });
}

test('readAllocation() takes two addresses of one family from CNI 0.3.0 on', () => {
  assert.equal(setsOf(read({ ipam: two }, '', '0.3.0')).length, 2);
});

test('readAllocation() merges what CNI_ARGS, args and runtimeConfig ask for', () => {
  const json = {
    ipam: two,
    args: { cni: { ips: ['11.1.2.9'] } },
    runtimeConfig: { ips: ['10.1.2.9/24', '10.1.2.8'] },
  };
  const { requested, pod } = read(json, 'IgnoreUnknown=1;IP=10.1.2.8;K8S_POD_UID=7b1e');
  assert.deepEqual(requested, ['10.1.2.8', '11.1.2.9', '10.1.2.9'].map(address));
  assert.deepEqual(pod, { namespace: '', name: '', uid: '7b1e' });
});

test('readAllocation() passes on what is wrong with CNI_ARGS', () => {
  assert.throws(() => read({ ipam: two }, 'FOO=bar'), { kind: 'environment' });
});

const range = { subnet: '10.1.2.0/24' };
const enis: [json: { master?: string; eni?: object }, expected: Allocation['eni']][] = [
  [{ master: 'eth1' }, { interface: 'eth1' }],
  [{ master: 'eth1', eni: { assign: true } }, { interface: 'eth1' }],
  [{ master: 'eth1', eni: { interface: 'eth2' } }, { interface: 'eth2' }],
  [{ eni: { interface: 'eth2', region: 'eu-west-1' } }, { interface: 'eth2', region: 'eu-west-1' }],
  [{ eni: { id: 'eni-0abc' } }, { id: 'eni-0abc' }],
  [
    { master: 'eth1', eni: { id: 'eni-0abc' } },
    { interface: 'eth1', id: 'eni-0abc' },
  ],
  [{ master: 'eth1', eni: { assign: false } }, undefined],
  [{ eni: { assign: false, id: 'eni-0abc' } }, undefined],
];
for (const [{ master, eni }, expected] of enis) {
  test(`readAllocation() finds the ENI of ${JSON.stringify({ master, eni })}`, () => {
    assert.deepEqual(read({ master, ipam: { ...range, eni } }).eni, expected);
  });
}

for (const json of [{}, { master: '' }, { master: null }, { eni: { interface: '', region: 'eu-west-1' } }]) {
  test(`readAllocation() asks for a master when ${JSON.stringify(json)} tells no ENI`, () => {
    const { eni, ...rest } = { eni: undefined, ...json };
    assert.throws(() => read({ ...rest, ipam: { ...range, eni } }), {
      kind: 'invalid-config',
      message:
        /^cannot tell which ENI gets the address: give "master", ipam\.eni\.interface or ipam\.eni\.id/,
    });
  });
}

test('readAllocation() has the defaults of the contract', () => {
  const { order, cooldownMs, routes, requested, stickyMs, fixed, reassign, ...rest } = read({
    master: 'eth1',
    ipam: range,
  });
  assert.deepEqual(
    { order, cooldownMs, routes, requested, stickyMs, fixed, reassign },
    {
      order: 'sequential',
      cooldownMs: 30_000,
      routes: [],
      requested: [],
      stickyMs: 0,
      fixed: new Map(),
      reassign: 'never',
    },
  );
  assert.deepEqual(Object.keys(rest).toSorted(), ['eni', 'ranges']);
});

test('readAllocation() reads order, cooldown, routes and resolvConf', () => {
  const ipam = {
    ...range,
    order: 'spread',
    cooldown: 0,
    resolvConf: '/etc/resolv.conf',
    routes: [{ dst: '0.0.0.0/0' }],
  };
  const { order, cooldownMs, routes, resolvConf } = read({ master: 'eth1', ipam });
  assert.deepEqual(
    { order, cooldownMs, routes, resolvConf },
    {
      order: 'spread',
      cooldownMs: 0,
      routes: [{ dst: prefix('0.0.0.0/0') }],
      resolvConf: '/etc/resolv.conf',
    },
  );
});

test('readAllocation() names the fields of an old-style range as they are written', () => {
  const json = { ipam: { subnet: '10.1.2.1/24', eni: { assign: false } } };
  assert.throws(() => readAllocation({ name: 'pods', cniVersion: '1.1.0', json }, ''), {
    message: /: ipam\.subnet must/,
  });
});

test('readAllocation() reads for how long addresses stay, whose they are, and what may be taken over', () => {
  const day = read({ master: 'eth1', ipam: { ...range, sticky: true } });
  assert.equal(day.stickyMs, 86_400_000);
  const [first] = setsOf(day).flat();
  assert.ok(first);
  const own = formatAddress({ family: 4, value: first.first.value + 5n });
  const ipam = {
    ...range,
    sticky: true,
    stickyFor: 60,
    fixed: { 'shop/db-0': [own] },
    eni: { reassign: 'stale' },
  };
  const { stickyMs, fixed, reassign } = read({ master: 'eth1', ipam });
  assert.deepEqual({ stickyMs, reassign }, { stickyMs: 60_000, reassign: 'stale' });
  assert.deepEqual([...fixed], [[own, 'shop/db-0']]);
  assert.equal(read({ master: 'eth1', ipam: { ...range, stickyFor: 60 } }).stickyMs, 0, 'sticky is off');
});

test('readAllocation() takes fixed addresses in ranges of every source', () => {
  const json = {
    ipam: { subnet: '10.1.2.0/24', eni: local, fixed: { 'shop/db-0': ['12.1.3.9', '10.1.2.9'] } },
    runtimeConfig: { ipRanges: [[{ subnet: '12.1.3.0/24' }]] },
  };
  assert.equal(read(json).fixed.size, 2);
});
