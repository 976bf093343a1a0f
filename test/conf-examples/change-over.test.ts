/** Changing over from another IPAM as docs/operations.md says, from the example before to the one after. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { HOST_LOCAL, skip } from '../host-local/plugin.ts';
import { makeInterfaces } from '../integration/host-interfaces.ts';
import { execute } from '../integration/node.ts';
import { at, FOLDER, networkOf, objectsIn } from './examples.ts';
import { type Example, startNodes } from './nodes.ts';

const interfaces = makeInterfaces();

/** What host-local gives out with the example from before, as it stands there. */
function hostLocal(container: string, dataDir: string): string {
  const { ipam, ...network } = networkOf('from-host-local/before.yaml');
  const env = {
    CNI_COMMAND: 'ADD',
    CNI_CONTAINERID: container,
    CNI_NETNS: '/var/run/netns/none',
    CNI_IFNAME: 'net1',
    CNI_PATH: '/opt/cni/bin',
  };
  const input = JSON.stringify({ ...network, ipam: { ...ipam, dataDir } });
  const { ips }: { ips: { address: string }[] } = JSON.parse(
    execFileSync(HOST_LOCAL, { env, input, encoding: 'utf8' }),
  );
  return ips[0]?.address.replace(/\/.*/, '') ?? '';
}

test('from-host-local: another type and nothing else', () => {
  const { ipam: before, ...network } = networkOf('from-host-local/before.yaml');
  const { ipam: later, ...same } = networkOf('from-host-local/after.yaml');
  assert.deepEqual(same, network);
  assert.deepEqual(later, { ...before, type: 'eni-local' });
});

test('from-host-local: live pods keep their addresses, on the ENI, and the next pod gets another', {
  skip,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eni-local-change-over-'));
  after(() => rmSync(folder, { recursive: true }));
  const given = ['one', 'two'].map((pod) => hostLocal(pod, folder));

  const network = networkOf('from-host-local/after.yaml');
  await using example = await startNodes(network, interfaces);
  const [{ node, eni }] = example.nodes as Example['nodes'] & [Example['nodes'][0]];
  const master = String(node.network['master']);
  const file = join(folder, 'after.yaml');
  execFileSync('sed', ['-i', `s/ens6/${master}/`, '--', copyOf('from-host-local/after.yaml', file)]);
  const words = ['import', folder, '--config', file, '--data-dir', node.dataDir];
  const { status, stdout, stderr } = await execute(node.env, '', words).gone;
  assert.equal(status, 0, stdout + stderr);
  assert.deepEqual(example.aws.addresses(eni), given);
  assert.deepEqual(await node.add('three'), ['10.10.1.82']);
  for (const pod of ['one', 'two', 'three']) await node.del(pod);
  assert.deepEqual(example.aws.addresses(eni), []);
});

test('from-whereabouts: the same workload without the container, in a part of the range of its own', () => {
  const workload = (file: string) => {
    const deployment = objectsIn(file).find(({ kind }) => kind === 'Deployment');
    assert.ok(deployment);
    return structuredClone(at(deployment, 'spec.template')) as {
      metadata: { annotations: Record<string, string> };
      spec: { initContainers?: unknown[] };
    };
  };
  const before = workload('from-whereabouts/before.yaml');
  const later = workload('from-whereabouts/after.yaml');
  assert.equal(before.spec.initContainers?.length, 1);
  delete before.spec.initContainers;
  assert.deepEqual(later.spec, before.spec);
  assert.deepEqual(later.metadata.annotations, { 'k8s.v1.cni.cncf.io/networks': 'signalling' });

  const [, first = '', last = ''] =
    /^(.*)-(.*)\//.exec(String(networkOf('from-whereabouts/before.yaml').ipam['range'])) ?? [];
  const [[range]] = networkOf('from-whereabouts/after.yaml').ipam['ranges'] as [[Record<string, string>]];
  const place = (address = ''): number => Number(address.split('.').at(-1));
  assert.ok(place(first) < place(last) && place(last) < place(range['rangeStart']), 'they do not overlap');
});

test('from-whereabouts: what the container put on the ENI is left alone, and goes with --orphans at the end', async () => {
  const left = ['10.10.1.80', '10.10.1.81'];
  const network = networkOf('from-whereabouts/after.yaml');
  await using example = await startNodes(network, interfaces);
  const [{ node, eni }] = example.nodes as Example['nodes'] & [Example['nodes'][0]];
  for (const address of left) example.aws.put(eni, address);

  const [own = ''] = await node.add('pod');
  assert.ok(!left.includes(own));
  const reconcile = async (...words: string[]) =>
    (await execute(node.env, '', ['reconcile', '--data-dir', node.dataDir, ...words]).gone).status;
  assert.equal(await reconcile('--orphans'), 0, 'outside of the ranges nothing is a business of ours');
  assert.deepEqual(example.aws.addresses(eni), [...left, own]);

  const [[range]] = network.ipam['ranges'] as [[Record<string, string>]];
  const ipam = {
    ...(node.network['ipam'] as object),
    order: 'sequential',
    ranges: [[{ ...range, rangeStart: '10.10.1.80' }]],
  };
  const [next = ''] = await node.add('next', { network: { ipam } });
  assert.ok(!left.includes(next), 'not given out while the old pods may live');
  assert.equal(await reconcile(), 1, 'reported');
  assert.equal(await reconcile('--orphans'), 0);
  assert.deepEqual(new Set(example.aws.addresses(eni)), new Set([own, next]));
});

/** Copies an example to where it may be edited. */
function copyOf(example: string, path: string): string {
  execFileSync('cp', [join(FOLDER, example), path]);
  return path;
}
