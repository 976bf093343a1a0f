/** The model of plugins that make one call a pod, on its virtual clock. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUCKET, earliestEnd, modelOneCallAPod } from '../../../scripts/bench/cluster/one-call-a-pod.ts';
import { Parameters } from '../../aws/ec2/parameters.ts';
import { Throttle } from '../../aws/ec2/throttle.ts';

test('980 pods that make one call each cannot be done before 176 s, and are done soon after', () => {
  const { doneMs, calls, throttled } = modelOneCallAPod({ pods: 980, latencyMs: 300 });
  assert.equal(doneMs.length, 980);
  const last = doneMs.at(-1) ?? 0;
  assert.ok(last >= 176_000, `${last} ms`);
  // What backing off costs: with patience enough, no token of the bucket is lost.
  assert.ok(last < 190_000, `${last} ms`);
  assert.equal(calls - throttled, 980);
});

test('at no time have more been served than the bucket had', () => {
  const { doneMs } = modelOneCallAPod({ pods: 300, latencyMs: 0 });
  for (const [index, ms] of doneMs.entries()) {
    const had = BUCKET.capacity + (ms / 1000) * BUCKET.perSecond;
    assert.ok(index + 1 <= had + 1e-6, `${index + 1} after ${ms} ms`);
  }
});

test('pods that fit into the bucket need one call each, and as long as EC2 takes', () => {
  const { doneMs, calls, throttled } = modelOneCallAPod({ pods: 100, latencyMs: 300 });
  assert.deepEqual([calls, throttled, doneMs.at(-1)], [100, 0, 300]);
});

test('the same pauses are drawn each time', () => {
  const plan = { pods: 150, latencyMs: 100 };
  assert.deepEqual(modelOneCallAPod(plan), modelOneCallAPod(plan));
});

test('earliestEnd() is the time in which the bucket refills what it lacks', () => {
  assert.equal(earliestEnd(980), 176_000);
  assert.equal(earliestEnd(100), 0);
  assert.equal(earliestEnd(3), 0);
});

test('BUCKET is the emulator’s', () => {
  const throttle = new Throttle();
  throttle.start(1);
  const admits = (now: number): boolean =>
    throttle.admits('AssignPrivateIpAddresses', new Parameters({}), now);
  const atOnce = Array.from({ length: 200 }, () => admits(0)).filter(Boolean).length;
  assert.equal(atOnce, BUCKET.capacity);
  const later = Array.from({ length: 200 }, () => admits(1000)).filter(Boolean).length;
  assert.equal(later, BUCKET.perSecond);
});
