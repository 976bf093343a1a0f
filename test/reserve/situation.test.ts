/** What speaks against reserving a block, and who sits inside. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CidrReservation, SeenEni } from '../../src/eni/survey.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { parseSpan } from '../../src/net/span.ts';
import { judge, occupantsOf, type SeenSubnet } from '../../src/reserve/situation.ts';

const block = (text: string) => {
  const prefix = parsePrefix(text);
  assert.ok(prefix);
  return prefix;
};
const span = (text: string) => {
  const found = parseSpan(text);
  assert.ok(found);
  return found;
};
const reservation = (id: string, cidr: string, type = 'explicit', description?: string): CidrReservation => ({
  id,
  cidr,
  type,
  span: span(cidr),
  ...(description === undefined ? {} : { description }),
});
const eni = (
  id: string,
  own: string,
  others: readonly string[] = [],
  about: Partial<SeenEni> = {},
): SeenEni => ({
  id,
  subnet: 'subnet-0a',
  tags: {},
  holdings: [
    ...others.map((text) => ({ span: span(text), eni: id, primary: false })),
    { span: span(own), eni: id, primary: true },
  ],
  ...about,
});
const subnet = (given: Partial<SeenSubnet> = {}): SeenSubnet => ({
  id: 'subnet-0a',
  cidrs: ['10.10.0.0/24', '2001:DB8:0::/64'],
  reservations: [],
  enis: [],
  ...given,
});

test('occupantsOf() tells who holds what of the block, in the order of addresses', () => {
  const enis = [
    eni('eni-01', '10.10.0.70', ['10.10.0.80', '10.10.0.75', '10.10.0.200'], { instance: 'i-01' }),
    eni('eni-02', '10.10.0.9', ['10.10.0.96/28', '2001:db8::9'], { description: 'ELB app/web' }),
  ];
  assert.deepEqual(occupantsOf(block('10.10.0.64/26'), subnet({ enis })), [
    { address: '10.10.0.70', as: 'primary', eni: 'eni-01', instance: 'i-01' },
    { address: '10.10.0.75', as: 'secondary', eni: 'eni-01', instance: 'i-01' },
    { address: '10.10.0.80', as: 'secondary', eni: 'eni-01', instance: 'i-01' },
    { address: '10.10.0.96/28', as: 'prefix', eni: 'eni-02', description: 'ELB app/web' },
  ]);
  assert.deepEqual(
    occupantsOf(block('2001:db8::/80'), subnet({ enis })).map(({ address }) => address),
    ['2001:db8::9'],
  );
});

test('judge() finds nothing against a block in which only secondary addresses and prefixes are', () => {
  const enis = [eni('eni-01', '10.10.0.9', ['10.10.0.80', '10.10.0.96/28'])];
  const reservations = [reservation('scr-01', '10.10.0.128/26')];
  assert.deepEqual(judge(block('10.10.0.64/26'), subnet({ enis, reservations })), { kind: 'free' });
  assert.deepEqual(judge(block('2001:db8::1:0:0:0/80'), subnet()), { kind: 'free' });
});

test('judge() knows what is reserved already, whoever sits inside', () => {
  const same = reservation('scr-01', '10.10.0.64/26');
  const enis = [eni('eni-01', '10.10.0.70')];
  const verdict = judge(block('10.10.0.64/26'), subnet({ enis, reservations: [same] }));
  assert.deepEqual(verdict, { kind: 'reserved', by: same });
});

const against: [title: string, cidr: string, given: Partial<SeenSubnet>, kind: string, reasons: string[]][] =
  [
    [
      'a worker node that has an address as its own',
      '10.10.0.64/26',
      { enis: [eni('eni-01', '10.10.0.70', [], { instance: 'i-01' })] },
      'questionable',
      ['worker node i-01 has 10.10.0.70 as its own, on eni-01'],
    ],
    [
      'a load balancer that does',
      '10.10.0.64/26',
      {
        enis: [eni('eni-01', '10.10.0.70', [], { description: 'ELB app/web' }), eni('eni-02', '10.10.0.71')],
      },
      'questionable',
      ['eni-01 (ELB app/web) has 10.10.0.70 as its own', 'eni-02 has 10.10.0.71 as its own'],
    ],
    [
      'that it is the whole subnet',
      '10.10.0.0/24',
      {},
      'questionable',
      ['it is all of subnet-0a: AWS would have no address there for new nodes and load balancers'],
    ],
    [
      'the same of IPv6, however EC2 writes it',
      '2001:db8::/64',
      {},
      'questionable',
      ['it is all of subnet-0a: AWS would have no address there for new nodes and load balancers'],
    ],
    [
      'that it lies elsewhere',
      '10.11.0.0/26',
      { cidrs: ['10.10.0.0/24'] },
      'impossible',
      ['it does not lie in subnet-0a, which has 10.10.0.0/24'],
    ],
    [
      'that it is larger than the subnet',
      '10.10.0.0/23',
      { cidrs: ['10.10.0.0/24'] },
      'impossible',
      ['it does not lie in subnet-0a, which has 10.10.0.0/24'],
    ],
    [
      'that AWS keeps all of it',
      '10.10.0.0/30',
      {},
      'impossible',
      ['AWS keeps every address of it: the first four of a subnet, and the last'],
    ],
    [
      'reservations that it overlaps, also when a node is inside',
      '10.10.0.64/26',
      {
        enis: [eni('eni-01', '10.10.0.70')],
        reservations: [
          reservation('scr-01', '10.10.0.64/28', 'explicit', 'pods'),
          reservation('scr-02', '10.10.0.96/28', 'prefix'),
          reservation('scr-03', '10.10.0.128/28'),
        ],
      },
      'impossible',
      [
        'scr-01 reserves 10.10.0.64/28 already (pods), and reservations may not overlap',
        'scr-02 reserves 10.10.0.96/28 for prefixes, and reservations may not overlap',
      ],
    ],
    [
      'a reservation of the very block that is for prefixes',
      '10.10.0.64/26',
      { reservations: [reservation('scr-02', '10.10.0.64/26', 'prefix')] },
      'impossible',
      ['scr-02 reserves 10.10.0.64/26 for prefixes, and reservations may not overlap'],
    ],
  ];
for (const [title, cidr, given, kind, reasons] of against) {
  test(`judge() tells ${title}`, () => {
    assert.deepEqual(judge(block(cidr), subnet(given)), { kind, reasons });
  });
}
