/** EC2 behind TLS, as it is in the field. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CERTIFICATE, serveTls } from '../tls/serve-tls.ts';
import { ENI, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = makeInterfaces();

test('ADD and DEL call EC2 over TLS', async () => {
  await using host = await startHost(interfaces);
  using secure = await serveTls(host.aws.ec2Url);
  const env = { AWS_ENDPOINT_URL_EC2: secure.url, NODE_EXTRA_CA_CERTS: CERTIFICATE };
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
