/** libcni, the runtimes' own library, with what cnitool does: a list in which another plugin follows. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Aws } from '../aws/aws.ts';
import { held, POD_ENI, rangeOf, startAccount, TAKEN } from './bed/account.ts';
import { bed } from './bed/bed.ts';
import { clear } from './bed/clear.ts';
import { makeLan } from './bed/lan.ts';
import { here } from './bed/machine.ts';
import { Pod } from './bed/pod.ts';
import { records } from './bed/records.ts';
import { buildRuntime, FILES } from './libcni/build.ts';
import { ListRuntime } from './libcni/list-runtime.ts';

const SYSCTL = 'net.ipv4.conf.net1.arp_notify';

const tuned = {
  cniVersion: '1.0.0',
  name: 'tuned',
  plugins: [
    {
      type: 'macvlan',
      master: POD_ENI.device,
      capabilities: { ips: true },
      ipam: {
        type: 'eni-local',
        ranges: [[rangeOf(POD_ENI)]],
        routes: [{ dst: '10.20.0.0/16', gw: POD_ENI.router }],
      },
    },
    { type: 'tuning', sysctl: { [SYSCTL]: '1' } },
  ],
};

const needs = { files: [...FILES, '/usr/lib/cni/macvlan', '/usr/lib/cni/tuning'], links: ['macvlan'] };

bed('libcni', needs, () => {
  let aws: Aws;
  let runtime: ListRuntime;
  before(async () => {
    aws = await startAccount();
    await makeLan();
    runtime = await ListRuntime.on(here, await buildRuntime(), aws.environment(), [tuned]);
  });
  afterEach(() => clear(here, aws));
  after(() => aws.close());

  async function nothingIsLeft(): Promise<void> {
    assert.deepEqual(held(aws), []);
    assert.deepEqual(await records(here), []);
  }

  test('add, check and del, with tuning behind macvlan', async () => {
    const pods = await Pod.createAll(here, 'one', 'two', 'three');
    const addresses: string[] = [];
    for (const pod of pods) {
      addresses.push(...(await runtime.add(pod, tuned)));
      assert.deepEqual(await pod.interfaces(), { net1: addresses.slice(-1) });
      assert.equal(await pod.enter(`sysctl -n ${SYSCTL}`), '1\n', 'tuning came after us');
      assert.match(await pod.enter('ip route'), /10\.20\.0\.0\/16 via 10\.10\.1\.1 dev net1/);
      assert.ok(await pod.reaches(POD_ENI.router));
    }
    assert.deepEqual(addresses, ['10.10.1.80', '10.10.1.82', '10.10.1.83'], `not ${TAKEN}`);
    assert.deepEqual(held(aws), addresses);
    for (const pod of pods) await runtime.check(pod, tuned);

    for (const pod of pods) await runtime.del(pod, tuned);
    for (const pod of pods) assert.deepEqual(await pod.interfaces(), {});
    await nothingIsLeft();
  });

  test('check tells that the ENI has lost the address', async () => {
    const pod = await Pod.create(here, 'one');
    const [address = ''] = await runtime.add(pod, tuned);
    aws.take(POD_ENI.id, address);
    const { status, stdout, stderr } = await runtime.call('check', pod, tuned);
    assert.notEqual(status, 0);
    assert.match(stdout + stderr, new RegExp(`${POD_ENI.id} does not hold it`));
    aws.put(POD_ENI.id, address);
    await runtime.check(pod, tuned);
    await runtime.del(pod, tuned);
  });

  test('an address that the runtime asks for, by its capability and by an argument', async () => {
    const pods = await Pod.createAll(here, 'one', 'two');
    const asked = [
      { env: { CAP_ARGS: '{"ips":["10.10.1.90/24"]}' } },
      { env: { CNI_ARGS: 'IgnoreUnknown=1;IP=10.10.1.91' } },
    ];
    const addresses: string[] = [];
    for (const [index, pod] of pods.entries()) {
      addresses.push(...(await runtime.add(pod, tuned, asked[index])));
    }
    assert.deepEqual(addresses, ['10.10.1.90', '10.10.1.91']);
    for (const pod of pods) await runtime.del(pod, tuned);
    await nothingIsLeft();
  });

  test('an address that is taken fails the whole list, and leaves nothing', async () => {
    const pod = await Pod.create(here, 'one');
    const { status, stdout, stderr } = await runtime.call('add', pod, tuned, {
      env: { CAP_ARGS: `{"ips":["${TAKEN}"]}` },
    });
    assert.notEqual(status, 0);
    assert.ok(`${stdout}${stderr}`.includes(TAKEN), 'the message names the address');
    await runtime.del(pod, tuned);
    assert.deepEqual(await pod.interfaces(), {});
    await nothingIsLeft();
  });

  test('del of a pod whose namespace is gone, again, and of what never was', async () => {
    const [pod, stranger] = await Pod.createAll(here, 'one', 'stranger');
    await runtime.del(stranger, tuned);
    await runtime.add(pod, tuned);
    await pod.remove();
    await runtime.del(pod, tuned);
    await runtime.del(pod, tuned);
    await nothingIsLeft();
  });
});
