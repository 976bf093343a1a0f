/** Debian's macvlan, bridge and ptp call the plugin, and the pods' addresses pass traffic. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Aws } from '../aws/aws.ts';
import { held, POD_ENI, rangeOf, startAccount, TAKEN } from './bed/account.ts';
import { bed } from './bed/bed.ts';
import { clear } from './bed/clear.ts';
import { makeLan, PEER, VPC } from './bed/lan.ts';
import { here, must } from './bed/machine.ts';
import { Pod } from './bed/pod.ts';
import { records } from './bed/records.ts';
import { type Network, Runtime } from './bed/runtime.ts';

const needs = {
  files: ['macvlan', 'bridge', 'ptp'].map((plugin) => `/usr/lib/cni/${plugin}`),
  links: ['macvlan', 'bridge', 'veth'],
};

bed('main plugins', needs, () => {
  let aws: Aws;
  let runtime: Runtime;
  before(async () => {
    aws = await startAccount();
    runtime = await Runtime.on(here, aws.environment());
    await makeLan();
  });
  afterEach(() => clear(here, aws));
  after(() => aws.close());

  const links = () => must(here, 'ls /sys/class/net');

  /** Two pods come, talk and go; `target` is a host of the VPC. */
  async function live(network: Network, target: string): Promise<void> {
    const linksBefore = await links();
    const pods = await Pod.createAll(here, 'one', 'two');
    const [first, second] = pods;

    const addresses = (await Promise.all(pods.map((pod) => runtime.add(pod, network)))).flat();
    assert.equal(new Set(addresses).size, 2);
    assert.ok(!addresses.includes(TAKEN), 'the neighbour keeps its address');
    assert.deepEqual([...addresses].sort(), aws.addresses(POD_ENI.id));
    assert.deepEqual(await first.interfaces(), { net1: [addresses[0]] });
    assert.ok(await first.reaches(addresses[1] ?? ''), 'the first pod reaches the second');
    assert.ok(await second.reaches(addresses[0] ?? ''), 'the second pod reaches the first');
    for (const pod of pods) assert.ok(await pod.reaches(target), `${pod.name} reaches ${target}`);
    const hasCheck = network['cniVersion'] !== '0.3.1';
    for (const pod of hasCheck ? pods : []) await runtime.check(pod, network);

    await Promise.all(pods.map((pod) => runtime.del(pod, network)));
    assert.deepEqual(await first.interfaces(), {});
    assert.deepEqual(held(aws), []);
    assert.deepEqual(await records(here), []);
    for (const pod of pods) await pod.remove();
    assert.equal(await links(), linksBefore, 'no interface is left on the node');
  }

  test('macvlan: pods beside the node on its ENI', async () => {
    const network = { cniVersion: '0.4.0', name: 'beside', type: 'macvlan', master: POD_ENI.device };
    await live({ ...network, ipam: { type: 'eni-local', ranges: [[rangeOf(POD_ENI)]] } }, POD_ENI.router);
  });

  test('bridge: pods on a bridge whose uplink is the ENI', async () => {
    await must(here, `ip link add pods0 type bridge; ip link set eth1 master pods0; ip link set pods0 up`);
    const ipam = { type: 'eni-local', ranges: [[rangeOf(POD_ENI)]], eni: { interface: POD_ENI.device } };
    await live(
      { cniVersion: '1.0.0', name: 'bridged', type: 'bridge', bridge: 'pods0', ipam },
      POD_ENI.router,
    );
    await must(here, 'ip link delete pods0');
  });

  test('ptp: pods behind the node, which routes', async () => {
    // ptp gives the router's address to the node's end, so another host of the VPC answers.
    await must(
      here,
      `echo 1 > /proc/sys/net/ipv4/ip_forward
      nsenter --net=/run/netns/${VPC} ip route add 10.10.1.80/28 via ${POD_ENI.primary}`,
    );
    const ipam = {
      type: 'eni-local',
      ranges: [[rangeOf(POD_ENI)]],
      routes: [{ dst: '0.0.0.0/0' }],
      eni: { interface: POD_ENI.device },
    };
    await live({ cniVersion: '0.3.1', name: 'routed', type: 'ptp', ipam }, PEER);
  });
});
