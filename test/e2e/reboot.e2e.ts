/** A node whose power fails: its disk survives, /run and the boot id do not, and the ENI keeps no orphans. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Aws } from '../aws/aws.ts';
import { held, POD_ENI, rangeOf, startAccount } from './bed/account.ts';
import { bed } from './bed/bed.ts';
import { must } from './bed/machine.ts';
import { Pod } from './bed/pod.ts';
import { records } from './bed/records.ts';
import { Runtime } from './bed/runtime.ts';
import { DISK_FILES, makeDisk } from './vm/disk.ts';
import { bootId, VM_FILES, type Vm } from './vm/vm.ts';
import { bootNode, type OpenAws, openAws } from './vm/vm-node.ts';
import { learnAddresses, makeVpc } from './vm/vpc.ts';

const network = {
  cniVersion: '1.0.0',
  name: 'pods',
  type: 'ipvlan',
  master: POD_ENI.device,
  ipam: { type: 'eni-local', ranges: [[rangeOf(POD_ENI)]] },
};
/** What kubelet tells of a pod: its sandboxes change, its name and its UID do not. */
const argsOf = (name: string) => ({
  args: `IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=${name};K8S_POD_UID=uid-of-${name}`,
});

bed('reboot', { files: [...VM_FILES, ...DISK_FILES, '/usr/lib/cni/ipvlan'] }, () => {
  let aws: Aws;
  let open: OpenAws;
  let disk: string;
  let current: Vm | undefined;
  before(async () => {
    aws = await startAccount();
    await makeVpc();
    open = await openAws(aws);
  });
  afterEach(async () => {
    await current?.cutPower();
    await aws.reset();
  });
  after(async () => {
    await open[Symbol.asyncDispose]();
    await aws.close();
  });

  /** The node with what its disk has; the virtual machine before it has no power any more. */
  async function boot(): Promise<[node: Vm, runtime: Runtime]> {
    await current?.cutPower();
    current = await bootNode(aws, disk);
    return [current, await Runtime.on(current, open.environment)];
  }

  /** Moves the node's clock, and says what would have to be waited for. */
  const passTime = (node: Vm, time: string, _reason: string) => must(node, `date --set='+${time}'`);

  test('pods of the last boot: one comes back, one is deleted, one is never heard of again', async () => {
    disk = await makeDisk();
    const [firstNode, firstRuntime] = await boot();
    const bootBefore = await bootId(firstNode);
    const pods = await Pod.createAll(firstNode, 'returning', 'deleted', 'forgotten');
    const addresses: string[] = [];
    for (const pod of pods) addresses.push(...(await firstRuntime.add(pod, network, argsOf(pod.name))));
    const recordsBefore = await records(firstNode);
    assert.deepEqual(held(aws), addresses);

    // No time between the last answer and this: what counts has to be on the disk by then.
    await must(firstNode, 'echo text > /var/lib/cni/not-synced');
    const [node, runtime] = await boot();
    assert.equal(await must(node, 'cat /var/lib/cni/not-synced || true'), '', 'the bed can tell');
    assert.notEqual(await bootId(node), bootBefore);
    assert.deepEqual(await records(node), recordsBefore, 'the disk has what ADD had answered');

    const [returning, deleted] = pods;
    const sandbox = await Pod.create(node, 'sandbox');
    const calls = aws.calls();
    assert.deepEqual(
      await runtime.add(sandbox, network, argsOf(returning.name)),
      [addresses[0]],
      'the same pod has the same address',
    );
    assert.equal(aws.calls(), calls, 'which the ENI still holds');
    await runtime.del(deleted, network, argsOf(deleted.name));
    const fresh = await Pod.create(node, 'fresh');
    await passTime(node, '3 minutes', 'until then a pod with a name may come back');
    const [freshAddress = ''] = await runtime.add(fresh, network, argsOf(fresh.name));

    const kept = [addresses[0] ?? '', freshAddress].sort();
    assert.deepEqual([...held(aws)].sort(), kept, 'the ENI has no orphans');
    assert.deepEqual((await records(node)).map(({ address }) => address).sort(), kept);
    await learnAddresses(aws);
    for (const pod of [sandbox, fresh]) assert.ok(await pod.reaches(POD_ENI.router));
    // Late, and for a sandbox that is not the pod's any more.
    await runtime.del(returning, network, argsOf(returning.name));
    assert.deepEqual([...held(aws)].sort(), kept);
    await runtime.del(sandbox, network, argsOf(returning.name));
    await runtime.del(fresh, network, argsOf(fresh.name));
    assert.deepEqual(held(aws), []);
    assert.deepEqual(await records(node), []);
  });

  test('the power fails while EC2 has assigned, and the answer is on its way', async () => {
    disk = await makeDisk();
    const [firstNode, firstRuntime] = await boot();
    const pod = await Pod.create(firstNode, 'one');
    aws.fault({ kind: 'applied-then-hang', action: 'AssignPrivateIpAddresses' });
    const answer = firstRuntime.call('ADD', pod, network, argsOf(pod.name)).catch(() => 'none');
    for (let patience = 500; held(aws).length === 0 && patience > 0; patience--) await pause(20);
    const [node, runtime] = await boot();
    assert.equal(await answer, 'none');
    assert.equal(held(aws).length, 1, 'an orphan, were it not on record');

    await passTime(node, '1 minute', 'EC2 may do late what it was asked, until the call is out of time');
    const next = await Pod.create(node, 'next');
    const addresses = await runtime.add(next, network, argsOf(next.name));
    assert.deepEqual(held(aws), addresses, 'the ENI has no orphans');
    assert.deepEqual(
      (await records(node)).map(({ container }) => container),
      [next.name],
    );
    await runtime.del(next, network, argsOf(next.name));
    assert.deepEqual(held(aws), []);
  });
});
