/** A pod with two interfaces, asked on the second from another subnet: the answer has to leave by the second. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Aws } from '../aws/aws.ts';
import { type Eni, held, NODE_ENI, POD_ENI, rangeOf, startAccount } from './bed/account.ts';
import { bed } from './bed/bed.ts';
import { clear } from './bed/clear.ts';
import { Pod } from './bed/pod.ts';
import { records } from './bed/records.ts';
import { buildRuntime, FILES } from './libcni/build.ts';
import { ListRuntime } from './libcni/list-runtime.ts';
import { VM_FILES, type Vm } from './vm/vm.ts';
import { bootNode, type OpenAws, openAws } from './vm/vm-node.ts';
import { CLIENT, clientReaches, learnAddresses, makeVpc } from './vm/vpc.ts';

const ipvlanOn = (eni: Eni, ipam: object = {}) => ({
  type: 'ipvlan',
  master: eni.device,
  ipam: { type: 'eni-local', ranges: [[rangeOf(eni)]], ...ipam },
});
const listOf = (name: string, ...plugins: readonly Record<string, unknown>[]) => ({
  cniVersion: '1.0.0',
  name,
  plugins,
});
/** The pod's first network, which has its default route. */
const cluster = listOf('cluster', ipvlanOn(NODE_ENI, { routes: [{ dst: '0.0.0.0/0' }] }));
const plain = listOf('plain', ipvlanOn(POD_ENI));
const routed = listOf('routed', ipvlanOn(POD_ENI), { type: 'sbr' });

const needs = { files: [...VM_FILES, ...FILES, '/usr/lib/cni/ipvlan', '/usr/lib/cni/sbr'] };

bed('source routing', needs, () => {
  let aws: Aws;
  let open: OpenAws;
  let node: Vm;
  let runtime: ListRuntime;
  before(async () => {
    aws = await startAccount();
    await makeVpc();
    open = await openAws(aws);
    node = await bootNode(aws);
    runtime = await ListRuntime.on(node, await buildRuntime(), open.environment, [cluster, plain, routed]);
  });
  afterEach(() => clear(node, aws));
  after(async () => {
    await node?.cutPower();
    await open?.[Symbol.asyncDispose]();
    await aws?.close();
  });

  const wayOut = (pod: Pod, address: string) => pod.enter(`ip route get ${CLIENT.address} from ${address}`);

  for (const [list, leavesBy] of [
    [plain, 'eth0'],
    [routed, 'net1'],
  ] as const) {
    const reaches = leavesBy === 'net1';
    const title = reaches
      ? 'with sbr the client reaches both interfaces'
      : 'without sbr it reaches the first only';
    test(`${title}: what is asked on net1 is answered by ${leavesBy}`, async () => {
      const pod = await Pod.create(node, 'one');
      const [first = ''] = await runtime.add(pod, cluster, { interface: 'eth0' });
      const [second = ''] = await runtime.add(pod, list);
      assert.deepEqual(held(aws), [first, second]);
      await learnAddresses(aws);

      assert.ok(await pod.reaches(NODE_ENI.router));
      assert.ok(await pod.reaches(POD_ENI.router), 'within the subnet net1 always works');
      assert.match(await wayOut(pod, second), new RegExp(` dev ${leavesBy} `));
      assert.ok(await clientReaches(first), 'the first interface is reached');
      assert.equal(await clientReaches(second), reaches);

      await runtime.del(pod, list);
      await runtime.del(pod, cluster, { interface: 'eth0' });
      assert.deepEqual(await pod.interfaces(), {});
      assert.deepEqual(held(aws), []);
      assert.deepEqual(await records(node), []);
    });
  }
});
