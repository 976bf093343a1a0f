/** podman's containers: real ones, with the addresses that the plugin gave them. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { Aws } from '../aws/aws.ts';
import { held, POD_ENI, rangeOf, startAccount } from './bed/account.ts';
import { bed } from './bed/bed.ts';
import { clear } from './bed/clear.ts';
import { makeLan } from './bed/lan.ts';
import { here } from './bed/machine.ts';
import { records } from './bed/records.ts';
import { BUSYBOX } from './containers/busybox-root.ts';
import { Podman } from './podman/podman.ts';

const network = {
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [
    {
      type: 'macvlan',
      master: POD_ENI.device,
      capabilities: { ips: true },
      ipam: { type: 'eni-local', ranges: [[rangeOf(POD_ENI)]] },
    },
  ],
};

const needs = {
  files: ['/usr/bin/podman', '/usr/bin/crun', BUSYBOX, '/usr/lib/cni/macvlan'],
  links: ['macvlan'],
};

bed('podman', needs, () => {
  let aws: Aws;
  let podman: Podman;
  before(async () => {
    aws = await startAccount();
    await makeLan();
    podman = await Podman.start(aws.environment(), network);
  });
  afterEach(async () => {
    await podman.must('rm', '--all', '--force', '--time=0');
    await clear(here, aws);
  });
  after(() => aws.close());

  async function runs(name: string, on = network.name): Promise<string> {
    const { status, stdout, stderr } = await podman.run(name, on);
    assert.equal(status, 0, `${name} does not start: ${stdout}${stderr}`);
    return podman.addressOf(name);
  }

  async function nothingIsLeft(): Promise<void> {
    assert.deepEqual(held(aws), []);
    assert.deepEqual(await records(here), []);
  }

  test('two containers at once, one with an address that it asks for', async () => {
    const addresses = await Promise.all([runs('one'), runs('two', 'pods:ip=10.10.1.90')]);
    assert.equal(addresses[1], '10.10.1.90');
    assert.deepEqual(held(aws), [...addresses].sort());
    for (const target of [addresses[1], POD_ENI.router]) {
      await podman.must('exec', 'one', 'ping', '-c', '1', '-W', '2', target);
    }
    assert.match(await podman.must('exec', 'one', 'ip', '-4', 'address'), new RegExp(` ${addresses[0]}/24 `));

    await podman.must('rm', '--force', '--time=0', 'one', 'two');
    await nothingIsLeft();
  });

  test('a container that is stopped holds no address, and has one again when it is started', async () => {
    await runs('one');
    await podman.must('stop', '--time=0', 'one');
    await nothingIsLeft();
    await podman.must('start', 'one');
    const address = await podman.addressOf('one');
    assert.deepEqual(held(aws), [address]);
    await podman.must('exec', 'one', 'ping', '-c', '1', '-W', '2', POD_ENI.router);
    await podman.must('rm', '--force', '--time=0', 'one');
    await nothingIsLeft();
  });

  test('a container for which EC2 denies an address does not start, and says why', async () => {
    aws.fault({ kind: 'deny', action: 'AssignPrivateIpAddresses' });
    const { status, stderr } = await podman.run('one', network.name);
    assert.notEqual(status, 0);
    assert.match(stderr, /ec2:AssignPrivateIpAddresses|AssignPrivateIpAddresses/);
    await podman.must('rm', '--force', '--time=0', 'one');
    await nothingIsLeft();
  });
});
