/** Every network of conf-examples/ is given to the executable, and yields the addresses that it is for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeInterfaces } from '../integration/host-interfaces.ts';
import { execute, Node } from '../integration/node.ts';
import { at, isObject, networkOf, objectsIn, read } from './examples.ts';
import { type Example, startNodes } from './nodes.ts';

const interfaces = [...makeInterfaces(), ...makeInterfaces()];

/** The first node; most examples need no other. */
function first({ nodes }: Example) {
  const [one] = nodes;
  assert.ok(one);
  return one;
}

test('network-attachment-definition.yaml: the first addresses of the range, real on the ENI, with the routes', async () => {
  await using example = await startNodes(networkOf('network-attachment-definition.yaml'), interfaces);
  const { node, eni } = first(example);
  const { reply } = await node.call('ADD', 'one');
  assert.deepEqual(reply.ips, [{ address: '10.10.1.80/24', gateway: '10.10.1.1' }]);
  assert.deepEqual(reply.routes, [{ dst: '10.20.0.0/16' }]);
  assert.deepEqual(await node.add('two'), ['10.10.1.81']);
  assert.deepEqual(example.aws.addresses(eni), ['10.10.1.80', '10.10.1.81']);
  for (const pod of ['one', 'two']) await node.del(pod);
  assert.deepEqual(example.aws.addresses(eni), []);
});

test('several-zones.yaml: each node uses the range of its own zone', async () => {
  const zones = ['10.10.1.0/24', '10.10.2.0/24', '10.10.3.0/24'];
  await using example = await startNodes(networkOf('several-zones.yaml'), interfaces, zones);
  const given = await Promise.all(example.nodes.map(({ node }) => node.add('pod')));
  assert.deepEqual(given.flat(), ['10.10.1.80', '10.10.2.80', '10.10.3.80']);
  for (const [place, { eni }] of example.nodes.entries())
    assert.deepEqual(example.aws.addresses(eni), given[place]);
});

test('range-from-the-vpc.yaml: each node uses what is reserved in its zone, as its first lines say', async () => {
  const file = 'range-from-the-vpc.yaml';
  const zones = ['10.10.1.0/24', '10.10.2.0/24', '10.10.3.0/24'];
  await using example = await startNodes(networkOf(file), interfaces, zones);
  const { node, eni } = first(example);
  assert.equal((await node.call('ADD', 'early')).reply.code, 7, 'nothing is reserved yet');
  const [, command = ''] = /^# +eni-local (reserve .+)$/m.exec(read(file)) ?? [];
  for (const [place, one] of example.nodes.entries()) {
    const subnet = example.aws.state().enis.get(one.eni)?.subnetId ?? '';
    const words = command
      .replace('subnet-0abc1234567890def', subnet)
      .replace('10.10.1.', `10.10.${place + 1}.`)
      .split(' ');
    const { status, stderr } = await execute(one.node.env, '', words).gone;
    assert.equal(status, 0, stderr);
  }
  const given = await Promise.all(example.nodes.map((one) => one.node.add('pod')));
  assert.deepEqual(given.flat(), ['10.10.1.64', '10.10.2.64', '10.10.3.64']);
  assert.deepEqual(example.aws.addresses(eni), ['10.10.1.64']);
});

test('dual-stack.yaml: an address of each family, and routes for both', async () => {
  await using example = await startNodes(networkOf('dual-stack.yaml'), interfaces);
  const { node, eni } = first(example);
  const { reply } = await node.call('ADD', 'pod');
  assert.deepEqual(
    reply.ips?.map(({ address }) => address),
    ['10.10.1.80/24', '2600:1f14:abc:1200::1000/64'],
  );
  assert.equal(reply.routes?.length, 2);
  assert.deepEqual(example.aws.addresses(eni), ['10.10.1.80']);
  assert.deepEqual(example.aws.ipv6Addresses(eni), ['2600:1f14:abc:1200::1000']);
});

test('prefix-delegation.yaml: each node gets prefixes of its own, and most pods cost no call', async () => {
  await using example = await startNodes(networkOf('prefix-delegation.yaml'), interfaces);
  const { aws, nodes } = example;
  for (const { node, eni } of nodes) {
    await node.add('first');
    assert.equal(aws.prefixes(eni).length, 2, 'one, and one to spare');
    aws.clearJournal();
    for (const pod of ['second', 'third']) await node.add(pod);
    assert.equal(aws.calls(), 0);
    assert.deepEqual(aws.addresses(eni), []);
  }
});

test('address-by-annotation.yaml: the pod gets what it asks for, by either way in which Multus says it', async () => {
  const file = 'address-by-annotation.yaml';
  const network = networkOf(file);
  const pod = objectsIn(file).find(({ kind }) => kind === 'Pod');
  assert.ok(pod);
  const annotations = at(pod, 'metadata.annotations');
  assert.ok(isObject(annotations));
  const [wish]: { name: string; ips: string[] }[] = JSON.parse(
    String(annotations['k8s.v1.cni.cncf.io/networks']),
  );
  assert.equal(wish?.name, network['name'], 'the annotation names the definition');
  assert.deepEqual(network['capabilities'], { ips: true });

  await using example = await startNodes(network, interfaces);
  const { node } = first(example);
  const asMultusSays = [
    { network: { runtimeConfig: { ips: wish?.ips } } },
    { args: `IP=${wish?.ips.join()}` },
  ];
  for (const call of asMultusSays) {
    assert.deepEqual(await node.add('gateway', call), wish?.ips);
    const { reply } = await node.call('ADD', 'another', call);
    assert.equal(reply.code, 102, 'one address, one pod');
    await node.del('gateway', call);
  }
});

test('shared-range.yaml: nodes share it from their first pods on, each from a place of its own', async () => {
  const network = networkOf('shared-range.yaml');
  const zones = Array.from({ length: 4 }, () => '10.10.1.0/24');
  await using example = await startNodes(network, interfaces, zones);
  const given = await Promise.all(
    example.nodes.flatMap(({ node }) => ['one', 'two', 'three'].map((pod) => node.add(pod))),
  );
  const addresses = given.flat();
  assert.equal(new Set(addresses).size, 12);
  const last = (address: string): number => Number(address.split('.').at(-1));
  assert.ok(addresses.every((address) => last(address) >= 80 && last(address) <= 199));
  assert.ok(
    addresses.some((address) => last(address) > 91),
    'they do not all begin at the first one',
  );
  const excluded = (place: number): boolean =>
    place === 100 || (place >= 112 && place <= 119) || (place >= 150 && place <= 154);
  assert.ok(!addresses.some((address) => excluded(last(address))));
});

test('nodes-first-pods-last.yaml: pods have the last addresses of the subnet, nodes keep the first', async () => {
  await using example = await startNodes(networkOf('nodes-first-pods-last.yaml'), interfaces);
  const { node, eni } = first(example);
  assert.deepEqual(await node.add('one'), ['10.10.1.254']);
  assert.deepEqual(await node.add('two'), ['10.10.1.253']);
  const primary = example.aws.state().enis.get(eni)?.primary;
  assert.equal(primary, '10.10.1.4', 'AWS begins at the first one');
});

test('source-based-routing.yaml: sbr behind ipvlan gets an address with the gateway that it routes by', async () => {
  const network = networkOf('source-based-routing.yaml');
  const [definition] = objectsIn('source-based-routing.yaml');
  assert.ok(definition);
  const { plugins }: { plugins: { type: string }[] } = JSON.parse(String(at(definition, 'spec.config')));
  assert.deepEqual(
    plugins.map(({ type }) => type),
    ['ipvlan', 'sbr'],
    'as the bed test/e2e/source-routing.e2e.ts has it',
  );
  await using example = await startNodes(network, interfaces);
  const { reply } = await first(example).node.call('ADD', 'pod');
  assert.deepEqual(reply.ips, [{ address: '10.10.1.80/24', gateway: '10.10.1.1' }]);
  assert.equal(reply.routes, undefined);
});

test('development-host.conflist: addresses without any AWS', async () => {
  const { ipam, ...bridge } = networkOf('development-host.conflist');
  const { dataDir, ...rest } = ipam;
  assert.match(String(dataDir), /^\/tmp\//, 'it leaves nothing behind on a development host');
  using node = new Node({ ...bridge, ipam: rest });
  const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9' };
  const { status, reply } = await node.call('ADD', 'pod', { env });
  assert.equal(status, 0, reply.msg);
  assert.deepEqual(reply.ips, [{ address: '192.168.90.2/24', gateway: '192.168.90.1' }]);
  assert.equal(node.reservations().length, 1);
  await node.del('pod', { env });
  assert.deepEqual(node.reservations(), []);
});
