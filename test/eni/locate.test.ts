/** Which ENI a configuration means. The host interface is `lo`, which every Linux has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EniSource } from '../../src/config/allocation.ts';
import { locateEni } from '../../src/eni/locate.ts';
import { ENI } from '../allocator/claims.ts';
import { FakeCloud } from './fake-cloud.ts';
import { type FakeImds, startImds } from './fake-imds.ts';
import { makeNode } from './runs.ts';

const MAC = '00:00:00:00:00:00';
const at = (field: string): string => `network/interfaces/macs/${MAC}/${field}`;
const tree = {
  'placement/region': 'eu-central-1',
  'network/interfaces/macs/': `02:00:00:00:00:01/\n${MAC}/`,
  [at('interface-id')]: ENI.id,
  [at('subnet-id')]: ENI.subnet,
  [at('subnet-ipv4-cidr-block')]: ENI.cidr,
  [at('local-ipv4s')]: '10.10.0.5\n10.10.0.80\n10.10.0.81',
};

async function locate({ world }: Pick<FakeImds, 'world'>, source: EniSource, cloud = new FakeCloud()) {
  using node = makeNode();
  const regions: string[] = [];
  const openCloud = async (region: string) => {
    regions.push(region);
    return cloud;
  };
  return { eni: await locateEni(source, openCloud, node.start(world)), regions };
}

test('locateEni() finds the ENI of a host interface in IMDS, without EC2', async () => {
  await using service = await startImds(tree);
  const { eni, regions } = await locate(service, { interface: 'lo' });
  assert.deepEqual(eni, { ...ENI, mac: MAC, secondaries: ['10.10.0.80', '10.10.0.81'] });
  assert.deepEqual(regions, []);
});

const regions: [title: string, source: EniSource, env: Record<string, string>, expected: string][] = [
  ['the configuration', { interface: 'lo', region: 'us-east-1' }, { AWS_REGION: 'us-west-2' }, 'us-east-1'],
  ['AWS_REGION', { interface: 'lo' }, { AWS_REGION: 'us-west-2' }, 'us-west-2'],
  ['IMDS', { interface: 'lo' }, {}, 'eu-central-1'],
  ['IMDS when AWS_REGION is empty', { interface: 'lo' }, { AWS_REGION: '' }, 'eu-central-1'],
];
for (const [title, source, env, expected] of regions) {
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
  const found = await locate(
    service,
    { id: ENI.id, interface: 'lo' },
    new FakeCloud({ own: ['10.10.0.80'] }),
  );
  const { mac: _, ...rest } = ENI;
  assert.deepEqual(found, { eni: { ...rest, secondaries: ['10.10.0.80'] }, regions: ['eu-central-1'] });
  const region = await locate(service, { id: ENI.id, region: 'eu-west-3' });
  assert.deepEqual(region.regions, ['eu-west-3']);
  assert.equal(service.requests.filter((request) => request.startsWith('GET')).length, 1);
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
    await assert.rejects(locate(service, { id: ENI.id }, cloud), { kind, message });
  });
}
