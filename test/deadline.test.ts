/** The one deadline of an invocation. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadlineAt } from '../src/deadline.ts';
import { FakeWorld } from './eni/fake-world.ts';

test('remaining() counts down to zero from the start of the process, in whole milliseconds', async () => {
  const world = new FakeWorld();
  await world.sleep(1000);
  const deadline = deadlineAt(2500, world);
  assert.equal(deadline.remaining(), 1500);
  await world.sleep(1499.5);
  assert.equal(deadline.remaining(), 0);
  await world.sleep(1000);
  assert.equal(deadline.remaining(), 0);
});

test('check() returns while time is left, and then says what could not be done in it', async () => {
  const world = new FakeWorld();
  const deadline = deadlineAt(2500, world);
  await world.sleep(2499);
  deadline.check('assign 10.10.0.80 to eni-0a');
  await world.sleep(1);
  assert.throws(() => deadline.check('assign 10.10.0.80 to eni-0a'), {
    kind: 'try-again',
    message: 'cannot assign 10.10.0.80 to eni-0a within 2.5 s',
  });
});
