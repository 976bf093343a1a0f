/** The active/standby pair: its pods get their addresses, its sidecars move the floating one, and its role suffices. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeInterfaces } from '../integration/host-interfaces.ts';
import { startPair } from '../integration/pair.ts';
import { argsOf } from '../integration/pods.ts';
import { at, isObject, networkOf, objectsIn, read } from './examples.ts';
import { startNodes } from './nodes.ts';

const FILE = 'active-standby/pair.yaml';
const FLOATING = '10.10.1.99';
const interfaces = makeInterfaces();
const root = fileURLToPath(new URL('../../', import.meta.url));

const objectOf = (kind: string) => objectsIn(FILE).find((one) => one['kind'] === kind) ?? assert.fail(kind);

/** A container of the pods, by its name. */
function containerCalled(name: string) {
  const containers = at(objectOf('StatefulSet'), 'spec.template.spec.containers');
  assert.ok(Array.isArray(containers));
  const found = containers.filter(isObject).find((one) => one['name'] === name);
  return found ?? assert.fail(name);
}

test('active-standby/pair.yaml: both pods have their address, and none gets the floating one, even by asking', async () => {
  await using example = await startNodes(networkOf(FILE), interfaces, ['10.10.1.0/24', '10.10.1.0/24']);
  for (const [ordinal, address] of ['10.10.1.90', '10.10.1.91'].entries()) {
    const { node } = example.nodes[ordinal] ?? assert.fail();
    assert.deepEqual(await node.add(`pod-${ordinal}`, { args: argsOf(`telecom/sip-${ordinal}`) }), [address]);
  }
  const { node } = example.nodes[0] ?? assert.fail();
  const { reply } = await node.call('ADD', 'thief', { args: `${argsOf('telecom/thief')};IP=${FLOATING}` });
  assert.match(`${reply.msg} ${reply.details}`, /excluded/);
});

test('active-standby/pair.yaml: the sidecars move what keepalived gives to one or the other', async () => {
  const words = containerCalled('float')['args'];
  assert.ok(Array.isArray(words));
  assert.deepEqual(words.slice(0, 2), ['--interface', 'net1']);
  const configs = at(objectOf('ConfigMap'), 'data');
  assert.ok(isObject(configs));
  for (const [name, text] of Object.entries(configs)) {
    assert.match(name, /^sip-[01]\.conf$/);
    assert.deepEqual(/virtual_ipaddress \{\s+(\S+)\/32\s+\}/.exec(String(text))?.[1], FLOATING);
  }
  await using pair = await startPair('10.10.1.0/24');
  const programs = pair.halves.map((half) => half.start(...words.slice(2).map(String)));
  for (const program of programs) await program.told('watching');
  const [first, second] = pair.halves;
  first.namespace.add(FLOATING);
  await programs[0]?.told('taken');
  first.namespace.remove(FLOATING);
  second.namespace.add(FLOATING);
  await programs[1]?.told('taken');
  assert.deepEqual([pair.aws.addresses(first.eni), pair.aws.addresses(second.eni)], [[], [FLOATING]]);
});

test('active-standby/iam-policy.json allows the calls of float, and nothing else', () => {
  const { Statement: statements } = JSON.parse(read('active-standby/iam-policy.json')) as {
    Statement: { Action: string[]; Resource: string; Condition?: unknown }[];
  };
  const source = readFileSync(join(root, 'src/float/mover.ts'), 'utf8');
  const made = [...source.matchAll(/sdk\.(\w+)Command\b/g)].map(([, action]) => `ec2:${action}`);
  // What finds the ENI that --eni names.
  assert.deepEqual(
    statements.flatMap(({ Action }) => Action).toSorted(),
    [...new Set([...made, 'ec2:DescribeSubnets'])].toSorted(),
  );
  for (const { Action, Resource, Condition } of statements) {
    if (Action.every((action) => action.startsWith('ec2:Describe'))) continue;
    assert.equal(Resource, 'arn:aws:ec2:*:*:network-interface/*');
    assert.deepEqual(Condition, {
      StringEquals: { 'aws:ResourceTag/node.k8s.amazonaws.com/no_manage': 'true' },
    });
  }
});

test('active-standby/Dockerfile: the image has iproute2, the executable for each platform, and float as its word', () => {
  const text = read('active-standby/Dockerfile');
  assert.match(text, /apt-get install .*iproute2/);
  for (const [platform, executable] of [
    ['amd64', 'dist/eni-local'],
    ['arm64', 'dist/eni-local-arm64'],
  ])
    assert.ok(text.includes(`FROM base AS ${platform}\nCOPY ${executable} /usr/local/bin/eni-local\n`));
  assert.match(text, /^ENTRYPOINT \["\/usr\/local\/bin\/eni-local", "float"\]$/m);
});
