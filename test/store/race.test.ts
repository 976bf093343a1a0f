/** Processes that commit at the same time with no lock between them: link(2) alone keeps order. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { addressesOf, Place } from './place.ts';

const COMMITTER = fileURLToPath(new URL('./committer.ts', import.meta.url));
const PROCESSES = 4;
const COMMITS = 40;

/** Somebody has the lock, and looks alive: everybody loses patience and goes on without. */
function occupyLock({ directory }: Place): void {
  const lock = join(directory, 'store.lock');
  mkdirSync(lock);
  const soon = Date.now() / 1000 + 1.9;
  utimesSync(lock, soon, soon);
}

/** Resolves when the process is ready to start. */
async function openCommitter(directory: string, addresses: readonly string[]) {
  const child = spawn(process.execPath, [COMMITTER, directory, ...addresses]);
  const complaints = buffer(child.stderr);
  const gone = once(child, 'close').then(async () => (await complaints).toString());
  await Promise.race([once(child.stdout, 'data'), gone]);
  return { start: () => child.stdin.end('go\n'), gone };
}

test('processes that race without a lock lose no commit, and a reader sees each state whole', async () => {
  using place = await Place.with(1);
  const batches = Array.from({ length: PROCESSES }, (_, number) =>
    Array.from({ length: COMMITS }, (__, index) => `10.10.${number + 1}.${index}`),
  );
  const processes = await Promise.all(batches.map((batch) => openCommitter(place.directory, batch)));
  occupyLock(place);
  for (const { start } of processes) start();
  const race = { isOn: true };
  const complaints = Promise.all(processes.map(({ gone }) => gone)).finally(() => (race.isOn = false));

  const reader = place.store();
  for (let before: readonly string[] = []; race.isOn; ) {
    const now = addressesOf(reader.read());
    assert.deepEqual(now.slice(0, before.length), before, 'what was committed stays');
    before = now;
    await nextTurn();
  }
  assert.deepEqual(
    await complaints,
    batches.map(() => ''),
  );
  const addresses = place.addresses();
  assert.equal(addresses.length, 1 + PROCESSES * COMMITS);
  for (const batch of batches) {
    assert.deepEqual(
      addresses.filter((address) => batch.includes(address)),
      batch,
    );
  }
  assert.deepEqual(place.warnings(), []);
});
