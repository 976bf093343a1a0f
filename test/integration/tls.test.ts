/** EC2 behind TLS, as it is in the field. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { ENI, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = makeInterfaces();

const fileOf = (name: string): string => fileURLToPath(new URL(`tls/${name}`, import.meta.url));

/** Takes TLS off what comes, for the emulator at `url`. The certificate is made for tests, and for localhost. */
async function serveTls(url: string) {
  const { hostname, port } = new URL(url);
  const files = { key: readFileSync(fileOf('key.pem')), cert: readFileSync(fileOf('certificate.pem')) };
  const server = createServer(files, (secure) => {
    const plain = connect(Number(port), hostname);
    for (const socket of [secure, plain]) socket.on('error', () => {});
    secure.pipe(plain).pipe(secure);
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => void server.close(),
  };
}

test('ADD and DEL call EC2 over TLS', async () => {
  await using host = await startHost(interfaces);
  using secure = await serveTls(host.aws.ec2Url);
  const env = { AWS_ENDPOINT_URL_EC2: secure.url, NODE_EXTRA_CA_CERTS: fileOf('certificate.pem') };
  assert.deepEqual(await host.node.add('c1', { env }), ['10.10.0.80']);
  assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.80']);
  await host.node.del('c1', { env });
  assert.deepEqual(host.aws.addresses(ENI), []);
});

test('an EC2 whose certificate nobody vouches for is told nothing', async () => {
  await using host = await startHost(interfaces, { ipam: { eni: { timeout: 2 } } });
  using secure = await serveTls(host.aws.ec2Url);
  const { reply } = await host.node.call('ADD', 'c1', { env: { AWS_ENDPOINT_URL_EC2: secure.url } });
  assert.equal(reply.code, 11);
  assert.match(reply.msg ?? '', /self.signed certificate/);
  assert.equal(host.aws.calls(), 0);
});
