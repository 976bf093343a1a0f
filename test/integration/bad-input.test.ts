/** Bad input gets a clear error and loses nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENI, type Host, OTHER_ENI, RANGE, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import type { Call } from './node.ts';

const interfaces = makeInterfaces();

/** A call, the code of its error, and what the message must say. */
type Case = readonly [what: string, code: number, says: RegExp, call: (host: Host) => Call];

const ipam =
  (fields: Record<string, unknown>) =>
  ({ node }: Host): Call => ({ network: { ipam: { type: 'eni-local', dataDir: node.dataDir, ...fields } } });

const CASES: readonly Case[] = [
  ['no stdin', 6, /no network configuration/, () => ({ stdin: '' })],
  ['half a JSON', 6, /cannot decode/, () => ({ stdin: '{"cniVersion": "1.0.0", "name": "po' })],
  ['JSON that is no object', 6, /not a JSON object/, () => ({ stdin: '[1, 2]' })],
  ['no network name', 7, /missing network name/, () => ({ network: { name: '' } })],
  ['a name that would be a path', 7, /invalid characters/, () => ({ network: { name: '../etc' } })],
  ['a version of the future', 1, /incompatible CNI versions/, () => ({ network: { cniVersion: '9.9.9' } })],
  ['no ipam', 7, /ipam is missing/, () => ({ network: { ipam: undefined } })],
  ['no ranges', 7, /no IP ranges/, ipam({})],
  [
    'a subnet that is a number',
    7,
    /ipam\.ranges\[0\]\[1\]\.subnet/,
    ipam({ ranges: [[RANGE, { subnet: 5 }]] }),
  ],
  ['ranges that are no lists', 7, /ipam\.ranges\[0\] /, ipam({ ranges: [RANGE] })],
  ['an unknown field of eni', 2, /ipam\.eni\.tiemout = 5/, ipam({ ranges: [[RANGE]], eni: { tiemout: 5 } })],
  ['a bad id of an ENI', 7, /ipam\.eni\.id/, ipam({ ranges: [[RANGE]], eni: { id: '../../x' } })],
  ['an unknown order', 7, /ipam\.order/, ipam({ ranges: [[RANGE]], order: 'sideways' })],
  [
    'a range outside the ENI’s subnet',
    7,
    /192\.168\.3\.1-192\.168\.3\.254.*10\.10\.0\.0\/24/,
    ipam({ subnet: '192.168.3.0/24' }),
  ],
  [
    'a range half inside',
    7,
    /10\.10\.0\.1-10\.10\.1\.254.*10\.10\.0\.0\/24/,
    ipam({ subnet: '10.10.0.0/23' }),
  ],
  [
    'a master that does not exist',
    104,
    /nosuch0.*no such interface/,
    () => ({ network: { master: 'nosuch0' } }),
  ],
  [
    'an interface without an ENI',
    104,
    /interface lo.*00:00:00:00:00:00/,
    () => ({ network: { master: 'lo' } }),
  ],
  ['neither master nor eni.interface', 7, /"master"/, () => ({ network: { master: undefined } })],
  ['an ENI that EC2 does not know', 104, /eni-0dead/, ipam({ ranges: [[RANGE]], eni: { id: 'eni-0dead' } })],
  ['a requested address outside the ranges', 7, /10\.10\.0\.7.*not in/, () => ({ args: 'IP=10.10.0.7' })],
  ['a requested address that is none', 7, /CNI_ARGS IP.*10\.10\.0\b/, () => ({ args: 'IP=10.10.0' })],
  ['a requested address of this node', 102, /10\.10\.0\.80/, () => ({ args: 'IP=10.10.0.80' })],
  [
    'a requested address of another ENI',
    102,
    /cannot assign 10\.10\.0\.90 to eni-0+2: eni-0+1 holds it/,
    () => ({ args: 'IP=10.10.0.90' }),
  ],
  ['a broken pair in CNI_ARGS', 4, /CNI_ARGS: invalid pair "FOO"/, () => ({ args: 'FOO' })],
  ['an unknown key in CNI_ARGS', 4, /CNI_ARGS: unknown args/, () => ({ args: 'FOO=bar' })],
  ['no container', 4, /CNI_CONTAINERID/, () => ({ env: { CNI_CONTAINERID: '' } })],
  [
    'no interface and no namespace',
    4,
    /CNI_NETNS,CNI_IFNAME/,
    () => ({ env: { CNI_NETNS: '', CNI_IFNAME: '' } }),
  ],
  ['an interface name too long', 4, /CNI_IFNAME.*15/, () => ({ interface: 'a-very-long-name' })],
  ['an unknown command', 4, /unknown CNI_COMMAND: FLY/, () => ({ env: { CNI_COMMAND: 'FLY' } })],
];

for (const [what, code, says, call] of CASES) {
  test(`${what} is code ${code}`, async () => {
    await using host = await startHost(interfaces);
    host.aws.put(OTHER_ENI, '10.10.0.90');
    const [kept] = await host.node.add('kept');

    const { status, reply, stderr } = await host.node.call('ADD', 'c1', call(host));
    assert.equal(reply.code, code, reply.msg);
    assert.match(reply.msg ?? '', says);
    assert.notEqual(status, 0);
    assert.equal(typeof reply.cniVersion, 'string');
    assert.equal(stderr, '');

    assert.deepEqual(host.aws.addresses(ENI), [kept]);
    assert.deepEqual(
      host.node.reservations().map(({ address }) => address),
      [kept],
    );
  });
}

test('no credentials is code 103 and says so', async () => {
  await using host = await startHost(interfaces, {
    seed: (seed) => ({ ...seed, instances: seed.instances.map((instance) => ({ ...instance, role: null })) }),
  });
  const { reply } = await host.node.call('ADD', 'c1');
  assert.equal(reply.code, 103);
  assert.match(reply.msg ?? '', /credentials/i);
  assert.deepEqual(host.node.reservations(), []);
});

test('a state directory that cannot be made is code 5', async () => {
  await using host = await startHost(interfaces);
  const { reply } = await host.node.call(
    'ADD',
    'c1',
    ipam({ ranges: [[RANGE]], dataDir: '/proc/nowhere' })(host),
  );
  assert.equal(reply.code, 5);
  assert.match(reply.msg ?? '', /\/proc\/nowhere/);
});

test('EC2 that cannot be reached is code 11 at the deadline, and a DEL needs no EC2: it was never asked', async () => {
  await using host = await startHost(interfaces, { ipam: { eni: { timeout: 2 } } });
  const away = { env: { AWS_ENDPOINT_URL_EC2: 'http://127.0.0.1:9' } };
  const { reply } = await host.node.call('ADD', 'c1', away);
  assert.equal(reply.code, 11);
  assert.match(reply.msg ?? '', /cannot assign 10\.10\.0\.80 to eni-0+2 in time: .*ECONNREFUSED/);
  // Whether the ADD has time left to undo itself is the luck of its last pause.
  assert.ok(host.node.reservations().every(({ state }) => state === 'releasing'));
  await host.node.del('c1', away);
  assert.deepEqual(host.node.reservations(), []);
});

test('IMDS that cannot be reached is code 11', async () => {
  await using host = await startHost(interfaces);
  const { reply } = await host.node.call('ADD', 'c1', {
    env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9' },
  });
  assert.equal(reply.code, 11);
  assert.match(reply.msg ?? '', /instance metadata service at http:\/\/127\.0\.0\.1:9/);
});
