/** The examples of addresses that stay: the pods of their workloads come and go, as Kubernetes has them do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeInterfaces } from '../integration/host-interfaces.ts';
import { argsOf } from '../integration/pods.ts';
import { at, isObject, type JsonObject, networkOf, objectsIn } from './examples.ts';
import { startNodes } from './nodes.ts';

const interfaces = makeInterfaces();

/** The workload in the file, and the interfaces that its pods ask Multus for on the network. */
function workloadIn(file: string, kind: string) {
  const object = objectsIn(file).find((one): one is JsonObject => one['kind'] === kind);
  assert.ok(isObject(object));
  const annotations = at(object, 'spec.template.metadata.annotations');
  assert.ok(isObject(annotations));
  const wanted = String(annotations['k8s.v1.cni.cncf.io/networks']).split(',');
  const { name } = networkOf(file) as { readonly name?: unknown };
  const attachments = wanted.map((one, place) => {
    const [network = '', interfaceName = `net${place + 1}`] = one.trim().split('@');
    assert.equal(network, name);
    return interfaceName;
  });
  const namespace = String(at(object, 'metadata.namespace'));
  const [made, definition] = objectsIn(file);
  assert.equal(namespace, at(made ?? {}, 'metadata.name'), 'the namespace is made before');
  assert.equal(namespace, at(definition ?? {}, 'metadata.namespace'));
  return { pod: `${namespace}/${String(at(object, 'metadata.name'))}`, attachments, object };
}

test('statefulset-fixed-address.yaml: each pod has its two addresses, on the node that died and on the next', async () => {
  const file = 'statefulset-fixed-address.yaml';
  const { pod, attachments, object } = workloadIn(file, 'StatefulSet');
  assert.deepEqual(attachments, ['net1', 'net2']);
  assert.equal(at(object, 'spec.replicas'), 2);
  await using example = await startNodes(networkOf(file), interfaces, ['10.10.1.0/24', '10.10.1.0/24']);
  const [here, there] = example.nodes;
  assert.ok(here && there);
  const expected = [
    ['10.10.1.90', '10.10.1.91'],
    ['10.10.1.92', '10.10.1.93'],
  ];
  for (const { node, container } of [
    { node: here.node, container: 'first' },
    { node: there.node, container: 'second' },
  ]) {
    for (const [ordinal, addresses] of expected.entries()) {
      const name = `${pod}-${ordinal}`;
      const got: string[] = [];
      for (const one of attachments) {
        const call = { interface: one, args: argsOf(name, `${name} ${container}`) };
        got.push(...(await node.add(`${container}-${ordinal}`, call)));
      }
      assert.deepEqual(got, addresses);
    }
    example.aws.setInstanceState('i-00000000000000001', 'stopped');
  }
  assert.deepEqual(example.aws.addresses(here.eni), []);
});

test('deployment-behind-a-firewall.yaml: the pods keep to the five addresses through a rolling update', async () => {
  const file = 'deployment-behind-a-firewall.yaml';
  const { pod, attachments, object } = workloadIn(file, 'Deployment');
  assert.deepEqual(attachments, ['net1']);
  const replicas = Number(at(object, 'spec.replicas'));
  assert.equal(at(object, 'spec.strategy.rollingUpdate.maxSurge'), 1);
  await using example = await startNodes(networkOf(file), interfaces);
  const [{ node } = assert.fail()] = example.nodes;
  const allowed = new Set([80, 81, 82, 83, 84].map((last) => `10.10.1.${last}`));
  const start = async (replicaSet: string, place: number): Promise<void> => {
    const name = `${replicaSet}-${place}`;
    const [address = ''] = await node.add(name, { args: argsOf(`${pod}-${name}`) });
    assert.ok(allowed.has(address), address);
  };
  for (let place = 0; place < replicas; place++) await start('7d9f', place);
  for (let place = 0; place < replicas; place++) {
    await start('5c4b', place);
    await node.del(`7d9f-${place}`);
  }
  const stranger = await node.call('ADD', 'x', { args: argsOf('shop/web-1') });
  assert.equal(stranger.reply.code, 7);
});
