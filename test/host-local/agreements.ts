/** Cases at the edges of what host-local takes, in which eni-local answers the same. */
import { add, check, DUAL, del, network, ONE, ranges, SMALL, SUBNET } from './calls.ts';
import type { Call, JsonObject } from './plugin.ts';

const SPAN = { subnet: SUBNET, rangeStart: '10.1.2.5', rangeEnd: '10.1.2.6' };
const withRange = (range: unknown) => [add('a', network(ranges(range)))];
const withIpam = (ipam: unknown) => [add('a', network(ipam))];
const withTop = (top: JsonObject) => [add('a', { ...ONE, ...top })];
const withArgs = (args: string, on = ONE) => [add('a', on, { args })];
const named = <T>(what: string, values: readonly T[], toCalls: (value: T) => readonly Call[]) =>
  Object.fromEntries(values.map((value) => [`${what} ${JSON.stringify(value)}`, toCalls(value)]));

/** Configurations and calls by what they show. */
export const AGREEMENTS: Readonly<Record<string, readonly Call[]>> = {
  ...named(
    'subnet',
    ['10.1.2.0/30', '10.1.2.0/31', '10.1.2.1/24', '10.1.2.0/024', '10.01.2.0/24', '10.1.2/24', '10.1.2.0', '']
      .concat(['255.255.255.0/24', '2001:DB8::/64', '2001:db8::/126', '2001:db8::/127', '2001:db8::1/64'])
      .concat(['::ffff:10.1.2.0/120', '10.1.2.0/+24', ' 10.1.2.0/24', '10.1.2.0/33']),
    (subnet) => withRange({ subnet }),
  ),
  ...named(
    'range',
    [
      {},
      null,
      { subnet: null },
      { subnet: 3 },
      { subnet: SUBNET, rangeStart: '', rangeEnd: null, gateway: '' },
    ],
    withRange,
  ),
  ...named(
    'rangeStart',
    ['10.1.2.0', '10.1.2.254', '10.1.3.1', '2001:db8::1', '::ffff:10.1.2.9', 'x', 5],
    (rangeStart) => withRange({ subnet: SUBNET, rangeStart }),
  ),
  ...named(
    'rangeEnd',
    ['10.1.2.0', '10.1.2.1', '10.1.2.2', '10.1.2.255', '10.1.3.0', '10.1.2.9/24'],
    (rangeEnd) => withRange({ subnet: SUBNET, rangeEnd }),
  ),
  ...named(
    'gateway',
    ['192.168.0.1', '10.1.2.0', '10.1.2.2', '0.0.0.0', '::ffff:10.1.2.9', 'x', 5],
    (gateway) => withRange({ subnet: SUBNET, gateway }),
  ),
  'only the broadcast address': withRange({
    subnet: SUBNET,
    rangeStart: '10.1.2.255',
    rangeEnd: '10.1.2.255',
  }),
  'only the gateway': withRange({ subnet: SUBNET, rangeStart: '10.1.2.1', rangeEnd: '10.1.2.1' }),
  'ranges that touch': [add('a', network(ranges(SPAN, { subnet: SUBNET, rangeStart: '10.1.2.6' })))],
  'ranges side by side': [add('a', network(ranges(SPAN, { subnet: SUBNET, rangeStart: '10.1.2.7' })))],
  ...named('ranges', ['x', [], [[]], [null], [{ subnet: SUBNET }], null], (value) =>
    withIpam({ ranges: value }),
  ),
  ...named('ipam', [null, [], 'x', 5, false, {}, { rangeStart: '10.1.2.5' }], withIpam),
  ...named('name', [null, '', '../x', 'a b', '-a', '.a', 'a.b_c-d', 'a\n', 5], (name) => withTop({ name })),
  ...named('cniVersion', [null, '', '1.0', 'v1.0.0', '9.9.9', ' 1.0.0'], (cniVersion) =>
    withTop({ cniVersion }),
  ),
  ...named(
    'runtimeConfig',
    [null, [], 'x', { ipRanges: null, ips: null }, { ips: [5] }, { ips: [''] }],
    (value) => withTop({ runtimeConfig: value }),
  ),
  ...named('args', [null, [], { cni: null }, { cni: 'x' }, { cni: { ips: ['10.1.2.9/33'] } }], (args) =>
    withTop({ args }),
  ),
  ...named(
    'the interface plugin’s',
    [{ type: 5 }, { dns: 5 }, { prevResult: 5 }, { capabilities: { ips: true } }, { master: null }],
    withTop,
  ),
  ...named(
    'route',
    [{ dst: '10.9.8.7' }, { dst: '' }, { dst: '10.9.8.7/8', gw: '' }, { dst: '0.0.0.0/33' }, 'x'],
    (route) => withIpam({ ...ranges({ subnet: SUBNET }), routes: [route] }),
  ),
  'routes of both families in every version': ['0.1.0', '0.2.0', '0.3.0', '0.4.0', '1.0.0', '1.1.0'].map(
    (cniVersion) => {
      const routes = [
        { dst: '10.9.8.7/8', gw: '10.1.2.5' },
        { dst: '::/0', gw: 'FE80::1' },
        { dst: '0.0.0.0/0' },
      ];
      return add(`v${cniVersion}`, { ...DUAL, cniVersion, ipam: { ...(DUAL['ipam'] as object), routes } });
    },
  ),
  'sets that overlap': withIpam({ ranges: [[SPAN], [{ subnet: '10.1.2.0/25' }]] }),
  'old style that overlaps with ranges': withIpam({ ...SPAN, ranges: [[{ subnet: '10.1.2.0/25' }]] }),
  'old style, ranges and ipRanges': [
    add('a', {
      ...network({ ...SPAN, ranges: [[{ subnet: '10.7.0.0/24' }]] }),
      runtimeConfig: { ipRanges: [[{ subnet: '10.8.0.0/24' }]] },
    }),
  ],
  ...named('resolvConf', ['/nowhere', '/', '', null, 5], (resolvConf) =>
    withIpam({ ...ranges({ subnet: SUBNET }), resolvConf }),
  ),
  ...named(
    'CNI_ARGS',
    [
      '',
      'FOO=bar',
      'FOO',
      'IP=1=2',
      'IP=',
      'ip=10.1.2.9',
      'IP= 10.1.2.9',
      'IP=x',
      'IP=10.1.2.1',
      'IP=10.1.2.255',
    ]
      .concat(['IP=10.1.2.9/16', 'IP=::ffff:10.1.2.9', 'IgnoreUnknown=tRuE;A=b', 'A=b;IgnoreUnknown=1'])
      .concat(['IgnoreUnknown=0;A=b', 'IgnoreUnknown=1;A=b=c', 'IgnoreUnknown=1;Ip=10.1.2.9', '=5']),
    (args) => withArgs(args),
  ),
  'requests of all three sources': [
    add(
      'a',
      { ...DUAL, runtimeConfig: { ips: ['2001:db8:1::9'] }, args: { cni: { ips: ['10.1.2.9'] } } },
      {
        args: 'IP=10.1.2.9/8',
      },
    ),
  ],
  'a requested address that is taken, and free again': [
    add('a', ONE, { args: 'IP=10.1.2.9' }),
    add('b', ONE, { args: 'IP=10.1.2.9' }),
    add('c'),
    del('a'),
    add('b', ONE, { args: 'IP=10.1.2.9' }),
    add('d'),
  ],
  'ranges that change under living pods': [
    add('a'),
    add('b'),
    add('c', network(ranges({ subnet: '10.5.2.0/24' }))),
    add('d'),
    add('e', network(ranges({ ...SPAN, rangeStart: '10.1.2.3' }))),
    add('f', network(ranges({ subnet: SUBNET, rangeStart: '10.1.2.100' }))),
    del('a', SMALL),
    add('g', SMALL),
  ],
  'two names for the same ranges': [add('a'), add('a', { ...ONE, name: 'others' }), del('a'), add('b')],
  'CHECK of what is there, was there, and is too old for it': [
    add('a'),
    check('a'),
    check('b'),
    check('a', { ...ONE, cniVersion: '0.3.1' }),
    del('a'),
    check('a'),
  ],
  ...named(
    'standard input',
    ['', '{', '[]', '5', '"x"', '{}', '{"name":"pods"}', '{}{}', '\u{feff}{}', ' '],
    (stdin) => [add('a', ONE, { stdin })],
  ),
  ...named('CNI_CONTAINERID', ['', '-a', 'a b', 'a/b', '.a', 'a.b_c-D'], (container) => [
    add(container),
    del(container),
  ]),
  ...named(
    'CNI_IFNAME',
    ['', '.', '..', 'a/b', 'a:b', 'a b', 'a'.repeat(15), 'a'.repeat(16), 'é'.repeat(8)],
    (name) => [add('a', ONE, { interface: name })],
  ),
  ...named('without', ['CNI_NETNS', 'CNI_PATH'], (variable) => {
    const rest = { env: { [variable]: '' } };
    return [add('a', ONE, rest), check('a', ONE, rest), del('a', ONE, rest)];
  }),
};
