/** The bell among processes; two handles on it are as good as two processes. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Bell, openBell } from '../../src/eni/bell.ts';

const directory = mkdtempSync(join(tmpdir(), 'bell-'));
after(() => rmSync(directory, { recursive: true }));

/** So long that a test which waits for it has failed. */
const FOREVER_MS = 600_000;
const limited = { timeout: 60_000 };

/** A handle that listens. */
async function listen(name: string): Promise<Bell> {
  const bell = openBell(directory, name);
  await bell.next(FOREVER_MS);
  return bell;
}

test('next() resolves at once the first time, and no ring is missed from then on', limited, async () => {
  using waiter = await listen('late');
  using other = await listen('late');
  other.ring();
  // When the one has heard it, so has the other, though nobody was waiting there.
  await other.next(FOREVER_MS);
  await waiter.next(FOREVER_MS);
});

test('next() wakes when another process rings', limited, async () => {
  using waiter = await listen('waiter');
  using ringer = openBell(directory, 'waiter');
  const woken = waiter.next(FOREVER_MS);
  ringer.ring();
  await woken;
});

test('next() wakes everybody', limited, async () => {
  using one = await listen('all');
  using two = await listen('all');
  using ringer = openBell(directory, 'all');
  const woken = Promise.all([one.next(FOREVER_MS), two.next(FOREVER_MS)]);
  ringer.ring();
  await woken;
});

test('next() gives up when its time is over', limited, async () => {
  using waiter = await listen('silent');
  await waiter.next(1);
});

test('next() hears no other bell', limited, async () => {
  using waiter = await listen('this');
  using other = await listen('that');
  let isWoken = false;
  const woken = waiter.next(FOREVER_MS).then(() => {
    isWoken = true;
  });
  other.ring();
  await other.next(FOREVER_MS);
  assert.equal(isWoken, false);
  waiter.ring();
  await woken;
});
