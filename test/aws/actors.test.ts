/** Others at work in the same account, step by step on a clock that a test moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { AssignPrivateIpAddressesCommand } from '@aws-sdk/client-ec2';
import type { Actor } from './actors/actor.ts';
import { type Aws, startAws } from './aws.ts';
import { read } from './clients/imds-client.ts';
import { refusal, SdkClient } from './clients/sdk-client.ts';
import { defaultSeed } from './cloud/seed.ts';
import { FakeClock } from './fake-clock.ts';

const first = 'eni-00000000000000001';
const second = 'eni-00000000000000002';
const foreign = 'eni-00000000000000003';
const subnetId = 'subnet-00000000000000001';

/** The default node, and the ENI of another one in the same subnet. */
async function start(clock: FakeClock, randomSeed?: number): Promise<Aws> {
  const seed = defaultSeed();
  const aws = await startAws({
    clock,
    randomSeed,
    seed: { ...seed, enis: [...seed.enis, { id: foreign, subnetId }] },
  });
  return aws;
}

/** Lets actors make so many steps, a second each. */
async function steps(clock: FakeClock, count: number, actors = 1): Promise<void> {
  for (let done = 0; done < count; done += 1) {
    clock.advance(1000);
    await clock.sleeping(actors);
    await turn();
  }
}

/** What came and went, without times. */
function story(aws: Aws): string[] {
  return aws
    .mutations()
    .map(({ cause, eniId, gained, lost }) => `${cause} ${eniId} +${gained.join()} -${lost.join()}`);
}

test('a vpc-cni takes addresses and prefixes of EC2’s choice, and gives them back in its time', async () => {
  const clock = new FakeClock();
  await using aws = await start(clock);
  aws.startActor({ kind: 'vpc-cni', eniId: foreign, everyMs: 1000, addresses: 2, prefixes: 1, keepMs: 2000 });
  assert.deepEqual(aws.addresses(foreign), []);
  await steps(clock, 1);
  const early = aws.addresses(foreign);
  const [prefix = ''] = aws.prefixes(foreign);
  assert.equal(early.length, 2);
  assert.match(prefix, /^10\.10\.0\.\d+\/28$/);
  await steps(clock, 1);
  assert.equal(aws.addresses(foreign).length, 4);
  assert.equal(aws.prefixes(foreign).length, 2);
  await steps(clock, 1);
  assert.equal(aws.addresses(foreign).length, 4);
  // EC2 may choose the same one again.
  assert.ok(aws.mutations().some(({ lost }) => lost.includes(prefix)));
  assert.ok(aws.mutations().every(({ cause }) => cause === 'vpc-cni'));
  assert.equal(aws.calls(), 0);
});

test('what an actor holds is as good as anybody’s', async () => {
  const clock = new FakeClock();
  await using aws = await start(clock);
  aws.startActor({ kind: 'vpc-cni', eniId: foreign, everyMs: 1000, addresses: 1 });
  await steps(clock, 1);
  const [address = ''] = aws.addresses(foreign);
  using client = new SdkClient(aws);
  const wanted = { NetworkInterfaceId: second, PrivateIpAddresses: [address] };
  assert.equal(
    await refusal(client.send(new AssignPrivateIpAddressesCommand(wanted))),
    `400 InvalidParameterValue: [${address}] assigned, but move is not allowed.`,
  );
});

/** Eleven usable addresses, three of them primaries. */
async function startNarrow(clock: FakeClock): Promise<Aws> {
  const seed = defaultSeed();
  const narrow = seed.subnets.map((subnet) => ({ ...subnet, cidr: '10.10.0.0/28' }));
  const enis = [...seed.enis, { id: foreign, subnetId }];
  return await startAws({ clock, seed: { ...seed, subnets: narrow, enis } });
}

test('an actor makes do with what EC2 refuses, and with what was taken from it', async () => {
  const clock = new FakeClock();
  await using aws = await startNarrow(clock);
  aws.startActor({ kind: 'vpc-cni', eniId: foreign, everyMs: 1000, addresses: 5, keepMs: 3000 });
  await steps(clock, 2);
  assert.equal(aws.addresses(foreign).length, 5);
  const [lost = ''] = aws.addresses(foreign);
  aws.put(second, lost);
  await steps(clock, 2);
  assert.deepEqual(aws.addresses(second), [lost]);
  assert.equal(aws.addresses(foreign).length, 5);
});

test('what a vpc-cni takes a second time, it keeps for its whole time again', async () => {
  const clock = new FakeClock();
  await using aws = await startNarrow(clock);
  aws.startActor({ kind: 'vpc-cni', eniId: foreign, everyMs: 1000, addresses: 8, keepMs: 2000 });
  await steps(clock, 3);
  assert.equal(aws.mutations().length, 10, 'taken, given back one by one, taken');
  await steps(clock, 1);
  assert.equal(aws.mutations().length, 10);
});

test('a mover takes an address away in each step, with AllowReassignment', async () => {
  const clock = new FakeClock();
  await using aws = await start(clock);
  for (const address of ['10.10.0.20', '10.10.0.21', '10.10.0.22']) aws.put(first, address);
  aws.startActor({ kind: 'mover', eniId: foreign, everyMs: 1000, addresses: ['10.10.0.21', '10.10.0.22'] });
  await steps(clock, 1);
  assert.equal(aws.addresses(foreign).length, 1);
  assert.equal(aws.addresses(first).length, 2);
  await steps(clock, 2);
  assert.deepEqual(aws.addresses(foreign), ['10.10.0.21', '10.10.0.22']);
  assert.deepEqual(aws.addresses(first), ['10.10.0.20']);
});

test('ENIs are detached and deleted when their time has come', async () => {
  const clock = new FakeClock();
  await using aws = await start(clock);
  aws.startActor({ kind: 'detacher', eniId: second, everyMs: 1000, times: 1, lingers: true });
  aws.startActor({ kind: 'remover', eniId: first, everyMs: 2000, times: 1 });
  await steps(clock, 1);
  assert.equal(aws.state().enis.get(second)?.attachment, undefined);
  const mac = 'meta-data/network/interfaces/macs/02:00:00:00:00:02';
  assert.equal(await read(aws, `${mac}/interface-id`), second);
  assert.ok(aws.state().enis.has(first));
  await steps(clock, 1, 0);
  assert.ok(!aws.state().enis.has(first));
});

test('actors share the token buckets with everybody', async () => {
  const clock = new FakeClock();
  await using aws = await start(clock);
  using client = new SdkClient(aws);
  aws.throttle(0.0001);
  const wanted = { NetworkInterfaceId: second, PrivateIpAddresses: ['10.10.0.20'] };
  const assignment = new AssignPrivateIpAddressesCommand(wanted);
  for (let count = 0; count < 99; count += 1) await client.send(assignment);
  aws.startActor({ kind: 'vpc-cni', eniId: foreign, everyMs: 1000, addresses: 1 });
  await steps(clock, 3);
  assert.equal(aws.addresses(foreign).length, 1);
  assert.match(await refusal(client.send(assignment)), /^503 RequestLimitExceeded: /);
});

test('an actor makes as many steps as it was told to', async () => {
  const clock = new FakeClock();
  await using aws = await start(clock);
  aws.startActor({ kind: 'vpc-cni', eniId: foreign, everyMs: 1000, times: 2, addresses: 1 });
  await steps(clock, 1);
  await steps(clock, 3, 0);
  assert.equal(aws.addresses(foreign).length, 2);
});

test('actors stop when they are told to, and with reset()', async () => {
  const clock = new FakeClock();
  await using aws = await start(clock);
  const actor: Actor = { kind: 'vpc-cni', eniId: foreign, everyMs: 1000, addresses: 1 };
  for (const stop of [async () => aws.stopActors(), () => aws.reset()]) {
    aws.startActor(actor);
    await steps(clock, 1);
    await stop();
    aws.clearJournal();
    await steps(clock, 3, 0);
    assert.deepEqual(aws.mutations(), []);
  }
});

test('one random seed repeats what actors do, whatever clients do meanwhile', async () => {
  const run = async (randomSeed: number, isBusy = false) => {
    const clock = new FakeClock();
    await using aws = await start(clock, randomSeed);
    aws.startActor({ kind: 'vpc-cni', eniId: foreign, everyMs: 1000, addresses: 1, keepMs: 2000 });
    aws.startActor({ kind: 'mover', eniId: first, everyMs: 1000 });
    for (let count = 0; count < 6; count += 1) {
      if (isBusy) await read(aws, 'meta-data/mac');
      await steps(clock, 1, 2);
    }
    return story(aws);
  };
  const once = await run(1);
  assert.deepEqual(await run(1, true), once);
  assert.notDeepEqual(await run(2), once);
});

test('an actor on an ENI that does not exist, or without a pause, is a mistake', async () => {
  await using aws = await startAws();
  assert.throws(() => aws.startActor({ kind: 'remover', eniId: foreign, everyMs: 1000 }), /does not exist/);
  assert.throws(() => aws.startActor({ kind: 'remover', eniId: first, everyMs: 0 }), /everyMs/);
});
