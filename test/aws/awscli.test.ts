/** The AWS CLI as a client; it signs, encodes and parses in ways of its own. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { type Aws, startAws } from './aws.ts';

const run = promisify(execFile);
const eni = 'eni-00000000000000002';
const installed = await run('aws', ['--version']).then(
  () => true,
  () => false,
);

/** Runs one EC2 command of the CLI, with no configuration of this machine in its way. */
async function cli(
  aws: Aws,
  home: string,
  ...command: readonly string[]
): Promise<{ stdout: string; stderr: string }> {
  const options = ['--endpoint-url', aws.ec2Url, '--region', aws.region, '--output', 'text'];
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
    ...aws.environment(),
  };
  return await run('aws', [...options, 'ec2', ...command], { env });
}

test('the AWS CLI assigns, describes and unassigns', {
  skip: !installed && 'aws is not on PATH',
}, async () => {
  await using aws = await startAws();
  await using folder = await mkdtempDisposable(join(tmpdir(), 'aws-'));
  const home = folder.path;
  const onEni = ['--network-interface-id', eni, '--private-ip-addresses'];
  await cli(aws, home, 'assign-private-ip-addresses', ...onEni, '10.10.0.20', '10.10.0.21');
  assert.deepEqual(aws.addresses(eni), ['10.10.0.20', '10.10.0.21']);
  const pages = ['--filters', 'Name=subnet-id,Values=subnet-*', '--page-size', '5'];
  const query = ['--query', 'sort(NetworkInterfaces[].PrivateIpAddresses[].PrivateIpAddress)'];
  const { stdout } = await cli(aws, home, 'describe-network-interfaces', ...pages, ...query);
  assert.deepEqual(stdout.trim().split(/\s+/).sort(), ['10.10.0.20', '10.10.0.21', '10.10.0.4', '10.10.0.5']);
  await cli(aws, home, 'unassign-private-ip-addresses', ...onEni, '10.10.0.20');
  assert.deepEqual(aws.addresses(eni), ['10.10.0.21']);
  await assert.rejects(
    cli(aws, home, 'unassign-private-ip-addresses', ...onEni, '10.10.0.20'),
    /not assigned to interface/,
  );
  assert.ok(aws.journal().every(({ caller }) => caller === 'i-00000000000000001'));
});
