/** Range sets made of what a subnet reserves: which reservations count, and what comes of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countReservedSets, hasBlocks, reservedSets } from '../../src/allocator/reserved.ts';
import { fitToSubnet, usableSpans } from '../../src/allocator/subnet.ts';
import { formatSet, formatSpan } from '../../src/config/ranges.ts';
import type { Eni, ReservedBlock } from '../../src/model.ts';
import { formatAddress } from '../../src/net/address.ts';
import { formatPrefix } from '../../src/net/prefix.ts';
import { CIDR6, DUAL_ENI, EMPTY, ENI, REF } from './claims.ts';

const block = (place: number, cidr: string, description?: string): ReservedBlock => ({
  id: `scr-0${place}`,
  cidr,
  ...(description === undefined ? {} : { description }),
});
const IPV4 = block(1, '10.10.0.64/26', 'pods');
const IPV6 = block(2, '2600:1f14:abc:1200:1::/80', 'pods');

function sets(
  blocks: readonly ReservedBlock[],
  {
    pick,
    eni = ENI,
    fixed = [],
  }: { pick?: string; eni?: Eni; fixed?: [address: string, pod: string][] } = {},
) {
  return reservedSets(pick, new Map(fixed), blocks, eni);
}

test('reservedSets() takes the whole block, with prefix length and gateway of the subnet', () => {
  const [[range] = []] = sets([IPV4]);
  assert.ok(range);
  const { subnet, gateway, exclude, ...span } = range;
  assert.equal(formatSpan(span), '10.10.0.64-10.10.0.127');
  assert.deepEqual([formatPrefix(subnet), formatAddress(gateway)], ['10.10.0.0/24', '10.10.0.1']);
  assert.deepEqual(exclude, []);
  const [set] = fitToSubnet(sets([IPV4]), ENI);
  assert.ok(set);
  const [usable] = usableSpans(set);
  assert.deepEqual(usable, span, 'its first and last address are addresses like others');
});

test('reservedSets() leaves to AWS what AWS keeps, at the ends of the subnet', () => {
  for (const [cidr, left] of [
    ['10.10.0.0/28', '10.10.0.4-10.10.0.4,10.10.0.6-10.10.0.15'],
    ['10.10.0.240/28', '10.10.0.240-10.10.0.254'],
  ] as const) {
    const [set] = fitToSubnet(sets([block(1, cidr)]), ENI);
    assert.ok(set);
    assert.equal(usableSpans(set).map(formatSpan).join(), left);
  }
});

test('reservedSets() makes a set for each family, IPv4 first', () => {
  const [ipv4 = [], ipv6 = [], ...more] = sets([IPV6, IPV4], { eni: DUAL_ENI });
  assert.equal(formatSet(ipv4), '10.10.0.64-10.10.0.127');
  assert.equal(formatSet(ipv6), '2600:1f14:abc:1200:1::-2600:1f14:abc:1200:1:ffff:ffff:ffff');
  assert.equal(ipv6[0] && formatPrefix(ipv6[0].subnet), CIDR6);
  assert.deepEqual(more, []);
});

const OTHER = block(3, '10.10.0.128/27', 'load balancers');

test('reservedSets() picks by id, or by description; several of one description are one set', () => {
  const spare = block(4, '10.10.0.32/27', 'pods');
  assert.deepEqual(sets([OTHER, IPV4], { pick: 'scr-03' }).map(formatSet), ['10.10.0.128-10.10.0.159']);
  const picked = sets([IPV4, OTHER, IPV6, spare], { pick: 'pods', eni: DUAL_ENI });
  assert.deepEqual(picked.map(formatSet), [
    '10.10.0.32-10.10.0.63,10.10.0.64-10.10.0.127',
    '2600:1f14:abc:1200:1::-2600:1f14:abc:1200:1:ffff:ffff:ffff',
  ]);
});

const refused: [
  title: string,
  blocks: readonly ReservedBlock[],
  pick: string | undefined,
  message: string,
][] = [
  [
    'that there is none, and how to make one',
    [],
    'pods',
    'no IP ranges specified, and subnet-00000000000000001 (10.10.0.0/24) reserves none for addresses that are ' +
      'asked for by name: make such a reservation by "eni-local reserve CIDR --subnet subnet-00000000000000001" or ' +
      'by "aws ec2 create-subnet-cidr-reservation --reservation-type explicit --subnet-id subnet-00000000000000001 ' +
      '--cidr CIDR", or give ipam.ranges',
  ],
  [
    'which there are of several, and the field that picks',
    [OTHER, IPV4],
    undefined,
    'cannot tell which range is for these pods: subnet-00000000000000001 reserves scr-01 (10.10.0.64/26, pods) and ' +
      'scr-03 (10.10.0.128/27, load balancers); name one by ipam.eni.reservation, or several by the description ' +
      'that they share',
  ],
  [
    'what there is when a pick means none',
    [IPV4, block(5, '10.10.0.160/27')],
    'podz',
    'cannot use ipam.eni.reservation: subnet-00000000000000001 has no reservation with the id or description podz, ' +
      'but scr-01 (10.10.0.64/26, pods) and scr-05 (10.10.0.160/27)',
  ],
];
for (const [title, blocks, pick, message] of refused) {
  test(`reservedSets() tells ${title}`, () => {
    const given = pick === undefined ? {} : { pick };
    assert.throws(() => sets(blocks, given), { kind: 'invalid-config', message });
  });
}

test('reservedSets() waits for a CIDR of the subnet that is not known yet', () => {
  assert.throws(() => sets([IPV4, IPV6]), {
    kind: 'try-again',
    message: /cannot use scr-02 .*10\.10\.0\.0\/24 only/,
  });
  assert.ok(!hasBlocks([IPV4, IPV6], ENI));
  assert.ok(hasBlocks([IPV4, IPV6], DUAL_ENI));
});

test('reservedSets() holds fixed addresses of this subnet against the ranges, and no others', () => {
  sets([IPV4], {
    fixed: [
      ['10.10.0.70', 'shop/db-0'],
      ['10.20.0.70', 'shop/db-0'],
      ['2600::9', 'shop/db-1'],
    ],
  });
  assert.throws(
    () =>
      sets([IPV4], {
        fixed: [
          ['10.20.0.70', 'shop/db-0'],
          ['10.10.0.60', 'shop/db-0'],
        ],
      }),
    {
      kind: 'invalid-config',
      message: /ipam\.fixed\["shop\/db-0"\]\[1\] must be in 10\.10\.0\.64-10\.10\.0\.127/,
    },
  );
});

test('countReservedSets() counts the families that the network had last', () => {
  const known = (...ranges: string[]) => ({ ...EMPTY, networks: { pods: { eni: REF, ranges } } });
  assert.equal(countReservedSets(EMPTY, 'pods'), 0);
  assert.equal(countReservedSets(known('10.10.0.64-10.10.0.95', '10.10.0.96-10.10.0.99'), 'pods'), 1);
  assert.equal(countReservedSets(known('10.10.0.64-10.10.0.95', '2600::1-2600::9'), 'pods'), 2);
});
