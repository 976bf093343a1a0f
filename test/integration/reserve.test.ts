/** `eni-local reserve`: keeps a part of a subnet for pods, shows who is inside, and can be run again. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { Seed } from '../aws/cloud/seed.ts';
import { ENI, type Host, OTHER_ENI, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { execute } from './node.ts';

const interfaces = makeInterfaces();
const SUBNET = 'subnet-00000000000000001';
const BLOCK = '10.10.0.64/26';

interface Told {
  readonly subnet: string;
  readonly cidr: string;
  readonly result: string;
  readonly reasons: readonly string[];
  readonly id?: string;
  readonly inside: readonly { readonly address: string; readonly as: string; readonly eni: string }[];
}

const run = ({ node }: Host, ...words: string[]) => execute(node.env, '', ['reserve', ...words]).gone;

async function ask(
  host: Host,
  ...words: string[]
): Promise<{ readonly status: number | null; readonly told: Told }> {
  const { status, stdout, stderr } = await run(host, ...words, '--json');
  assert.match(stdout, /^\{/, stderr);
  return { status, told: JSON.parse(stdout) as Told };
}

const reservations = ({ aws }: Host) => aws.state().subnets.get(SUBNET)?.reservations ?? [];

const withIpv6 = (seed: Seed): Seed => ({
  ...seed,
  subnets: seed.subnets.map((subnet) => ({ ...subnet, ipv6Cidr: '2001:db8::/64' })),
});

test('it reserves by subnet, by interface and by ENI, and a node without ranges gives the addresses out', async () => {
  await using host = await startHost(interfaces, {
    ipam: { ranges: null, eni: { reservation: 'eni-local' } },
    seed: withIpv6,
  });
  const places = [
    [BLOCK, '--subnet', SUBNET],
    ['10.10.0.128/28', '--interface', interfaces[1].name, '--description', 'spare'],
    ['2001:db8::1:0:0:0/80', '--eni', ENI, '--region', host.aws.region],
  ];
  for (const words of places) {
    const { status, told } = await ask(host, ...words);
    assert.deepEqual([status, told.result, told.subnet], [0, 'done', SUBNET], JSON.stringify(told));
  }
  assert.deepEqual(
    reservations(host).map(({ cidr, type, description }) => `${cidr} ${type} ${description}`),
    [
      '10.10.0.64/26 explicit eni-local',
      '10.10.0.128/28 explicit spare',
      '2001:db8:0:0:1::/80 explicit eni-local',
    ],
  );
  assert.deepEqual(await host.node.add('c1'), ['10.10.0.64', '2001:db8:0:0:1::']);
});

test('a dry run changes nothing, and a second run finds what the first has made', async () => {
  await using host = await startHost(interfaces);
  const dry = await ask(host, BLOCK, '--subnet', SUBNET, '--dry-run');
  assert.deepEqual([dry.status, dry.told.result], [0, 'found']);
  assert.deepEqual([reservations(host).length, host.aws.calls('CreateSubnetCidrReservation')], [0, 0]);
  const first = await ask(host, BLOCK, '--subnet', SUBNET);
  for (const words of [[], ['--dry-run'], ['--force']]) {
    const again = await ask(host, BLOCK, '--subnet', SUBNET, ...words);
    assert.deepEqual([again.status, again.told.result, again.told.id], [0, 'known', first.told.id]);
  }
  assert.deepEqual([reservations(host).length, host.aws.calls('CreateSubnetCidrReservation')], [1, 1]);
});

test('an address that a worker node has as its own is the clash that it is to prevent', async () => {
  await using host = await startHost(interfaces);
  host.aws.addEni({
    id: 'eni-0c',
    subnetId: SUBNET,
    primary: '10.10.0.70',
    instanceId: 'i-00000000000000001',
    deviceIndex: 2,
  });
  const refused = await ask(host, BLOCK, '--subnet', SUBNET);
  assert.deepEqual([refused.status, refused.told.result], [1, 'refused']);
  assert.deepEqual(refused.told.reasons, [
    'worker node i-00000000000000001 has 10.10.0.70 as its own, on eni-0c',
  ]);
  assert.deepEqual(reservations(host), []);
  const forced = await ask(host, BLOCK, '--subnet', SUBNET, '--force');
  assert.deepEqual([forced.status, forced.told.result], [0, 'done']);
});

test('pods that live inside already are shown, and no obstacle', async () => {
  await using host = await startHost(interfaces);
  for (const pod of ['c1', 'c2', 'c3']) await host.node.add(pod);
  host.aws.put(OTHER_ENI, '10.10.0.112/28');
  const { status, stdout } = await run(host, BLOCK, '--subnet', SUBNET);
  assert.equal(status, 0);
  assert.match(stdout, /^subnet-0+1: 10\.10\.0\.0\/24\n/);
  assert.match(stdout, /\n10\.10\.0\.80 and 2 more +secondary +eni-0+2 +i-0+1/);
  assert.match(stdout, /\n10\.10\.0\.112\/28 +prefix +eni-0+1/);
  assert.match(stdout, /✓ reserved: scr-0[0-9a-f]+ keeps 10\.10\.0\.64\/26 of subnet-0+1 for\n? +pods\n$/);
  for (const line of stdout.split('\n')) assert.ok(line.length <= 100, line);
});

test('what overlaps with another reservation, or lies elsewhere, is refused without a call', async () => {
  await using host = await startHost(interfaces);
  await ask(host, '10.10.0.64/27', '--subnet', SUBNET);
  const id = reservations(host)[0]?.id ?? '';
  const overlapping = await run(host, BLOCK, '--subnet', SUBNET, '--force');
  assert.equal(overlapping.status, 1);
  assert.ok(
    overlapping.stdout.includes(`✗ ${id} reserves 10.10.0.64/27 already (eni-local)`),
    overlapping.stdout,
  );
  for (const [cidr, says] of [
    ['10.11.0.0/26', /does not lie in subnet-0+1, which has 10\.10\.0\.0\/24/],
    ['2001:db8::/80', /does not lie in subnet-0+1/],
    ['10.10.0.0/30', /AWS keeps every address/],
    ['10.10.0.0/24', /reserves 10\.10\.0\.64\/27 already/],
  ] as const) {
    const { status, told } = await ask(host, cidr, '--subnet', SUBNET);
    assert.equal(status, 1, cidr);
    assert.match(told.reasons.join('\n'), says);
  }
  assert.equal(host.aws.calls('CreateSubnetCidrReservation'), 1);
});

test('wrong use is told with the usage, and nothing is asked', async () => {
  await using host = await startHost(interfaces);
  for (const [words, says] of [
    [[], /needs the CIDR/],
    [[BLOCK], /one of --subnet, --interface and --eni/],
    [[BLOCK, '--subnet', SUBNET, '--eni', ENI], /one of --subnet, --interface and --eni/],
    [
      ['10.10.0.70/26', '--subnet', SUBNET],
      /10\.10\.0\.70\/26 has host bits set; did you mean 10\.10\.0\.64\/26\?/,
    ],
    [['10.10.0.64', '--subnet', SUBNET], /10\.10\.0\.64 is no CIDR such as/],
    [[BLOCK, BLOCK, '--subnet', SUBNET], /too many words/],
  ] as const) {
    const { status, stdout, stderr } = await run(host, ...words);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
    assert.match(stderr, says);
  }
  assert.equal(host.aws.calls(), 0);
});

test('what EC2 refuses is told in its words, and what to do about the region', async () => {
  await using host = await startHost(interfaces);
  host.aws.fault({ action: 'CreateSubnetCidrReservation', kind: 'deny' });
  const denied = await run(host, BLOCK, '--subnet', SUBNET);
  assert.equal(denied.status, 1);
  assert.match(
    denied.stderr,
    /cannot reserve 10\.10\.0\.64\/26 in subnet-0+1: CreateSubnetCidrReservation: UnauthorizedOp/,
  );
  const unknown = await run(host, BLOCK, '--subnet', 'subnet-0404');
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /cannot look at subnet-0404: .*does not exist/);
  const gone = await run(host, BLOCK, '--eni', 'eni-0404');
  assert.match(gone.stderr, /cannot look up eni-0404: EC2 knows no ENI eni-0404/);
  host.aws.fault({ target: 'imds', kind: 'error', status: 404, path: 'meta-data/placement' });
  const nowhere = await run(host, BLOCK, '--subnet', SUBNET);
  assert.equal(nowhere.status, 1);
  assert.match(nowhere.stderr, /cannot tell the region, give --region/);
});

test('a lost answer leaves one reservation', async () => {
  await using host = await startHost(interfaces);
  host.aws.fault({ action: 'CreateSubnetCidrReservation', kind: 'applied-then-reset' });
  const { status, told } = await ask(host, BLOCK, '--subnet', SUBNET);
  assert.deepEqual([status, told.result, told.id], [0, 'done', reservations(host)[0]?.id]);
  assert.equal(reservations(host).length, 1);
});

const call = promisify(execFile);
const isHere = await call('aws', ['--version']).then(
  () => true,
  () => false,
);

test('the AWS CLI sees what was made', { skip: !isHere && 'aws is not on PATH' }, async () => {
  await using host = await startHost(interfaces);
  await ask(host, BLOCK, '--subnet', SUBNET, '--description', 'pods of the lab');
  await using home = await mkdtempDisposable(join(tmpdir(), 'aws-'));
  const { aws } = host;
  const { stdout } = await call(
    'aws',
    [
      '--endpoint-url',
      aws.ec2Url,
      '--region',
      aws.region,
      'ec2',
      'get-subnet-cidr-reservations',
      '--subnet-id',
      SUBNET,
    ],
    { env: { PATH: process.env['PATH'], HOME: home.path, AWS_PAGER: '', ...aws.environment() } },
  );
  const { SubnetIpv4CidrReservations: all } = JSON.parse(stdout) as {
    SubnetIpv4CidrReservations: { Cidr: string; ReservationType: string; Description: string }[];
  };
  assert.deepEqual(
    all.map(({ Cidr, ReservationType, Description }) => [Cidr, ReservationType, Description]),
    [[BLOCK, 'explicit', 'pods of the lab']],
  );
});
