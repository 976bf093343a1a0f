/** Ranges from the VPC, end to end: no range in the configuration, and what the subnet reserves is given out. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CreateSubnetCidrReservationCommand, DeleteSubnetCidrReservationCommand } from '@aws-sdk/client-ec2';
import type { Aws } from '../aws/aws.ts';
import { SdkClient } from '../aws/clients/sdk-client.ts';
import type { SubnetSeed } from '../aws/cloud/seed.ts';
import { startCluster } from './cluster.ts';
import { ENI, type Host, type HostOptions, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { execute, type StoredReservation } from './node.ts';
import { argsOf } from './pods.ts';
import { rewriteSubnets } from './state-file.ts';

const interfaces = makeInterfaces();
const GET = 'GetSubnetCidrReservations';
const CIDR6 = '2600:1f14:abc:1200::/64';

type Reservations = NonNullable<SubnetSeed['reservations']>;
const PODS: Reservations = [
  { id: 'scr-01', cidr: '10.10.0.64/28', type: 'explicit', description: 'pods' },
  { id: 'scr-02', cidr: '10.10.0.128/28', type: 'prefix', description: 'pods' },
];

/** A node whose configuration names no range, in a subnet that reserves these. */
function start(reservations: Reservations, ipam = {}, ipv6Cidr?: string): Promise<Host> {
  const seed: HostOptions['seed'] = (given) => ({
    ...given,
    subnets: given.subnets.map((subnet) => ({
      ...subnet,
      reservations,
      ...(ipv6Cidr === undefined ? {} : { ipv6Cidr }),
    })),
  });
  return startHost(interfaces, { seed, ipam: { ranges: null, ...ipam } });
}

const SubnetId = 'subnet-00000000000000001';

/** Somebody else reserves a part of the subnet. */
async function reserve(aws: Aws, Cidr: string): Promise<void> {
  using client = new SdkClient(aws);
  const ReservationType = 'explicit';
  await client.send(new CreateSubnetCidrReservationCommand({ SubnetId, Cidr, ReservationType }));
}

/** Somebody else gives back whatever is reserved. */
async function giveBack(aws: Aws): Promise<void> {
  using client = new SdkClient(aws);
  for (const { id } of aws.state().subnets.get(SubnetId)?.reservations ?? [])
    await client.send(new DeleteSubnetCidrReservationCommand({ SubnetCidrReservationId: id }));
}

/** Lets what the node remembers of subnets grow old. */
const age = ({ node }: Host): void => rewriteSubnets(node, (known) => ({ ...known, since: 1, missed: 1 }));

test('a pod gets an address of the reservation, with what the subnet says of prefix length and gateway', async () => {
  await using host = await start(PODS);
  const { status, reply, stdout } = await host.node.call('ADD', 'c1');
  assert.equal(status, 0, stdout);
  assert.deepEqual(reply.ips, [{ address: '10.10.0.64/24', gateway: '10.10.0.1' }]);
  assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.64']);
  assert.deepEqual(await host.node.add('c2'), ['10.10.0.65']);
  assert.deepEqual([host.aws.calls(GET), host.aws.calls()], [1, 3], 'asked once, and one call a pod');

  const prevResult = { cniVersion: '1.0.0', ...reply };
  const checked = await host.node.call('CHECK', 'c1', { network: { prevResult } });
  assert.equal(checked.status, 0, checked.stdout);
  const status1 = await host.node.call('STATUS', 'x', { network: { cniVersion: '1.1.0' } });
  assert.equal(status1.status, 0, status1.stdout);
  for (const container of ['c1', 'c2']) await host.node.del(container);
  assert.deepEqual(host.aws.addresses(ENI), []);
  assert.equal(host.aws.calls(GET), 1, 'nor do CHECK, STATUS and DEL ask');
});

test('a process that finds the answer in the state loads nothing of the AWS SDK', async () => {
  await using host = await start(PODS, { logLevel: 'info' });
  const phasesOf = async (command: string): Promise<readonly string[]> => {
    const { stderr, stdout } = await host.node.call(command, 'c1', { network: { cniVersion: '1.1.0' } });
    const done = stderr.split('\n').find((line) => line.includes('"message":"done"'));
    assert.ok(done, stdout + stderr);
    return Object.keys((JSON.parse(done) as { phases: object }).phases);
  };
  assert.ok((await phasesOf('STATUS')).includes('load'), 'the first has to ask');
  assert.ok(!(await phasesOf('STATUS')).includes('load'));
  assert.ok((await phasesOf('ADD')).includes('load'), 'to assign the address');
  assert.ok(!(await phasesOf('ADD')).includes('load'));
  assert.equal(host.aws.calls(GET), 1);
});

test('one configuration serves nodes of two subnets, each with what its own reserves', async () => {
  await using cluster = await startCluster(interfaces, {
    ipam: { eni: { reservation: 'pods' } },
    cidrs: ['10.10.1.0/24', '10.10.2.0/24'],
    reservations: (place) => [
      { id: `scr-0${place}a`, cidr: `10.10.${place + 1}.32/28`, type: 'explicit', description: 'others' },
      {
        id: `scr-0${place}b`,
        cidr: `10.10.${place + 1}.${64 + 16 * place}/28`,
        type: 'explicit',
        description: 'pods',
      },
    ],
  });
  const given = await Promise.all(cluster.members.map(({ node }) => node.add('pod')));
  assert.deepEqual(given, [['10.10.1.64'], ['10.10.2.80']]);
});

test('forty pods that come at once to a node that knows nothing make one question', async () => {
  await using host = await start([{ id: 'scr-01', cidr: '10.10.0.64/26', type: 'explicit' }]);
  const given = await Promise.all(Array.from({ length: 40 }, (_, place) => host.node.add(`c${place}`)));
  assert.equal(new Set(given.flat()).size, 40);
  assert.equal(host.aws.calls(GET), 1);
});

test('a pod of a dual-stack reservation gets both, and the same again with EC2 away', async () => {
  const both: Reservations = [...PODS, { id: 'scr-06', cidr: '2600:1f14:abc:1200:1::/80', type: 'explicit' }];
  await using host = await start(both, {}, CIDR6);
  const first = await host.node.add('c1');
  assert.deepEqual(first, ['10.10.0.64', '2600:1f14:abc:1200:1::']);
  await host.aws.refuseConnections({ target: 'ec2' });
  age(host);
  const again = await host.node.call('ADD', 'c1');
  assert.deepEqual(
    [again.reply.ips?.map(({ address }) => address.replace(/\/.*/, '')), again.stderr],
    [first, ''],
    'the answer is on record, and nobody was asked',
  );
  await host.aws.acceptConnections({ target: 'ec2' });
  await host.node.del('c1');
  assert.deepEqual([...host.aws.addresses(ENI), ...host.aws.ipv6Addresses(ENI)], []);
});

test('prefixes are taken out of the same reservations, and an ADD again needs no EC2', async () => {
  await using host = await start([{ id: 'scr-01', cidr: '10.10.0.64/26', type: 'explicit' }], {
    eni: { mode: 'prefix', spare: 0 },
  });
  assert.deepEqual(await host.node.add('c1'), ['10.10.0.64']);
  assert.deepEqual([host.aws.prefixes(ENI), host.aws.addresses(ENI)], [['10.10.0.64/28'], []]);
  await host.aws.refuseConnections({ target: 'ec2' });
  age(host);
  const again = await host.node.call('ADD', 'c1');
  assert.deepEqual([again.reply.ips?.[0]?.address, again.stderr], ['10.10.0.64/24', '']);
});

test('when EC2 does not tell, what it told last is the range, and the log says so', async () => {
  await using host = await start(PODS);
  await host.node.add('c1');
  const faults = [
    { kind: 'deny' },
    { kind: 'hang' },
    { kind: 'error', code: 'RequestLimitExceeded', status: 503, times: 'always' },
  ] as const;
  for (const fault of faults) {
    age(host);
    host.aws.fault({ ...fault, action: GET });
    const { status, stdout, stderr } = await host.node.call('ADD', `c-${fault.kind}`);
    assert.equal(status, 0, stdout);
    assert.match(stderr, /going on with what a subnet reserved when EC2 told last/);
    const asked = host.aws.calls(GET);
    await host.node.add(`d-${fault.kind}`);
    assert.equal(host.aws.calls(GET), asked, 'it is spared for a while');
  }
});

test('without an answer there is no range: denied is 103, unreachable is 11', async () => {
  await using host = await start(PODS, { eni: { timeout: 2 } });
  host.aws.fault({ action: GET, kind: 'deny' });
  const denied = await host.node.call('ADD', 'c1');
  assert.equal(denied.reply.code, 103);
  assert.match(denied.reply.msg ?? '', /cannot learn what subnet-0+1 reserves: GetSubnetCidrReservations/);
  host.aws.fault({ action: GET, kind: 'hang' });
  assert.equal((await host.node.call('ADD', 'c1')).reply.code, 11);
  assert.deepEqual(await host.node.add('c1'), ['10.10.0.64']);
});

test('a reservation that is made, grows or goes is noticed, and pods keep their addresses', async () => {
  await using host = await start([]);
  const none = await host.node.call('ADD', 'c1');
  assert.equal(none.reply.code, 7);
  assert.match(none.reply.msg ?? '', /eni-local reserve CIDR --subnet subnet-0+1/);
  await reserve(host.aws, '10.10.0.64/28');
  const first = await host.node.call('ADD', 'c1');
  assert.deepEqual(first.reply.ips?.[0]?.address, '10.10.0.64/24', 'at once');

  await giveBack(host.aws);
  await reserve(host.aws, '10.10.0.160/28');
  assert.deepEqual(await host.node.add('c2'), ['10.10.0.65'], 'not yet');
  age(host);
  assert.deepEqual(await host.node.add('c3'), ['10.10.0.160']);
  assert.deepEqual(await host.node.add('c1'), ['10.10.0.64']);
  await host.node.del('c1');
  assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.65', '10.10.0.160']);
});

test('of several reservations one must be named, and a name that is none is told', async () => {
  const two: Reservations = [...PODS, { id: 'scr-03', cidr: '10.10.0.96/28', type: 'explicit' }];
  await using host = await start(two);
  const unclear = await host.node.call('ADD', 'c1');
  assert.equal(unclear.reply.code, 7);
  assert.match(
    unclear.reply.msg ?? '',
    /scr-01 \(10\.10\.0\.64\/28, pods\) and scr-03 \(10\.10\.0\.96\/28\); name one by ipam\.eni\.reservation/,
  );
  const named = (reservation: string) => ({
    network: { ipam: { ...(host.node.network['ipam'] as object), eni: { reservation } } },
  });
  assert.deepEqual(await host.node.add('c1', named('scr-03')), ['10.10.0.96']);
  assert.deepEqual(await host.node.add('c2', named('pods')), ['10.10.0.64']);
  const wrong = await host.node.call('ADD', 'c3', named('podz'));
  assert.equal(wrong.reply.code, 7);
  assert.match(wrong.reply.msg ?? '', /no reservation with the id or description podz/);
});

test('wishes are held against the ranges once they are known', async () => {
  const fixed = { 'shop/db-0': ['10.10.0.70', '10.20.0.70'], 'shop/db-1': ['10.20.0.71'] };
  await using host = await start(PODS, { fixed });
  assert.deepEqual(await host.node.add('db-0', { args: argsOf('shop/db-0') }), ['10.10.0.70']);
  const elsewhere = await host.node.call('ADD', 'db-1', { args: argsOf('shop/db-1') });
  assert.equal(elsewhere.reply.code, 7);
  assert.match(
    elsewhere.reply.msg ?? '',
    /10\.20\.0\.71: on this ENI, the range set has 10\.10\.0\.64-10\.10\.0\.79/,
  );
  assert.deepEqual(await host.node.add('wish', { args: 'IgnoreUnknown=1;IP=10.10.0.77' }), ['10.10.0.77']);
  const outside = await host.node.call('ADD', 'far', { args: 'IgnoreUnknown=1;IP=10.10.0.90' });
  assert.equal(outside.reply.code, 7);
  const misfit = {
    ipam: { ...(host.node.network['ipam'] as object), fixed: { 'shop/db-0': ['10.10.0.90'] } },
  };
  const { reply } = await host.node.call('ADD', 'any', { network: misfit });
  assert.match(reply.msg ?? '', /ipam\.fixed\["shop\/db-0"\]\[0\] must be in 10\.10\.0\.64-10\.10\.0\.79/);
});

test('import places what host-local has given out in the ranges that are reserved', async () => {
  await using host = await start(PODS);
  const { node } = host;
  const inherited = join(node.dataDir, 'networks');
  mkdirSync(join(inherited, 'pods'), { recursive: true });
  writeFileSync(join(inherited, 'pods', '10.10.0.66'), 'c1\r\nnet1');
  const config = join(node.dataDir, 'network.json');
  writeFileSync(config, JSON.stringify(node.network));
  const words = ['import', inherited, '--config', config, '--data-dir', node.dataDir];
  const dry = await execute(node.env, '', [...words, '--dry-run']).gone;
  assert.equal(dry.status, 0, dry.stderr);
  assert.deepEqual(node.reservations(), []);
  const done = await execute(node.env, '', words).gone;
  assert.equal(done.status, 0, done.stderr);
  const [taken] = node.reservations() as readonly (StoredReservation & { length: number; gateway: string })[];
  assert.deepEqual([taken?.address, taken?.length, taken?.gateway], ['10.10.0.66', 24, '10.10.0.1']);
  assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.66']);
  assert.deepEqual(await node.add('c1'), ['10.10.0.66'], 'it is the answer to an ADD again');
});
