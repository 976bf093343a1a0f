/** GC and STATUS, for whoever calls them: they need CNI 1.1.0. */
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ENI, RANGE, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = makeInterfaces();
const V11 = { cniVersion: '1.1.0' };
const nobody = { CNI_CONTAINERID: '', CNI_NETNS: '', CNI_IFNAME: '' };

const valid = (...containers: string[]) => containers.map((containerID) => ({ containerID, ifname: 'net1' }));

test('GC releases what the runtime does not list, in this network alone', async () => {
  await using host = await startHost(interfaces);
  const [kept = ''] = await host.node.add('kept');
  await host.node.add('lost-1');
  await host.node.add('lost-2');
  const [other = ''] = await host.node.add('other', { network: { name: 'another' } });
  const network = {
    ...V11,
    'cni.dev/valid-attachments': valid('kept'),
    'cni.dev/attachments': valid('kept'),
  };
  const { status, stdout } = await host.node.call('GC', '', { network, env: nobody });
  assert.equal(stdout, '');
  assert.equal(status, 0);
  assert.deepEqual(host.aws.addresses(ENI), [kept, other].sort());
  assert.equal(host.aws.calls('UnassignPrivateIpAddresses'), 1);
});

test('GC goes on past errors, and reports them', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('a');
  await host.node.add('b', { network: { master: interfaces[0].name } });
  host.aws.fault({ action: 'UnassignPrivateIpAddresses', kind: 'deny', times: 1 });
  const network = { ...V11, 'cni.dev/valid-attachments': [] };
  const { reply } = await host.node.call('GC', '', { network, env: nobody });
  assert.equal(reply.code, 103);
  assert.doesNotMatch(reply.msg ?? '', /; /, 'the one that went well is not reported');
  assert.equal(host.node.reservations().length, 1, 'the other ENI was tried all the same');
  assert.equal((await host.node.call('GC', '', { network, env: nobody })).status, 0);
  assert.deepEqual(host.node.reservations(), []);
});

test('GC without a list frees nothing, and so does GC before CNI 1.1.0', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('a');
  assert.equal((await host.node.call('GC', '', { network: V11, env: nobody })).reply.code, 7);
  const old = { cniVersion: '1.0.0', 'cni.dev/valid-attachments': [] };
  assert.equal((await host.node.call('GC', '', { network: old, env: nobody })).reply.code, 1);
  assert.equal(host.node.reservations().length, 1);
});

test('STATUS is content where an ADD would work, and calls no EC2', async () => {
  await using host = await startHost(interfaces);
  const { status, stdout } = await host.node.call('STATUS', '', { network: V11, env: nobody });
  assert.equal(stdout, '');
  assert.equal(status, 0);
  assert.equal(host.aws.calls(), 0);
  assert.deepEqual(host.node.reservations(), []);
});

test('STATUS says why an ADD would fail', async () => {
  await using host = await startHost(interfaces);
  const { dataDir } = host.node;
  const ask = async (network: Record<string, unknown>, env: Record<string, string> = {}) => {
    const { reply } = await host.node.call('STATUS', '', {
      network: { ...V11, ...network },
      env: { ...nobody, ...env },
    });
    return `${reply.code} ${reply.msg}`;
  };
  assert.match(await ask({ master: 'nosuch0' }), /^50 .*nosuch0/);
  assert.match(
    await ask({}, { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9' }),
    /^50 .*metadata service/,
  );
  host.aws.fault({ target: 'imds', path: 'meta-data/iam', kind: 'error', status: 404, times: 1 });
  assert.match(await ask({}), /^50 .*no AWS credentials/);
  const file = join(dataDir, 'a-file');
  writeFileSync(file, '');
  chmodSync(file, 0o400);
  const inAFile = { ipam: { type: 'eni-local', dataDir: join(file, 'state'), ranges: [[RANGE]] } };
  assert.match(await ask(inAFile), /^50 cannot use the state directory/);
  const one = { subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.80' };
  const full = { ipam: { type: 'eni-local', dataDir, ranges: [[one]] } };
  await host.node.add('a', { network: full });
  assert.match(await ask(full), /^50 no free address/);
  assert.match(await ask({ ipam: { type: 'eni-local', dataDir, subnet: '192.168.0.0/24' } }), /^7 /);
  assert.match(await ask({ cniVersion: '1.0.0' }), /^1 .*STATUS/);
});
