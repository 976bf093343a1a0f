/** Requested addresses: three places, one list. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequestedAddresses } from '../../src/config/requested.ts';
import { formatAddress } from '../../src/net/address.ts';

interface Places {
  readonly args?: readonly string[];
  readonly cni?: string[];
  readonly runtime?: string[];
}

function read({ args = [], cni, runtime }: Places): string[] {
  const input = {
    ipam: {},
    ...(cni ? { args: { cni: { ips: cni } } } : {}),
    ...(runtime ? { runtimeConfig: { ips: runtime } } : {}),
  };
  return readRequestedAddresses(args, input).map(formatAddress);
}

const merged: [title: string, places: Places, expected: readonly string[]][] = [
  ['nothing asked for', {}, []],
  ['CNI_ARGS alone', { args: ['10.10.0.1'] }, ['10.10.0.1']],
  ['CNI_ARGS with a prefix length', { args: ['10.10.0.1/24'] }, ['10.10.0.1']],
  ['args.cni.ips alone', { cni: ['10.10.0.1', '2001:db8::1'] }, ['10.10.0.1', '2001:db8::1']],
  ['args.cni.ips with prefix lengths', { cni: ['10.10.0.1/24', '11.11.0.1/28'] }, ['10.10.0.1', '11.11.0.1']],
  ['runtimeConfig.ips alone', { runtime: ['10.10.0.1/24', '10.10.0.2'] }, ['10.10.0.1', '10.10.0.2']],
  [
    'all three, in host-local’s order',
    { runtime: ['10.10.0.3'], cni: ['10.10.0.2'], args: ['10.10.0.1'] },
    ['10.10.0.1', '10.10.0.2', '10.10.0.3'],
  ],
  [
    'one address in several spellings',
    {
      args: ['10.10.0.1', '2001:DB8::1'],
      cni: ['10.10.0.1/8'],
      runtime: ['2001:db8:0::1', '::ffff:10.10.0.1'],
    },
    ['10.10.0.1', '2001:db8::1'],
  ],
];
for (const [title, places, expected] of merged) {
  test(`readRequestedAddresses() reads ${title}`, () => assert.deepEqual(read(places), expected));
}

const broken: [path: string, places: Places][] = [
  ['CNI_ARGS IP', { args: ['zzz'] }],
  ['args.cni.ips', { args: ['10.10.0.1'], cni: ['10.10.0.2', 'zzz'] }],
  ['runtimeConfig.ips', { runtime: ['zzz'] }],
];
for (const [path, places] of broken) {
  test(`readRequestedAddresses() names ${path} when that holds no address`, () => {
    assert.throws(() => read(places), {
      kind: 'invalid-config',
      message: `cannot use the address in ${path} as it is none: current value is zzz`,
    });
  });
}
