/** A full ENI: EC2 is asked once, and then not before something has left, or some time has passed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { take } from '../../src/allocator/take.ts';
import { applyReport } from '../../src/eni/report.ts';
import { callEc2, queueOf } from '../../src/eni/round.ts';
import { Failure } from '../../src/errors.ts';
import type { State } from '../../src/model.ts';
import { claimOnEni, NOW, onEni, REF, stateOf, written } from '../allocator/claims.ts';
import { FakeCloud } from './fake-cloud.ts';

/** An m5.large holds ten addresses: its own, eight of somebody, one of a pod. */
const others = Array.from({ length: 8 }, (_, place) => `10.10.0.${place + 90}`);
const here = onEni('here', '10.10.0.89');
const waiting = onEni('c1', '10.10.0.80', { state: 'assigning' });

async function round(state: State, cloud: FakeCloud): Promise<State> {
  const queue = queueOf(state, REF, { listed: [] }, NOW);
  return applyReport(state, REF, await callEc2(cloud, REF, queue), NOW);
}

const fullCloud = (): FakeCloud =>
  new FakeCloud({ instanceType: 'm5.large', own: [here.address, ...others] });

function attempt(state: State, now = NOW): Failure | State {
  const claim = claimOnEni('c2');
  return take(state, claim, claim.sets, now);
}

test('an ENI that EC2 called full is not asked again, and the numbers are told', async () => {
  const state = await round(stateOf([here, waiting]), fullCloud());
  assert.deepEqual(state.limits, [{ eni: REF.id, family: 4, pods: 1, until: NOW + 60_000 }]);
  const refusal = attempt(state, NOW + 10_000);
  assert.ok(refusal instanceof Failure);
  assert.equal(refusal.kind, 'eni-full');
  assert.match(refusal.message, /to eni-00000000000000002: .* when 1 of them/);
  assert.match(refusal.details ?? '', /in 50 s/);
});

test('EC2 is asked again after a while, on another ENI, and while something is leaving', async () => {
  const state = await round(stateOf([here, waiting]), fullCloud());
  assert.ok(!(attempt(state, NOW + 60_000) instanceof Failure));
  const elsewhere = { ...state, limits: state.limits.map((limit) => ({ ...limit, eni: 'eni-0bad' })) };
  assert.ok(!(attempt(elsewhere) instanceof Failure));
  const leaving = { ...state, reservations: written([onEni('gone', '10.10.0.88', { state: 'releasing' })]) };
  assert.ok(!(attempt(leaving) instanceof Failure));
});

test('there is room again when something has left', async () => {
  const cloud = fullCloud();
  const full = await round(stateOf([here, waiting]), cloud);
  const state = await round({ ...full, reservations: written([{ ...here, state: 'releasing' }]) }, cloud);
  assert.deepEqual(state.limits, []);
});

test('a round in which nothing is said about room changes nothing about it', async () => {
  const cloud = fullCloud();
  const full = await round(stateOf([here, waiting]), cloud);
  cloud.fail('assign', 'unreachable');
  const next = await round({ ...full, reservations: written([here, waiting]) }, cloud);
  assert.deepEqual(next.limits, full.limits);
});
