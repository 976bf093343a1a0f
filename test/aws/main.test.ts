/** The emulator as a program: what it prints, its admin port, and its end. */
import assert from 'node:assert/strict';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type EmulatorProcess, startProgram } from './clients/emulator-process.ts';
import { defaultSeed } from './cloud/seed.ts';

const second = 'eni-00000000000000002';

async function admin(
  program: EmulatorProcess,
  verb: string,
  body?: unknown,
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${program.comment('admin')}/${verb}`, {
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

test('the program prints what a shell needs, and ends when it is told to', async () => {
  await using program = await startProgram('--region', 'us-west-2');
  const environment = program.environment();
  assert.deepEqual(Object.keys(environment), [
    'AWS_ENDPOINT_URL_EC2',
    'AWS_EC2_METADATA_SERVICE_ENDPOINT',
    'AWS_REGION',
    'AWS_DEFAULT_REGION',
  ]);
  assert.equal(environment['AWS_REGION'], 'us-west-2');
  assert.equal(
    (await fetch(`${environment['AWS_EC2_METADATA_SERVICE_ENDPOINT']}latest/meta-data/mac`)).status,
    401,
  );
  assert.equal(await program.stop(), 0);
});

test('the program starts with the seed of a file', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'aws-'));
  const file = join(folder.path, 'seed.json');
  await writeFile(file, JSON.stringify(defaultSeed({ secondary: '0a:00:00:00:00:42' })));
  await using program = await startProgram('--seed', file);
  assert.match((await admin(program, 'state')).text, /"mac": "0a:00:00:00:00:42"/);
});

test('the admin port does what a test can do', async () => {
  await using program = await startProgram();
  assert.equal((await admin(program, 'put', { eniId: second, address: '10.10.0.77' })).status, 200);
  assert.match((await admin(program, 'state')).text, /"10\.10\.0\.77"/);
  assert.match((await admin(program, 'journal')).text, /"cause": "manual"/);
  assert.equal((await admin(program, 'take', { eniId: second, address: '10.10.0.77' })).status, 200);
  assert.equal((await admin(program, 'latency', { ms: 1, action: 'DescribeSubnets' })).status, 200);
  assert.equal((await admin(program, 'fault', { kind: 'late-apply', ms: 5, times: 'always' })).status, 200);
  assert.equal((await admin(program, 'throttle', { clockScale: 10 })).status, 200);
  assert.equal((await admin(program, 'lag', { imdsMs: 5, nonMonotonic: true })).status, 200);
  const actor = { kind: 'vpc-cni', eniId: second, everyMs: 60_000, addresses: 1 };
  assert.equal((await admin(program, 'start-actor', actor)).status, 200);
  assert.equal((await admin(program, 'stop-actors', {})).status, 200);
  assert.equal((await admin(program, 'refuse', { target: 'ec2', forMs: 60_000 })).status, 200);
  assert.equal((await admin(program, 'accept', { target: 'ec2' })).status, 200);
  assert.equal((await admin(program, 'detach-eni', { eniId: second, lingers: true })).status, 200);
  assert.equal((await admin(program, 'remove-eni', { eniId: second })).status, 200);
  assert.equal(
    (await admin(program, 'add-eni', { id: second, subnetId: 'subnet-00000000000000001' })).status,
    200,
  );
  assert.equal((await admin(program, 'revoke-tokens', {})).status, 200);
  assert.equal((await admin(program, 'seed', defaultSeed())).status, 200);
  assert.equal((await admin(program, 'reset', {})).status, 200);
  assert.doesNotMatch((await admin(program, 'state')).text, /10\.10\.0\.77/);
});

test('the admin port names what is wrong', async () => {
  await using program = await startProgram();
  const complaint = async (verb: string, body: unknown) => {
    const { status, text } = await admin(program, verb, body);
    assert.equal(status, 400);
    return text;
  };
  assert.match(await complaint('put', { eniId: second }), /body\.address must be a string/);
  assert.match(await complaint('put', { eniId: second, address: '10.10.0.1' }), /reserved range/);
  assert.match(await complaint('fault', { kind: 'flood' }), /body\.kind must be one of error, deny, /);
  assert.match(await complaint('fault', { kind: 'late-apply' }), /body\.ms must be a number/);
  assert.match(
    await complaint('fault', { target: 'imds', kind: 'deny' }),
    /body\.kind must be one of error, reset, /,
  );
  assert.match(
    await complaint('seed', { subnets: [{ id: 'a' }], instances: [], enis: [] }),
    /subnets\[0\]\.cidr/,
  );
  assert.match(
    await complaint('start-actor', { kind: 'cilium' }),
    /body\.kind must be one of vpc-cni, mover, /,
  );
  assert.match(
    await complaint('start-actor', { kind: 'mover', eniId: second, everyMs: 5, keepMs: 1 }),
    /body\.keepMs is not known/,
  );
  assert.match(await complaint('refuse', { target: 'ecs' }), /body\.target must be .*ec2.* or .*imds/);
  assert.match(await complaint('lag', { describe: 5 }), /body\.describe is not known/);
  assert.match(await complaint('latency', { ms: 1, acton: 'x' }), /body\.acton is not known/);
  assert.equal((await admin(program, 'nothing')).status, 404);
});
