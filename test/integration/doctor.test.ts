/** `eni-local doctor`: says what would keep an ADD from working, one thing wrong at a time. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Seed } from '../aws/cloud/seed.ts';
import { ENI, type Host, type HostOptions, OTHER_ENI, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { execute } from './node.ts';

const interfaces = makeInterfaces();
interface Found {
  readonly network?: string;
  readonly check: string;
  readonly verdict: 'ok' | 'warning' | 'problem';
  readonly message: string;
  readonly advice?: string;
}

const NO_MANAGE = 'node.k8s.amazonaws.com/no_manage';
const RESERVED = ['10.10.0.80/28', '10.10.0.96/30'];

/** An account in which nothing is to be said against an ADD. */
const wellKept = (seed: Seed): Seed => ({
  ...seed,
  subnets: seed.subnets.map((subnet) => ({
    ...subnet,
    reservations: RESERVED.map((cidr, index) => ({ id: `scr-0${index}`, cidr, type: 'explicit' as const })),
  })),
  enis: seed.enis.map((eni) => (eni.id === ENI ? { ...eni, tags: { [NO_MANAGE]: 'true' } } : eni)),
});

function start(options: HostOptions = {}): Promise<Host> {
  for (const { name } of interfaces) execFileSync('ip', ['link', 'set', name, 'up']);
  return startHost(interfaces, {
    ...options,
    seed: (seed) => (options.seed ?? ((same) => same))(wellKept(seed)),
  });
}

const configFile = ({ node }: Host): string => join(node.dataDir, 'network.json');

/** Runs the verb on a file with the node's configuration. */
async function runDoctor(host: Host, changes: Record<string, unknown> = {}, ...words: string[]) {
  const { node } = host;
  writeFileSync(configFile(host), JSON.stringify({ ...node.network, ...changes }));
  return await execute(node.env, '', ['doctor', configFile(host), ...words]).gone;
}

async function examine(host: Host, changes: Record<string, unknown> = {}) {
  const { status, stdout, stderr } = await runDoctor(host, changes, '--json');
  assert.match(stdout, /^\[/, stderr);
  return { status, found: JSON.parse(stdout) as readonly Found[] };
}

const withIpam = ({ node }: Host, ipam: Record<string, unknown>) => ({
  ipam: { ...(node.network['ipam'] as object), ...ipam },
});

const badOnes = (found: readonly Found[]): readonly Found[] =>
  found.filter(({ verdict }) => verdict !== 'ok');

test('it finds nothing where all is well, and changes nothing in EC2 or in the state', async () => {
  await using host = await start();
  await host.node.add('c1');
  const before = host.node.document();
  host.aws.clearJournal();
  const { status, found } = await examine(host);
  assert.deepEqual(badOnes(found), []);
  assert.equal(status, 0);
  assert.deepEqual(
    found.map(({ check }) => check),
    [
      'configuration',
      'state directory',
      'IMDS',
      'ENI',
      'ranges',
      'credentials',
      'ec2:DescribeNetworkInterfaces',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
      'CIDR reservation',
      NO_MANAGE,
      'room on the ENI',
      'other ENIs',
    ],
  );
  assert.deepEqual(host.aws.mutations(), []);
  assert.deepEqual(host.node.document(), before);
});

test('it looks at both families of a dual-stack network', async () => {
  const seed = (given: Seed): Seed => ({
    ...given,
    subnets: given.subnets.map((subnet) => ({ ...subnet, ipv6Cidr: '2001:db8::/64' })),
  });
  await using host = await start({ seed });
  const second = { subnet: '2001:db8::/64', rangeStart: '2001:db8::80', rangeEnd: '2001:db8::8f' };
  const ranges = [[{ subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.99' }], [second]];
  const { status, found } = await examine(host, withIpam(host, { ranges }));
  assert.equal(status, 0);
  const checks = found.map(({ check, verdict }) => `${check} ${verdict}`);
  for (const action of ['AssignIpv6Addresses', 'UnassignIpv6Addresses']) {
    assert.ok(checks.includes(`ec2:${action} ok`), checks.join());
  }
  const reservation = found.find(({ check }) => check === 'CIDR reservation');
  assert.match(reservation?.advice ?? '', /^eni-local reserve 2001:db8::80\/124 --subnet subnet-0+1$/);
  assert.deepEqual(host.aws.mutations(), []);
});

/** What is wrong, and the line that tells it. */
interface Case {
  readonly options?: HostOptions;
  /** Makes it wrong; what it answers goes into the configuration. */
  readonly spoil?: (host: Host) => Record<string, unknown> | void | Promise<void>;
  readonly check: string;
  readonly verdict: 'warning' | 'problem';
  readonly says: RegExp;
  readonly advises: RegExp;
}

const tags = (given: Record<string, string>) => ({
  seed: (seed: Seed): Seed => ({
    ...seed,
    enis: seed.enis.map((eni) => (eni.id === ENI ? { ...eni, tags: given } : eni)),
  }),
});
const reserved = (...reservations: NonNullable<Seed['subnets'][number]['reservations']>) => ({
  seed: (seed: Seed): Seed => ({
    ...seed,
    subnets: seed.subnets.map((subnet) => ({ ...subnet, reservations })),
  }),
});
const denied =
  (action: string) =>
  ({ aws }: Host) =>
    aws.fault({ action, kind: 'deny', times: 'always' });

const CASES: Readonly<Record<string, Case>> = {
  'an unknown field': {
    spoil: (host) => withIpam(host, { eni: { tiemout: 3 } }),
    check: 'configuration',
    verdict: 'problem',
    says: /ipam\.eni\.tiemout/,
    advises: /README/,
  },
  'a resolv.conf that is not there': {
    spoil: (host) => withIpam(host, { resolvConf: '/nowhere/resolv.conf' }),
    check: 'configuration',
    verdict: 'problem',
    says: /cannot read ipam\.resolvConf/,
    advises: /README/,
  },
  'a configuration of host-local': {
    spoil: (host) => withIpam(host, { type: 'host-local' }),
    check: 'configuration',
    verdict: 'warning',
    says: /ipam\.type is host-local/,
    advises: /eni-local import/,
  },
  'a state directory that is a file': {
    spoil: (host) => withIpam(host, { dataDir: configFile(host) }),
    check: 'state directory',
    verdict: 'problem',
    says: /is not a directory/,
    advises: /dataDir/,
  },
  'a state directory that all may read': {
    spoil: ({ node }) => chmodSync(node.dataDir, 0o755),
    check: 'state directory',
    verdict: 'warning',
    says: /mode is 0755/,
    advises: /chmod 700/,
  },
  'a damaged state file': {
    spoil: async ({ node }) => {
      await node.add('c1');
      writeFileSync(join(node.dataDir, 'state.90.json'), '{"format": 1, "ver');
    },
    check: 'state directory',
    verdict: 'warning',
    says: /state\.90\.json is damaged: it is not JSON/,
    advises: /reconcile/,
  },
  'a state of a newer program': {
    spoil: ({ node }) => writeFileSync(join(node.dataDir, 'state.1.json'), '{"format": 9}'),
    check: 'state directory',
    verdict: 'problem',
    says: /state\.1\.json has format 9/,
    advises: /install that version/,
  },
  'an IMDS whose token does not survive the way': {
    spoil: ({ aws }) => aws.fault({ target: 'imds', kind: 'hang', path: 'api/token', times: 'always' }),
    check: 'IMDS',
    verdict: 'problem',
    says: /hop limit/,
    advises: /--http-put-response-hop-limit 2/,
  },
  'an IMDS that is turned off': {
    spoil: ({ aws }) =>
      aws.fault({ target: 'imds', kind: 'error', status: 403, path: 'api/token', times: 'always' }),
    check: 'IMDS',
    verdict: 'problem',
    says: /status 403/,
    advises: /--http-endpoint enabled/,
  },
  'an IMDS that nobody reaches': {
    spoil: ({ aws }) => aws.refuseConnections({ target: 'imds' }),
    check: 'IMDS',
    verdict: 'problem',
    says: /ECONNREFUSED/,
    advises: /iptables/,
  },
  'an interface that is not there': {
    spoil: () => ({ master: 'nosuch0' }),
    check: 'ENI',
    verdict: 'problem',
    says: /nosuch0: this host has no such interface/,
    advises: /ip -br link/,
  },
  'an interface that is down': {
    spoil: () => {
      execFileSync('ip', ['link', 'set', interfaces[1].name, 'down']);
    },
    check: 'ENI',
    verdict: 'warning',
    says: /is down: a pod would get its address, and no packets/,
    advises: /^ip link set \w+ up$/,
  },
  'an interface that is no ENI': {
    spoil: () => ({ master: 'lo' }),
    check: 'ENI',
    verdict: 'problem',
    says: /its MAC is 00:00:00:00:00:00, and IMDS lists /,
    advises: /Attach the ENI/,
  },
  'an ENI that EC2 does not know any more': {
    spoil: ({ aws }) => aws.removeEni(ENI, { lingers: true }),
    check: 'ENI',
    verdict: 'problem',
    says: /EC2 shows no eni-0+2/,
    advises: /detached/,
  },
  'no role': {
    spoil: ({ aws }) =>
      aws.fault({ target: 'imds', kind: 'error', status: 404, path: 'meta-data/iam', times: 'always' }),
    check: 'credentials',
    verdict: 'problem',
    says: /the instance has no role/,
    advises: /iam-policy\.json/,
  },
  'keys that EC2 does not know': {
    options: { env: { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'wrong' } },
    check: 'credentials',
    verdict: 'problem',
    says: /AuthFailure/,
    advises: /AWS_\* variables/,
  },
  'a clock that is wrong': {
    options: { clockAhead: 7_200_000 },
    check: 'clock',
    verdict: 'warning',
    says: /120 min behind EC2's/,
    advises: /chrony/,
  },
  'an EC2 that nobody reaches': {
    spoil: ({ aws }) => aws.refuseConnections({ target: 'ec2' }),
    check: 'EC2',
    verdict: 'problem',
    says: /ECONNREFUSED/,
    advises: /interface endpoint/,
  },
  'a role that may not assign': {
    spoil: denied('AssignPrivateIpAddresses'),
    check: 'ec2:AssignPrivateIpAddresses',
    verdict: 'problem',
    says: /does not allow it/,
    advises: /Allow the role of the node ec2:AssignPrivateIpAddresses on eni-0+2/,
  },
  'a role that may not take off': {
    spoil: denied('UnassignPrivateIpAddresses'),
    check: 'ec2:UnassignPrivateIpAddresses',
    verdict: 'problem',
    says: /does not allow it/,
    advises: /ec2:UnassignPrivateIpAddresses/,
  },
  'a role that may not look': {
    spoil: denied('DescribeNetworkInterfaces'),
    check: 'ec2:DescribeNetworkInterfaces',
    verdict: 'warning',
    says: /reconcile fails/,
    advises: /no resource but "\*"/,
  },
  'a role that may not see reservations': {
    spoil: denied('GetSubnetCidrReservations'),
    check: 'CIDR reservation',
    verdict: 'warning',
    says: /may not call ec2:GetSubnetCidrReservations/,
    advises: /get-subnet-cidr-reservations --subnet-id subnet-0+1/,
  },
  'a role that may not see instance types': {
    spoil: denied('DescribeInstanceTypes'),
    check: 'room on the ENI',
    verdict: 'warning',
    says: /may not call ec2:DescribeInstanceTypes/,
    advises: /IP addresses per network interface/,
  },
  'a role that may not see instances, though addresses are to be taken over from stale ones': {
    spoil: (host) => {
      denied('DescribeInstances')(host);
      return withIpam(host, { eni: { reassign: 'stale' } });
    },
    check: 'ec2:DescribeInstances',
    verdict: 'warning',
    says: /out of use/,
    advises: /ec2:DescribeInstances/,
  },
  'a range outside the subnet': {
    spoil: (host) => withIpam(host, { ranges: [[{ subnet: '10.20.0.0/24' }]] }),
    check: 'ranges',
    verdict: 'problem',
    says: /none of its ranges lies inside the ENI's subnet 10\.10\.0\.0\/24/,
    advises: /inside 10\.10\.0\.0\/24/,
  },
  'a range of addresses that AWS keeps': {
    spoil: (host) =>
      withIpam(host, {
        ranges: [[{ subnet: '10.10.0.0/24', rangeStart: '10.10.0.1', rangeEnd: '10.10.0.3' }]],
      }),
    check: 'ranges',
    verdict: 'problem',
    says: /has no address for pods/,
    advises: /first four addresses/,
  },
  'a gateway that is not the router': {
    spoil: (host) => withIpam(host, { ranges: [[{ subnet: '10.10.0.80/28' }]] }),
    check: 'ranges',
    verdict: 'warning',
    says: /10\.10\.0\.81 is not the router/,
    advises: /"gateway": "10\.10\.0\.1"/,
  },
  'ranges that are not reserved': {
    options: reserved({ id: 'scr-01', cidr: '10.10.0.80/28', type: 'explicit' }),
    check: 'CIDR reservation',
    verdict: 'warning',
    says: /does not keep 10\.10\.0\.96-10\.10\.0\.99/,
    advises: /^eni-local reserve 10\.10\.0\.96\/30 --subnet subnet-0+1$/,
  },
  'no range, and nothing that is reserved': {
    options: reserved(),
    spoil: (host) => withIpam(host, { ranges: null }),
    check: 'ranges',
    verdict: 'problem',
    says: /reserves none for addresses that are asked for by name/,
    advises: /^eni-local reserve CIDR --subnet subnet-0+1$/,
  },
  'no range, and several that are reserved': {
    spoil: (host) => withIpam(host, { ranges: null }),
    check: 'ranges',
    verdict: 'problem',
    says: /cannot tell which range .* scr-00 \(10\.10\.0\.80\/28\) and scr-01 \(10\.10\.0\.96\/30\)/,
    advises: /ipam\.eni\.reservation/,
  },
  'no range, and a role that may not see what is reserved': {
    spoil: (host) => {
      denied('GetSubnetCidrReservations')(host);
      return withIpam(host, { ranges: null });
    },
    check: 'ranges',
    verdict: 'problem',
    says: /nobody tells what subnet-0+1 reserves: GetSubnetCidrReservations: UnauthorizedOperation/,
    advises: /ec2:GetSubnetCidrReservations/,
  },
  'ranges that are reserved for prefixes': {
    options: reserved({ id: 'scr-01', cidr: '10.10.0.64/26', type: 'prefix' }),
    check: 'CIDR reservation',
    verdict: 'warning',
    says: /10\.10\.0\.64\/26 for prefixes/,
    advises: /anew as explicit/,
  },
  'ranges of which prefixes are all that is reserved': {
    options: reserved({ id: 'scr-01', cidr: '10.10.0.64/26', type: 'prefix' }),
    check: 'CIDR reservation',
    verdict: 'warning',
    says: /does not keep 10\.10\.0\.80-10\.10\.0\.99/,
    advises: /10\.10\.0\.80\/28 --subnet .*\neni-local reserve 10\.10\.0\.96\/30 --subnet/,
  },
  'an ENI that the VPC CNI would adopt': {
    options: tags({}),
    check: NO_MANAGE,
    verdict: 'warning',
    says: /lacks the tag/,
    advises: /create-tags --resources eni-0+2 .*Value=true/,
  },
  'an ENI that the VPC CNI has made': {
    options: tags({ 'node.k8s.amazonaws.com/instance_id': 'i-1' }),
    check: NO_MANAGE,
    verdict: 'warning',
    says: /was made by the VPC CNI/,
    advises: /of your own/,
  },
  'the first ENI of the node': {
    spoil: () => ({ master: interfaces[0].name }),
    check: NO_MANAGE,
    verdict: 'warning',
    says: /first ENI of the node/,
    advises: /second ENI/,
  },
  'a full ENI': {
    options: { instanceType: 't3.nano' },
    spoil: async ({ node }) => void (await node.add('c1')),
    check: 'room on the ENI',
    verdict: 'problem',
    says: /holds 2 of the 2 IPv4 addresses of an ENI of t3\.nano/,
    advises: /larger instance type/,
  },
  'the primary address of another ENI in the ranges': {
    spoil: ({ aws }) =>
      aws.addEni({ id: 'eni-0c', subnetId: 'subnet-00000000000000001', primary: '10.10.0.90' }),
    check: 'other ENIs',
    verdict: 'warning',
    says: /10\.10\.0\.90 is the primary address of eni-0c/,
    advises: /Reserve the ranges/,
  },
  'a prefix of another ENI in the ranges': {
    spoil: ({ aws }) => aws.put(OTHER_ENI, '10.10.0.80/28'),
    check: 'other ENIs',
    verdict: 'warning',
    says: /10\.10\.0\.80-10\.10\.0\.95 is delegated to eni-0+1/,
    advises: /exclude/,
  },
  'ranges that others have used up': {
    spoil: ({ aws }) => {
      for (let last = 80; last < 100; last++) aws.put(OTHER_ENI, `10.10.0.${last}`);
    },
    check: 'other ENIs',
    verdict: 'problem',
    says: /1 other ENI holds 20 inside, and no address is free/,
    advises: /larger/,
  },
};

for (const [what, { options, spoil, check, verdict, says, advises }] of Object.entries(CASES)) {
  test(`${what}: "${check}" is a ${verdict}`, async () => {
    await using host = await start(options);
    const changes = (await spoil?.(host)) ?? {};
    host.aws.clearJournal();
    const { status, found } = await examine(host, changes);
    const line = found.find(
      (one) => one.check === check && one.verdict === verdict && says.test(one.message),
    );
    assert.ok(line, JSON.stringify(badOnes(found), undefined, 2));
    assert.match(line.advice ?? '', advises);
    const problems = found.filter((one) => one.verdict === 'problem');
    assert.equal(status, problems.length > 0 ? 1 : 0);
    if (verdict === 'warning') assert.deepEqual(problems, []);
    assert.deepEqual(host.aws.mutations(), []);
  });
}

test('a wrong clock hides nothing else: the SDK signs by the clock of EC2 from then on', async () => {
  await using host = await start({ clockAhead: -3_600_000 });
  const { status, found } = await examine(host);
  assert.equal(status, 0);
  assert.deepEqual(
    badOnes(found).map(({ check }) => check),
    ['clock'],
  );
});

test('IPv6 cannot do without DescribeNetworkInterfaces', async () => {
  const seed = (given: Seed): Seed => ({
    ...given,
    subnets: given.subnets.map((subnet) => ({ ...subnet, ipv6Cidr: '2001:db8::/64' })),
  });
  await using host = await start({ seed });
  denied('DescribeNetworkInterfaces')(host);
  const { status, found } = await examine(host, withIpam(host, { ranges: [[{ subnet: '2001:db8::/64' }]] }));
  assert.equal(status, 1);
  assert.match(
    badOnes(found)
      .map(({ message }) => message)
      .join('\n'),
    /IPv6 cannot do without/,
  );
});

test('without ranges it says what the subnet reserves, and looks at that', async () => {
  await using host = await start(reserved({ id: 'scr-01', cidr: '10.10.0.64/28', type: 'explicit' }));
  const { status, found } = await examine(host, withIpam(host, { ranges: null }));
  assert.equal(status, 0);
  assert.deepEqual(badOnes(found), []);
  const lines = found.map(({ check, message }) => `${check}: ${message}`);
  assert.match(lines[0] ?? '', /no ranges, so that what the subnet reserves is the range/);
  assert.ok(lines.includes('ranges: subnet-00000000000000001 reserves 10.10.0.64-10.10.0.79 for pods'));
  assert.ok(lines.includes('ranges: 10.10.0.64-10.10.0.79: 16 addresses for pods'), lines.join('\n'));
  assert.ok(lines.some((line) => line.startsWith('ec2:AssignPrivateIpAddresses: allowed')));
});

test('where addresses come out of prefixes it counts those, and other nodes’ are no intruders', async () => {
  await using host = await start();
  host.aws.put(OTHER_ENI, '10.10.0.96/28');
  const ranges = [[{ subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.127' }]];
  const { found } = await examine(host, withIpam(host, { ranges, eni: { mode: 'prefix' } }));
  assert.deepEqual(
    badOnes(found).filter(({ check }) => check === 'other ENIs'),
    [],
  );
  const counted = found.find(({ check }) => check === 'prefixes');
  assert.match(counted?.message ?? '', /: 3 whole prefixes, 0 on eni-\w+, 2 that nobody has anything of$/);
});

test('a network without an ENI concerns neither IMDS nor EC2', async () => {
  await using host = await start();
  const { status, found } = await examine(host, withIpam(host, { eni: { assign: false } }));
  assert.equal(status, 0);
  assert.deepEqual(
    found.map(({ check, verdict }) => `${check} ${verdict}`),
    ['configuration ok', 'state directory ok'],
  );
  assert.equal(host.aws.calls() + host.aws.imdsRequests().length, 0);
});

test('it tells when it looked at another state directory than an ADD would use', async () => {
  await using host = await start();
  const other = join(host.node.dataDir, 'not', 'there');
  const { status, stdout } = await runDoctor(host, {}, '--json', '--data-dir', other);
  const found = JSON.parse(stdout) as readonly Found[];
  assert.equal(status, 0);
  assert.match(found.find(({ verdict }) => verdict === 'warning')?.message ?? '', /an ADD would use/);
  assert.match(found.map(({ message }) => message).join('\n'), /not\/there is not there yet/);
});

test('a person reads lines of at most a hundred columns, with a sign and what to do', async () => {
  await using host = await start();
  denied('AssignPrivateIpAddresses')(host);
  host.aws.put(OTHER_ENI, '10.10.0.80/28');
  const { status, stdout } = await runDoctor(host);
  assert.equal(status, 1);
  const lines = stdout.trimEnd().split('\n');
  for (const line of lines) assert.ok(line.length <= 100, line);
  assert.equal(lines[0], 'Network pods');
  assert.ok(lines.includes('✗ ec2:AssignPrivateIpAddresses: EC2 does not allow it'), stdout);
  assert.match(stdout, /\n {4}→ Allow the role of the node ec2:AssignPrivateIpAddresses on eni-0+2/);
  assert.match(stdout, /\n! other ENIs: /);
  assert.match(stdout, /\n✓ credentials: /);
  assert.equal(lines.at(-1), '1 problem keeps an ADD from working, 1 worth a look.');
  assert.ok(!stdout.includes('\u001b'), 'no colour off a terminal');
  assert.ok(!stdout.includes('Encoded authorization'), stdout);
});

test('a file that is not there or has no configuration is a problem, no file at all is wrong use', async () => {
  await using host = await start();
  const doctor = (...words: string[]) => execute(host.node.env, '', ['doctor', ...words]).gone;
  const absent = await doctor('/nowhere/net.yaml', '--json');
  assert.equal(absent.status, 1);
  assert.match((JSON.parse(absent.stdout) as readonly Found[])[0]?.message ?? '', /cannot read \/nowhere/);
  for (const words of [[], ['a', 'b'], ['--fast', 'a']]) {
    const { status, stdout, stderr } = await doctor(...words);
    assert.deepEqual([status, stdout], [2, ''], words.join(' '));
    assert.match(stderr, /^eni-local: .+\n\nUsage: eni-local/);
  }
});
