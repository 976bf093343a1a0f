/** The advisory lock: who gets it, and how its holder learns that it is lost. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type HeldLock, tryLock } from '../../src/store/lock.ts';

/** A directory with a lock in it that may be somebody's. */
class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'eni-local-lock-'));
  readonly lock = join(this.path, 'work.lock');

  try = (): Promise<HeldLock | undefined> => tryLock(this.path, 'work', Date.now());

  async take(): Promise<HeldLock> {
    const lock = await this.try();
    assert.ok(lock);
    return lock;
  }

  /** Somebody else's lock, whose heartbeat was so long ago; negative: lies ahead. */
  occupy(secondsAgo: number): void {
    mkdirSync(this.lock);
    const then = Date.now() / 1000 - secondsAgo;
    utimesSync(this.lock, then, then);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Moves the heartbeat's timer on until the holder knows. */
async function untilLost(lock: HeldLock, { mock }: TestContext): Promise<void> {
  mock.timers.tick(1000);
  while (lock.held) await nextTurn();
}

test('tryLock() gives the lock to one at a time, and to the next when it is given back', async () => {
  using folder = new Folder();
  const first = await folder.take();
  assert.ok(first.held);
  assert.equal(await folder.try(), undefined);
  await first[Symbol.asyncDispose]();
  assert.ok(!first.held);
  assert.ok(!existsSync(folder.lock));
  await using second = await folder.take();
  assert.ok(second.held);
});

test('tryLock() of one name does not keep another from being taken', async () => {
  using folder = new Folder();
  await using _lock = await folder.take();
  await using other = await tryLock(folder.path, 'other', Date.now());
  assert.ok(other?.held);
});

const cases: [what: string, secondsAgo: number, isTaken: boolean][] = [
  ['whose holder has just shown itself', 0, false],
  ['whose holder was heard of a second ago', 1, false],
  ['whose holder was silent for ten seconds', 10, true],
  ['of last year', 365 * 24 * 3600, true],
  ['that is a moment ahead, as its holder may date it', -1.5, false],
  ['an hour ahead: its holder’s clock was wrong, and it is dead', -3600, true],
];
for (const [what, secondsAgo, isTaken] of cases) {
  test(`tryLock() ${isTaken ? 'takes over' : 'leaves'} a lock ${what}`, async () => {
    using folder = new Folder();
    folder.occupy(secondsAgo);
    await using lock = await folder.try();
    assert.equal(lock?.held, isTaken ? true : undefined);
    assert.ok(existsSync(folder.lock));
  });
}

test('a lock that is kept stays fresh, however long', async (t) => {
  using folder = new Folder();
  t.mock.timers.enable({ apis: ['setTimeout'] });
  await using lock = await folder.take();
  const before = statSync(folder.lock).mtimeMs;
  t.mock.timers.tick(1000);
  while (statSync(folder.lock).mtimeMs === before) await nextTurn();
  assert.ok(lock.held);
});

test('a lock that was taken away is lost with the next heartbeat, and letting go is harmless', async (t) => {
  using folder = new Folder();
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const lock = await folder.take();
  rmdirSync(folder.lock);
  await untilLost(lock, t);
  await lock[Symbol.asyncDispose]();
});

test('a lock that another process has taken over is lost, and stays the other’s', async (t) => {
  using folder = new Folder();
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const lock = await folder.take();
  rmdirSync(folder.lock);
  folder.occupy(0.5);
  await untilLost(lock, t);
  await lock[Symbol.asyncDispose]();
  assert.ok(existsSync(folder.lock));
  assert.equal(await folder.try(), undefined);
});

test('a lock that was taken away before its holder noticed can be given back', async () => {
  using folder = new Folder();
  const lock = await folder.take();
  rmdirSync(folder.lock);
  await lock[Symbol.asyncDispose]();
  await using next = await folder.take();
  assert.ok(next.held);
});

test('tryLock() where nothing can be written fails with io and the directory', async () => {
  using folder = new Folder();
  const path = join(folder.path, 'nowhere');
  await assert.rejects(tryLock(path, 'work', Date.now()), {
    kind: 'io',
    message: /^cannot lock .*nowhere: ENOENT/,
  });
});
