/** What is to be done about a floating address, whatever comes in whatever order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  absent,
  appeared,
  begun,
  type Floating,
  failed,
  gone,
  held,
  isDue,
  looked,
  lost,
} from '../../src/float/floating.ts';

const ADDRESS = '10.10.1.99';
const there = appeared(absent(ADDRESS), 1000);
const taking = begun(there);

test('an address that is not there is left alone, and one that appears is taken at once', () => {
  assert.equal(isDue(absent(ADDRESS), 1e9), false);
  assert.equal(there.next?.task, 'take');
  assert.equal(isDue(there, 1000), false, 'others of its group get a moment to come');
  assert.equal(isDue(there, 1010), true);
});

test('nothing is done when it goes', () => {
  for (const before of [there, held(taking, 1100), failed(taking, 100, 1100)])
    assert.equal(isDue(gone(before), 1e9), false);
});

test('one call at a time is made about an address', () => {
  assert.equal(isDue(taking, 1e9), false);
  assert.equal(isDue(appeared(gone(taking), 1100), 1e9), false);
});

test('what comes of a call says nothing of an address that went meanwhile', () => {
  const away = gone(taking);
  for (const after of [held(away, 1200), failed(away, 100, 1200), lost(away, 1200), looked(away, 1200)])
    assert.equal(isDue(after, 1e9), false);
});

test('an address that went and came again during a call is taken again when that is over', () => {
  const again = appeared(gone(taking), 1100);
  for (const after of [
    held(again, 1200),
    failed(again, 60_000, 1200),
    lost(again, 1200),
    looked(again, 1200),
  ]) {
    assert.equal(after.next?.task, 'take');
    assert.equal(isDue(after, 1200), true);
    assert.equal(after.noticed, 1100);
  }
});

test('a take that failed is done again later, and never when there is no sense in it', () => {
  const later = failed(taking, 500, 1200);
  assert.deepEqual(later.next, { task: 'take', at: 1700 });
  assert.equal(later.failures, 1);
  assert.equal(failed(taking, undefined, 1200).next, undefined);
  assert.equal(appeared(gone(later), 1300).failures, 0);
});

test('a take is looked after twice; what is elsewhere is taken again, and then no more', () => {
  let one = held(taking, 2000);
  const tasks: string[] = [];
  for (let step = 0; one.next && step < 20; step++) {
    const { task, at } = one.next;
    tasks.push(`${task} ${at}`);
    one = begun(one);
    one = task === 'take' ? held(one, at) : lost(one, at);
  }
  assert.deepEqual(tasks, ['look 4000', 'take 4000', 'look 12000', 'take 12000']);
});

/**
 * Two nodes, on each of which the address comes and goes and whose calls land in any order. Each half is
 * driven as `watch` drives it: what is due begins, and what was begun ends some time.
 */
test('when it is on one interface only, it ends on that node’s ENI, however late the calls of the other land', () => {
  const move = fc.record({ half: fc.nat(1), wait: fc.integer({ min: 0, max: 300 }) });
  fc.assert(
    fc.property(
      fc.array(move, { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 1500 })),
      (moves, latencies) => {
        const halves: [Floating, Floating] = [absent(ADDRESS), absent(ADDRESS)];
        let owner: number | undefined;
        let calls = 0;
        const landings: { readonly at: number; readonly half: 0 | 1; readonly isTake: boolean }[] = [];
        let now = 0;
        const step = (): void => {
          for (const half of [0, 1] as const) {
            const { next } = halves[half];
            if (!next || !isDue(halves[half], now)) continue;
            calls += 1;
            halves[half] = begun(halves[half]);
            landings.push({
              at: now + (latencies[calls % latencies.length] ?? 20),
              half,
              isTake: next.task === 'take',
            });
          }
          const due = landings.find(({ at }) => at <= now);
          if (!due) return;
          landings.splice(landings.indexOf(due), 1);
          const { half, isTake } = due;
          if (isTake) owner = half;
          const after = isTake ? held : owner === half ? looked : lost;
          halves[half] = after(halves[half], now);
        };
        const pass = (ms: number): void => {
          for (const end = now + ms; now < end; now += 1) step();
        };
        let last = 0;
        for (const { half, wait } of moves) {
          const to = half === 0 ? 0 : 1;
          const from = to === 0 ? 1 : 0;
          if (halves[from].isPresent) halves[from] = gone(halves[from]);
          if (!halves[to].isPresent) halves[to] = appeared(halves[to], now);
          last = to;
          pass(wait);
        }
        pass(20_000);
        assert.equal(owner, last);
        assert.equal(landings.length, 0);
        assert.ok(calls <= moves.length * 6, 'and EC2 is left in peace');
      },
    ),
    { numRuns: 60 },
  );
});

test('two that both have it take it from each other a few times, and the one where it came last has it then', () => {
  const halves: [Floating, Floating] = [appeared(absent(ADDRESS), 0), absent(ADDRESS)];
  let owner = -1;
  let takes = 0;
  for (let now = 0; now < 60_000; now += 10) {
    if (now === 5000) halves[1] = appeared(halves[1], now);
    for (const half of [0, 1] as const) {
      const { next } = halves[half];
      if (!next || !isDue(halves[half], now)) continue;
      const one = begun(halves[half]);
      if (next.task === 'take') {
        owner = half;
        takes += 1;
      }
      const after = next.task === 'take' ? held : owner === half ? looked : lost;
      halves[half] = after(one, now);
    }
  }
  assert.equal(owner, 1);
  assert.equal(takes, 4);
});
