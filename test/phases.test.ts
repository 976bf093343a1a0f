/** Where the time of an invocation goes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPhases } from '../src/phases.ts';
import { FakeWorld } from './eni/fake-world.ts';

test('openPhases() counts what has passed before as the start', async () => {
  const world = new FakeWorld();
  await world.sleep(40);
  const phases = openPhases(world);
  assert.deepEqual(phases.spent(), { start: 40 });
});

test('time() counts for the phase, and for the rest what is outside of all', async () => {
  const world = new FakeWorld();
  const phases = openPhases(world);
  await phases.time('commit', () => world.sleep(3));
  await world.sleep(5);
  await phases.time('ec2', () => world.sleep(100));
  await phases.time('commit', () => world.sleep(4));
  assert.deepEqual(phases.spent(), { commit: 7, rest: 5, ec2: 100 });
});

test('time() counts a phase within a phase once, and goes on with the outer one', async () => {
  const world = new FakeWorld();
  const phases = openPhases(world);
  await phases.time('turn', async () => {
    await world.sleep(10);
    await phases.time('ec2', () => world.sleep(30));
    await world.sleep(2);
  });
  assert.deepEqual(phases.spent(), { turn: 12, ec2: 30 });
});

test('time() hands on what the work answers or throws, and the phase ends with it', async () => {
  const world = new FakeWorld();
  const phases = openPhases(world);
  assert.equal(await phases.time('load', async () => 7), 7);
  const work = async () => {
    await world.sleep(1);
    throw new Error('no');
  };
  await assert.rejects(phases.time('ec2', work), /no/);
  await world.sleep(6);
  assert.deepEqual(phases.spent(), { ec2: 1, rest: 6 });
});

test('spent() tells what an unfinished phase has taken so far', async () => {
  const world = new FakeWorld();
  const phases = openPhases(world);
  await phases.time('pause', async () => {
    await world.sleep(8);
    assert.deepEqual(phases.spent(), { pause: 8 });
  });
});
