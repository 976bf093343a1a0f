/** What Multus sends, replayed: several networks a pod on two ENIs, failures half-way, sandboxes made anew. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Aws } from '../aws/aws.ts';
import { type Eni, held, POD_ENI, rangeOf, startAccount, THIRD_ENI } from './bed/account.ts';
import { bed } from './bed/bed.ts';
import { clear } from './bed/clear.ts';
import { makeLan } from './bed/lan.ts';
import { here } from './bed/machine.ts';
import { Pod } from './bed/pod.ts';
import { records } from './bed/records.ts';
import { Runtime } from './bed/runtime.ts';
import { Multus } from './multus/multus.ts';

const networkOn = (eni: Eni, name: string, ranges: unknown = [[rangeOf(eni)]]) => ({
  cniVersion: '0.4.0',
  name,
  type: 'macvlan',
  master: eni.device,
  ipam: { type: 'eni-local', ranges },
});
const signalling = { network: networkOn(POD_ENI, 'signalling') };
const media = { network: networkOn(THIRD_ENI, 'media') };

/** The pod's networks: two ENIs, and one network twice. */
const SELECTIONS = [signalling, media, signalling];
const pod = { name: 'web-0', uid: 'a1b2c3d4-0000-4000-8000-000000000001' };

bed('multus', { files: ['/usr/lib/cni/macvlan'], links: ['macvlan', 'veth'] }, () => {
  let aws: Aws;
  let multus: Multus;
  before(async () => {
    aws = await startAccount();
    multus = new Multus(await Runtime.on(here, aws.environment()));
    await makeLan();
  });
  afterEach(() => clear(here, aws));
  after(() => aws.close());

  async function nothingIsLeft(): Promise<void> {
    assert.deepEqual(held(aws), []);
    assert.deepEqual(await records(here), []);
  }

  test('three networks of a pod, one of them twice, on two ENIs; DEL in reverse, and again', async () => {
    const sandbox = await Pod.create(here, 'sandbox');
    assert.equal(await multus.add(pod, sandbox, SELECTIONS), undefined);
    const { net1, net2, net3, ...others } = await sandbox.interfaces();
    assert.deepEqual([...(net1 ?? []), ...(net3 ?? [])].sort(), aws.addresses(POD_ENI.id));
    assert.deepEqual(net2, aws.addresses(THIRD_ENI.id));
    assert.deepEqual([held(aws).length, others], [3, {}]);
    for (const eni of [POD_ENI, THIRD_ENI]) assert.ok(await sandbox.reaches(eni.router));

    await multus.del(pod, sandbox, SELECTIONS);
    assert.deepEqual(await sandbox.interfaces(), {});
    await nothingIsLeft();
    // containerd sends each DEL twice, and again after it was restarted.
    const calls = aws.calls();
    await multus.del(pod, sandbox, SELECTIONS);
    await sandbox.remove();
    await multus.del(pod, sandbox, SELECTIONS);
    assert.equal(aws.calls(), calls, 'there was nothing to ask EC2 for');
    await nothingIsLeft();
  });

  test('eight pods at once', async () => {
    const sandboxes = await Pod.createAll(here, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    const pods = sandboxes.map(({ name }) => ({ name, uid: `uid-of-${name}` }));
    const all = (deed: (index: number) => Promise<unknown>) =>
      Promise.all(sandboxes.map((_, index) => deed(index)));
    const at = (index: number) => [pods[index], sandboxes[index], SELECTIONS] as Parameters<Multus['add']>;

    const failures = await all((index) => multus.add(...at(index)));
    assert.deepEqual(new Set(failures), new Set([undefined]));
    const inPods = await Promise.all(sandboxes.map(async (each) => Object.values(await each.interfaces())));
    assert.deepEqual(inPods.flat(2).sort(), held(aws));
    assert.equal(new Set(held(aws)).size, 24);

    await all((index) => multus.del(...at(index)));
    await nothingIsLeft();
  });

  test('the second network fails: DEL of what there is, and the next sandbox is fine', async () => {
    const [first, second] = await Pod.createAll(here, 'first', 'second');
    aws.fault({ kind: 'error', code: 'UnauthorizedOperation', status: 403, every: 2, times: 1 });
    const failure = await multus.add(pod, first, SELECTIONS);
    assert.match(failure?.stdout ?? '', /"code": 103/);
    // kubelet then stops the sandbox, and containerd says DEL for all, be they added or not.
    await multus.del(pod, first, SELECTIONS);
    await multus.del(pod, first, SELECTIONS);
    assert.deepEqual(await first.interfaces(), {});
    await nothingIsLeft();
    await first.remove();

    assert.equal(await multus.add(pod, second, SELECTIONS), undefined);
    assert.equal(held(aws).length, 3);
    await multus.del(pod, second, SELECTIONS);
    await nothingIsLeft();
  });

  test('a sandbox made anew without a DEL has the same addresses, and EC2 is not asked', async () => {
    const [first, second] = await Pod.createAll(here, 'first', 'second');
    await multus.add(pod, first, SELECTIONS);
    const interfaces = await first.interfaces();
    await first.remove();

    const calls = aws.calls();
    assert.equal(await multus.add(pod, second, SELECTIONS), undefined);
    assert.deepEqual(await second.interfaces(), interfaces);
    assert.equal(aws.calls(), calls);
    // The first sandbox's DEL may come late. It must not take away what is the second's now.
    await multus.del(pod, first, SELECTIONS);
    assert.deepEqual(held(aws).length, 3);
    assert.ok(await second.reaches(POD_ENI.router));
    await multus.del(pod, second, SELECTIONS);
    await nothingIsLeft();
  });

  test('the addresses of an annotation, joined by commas', async () => {
    const sandbox = await Pod.create(here, 'sandbox');
    const [low, high] = ['10.10.1.80', '10.10.1.90'].map((rangeStart) => ({
      subnet: POD_ENI.subnet,
      rangeStart,
      rangeEnd: rangeStart.replace(/.$/, '9'),
    }));
    const ips = ['10.10.1.85', '10.10.1.95'];
    const selections = [{ network: networkOn(POD_ENI, 'signalling', [[low], [high]]), ips }];
    assert.equal(await multus.add(pod, sandbox, selections), undefined);
    assert.deepEqual(await sandbox.interfaces(), { net1: ips });
    assert.deepEqual(held(aws), ips);
    await multus.del(pod, sandbox, selections);
    await nothingIsLeft();
  });
});
