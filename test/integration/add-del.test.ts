/** The main job, through the built executable: an address that is real in the VPC before the pod starts. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ENI, OTHER_ENI, RANGE, startHost } from './host.ts';
import { makeInterfaces } from './host-interfaces.ts';

const interfaces = makeInterfaces();

test('ADD answers an address that the ENI holds, and DEL takes it off', async () => {
  await using host = await startHost(interfaces);
  const { reply } = await host.node.call('ADD', 'c1');
  assert.deepEqual(reply.ips, [{ address: '10.10.0.80/24', gateway: '10.10.0.1' }]);
  assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.80']);
  await host.node.del('c1');
  assert.deepEqual(host.aws.addresses(ENI), []);
  assert.deepEqual(host.node.reservations(), []);
});

test('ADD makes one EC2 call, DEL another one', async () => {
  await using host = await startHost(interfaces);
  await host.node.add('c1');
  assert.deepEqual(
    host.aws.journal().map(({ action }) => action),
    ['AssignPrivateIpAddresses'],
  );
  await host.node.del('c1');
  assert.deepEqual(
    host.aws
      .journal()
      .map(({ action }) => action)
      .slice(1),
    ['UnassignPrivateIpAddresses'],
  );
});

test('ADD does not answer before EC2 has', async () => {
  await using host = await startHost(interfaces);
  host.aws.fault({ action: 'AssignPrivateIpAddresses', kind: 'slow-then-apply', ms: 700 });
  const { gone } = host.node.start('ADD', 'c1');
  const answered = gone.then(() => host.aws.mutations().length);
  assert.equal(await answered, 1);
});

test('the ENI holds exactly the addresses of the live attachments, at every step', async () => {
  await using host = await startHost(interfaces);
  const live = new Map<string, string>();
  const steps = ['+a', '+b', '-a', '+c', '+d', '-c', '-b', '+a', '-d', '-a'];
  for (const [sign, container = ''] of steps) {
    if (sign === '+') live.set(container, (await host.node.add(container))[0] ?? '');
    else await host.node.del(container).then(() => live.delete(container));
    assert.deepEqual(host.aws.addresses(ENI), [...live.values()].sort(), `after ${sign}${container}`);
    assert.deepEqual(
      host.node
        .reservations()
        .map(({ address }) => address)
        .sort(),
      [...live.values()].sort(),
    );
  }
});

test('ADD again for the same attachment answers the same, without another call', async () => {
  await using host = await startHost(interfaces);
  const first = await host.node.call('ADD', 'c1');
  const second = await host.node.call('ADD', 'c1');
  assert.equal(second.stdout, first.stdout);
  assert.equal(host.aws.calls(), 1);
  assert.equal(host.node.reservations().length, 1);
});

test('ADD again answers the same when the configuration has changed meanwhile', async () => {
  await using host = await startHost(interfaces);
  const first = await host.node.call('ADD', 'c1');
  const ipam = {
    ...(host.node.network['ipam'] as object),
    ranges: [[{ ...RANGE, rangeStart: '10.10.0.90' }]],
  };
  const second = await host.node.call('ADD', 'c1', { network: { ipam } });
  assert.equal(second.stdout, first.stdout);
});

test('a second interface of the container is an attachment of its own', async () => {
  await using host = await startHost(interfaces);
  const [one] = await host.node.add('c1', { interface: 'net1' });
  const [two] = await host.node.add('c1', { interface: 'net2' });
  assert.notEqual(one, two);
  await host.node.del('c1', { interface: 'net1' });
  assert.deepEqual(host.aws.addresses(ENI), [two]);
});

test('ADD of the same pod with a new container keeps the address when the old sandbox is gone', async () => {
  await using host = await startHost(interfaces);
  const netns = join(host.node.dataDir, 'netns-old');
  writeFileSync(netns, '');
  const args = 'IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0;K8S_POD_UID=4f2a';
  const [before] = await host.node.add('old', { args, netns });

  const [beside] = await host.node.add('impatient', { args, interface: 'net1' });
  assert.notEqual(beside, before, 'the old sandbox is still there');
  await host.node.del('impatient');

  rmSync(netns);
  const calls = host.aws.calls();
  assert.deepEqual(await host.node.add('new', { args }), [before]);
  assert.equal(host.aws.calls(), calls);
  await host.node.del('old');
  assert.deepEqual(host.aws.addresses(ENI), [before], 'the DEL of the old container takes nothing away');
  await host.node.del('new');
  assert.deepEqual(host.aws.addresses(ENI), []);
});

test('DEL again, and DEL of an unknown attachment, succeed without a call', async () => {
  await using host = await startHost(interfaces);
  await host.node.del('never-seen');
  await host.node.add('c1');
  await host.node.del('c1');
  const calls = host.aws.calls();
  await host.node.del('c1');
  assert.equal(host.aws.calls(), calls);
});

test('DEL works with whatever has become of the configuration', async () => {
  await using host = await startHost(interfaces);
  const dataDir = host.node.dataDir;
  const broken: Record<string, Record<string, unknown>> = {
    'no master': { master: undefined },
    'a master that does not exist': { master: 'nosuch0' },
    'ranges of the wrong type': { ipam: { type: 'eni-local', dataDir, ranges: 'all of them' } },
    'ranges outside the subnet': { ipam: { type: 'eni-local', dataDir, subnet: '192.168.0.0/24' } },
    'no ranges': { ipam: { type: 'eni-local', dataDir } },
    'an unknown field': { ipam: { type: 'eni-local', dataDir, eni: { typo: 1 } } },
    'a bad prevResult': { prevResult: 'lost' },
  };
  for (const [what, network] of Object.entries(broken)) {
    await host.node.add('c1');
    await host.node.del('c1', { network, netns: '', args: 'broken' });
    assert.deepEqual(host.aws.addresses(ENI), [], what);
  }
});

test('DEL succeeds when the ENI is gone, or the address has gone to another ENI', async () => {
  await using host = await startHost(interfaces);
  const [moved = ''] = await host.node.add('moved');
  host.aws.put(OTHER_ENI, moved);
  await host.node.del('moved');
  assert.deepEqual(host.aws.addresses(OTHER_ENI), [moved], 'it is somebody else’s now');

  await host.node.add('detached');
  host.aws.removeEni(ENI);
  await host.node.del('detached');
  assert.deepEqual(host.node.reservations(), []);
});

test('an address that another ENI holds is passed over', async () => {
  await using host = await startHost(interfaces);
  for (const address of ['10.10.0.80', '10.10.0.81', '10.10.0.83']) host.aws.put(OTHER_ENI, address);
  assert.deepEqual(await host.node.add('c1'), ['10.10.0.82']);
  assert.equal(host.aws.calls(), 3, 'refused, asked who holds what, assigned');
  assert.deepEqual(await host.node.add('c2'), ['10.10.0.84']);
  assert.equal(host.aws.calls(), 4, 'what was learned is remembered');
  assert.deepEqual(host.aws.addresses(OTHER_ENI), ['10.10.0.80', '10.10.0.81', '10.10.0.83']);
});

test('an address that somebody put on this very ENI is not handed out', async () => {
  await using host = await startHost(interfaces);
  host.aws.put(ENI, '10.10.0.80');
  assert.deepEqual(await host.node.add('c1'), ['10.10.0.81']);
  await host.node.del('c1');
  assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.80']);
});

test('two networks with overlapping ranges on one subnet never give the same address', async () => {
  await using host = await startHost(interfaces);
  const given = await Promise.all(
    ['blue', 'green'].flatMap((name) =>
      [1, 2, 3].map((n) => host.node.add(`${name}-${n}`, { network: { name } })),
    ),
  );
  assert.equal(new Set(given.flat()).size, 6);
});

test('a requested address is given, also right after its last pod has gone', async () => {
  await using host = await startHost(interfaces);
  const call = { args: 'IgnoreUnknown=1;IP=10.10.0.95' };
  for (const container of ['first', 'second']) {
    assert.deepEqual(await host.node.add(container, call), ['10.10.0.95']);
    await host.node.del(container);
  }
});

test('one address a range set, all of them or none', async () => {
  const spare = { subnet: '10.10.0.0/24', rangeStart: '10.10.0.200', rangeEnd: '10.10.0.200' };
  await using host = await startHost(interfaces, { ipam: { ranges: [[RANGE], [spare]] } });
  assert.deepEqual(await host.node.add('c1'), ['10.10.0.80', '10.10.0.200']);
  assert.equal(host.aws.calls(), 1, 'both in one call');
  const { reply } = await host.node.call('ADD', 'c2');
  assert.equal(reply.code, 100);
  assert.deepEqual(host.aws.addresses(ENI), ['10.10.0.80', '10.10.0.200']);
  await host.node.del('c1');
  assert.deepEqual(host.aws.addresses(ENI), []);
});

test('a failing ADD leaves what an earlier ADD of the same attachment has', async () => {
  await using host = await startHost(interfaces);
  const [address] = await host.node.add('c1');
  const full = { subnet: '10.10.0.0/24', rangeStart: '10.10.0.250', rangeEnd: '10.10.0.250' };
  await host.node.add('c2', {
    network: { name: 'full', ipam: { type: 'eni-local', dataDir: host.node.dataDir, ...full } },
  });
  const ipam = { type: 'eni-local', dataDir: host.node.dataDir, ranges: [[RANGE], [full]] };
  const { reply } = await host.node.call('ADD', 'c1', { network: { ipam } });
  assert.equal(reply.code, 100);
  assert.ok(host.aws.addresses(ENI).includes(address ?? ''));
  assert.deepEqual(await host.node.add('c1'), [address]);
});

test('an ADD that EC2 refuses leaves nothing behind', async () => {
  await using host = await startHost(interfaces);
  host.aws.fault({ action: 'AssignPrivateIpAddresses', kind: 'deny', times: 1 });
  const { reply } = await host.node.call('ADD', 'c1');
  assert.equal(reply.code, 103);
  assert.match(
    reply.msg ?? '',
    /cannot assign 10\.10\.0\.80 to eni-00000000000000002: AssignPrivateIpAddresses/,
  );
  assert.ok((reply.msg ?? '').length < 500, 'the encoded message is trimmed');
  assert.deepEqual(host.node.reservations(), []);
  assert.deepEqual(host.aws.addresses(ENI), []);
});

test('an ENI that is full is code 101, and gives room again after a DEL', async () => {
  await using host = await startHost(interfaces, { instanceType: 't3.nano' });
  await host.node.add('c1');
  const { reply } = await host.node.call('ADD', 'c2');
  assert.equal(reply.code, 101);
  assert.equal(host.node.reservations().length, 1);
  await host.node.del('c1');
  await host.node.add('c2');
});

test('no request ever allows reassignment', async () => {
  await using host = await startHost(interfaces);
  host.aws.put(OTHER_ENI, '10.10.0.80');
  await host.node.add('c1');
  await host.node.call('ADD', 'c2', { args: 'IP=10.10.0.80' });
  await host.node.del('c1');
  assert.ok(host.aws.journal().length > 3);
  assert.ok(host.aws.journal().every(({ allowReassignment }) => !allowReassignment));
});
