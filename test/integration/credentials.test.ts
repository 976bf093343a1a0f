/** Keys that come from elsewhere than the instance's role: from all of where the SDK looks for them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ENI, type Host, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = makeInterfaces();

/** A pod comes and goes while IMDS is silent: only these variables tell of keys. */
async function comeAndGo(host: Host, env: Readonly<Record<string, string>>): Promise<void> {
  await host.node.add('first');
  await host.aws.refuseConnections({ target: 'imds' });
  const { reply, stderr } = await host.node.call('ADD', 'second', { env });
  assert.equal(reply.ips?.[0]?.address, '10.10.0.81/24');
  assert.doesNotMatch(stderr, /EC2 call failed/);
  for (const pod of ['first', 'second']) await host.node.del(pod, { env });
  assert.deepEqual(host.aws.addresses(ENI), []);
}

/** The keys of the instance's role, in the words of IMDS, which those of containers share. */
async function roleKeys({ aws }: Host): Promise<string> {
  const { AWS_EC2_METADATA_SERVICE_ENDPOINT: base } = aws.environment();
  const put = { method: 'PUT', headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' } };
  const token = await (await fetch(new URL('latest/api/token', base), put)).text();
  const get = async (path: string): Promise<string> => {
    const url = new URL(`latest/meta-data/iam/security-credentials/${path}`, base);
    return await (await fetch(url, { headers: { 'x-aws-ec2-metadata-token': token } })).text();
  };
  return await get(await get(''));
}

test('keys of an endpoint for containers, as EKS Pod Identity and ECS have one', async () => {
  await using host = await startHost(interfaces, { ipam: { logLevel: 'info' } });
  const keys = await roleKeys(host);
  const asked = new Set<unknown>();
  const server = createServer(({ headers }, response) => {
    asked.add(headers.authorization);
    response.setHeader('content-type', 'application/json').end(keys);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    await comeAndGo(host, {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'the-token',
    });
    assert.deepEqual([...asked], ['the-token']);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('keys of a profile in the shared files', async () => {
  await using host = await startHost(interfaces, { ipam: { logLevel: 'info' } });
  const keys = host.aws.staticCredentials();
  const folder = mkdtempSync(join(tmpdir(), 'eni-local-profile-'));
  try {
    const lines = Object.entries(keys).map(([name, value]) => `${name.toLowerCase()} = ${value}`);
    writeFileSync(join(folder, 'credentials'), ['[telco]', ...lines, ''].join('\n'), { mode: 0o600 });
    const files = {
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
      AWS_CONFIG_FILE: join(folder, 'none'),
    };
    await comeAndGo(host, { ...files, AWS_PROFILE: 'telco' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
