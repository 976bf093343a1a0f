/** When nothing else is left, what was heard of other ENIs a while ago is asked about anew. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Claim } from '../../src/allocator/claim.ts';
import { planAdd } from '../../src/allocator/plan.ts';
import type { State } from '../../src/model.ts';
import { allReservations } from '../../src/state.ts';
import { claimOnEni, EMPTY, mark, NOW, onEni, spansOnEni, written } from './claims.ts';

const heard = (address: string, seconds: number) =>
  mark(address, { reason: 'foreign', since: NOW - seconds * 1000, until: NOW + 60_000 });

/** The address that an ADD asks for, or why it has none. */
function asked(state: State, given: Partial<Claim> = {}): string | undefined {
  const claim = claimOnEni('new', { sets: spansOnEni('80-81'), ...given });
  const { state: next, value } = planAdd(state, claim, NOW);
  if (value.kind === 'refused') return value.failure.kind;
  return allReservations(next).find(({ container }) => container === 'new')?.address;
}

const state = { ...EMPTY, marks: [heard('10.10.0.80', 40), heard('10.10.0.81', 50)] };

test('planAdd() asks for the address of which it heard the longest ago, rather than none', () => {
  assert.equal(asked(state), '10.10.0.81');
});

test('planAdd() believes what it heard a moment ago', () => {
  const fresh = { ...EMPTY, marks: [heard('10.10.0.80', 29), heard('10.10.0.81', 29)] };
  assert.equal(asked(fresh), 'no-free-address');
});

test('planAdd() asks for what is free, cooling or abandoned before it asks again', () => {
  const [old] = state.marks;
  assert.ok(old);
  assert.equal(asked({ ...EMPTY, marks: [old] }), '10.10.0.81');
  assert.equal(asked({ ...EMPTY, marks: [old, mark('10.10.0.81')] }, { cooldownMs: 30_000 }), '10.10.0.81');
  const gone = { ...EMPTY, marks: [old], reservations: written([onEni('gone', '10.10.0.81')]) };
  assert.equal(asked(gone, { isGone: () => true }), '10.10.0.81');
});

test('planAdd() asks once: what EC2 has told this ADD is no old news', () => {
  const verdict = { kind: 'address-taken', message: 'no' } as const;
  const refused = onEni('new', '10.10.0.81', { state: 'refused', verdict });
  assert.equal(asked({ ...state, reservations: written([refused]) }), 'no-free-address');
});
