/** Which ENI a configuration means. The host interface is `lo`, which every Linux has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EniSource } from '../../src/config/allocation.ts';
import { locateEni } from '../../src/eni/locate.ts';
import type { Eni, Mark } from '../../src/model.ts';
import { CIDR, CIDR6, DUAL_ENI, ENI } from '../allocator/claims.ts';
import { FakeCloud } from './fake-cloud.ts';
import { type FakeImds, startImds } from './fake-imds.ts';
import { makeNode, type Node } from './runs.ts';

const MAC = '00:00:00:00:00:00';
const at = (field: string): string => `network/interfaces/macs/${MAC}/${field}`;
const tree = {
  'placement/region': 'eu-central-1',
  'network/interfaces/macs/': `02:00:00:00:00:01/\n${MAC}/`,
  [at('interface-id')]: ENI.id,
  [at('subnet-id')]: ENI.subnet,
  [at('subnet-ipv4-cidr-block')]: CIDR,
  [at('local-ipv4s')]: '10.10.0.5\n10.10.0.80\n10.10.0.81',
};

interface Located {
  readonly eni: Eni;
  readonly regions: readonly string[];
  readonly marks: readonly Mark[];
}

async function locate(
  { world }: Pick<FakeImds, 'world'>,
  source: EniSource,
  { cloud = new FakeCloud(), suits = () => true, on }: Given = {},
): Promise<Located> {
  using own = on ? undefined : makeNode();
  const run = (on ?? own)?.start(world);
  assert.ok(run);
  const regions: string[] = [];
  const openCloud = async (region: string) => {
    regions.push(region);
    return cloud;
  };
  const eni = await locateEni(source, suits, openCloud, run);
  return { eni, regions, marks: run.store.read().marks };
}

interface Given {
  readonly cloud?: FakeCloud;
  readonly suits?: (eni: Eni) => boolean;
  /** A node that has located ENIs before. */
  readonly on?: Node;
}

const addressesOf = (marks: readonly Mark[]): readonly string[] =>
  marks.map(({ address, reason, eni }) => `${reason} ${address} ${eni}`);

test('locateEni() finds the ENI of a host interface in IMDS, without EC2', async () => {
  await using service = await startImds(tree);
  const { eni, regions, marks } = await locate(service, { interface: 'lo' });
  assert.deepEqual(eni, { ...ENI, mac: MAC });
  assert.deepEqual(regions, []);
  assert.deepEqual(addressesOf(marks), [
    `unexplained 10.10.0.80 ${ENI.id}`,
    `unexplained 10.10.0.81 ${ENI.id}`,
  ]);
});

const ipv6 = {
  [at('subnet-ipv6-cidr-blocks')]: CIDR6,
  [at('ipv6s')]: '2600:1F14:ABC:1200:0:0:0:9',
};

test('locateEni() knows both families of a dual-stack subnet, and IPv6 alone where there is no IPv4', async () => {
  await using both = await startImds({ ...tree, ...ipv6 });
  const dual = await locate(both, { interface: 'lo' });
  assert.deepEqual(dual.eni, { ...DUAL_ENI, mac: MAC });
  assert.equal(addressesOf(dual.marks).at(-1), `unexplained 2600:1f14:abc:1200::9 ${ENI.id}`);

  const { [at('subnet-ipv4-cidr-block')]: _cidr, [at('local-ipv4s')]: _list, ...rest } = tree;
  await using only = await startImds({ ...rest, ...ipv6 });
  const { primary: _, ...facts } = ENI;
  assert.deepEqual((await locate(only, { interface: 'lo' })).eni, { ...facts, mac: MAC, cidrs: [CIDR6] });
});

test('locateEni() asks IMDS once a boot', async () => {
  await using service = await startImds(tree);
  using on = makeNode();
  const first = await locate(service, { interface: 'lo' }, { on });
  const asked = service.requests.length;
  assert.deepEqual((await locate(service, { interface: 'lo' }, { on })).eni, {
    ...first.eni,
    boot: 'boot-1',
    since: on.start().store.read().enis[MAC]?.since,
  });
  assert.equal(service.requests.length, asked);

  service.world.bootId = () => 'boot-2';
  await locate(service, { interface: 'lo' }, { on });
  assert.ok(service.requests.length > asked, 'another boot may have other ENIs');
});

const doubts: [title: string, source: EniSource, boot: string, suits: (eni: Eni) => boolean][] = [
  ['another region is meant', { interface: 'lo', region: 'eu-west-3' }, 'boot-1', () => true],
  ['the subnet does not suit: it may have got a CIDR', { interface: 'lo' }, 'boot-1', () => false],
  ['the kernel does not tell its boot', { interface: 'lo' }, '', () => true],
];
for (const [title, source, boot, suits] of doubts) {
  test(`locateEni() asks again when ${title}`, async () => {
    await using service = await startImds(tree);
    using on = makeNode();
    service.world.bootId = () => boot;
    await locate(service, { interface: 'lo' }, { on });
    const asked = service.requests.length;
    await locate(service, source, { on, suits });
    assert.ok(service.requests.length > asked);
  });
}

const origins: [title: string, source: EniSource, env: Record<string, string>, expected: string][] = [
  ['the configuration', { interface: 'lo', region: 'us-east-1' }, { AWS_REGION: 'us-west-2' }, 'us-east-1'],
  ['AWS_REGION', { interface: 'lo' }, { AWS_REGION: 'us-west-2' }, 'us-west-2'],
  ['IMDS', { interface: 'lo' }, {}, 'eu-central-1'],
  ['IMDS when AWS_REGION is empty', { interface: 'lo' }, { AWS_REGION: '' }, 'eu-central-1'],
];
for (const [title, source, env, expected] of origins) {
  test(`locateEni() takes the region from ${title}`, async () => {
    await using service = await startImds(tree, undefined, env);
    assert.equal((await locate(service, source)).eni.region, expected);
  });
}

const { [at('interface-id')]: _id, ...withoutEni } = tree;
const { [at('subnet-id')]: _subnet, ...withoutSubnet } = tree;
const failures: [title: string, tree: Record<string, string>, name: string, kind: string, message: RegExp][] =
  [
    [
      'IMDS does not list the MAC',
      withoutEni,
      'lo',
      'no-eni',
      /^no ENI for interface lo: its MAC is 00:00:00:00:00:00, and IMDS lists 02:00:00:00:00:01, 00:00:00:00:00:00$/,
    ],
    [
      'the host has no such interface',
      tree,
      'eth987',
      'no-eni',
      /^no ENI for interface eth987: this host has no such/,
    ],
    ['the name leads elsewhere', tree, '../lo', 'invalid-config', /cannot use "\.\.\/lo" as the name/],
    ['the name is two dots', tree, '..', 'invalid-config', /cannot use "\.\." as the name/],
    [
      'IMDS says no ENI id',
      { ...tree, [at('interface-id')]: '../x' },
      'lo',
      'no-eni',
      /"\.\.\/x" is no ENI id/,
    ],
    ['IMDS has no subnet', withoutSubnet, 'lo', 'try-again', /subnet-id is missing/],
  ];
for (const [title, given, name, kind, message] of failures) {
  test(`locateEni() fails when ${title}, and says so`, async () => {
    await using service = await startImds(given);
    await assert.rejects(locate(service, { interface: name }), { kind, message });
  });
}

test('locateEni() asks EC2 about an ENI that is given by its id, and IMDS about nothing but the region', async () => {
  await using service = await startImds(tree);
  const cloud = new FakeCloud({ own: ['10.10.0.80'] });
  const { eni, regions, marks } = await locate(service, { id: ENI.id, interface: 'lo' }, { cloud });
  const { mac: _, ...rest } = DUAL_ENI;
  assert.deepEqual([eni, regions], [rest, ['eu-central-1']]);
  assert.deepEqual(addressesOf(marks), [`unexplained 10.10.0.80 ${ENI.id}`]);
  assert.deepEqual((await locate(service, { id: ENI.id, region: 'eu-west-3' })).regions, ['eu-west-3']);
  assert.equal(service.requests.filter((request) => request.startsWith('GET')).length, 1);
});

test('locateEni() asks EC2 again after some minutes, since nobody else tells what is on the ENI', async () => {
  await using service = await startImds(tree);
  using on = makeNode();
  const cloud = new FakeCloud();
  const ask = () => locate(service, { id: ENI.id }, { cloud, on });
  await ask();
  await ask();
  assert.equal(cloud.count('describe'), 1);
  await service.world.sleep(10 * 60_000);
  await ask();
  assert.equal(cloud.count('describe'), 2);
});

const faults: [title: string, spoil: (cloud: FakeCloud) => void, kind: string][] = [
  ['EC2 knows no such ENI', (cloud) => cloud.removeEni(), 'no-eni'],
  ['EC2 does not let us ask', (cloud) => cloud.fail('describe', 'denied'), 'denied'],
  ['EC2 cannot be reached', (cloud) => cloud.fail('describe', 'unreachable'), 'try-again'],
];
for (const [title, spoil, kind] of faults) {
  test(`locateEni() fails when ${title}`, async () => {
    await using service = await startImds(tree);
    const cloud = new FakeCloud();
    spoil(cloud);
    const message = /^cannot look up eni-00000000000000002: Describe/;
    await assert.rejects(locate(service, { id: ENI.id }, { cloud }), { kind, message });
  });
}
