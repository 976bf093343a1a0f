/** containerd's CRI as kubelet uses it: sandboxes that come at once, fail half-way, and go. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Aws } from '../aws/aws.ts';
import { held, POD_ENI, rangeOf, startAccount } from './bed/account.ts';
import { bed } from './bed/bed.ts';
import { clear } from './bed/clear.ts';
import { makeLan } from './bed/lan.ts';
import { here, must } from './bed/machine.ts';
import { records } from './bed/records.ts';
import { BUSYBOX } from './containers/busybox-root.ts';
import { type Containerd, startContainerd } from './cri/containerd.ts';
import type { SandboxConfig } from './cri/cri.ts';

const network = {
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [
    { type: 'macvlan', master: POD_ENI.device, ipam: { type: 'eni-local', ranges: [[rangeOf(POD_ENI)]] } },
  ],
};
const podOf = (name: string): SandboxConfig => ({ name, uid: `uid-of-${name}` });

const needs = {
  files: ['/usr/bin/containerd', '/usr/bin/ctr', '/usr/sbin/runc', BUSYBOX, '/usr/lib/cni/macvlan'],
  links: ['macvlan'],
};

bed('containerd', needs, () => {
  let aws: Aws;
  let containerd: Containerd;
  before(async () => {
    aws = await startAccount();
    await makeLan();
    containerd = await startContainerd(aws.environment(), network);
  });
  afterEach(async () => {
    await containerd.cri.removeAll();
    await clear(here, aws);
  });
  after(async () => {
    await containerd?.[Symbol.asyncDispose]();
    await aws?.close();
  });

  async function end(id: string): Promise<void> {
    await containerd.cri.stop(id);
    await containerd.cri.remove(id);
  }

  async function nothingIsLeft(): Promise<void> {
    assert.deepEqual(held(aws), []);
    assert.deepEqual(await records(here), []);
  }

  test('several sandboxes at once', async () => {
    const { cri } = containerd;
    const pods = ['one', 'two', 'three', 'four', 'five'].map(podOf);
    const ids = await Promise.all(pods.map((pod) => cri.run(pod)));
    const addresses = await Promise.all(ids.map((id) => cri.addressOf(id)));
    assert.equal(new Set(addresses).size, pods.length);
    assert.deepEqual([...addresses].sort(), held(aws));
    const stored = await records(here);
    for (const [index, { name, uid }] of pods.entries()) {
      const record = stored.find(({ address }) => address === addresses[index]);
      assert.equal(record?.container, ids[index]);
      assert.deepEqual(record?.pod, { namespace: 'default', name, uid }, 'by the CNI_ARGS of the CRI');
      const inPod = `nsenter --net=${record?.folder?.path}/${record?.netns}`;
      await must(here, `${inPod} ping -n -c 1 -W 2 ${POD_ENI.router}`);
      await must(here, `${inPod} ping -n -c 1 -W 2 ${addresses[(index + 1) % addresses.length]}`);
    }
    await Promise.all(ids.map(end));
    await nothingIsLeft();
  });

  test('a sandbox is stopped again and again', async () => {
    const { cri } = containerd;
    const id = await cri.run(podOf('one'));
    for (let times = 0; times < 3; times++) await cri.stop(id);
    await nothingIsLeft();
    await end(id);
    await cri.remove(id);
    await nothingIsLeft();
  });

  test('EC2 denies the address: the sandbox fails and says why, and the next attempt is fine', async () => {
    const { cri } = containerd;
    aws.fault({ kind: 'deny', action: 'AssignPrivateIpAddresses' });
    await assert.rejects(cri.run(podOf('one')), /AssignPrivateIpAddresses/);
    await nothingIsLeft();
    const id = await cri.run({ ...podOf('one'), attempt: 1 });
    assert.deepEqual(held(aws), [await cri.addressOf(id)]);
    await end(id);
    await nothingIsLeft();
  });

  test('a sandbox that fails after it has its network gives the address back', async () => {
    const { cri } = containerd;
    const broken = { ...podOf('one'), sysctl: ['net.ipv4.no_such_setting', '1'] } as const;
    await assert.rejects(cri.run(broken), /no_such_setting/);
    assert.equal(aws.calls('AssignPrivateIpAddresses'), 1, 'it had an address');
    await nothingIsLeft();
  });
});
