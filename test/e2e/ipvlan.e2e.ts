/** The kernel's own ipvlan in a virtual machine, in each of its modes, on an ENI that is a wire to a VPC. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Aws } from '../aws/aws.ts';
import { held, POD_ENI, rangeOf, startAccount, TAKEN } from './bed/account.ts';
import { bed } from './bed/bed.ts';
import { clear } from './bed/clear.ts';
import { must } from './bed/machine.ts';
import { Pod } from './bed/pod.ts';
import { records } from './bed/records.ts';
import { Runtime } from './bed/runtime.ts';
import { VM_FILES, type Vm } from './vm/vm.ts';
import { bootNode, type OpenAws, openAws } from './vm/vm-node.ts';
import { learnAddresses, makeVpc } from './vm/vpc.ts';

const networkIn = (mode: string, eni: object = {}) => ({
  cniVersion: '1.0.0',
  name: `pods-${mode}`,
  type: 'ipvlan',
  master: POD_ENI.device,
  mode,
  ipam: {
    type: 'eni-local',
    ranges: [[rangeOf(POD_ENI)]],
    routes: [{ dst: '10.20.0.0/16', gw: POD_ENI.router }],
    eni,
  },
});

bed('ipvlan', { files: [...VM_FILES, '/usr/lib/cni/ipvlan'] }, () => {
  let aws: Aws;
  let open: OpenAws;
  let node: Vm;
  let runtime: Runtime;
  before(async () => {
    aws = await startAccount();
    await makeVpc();
    open = await openAws(aws);
    node = await bootNode(aws);
    runtime = await Runtime.on(node, open.environment);
  });
  afterEach(() => clear(node, aws));
  after(async () => {
    await node?.cutPower();
    await open?.[Symbol.asyncDispose]();
    await aws?.close();
  });

  // Time is dear in the virtual machine: two pods are as good as three, but for one mode.
  const modes = { l2: ['one', 'two', 'three'], l3: ['one', 'two'], l3s: ['one', 'two'] };
  for (const [mode, words] of Object.entries(modes)) {
    test(`${mode}: pods on one ENI reach each other and the router, and leave nothing`, async () => {
      const network = networkIn(mode);
      const linksBefore = await must(node, 'ls /sys/class/net');
      const pods = await Pod.createAll(node, ...words);
      const addresses = (await Promise.all(pods.map((pod) => runtime.add(pod, network)))).flat();
      assert.deepEqual([...addresses].sort(), aws.addresses(POD_ENI.id));
      assert.equal(new Set(addresses).size, pods.length);
      assert.ok(!addresses.includes(TAKEN), 'the neighbour keeps its address');

      await learnAddresses(aws);
      for (const [index, pod] of pods.entries()) {
        assert.deepEqual(await pod.interfaces(), { net1: [addresses[index]] });
        assert.match(await pod.enter('ip -details link show net1'), new RegExp(`ipvlan +mode ${mode} `));
        const next = addresses[(index + 1) % addresses.length] ?? '';
        assert.ok(await pod.reaches(next), `${pod.name} reaches the next pod, ${next}`);
        assert.ok(await pod.reaches(POD_ENI.router), `${pod.name} reaches the router`);
      }
      await runtime.check(pods[0] as Pod, network);

      for (const pod of pods) await runtime.del(pod, network);
      for (const pod of pods) assert.deepEqual(await pod.interfaces(), {});
      assert.deepEqual(held(aws), []);
      assert.deepEqual(await records(node), []);
      assert.equal(await must(node, 'ls /sys/class/net'), linksBefore);
    });
  }

  test('an address that only the node knows of does not reach the router: the bed can tell', async () => {
    const network = networkIn('l2', { assign: false });
    const [one, two] = await Pod.createAll(node, 'one', 'two');
    await runtime.add(one, network);
    const [address = ''] = await runtime.add(two, network);
    await learnAddresses(aws);
    assert.ok(await one.reaches(address), 'within the node it works');
    assert.ok(!(await one.reaches(POD_ENI.router)), 'the VPC does not know the address');
    for (const pod of [one, two]) await runtime.del(pod, network);
  });
});
