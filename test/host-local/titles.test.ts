/** host-local's own tests of the program, by their titles, held against the built executable in every CNI version. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CNI_VERSIONS, isAtLeast } from '../../src/cni/versions.ts';
import { Node } from '../integration/node.ts';

// Title in host-local                                     Where it is held
// ------------------------------------------------------  ----------------------------------------------
// host_local_test.go
//   allocates and releases addresses with ADD/DEL         here
//   allocates and releases on specific interface          here
//   repeat allocating on specific interface               here (answers again, see differences.ts)
//   DEL works on backwards-compatible allocate            cli import takes host-local's files over, not DEL
//   no error for unknown ID on DEL                        here
//   ignores whitespace in disk files                      here, as a state file that was written by hand
//   does not output an error on initial subnet creation   here
//   custom IP by config args                              here
//   custom IPs from multiple ranges                       here
//   custom IPs from multiple protocols                    here
//   fails if a requested custom IP is not used            here
// allocator_test.go
//   RangeIter: from beginning, end, middle                test/allocator/candidates.test.ts
//   table of 12: fresh … roll to start subnet             test/allocator/plan.test.ts "gives host-local's address"
//   not allocate broadcast                                test/allocator/plan.test.ts "never gives the broadcast"
//   round-robin after release                             test/allocator/take.test.ts "goes round"
//   requested: allocate, taken, after end, before start   test/allocator/{take,claim}.test.ts; here
//   out of IPs: meaningful error, /30 /29 two /30s        test/allocator/exhaustion.test.ts; here
//   lastReservedIP at the end of one of several ranges    test/allocator/candidates.test.ts; plan.test.ts
//   no lastReservedIP                                     test/allocator/candidates.test.ts
// config_test.go
//   old style, new style, mixed with ipRanges             test/config/{allocation,ranges}.test.ts
//   CNI_ARGS IP, args.cni.ips, with and without prefix    test/config/requested.test.ts, test/cni/args.test.ts
//   overlap between sets, within a set, mixed families    test/config/{allocation,ranges}.test.ts
//   too many ranges for 0.2.0; one of each family is fine test/config/allocation.test.ts; here
//   custom IPs from runtimeConfig                         test/config/requested.test.ts
// range_test.go, range_set_test.go                        test/config/ranges.test.ts, test/net/span.test.ts
// lock_test.go                                            test/store/lock.test.ts: the lock is another one
// dns_test.go: simple, comments, all fields               test/config/resolv-conf.test.ts

const SUBNET = '10.1.2.0/24';
const DUAL = [
  [{ subnet: SUBNET }, { subnet: '10.2.2.0/24' }],
  [{ subnet: '2001:db8:1::/64', rangeEnd: '2001:db8:1::10' }],
];
const ROUTES = [
  { dst: '0.0.0.0/0' },
  { dst: '::/0' },
  { dst: '192.168.0.0/16', gw: '1.1.1.1' },
  { dst: '2001:db8:2::/64', gw: '2001:db8:3::1' },
];

const nodeWith = (cniVersion: string, ipam: Record<string, unknown>): Node =>
  new Node({ cniVersion, ipam: { eni: { assign: false }, ...ipam } });

function expectedOf(cniVersion: (typeof CNI_VERSIONS)[number]): unknown {
  const dns = { nameservers: ['192.0.2.3'], search: ['a.example'] };
  const four = { address: '10.1.2.2/24', gateway: '10.1.2.1' };
  const six = { address: '2001:db8:1::2/64', gateway: '2001:db8:1::1' };
  if (!isAtLeast(cniVersion, '0.3.0')) {
    const legacy = ({ address, gateway }: typeof four, routes: unknown) => ({ ip: address, gateway, routes });
    const [r4, r6, s4, s6] = ROUTES;
    return { cniVersion, ip4: legacy(four, [r4, s4]), ip6: legacy(six, [r6, s6]), dns };
  }
  const versioned = !isAtLeast(cniVersion, '1.0.0');
  const ips = versioned
    ? [
        { version: '4', ...four },
        { version: '6', ...six },
      ]
    : [four, six];
  return { cniVersion, ips, routes: ROUTES, dns };
}

for (const cniVersion of CNI_VERSIONS) {
  test(`${cniVersion}: allocates and releases addresses with ADD/DEL`, async () => {
    using node = nodeWith(cniVersion, { ranges: DUAL, routes: ROUTES });
    const resolvConf = join(node.dataDir, 'resolv.conf');
    writeFileSync(resolvConf, 'nameserver 192.0.2.3\nsearch a.example\n');
    const network = { ipam: { ...(node.network['ipam'] as object), resolvConf } };
    const { status, reply, stderr } = await node.call('ADD', 'dummy', { network });
    assert.deepEqual(reply, expectedOf(cniVersion));
    assert.equal(status, 0);
    assert.equal(stderr, '', 'does not output an error message upon initial subnet creation');
    const record = ({ address, container }: { address: string; container: string }) => [address, container];
    assert.deepEqual(node.reservations().map(record), [
      ['10.1.2.2', 'dummy'],
      ['2001:db8:1::2', 'dummy'],
    ]);
    const checked = await node.call('CHECK', 'dummy', { network: { ...network, prevResult: reply } });
    assert.equal(checked.reply.code, isAtLeast(cniVersion, '0.4.0') ? undefined : 1);
    await node.del('dummy', { network });
    assert.deepEqual(node.reservations(), []);
  });

  test(`${cniVersion}: allocates and releases on specific interface with ADD/DEL`, async () => {
    using node = nodeWith(cniVersion, { subnet: SUBNET });
    const on = (interface_: string, name: string) => ({ interface: interface_, network: { name } });
    const first = await node.call('ADD', 'dummy', on('eth0', 'one'));
    const second = await node.call('ADD', 'dummy', on('eth1', 'two'));
    assert.deepEqual({ ...second.reply }, { ...first.reply }, 'each network has its own addresses');
    await node.del('dummy', on('eth0', 'one'));
    assert.deepEqual(
      node.reservations().map(({ network }) => network),
      ['two'],
    );
    await node.del('dummy', on('eth1', 'two'));
    assert.deepEqual(node.reservations(), []);
  });

  test(`${cniVersion}: repeat allocating on specific interface for the same container ID`, async () => {
    using node = nodeWith(cniVersion, { subnet: SUBNET });
    const first = await node.call('ADD', 'dummy');
    assert.equal((await node.call('ADD', 'dummy')).stdout, first.stdout);
    const other = await node.call('ADD', 'dummy1');
    assert.equal(other.stdout, first.stdout.replace('10.1.2.2/24', '10.1.2.3/24'));
    for (const container of ['dummy', 'dummy1']) await node.del(container);
    assert.deepEqual(node.reservations(), []);
  });

  test(`${cniVersion}: no error for unknown ID on DEL`, async () => {
    using node = nodeWith(cniVersion, { subnet: SUBNET });
    await node.del('dummy');
  });

  test(`${cniVersion}: custom IP by config args, from several ranges and protocols`, async () => {
    using node = nodeWith(cniVersion, { ranges: DUAL });
    const wishes: readonly (readonly string[])[] = [
      ['10.1.2.88'],
      ['10.2.2.88', '2001:db8:1::8'],
      ['2001:db8:1::9/64', '10.1.2.99/24'],
    ];
    for (const [index, ips] of wishes.entries()) {
      const container = `dummy${index}`;
      await node.call('ADD', container, { network: { args: { cni: { ips } } } });
      const held = node.reservations().filter((one) => one.container === container);
      for (const ip of ips)
        assert.ok(
          held.some(({ address }) => address === ip.replace(/\/.*/, '')),
          ip,
        );
    }
  });

  test(`${cniVersion}: fails if a requested custom IP is not used`, async () => {
    using node = nodeWith(cniVersion, { ranges: DUAL });
    for (const ips of [['10.1.2.88', '10.2.2.77'], ['10.1.2.88', '10.3.2.1'], ['10.1.2.0'], ['10.1.2.255']]) {
      const { reply } = await node.call('ADD', 'dummy', { network: { args: { cni: { ips } } } });
      assert.equal(reply.code, 7, ips.join());
      assert.match(reply.msg ?? '', /cannot give the requested address/);
    }
    assert.deepEqual(node.reservations(), []);
  });
}

for (const [size, ranges] of [
  [1, [{ subnet: '10.1.2.0/30' }]],
  [5, [{ subnet: '10.1.2.0/29' }]],
  [2, [{ subnet: '10.1.2.0/30' }, { subnet: '10.1.3.0/30' }]],
] as const) {
  test(`out of addresses after ${size}, with an error that names the range set`, async () => {
    using node = nodeWith('1.0.0', { ranges: [ranges] });
    for (let n = 0; n < size; n++) await node.add(`c${n}`);
    const { reply } = await node.call('ADD', 'one-too-many');
    assert.equal(reply.code, 100);
    assert.match(
      reply.msg ?? '',
      /^no free address in range set 10\.1\.2\.1-10\.1\.2\.\d(,10\.1\.3\.1-10\.1\.3\.2)? /,
    );
  });
}

test('ignores whitespace in the state file', async () => {
  using node = nodeWith('1.0.0', { subnet: SUBNET });
  await node.add('dummy');
  const file = join(node.dataDir, 'state.1.json');
  const text = JSON.stringify(JSON.parse(readFileSync(file, 'utf8')), undefined, 8);
  writeFileSync(file, `\n ${text.replaceAll('10.1.2.2', '10.1.2.7').replaceAll('\n', '\r\n')} \r\n`);
  assert.deepEqual(await node.add('dummy'), ['10.1.2.7'], 'it was read');
  await node.del('dummy');
  assert.deepEqual(node.reservations(), []);
});
