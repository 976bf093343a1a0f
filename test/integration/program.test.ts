/** The executable as a program: what it needs of a host, and what an environment may not do to it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';
import { EXECUTABLE, execute } from './node.ts';

const interfaces = makeInterfaces();

const VERSIONS = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'];

test('without CNI_COMMAND and without a word it tells what it is, and exits with 0', async () => {
  const { status, stdout, stderr } = await execute({}, '').gone;
  assert.equal(status, 0);
  assert.equal(stdout, '');
  assert.match(stderr, /^eni-local \d+\.\d+\.\d+/);
  for (const version of VERSIONS) assert.ok(stderr.includes(version), version);
});

test('a word that is no verb is wrong use', async () => {
  const { status, stderr } = await execute({}, '', ['fly']).gone;
  assert.equal(status, 2);
  assert.match(stderr, /no such verb: fly/);
});

test('VERSION answers in the version of the caller and needs nothing but the command', async () => {
  const env = { CNI_COMMAND: 'VERSION' };
  const asked = await execute(env, '{"cniVersion": "0.4.0"}').gone;
  assert.deepEqual(JSON.parse(asked.stdout), { cniVersion: '0.4.0', supportedVersions: VERSIONS });
  const silent = await execute(env, '').gone;
  assert.deepEqual(JSON.parse(silent.stdout), { cniVersion: '1.1.0', supportedVersions: VERSIONS });
});

test('it needs no more of the host than the C and C++ libraries', () => {
  const needed = execFileSync('readelf', ['--dynamic', EXECUTABLE], { encoding: 'utf8' }).match(
    /(?<=NEEDED.*\[).*(?=\])/g,
  );
  const allowed =
    /^(libc|libm|libdl|libpthread|libgcc_s|libstdc\+\+|ld-linux-x86-64|ld-linux-aarch64)\.so\.\d+$/;
  assert.ok(needed && needed.length > 0);
  for (const library of needed) assert.match(library, allowed);
});

test('nothing in the environment changes the code that runs', async () => {
  await using host = await startHost(interfaces);
  const script = join(host.node.dataDir, 'evil.cjs');
  const witness = join(host.node.dataDir, 'evil-was-here');
  writeFileSync(script, `require('node:fs').writeFileSync(${JSON.stringify(witness)}, '')`);
  const env = {
    NODE_OPTIONS: `--require ${script}`,
    NODE_PATH: host.node.dataDir,
    NODE_DEBUG: 'http,net',
    NODE_V8_COVERAGE: host.node.dataDir,
    PKG_EXECPATH: script,
  };
  await host.node.add('c1', { env });
  assert.equal(statSync(witness, { throwIfNoEntry: false }), undefined);
});

test('the state is for root alone', async () => {
  await using host = await startHost(interfaces);
  const dataDir = join(host.node.dataDir, 'made', 'by-add');
  const ipam = { ...(host.node.network['ipam'] as object), dataDir };
  await host.node.add('c1', { network: { ipam } });
  assert.equal(statSync(dataDir).mode & 0o777, 0o700);
  assert.equal(statSync(join(dataDir, 'state.1.json')).mode & 0o777, 0o600);
});

test('without an ENI it is host-local: no AWS is asked', async () => {
  await using host = await startHost(interfaces);
  const ipam = {
    type: 'eni-local',
    dataDir: host.node.dataDir,
    subnet: '192.168.7.0/29',
    eni: { assign: false },
  };
  const call = { network: { master: undefined, ipam } };
  const given: string[] = [];
  for (const container of ['a', 'b', 'c', 'd', 'e']) given.push(...(await host.node.add(container, call)));
  assert.deepEqual(given, ['192.168.7.2', '192.168.7.3', '192.168.7.4', '192.168.7.5', '192.168.7.6']);
  assert.equal((await host.node.call('ADD', 'f', call)).reply.code, 100);
  await host.node.del('b', call);
  assert.deepEqual(await host.node.add('f', call), ['192.168.7.3']);
  assert.equal(host.aws.calls() + host.aws.imdsRequests().length, 0);
});
