/** Many pods at once on one ENI: nothing twice, nothing lost, few EC2 calls. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENI, type Host, OTHER_ENI, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = makeInterfaces();

const WIDE = { subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.199' };

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `pod-${index}`);

function assertAgreement({ aws, node }: Host, count: number): void {
  const onEni = aws.addresses(ENI);
  const recorded = node.reservations().map(({ address }) => address);
  assert.equal(new Set(recorded).size, count);
  assert.deepEqual(recorded.sort(), [...onEni].sort());
}

test('49 ADDs at once need at most 6 calls, and 49 DELs likewise', async () => {
  await using host = await startHost(interfaces, { ipam: { ranges: [[WIDE]] } });
  host.aws.latency(300);
  const given = await Promise.all(names(49).map((name) => host.node.add(name)));
  assert.equal(new Set(given.flat()).size, 49);
  assertAgreement(host, 49);
  assert.ok(host.aws.calls() <= 6, `${host.aws.calls()} calls`);

  host.aws.clearJournal();
  await Promise.all(names(49).map((name) => host.node.del(name)));
  assertAgreement(host, 0);
  assert.ok(host.aws.calls() <= 6, `${host.aws.calls()} calls`);
});

test('networks that share an ENI share its calls, and never an address', async () => {
  await using host = await startHost(interfaces, { ipam: { ranges: [[WIDE]] } });
  host.aws.latency(300);
  const calls = ['blue', 'green'].flatMap((name) =>
    names(10).map((pod) => host.node.add(`${name}-${pod}`, { network: { name } })),
  );
  const given = await Promise.all(calls);
  assert.equal(new Set(given.flat()).size, 20);
  assert.ok(host.aws.calls() <= 6, `${host.aws.calls()} calls`);
});

test('coming and going pods meet in the same rounds', async () => {
  await using host = await startHost(interfaces, { ipam: { ranges: [[WIDE]] } });
  await Promise.all(names(10).map((name) => host.node.add(name)));
  host.aws.latency(300);
  await Promise.all([
    ...names(10).map((name) => host.node.del(name)),
    ...names(10).map((name) => host.node.add(`new-${name}`)),
  ]);
  assertAgreement(host, 10);
});

test('what is too much for the ENI fails alone', async () => {
  await using host = await startHost(interfaces, { instanceType: 'm5.large', ipam: { ranges: [[WIDE]] } });
  host.aws.latency(300);
  const outcomes = await Promise.all(names(12).map((name) => host.node.call('ADD', name)));
  const codes = outcomes.map(({ reply }) => reply.code ?? 0).sort((a, b) => a - b);
  assert.deepEqual(codes, [...Array<number>(9).fill(0), 101, 101, 101]);
  assertAgreement(host, 9);
});

test('a taken address fails alone, where the pod insists on it', async () => {
  await using host = await startHost(interfaces, { ipam: { ranges: [[WIDE]] } });
  host.aws.latency(300);
  host.aws.put(OTHER_ENI, '10.10.0.150');
  host.aws.put(OTHER_ENI, '10.10.0.82');
  const [stubborn, ...others] = await Promise.all([
    host.node.call('ADD', 'stubborn', { args: 'IP=10.10.0.150' }),
    ...names(8).map((name) => host.node.call('ADD', name)),
  ]);
  assert.equal(stubborn?.reply.code, 102);
  assert.deepEqual(
    others.map(({ status }) => status),
    Array<number>(8).fill(0),
  );
  assertAgreement(host, 8);
  assert.deepEqual(host.aws.addresses(OTHER_ENI), ['10.10.0.82', '10.10.0.150']);
});

test('two ENIs are two queues', async () => {
  await using host = await startHost(interfaces, { ipam: { ranges: [[WIDE]], eni: { timeout: 8 } } });
  host.aws.fault({ action: 'AssignPrivateIpAddresses', kind: 'hang', times: 1 });
  const stuck = host.node.start('ADD', 'stuck');
  while (host.aws.calls('AssignPrivateIpAddresses') === 0) await new Promise((next) => setTimeout(next, 20));

  const beside = { network: { name: 'beside', master: interfaces[0].name } };
  await host.node.add('free', beside);
  assert.equal(host.aws.addresses(OTHER_ENI).length, 1);
  assert.equal(stuck.child.exitCode, null, 'the first one is still waiting');
  stuck.child.kill('SIGKILL');
  await stuck.gone;
});

test('a killed leader’s work is done by another one', async () => {
  await using host = await startHost(interfaces, { ipam: { ranges: [[WIDE]] } });
  host.aws.fault({ action: 'AssignPrivateIpAddresses', kind: 'applied-then-hang', times: 1 });
  const leader = host.node.start('ADD', 'leader');
  while (host.aws.addresses(ENI).length === 0) await new Promise((next) => setTimeout(next, 20));
  const waiting = names(3).map((name) => host.node.add(name));
  leader.child.kill('SIGKILL');
  await leader.gone;
  assert.equal(new Set((await Promise.all(waiting)).flat()).size, 3);
  await host.node.del('leader');
  assertAgreement(host, 3);
});
