/** Whether the host interface is there, and which ENI it is. The host interface is `lo`, which every Linux has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkEni } from '../../src/doctor/eni.ts';
import { CIDR, ENI } from '../allocator/claims.ts';
import { FakeCloud } from '../eni/fake-cloud.ts';
import { startImds } from '../eni/fake-imds.ts';
import { makeNode } from '../eni/runs.ts';

const at = (field: string): string => `network/interfaces/macs/00:00:00:00:00:00/${field}`;
const tree = {
  'placement/region': 'eu-central-1',
  [at('interface-id')]: ENI.id,
  [at('subnet-id')]: ENI.subnet,
  [at('subnet-ipv4-cidr-block')]: CIDR,
  [at('local-ipv4s')]: '10.10.0.5',
};

test('checkEni() tells which ENI an interface is', async () => {
  await using service = await startImds(tree);
  using node = makeNode();
  const openCloud = async () => new FakeCloud();
  const { eni, findings } = await checkEni({ interface: 'lo' }, openCloud, node.start(service.world));
  assert.equal(eni?.id, ENI.id);
  const [first] = findings;
  assert.equal(first?.verdict, 'ok');
  assert.equal(first.message, `lo is ${ENI.id} in ${ENI.subnet} (${CIDR})`);
});

test('checkEni() tells of an ENI that the configuration names, without an interface', async () => {
  await using service = await startImds(tree);
  using node = makeNode();
  const openCloud = async () => new FakeCloud();
  const { findings } = await checkEni({ id: ENI.id }, openCloud, node.start(service.world));
  assert.deepEqual(
    findings.map(({ verdict, message }) => [verdict, message.startsWith(`${ENI.id} in ${ENI.subnet} (`)]),
    [['ok', true]],
  );
});

test('checkEni() says what to do about an EC2 that does not tell', async () => {
  await using service = await startImds(tree);
  using node = makeNode();
  const cloud = new FakeCloud();
  cloud.fail('describe', 'denied');
  const { eni, findings } = await checkEni({ id: ENI.id }, async () => cloud, node.start(service.world));
  assert.equal(eni, undefined);
  assert.deepEqual(
    findings.map(({ verdict }) => verdict),
    ['problem'],
  );
  assert.match(findings[0]?.advice ?? '', /ec2:DescribeNetworkInterfaces and ec2:DescribeSubnets/);
});
