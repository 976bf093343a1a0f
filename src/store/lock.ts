/** Advisory locks among processes: they put work in order, and correctness never rests on them. */
import { rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lock as acquire } from 'proper-lockfile';
import { errorCode, errorMessage, Failure } from '../errors.ts';

/**
 * After this long without a heartbeat the holder counts as dead (the least that proper-lockfile
 * takes). Two processes can then both believe that they hold the lock.
 */
const STALE_MS = 2000;

export interface HeldLock extends AsyncDisposable {
  /** False once another process may have taken the lock over. */
  readonly held: boolean;
}

/**
 * Takes the lock `name` in `directory`, or answers undefined when another process has it.
 * @throws Failure `io` when the directory cannot be written.
 */
export async function tryLock(directory: string, name: string, now: number): Promise<HeldLock | undefined> {
  let held = true;
  try {
    removeFromFuture(join(directory, `${name}.lock`), now);
    const release = await acquire(join(directory, name), {
      lockfilePath: join(directory, `${name}.lock`),
      realpath: false,
      stale: STALE_MS,
      update: STALE_MS / 2,
      onCompromised: () => {
        held = false;
      },
    });
    return {
      get held() {
        return held;
      },
      async [Symbol.asyncDispose]() {
        if (!held) return;
        held = false;
        await release();
      },
    };
  } catch (error) {
    if (errorCode(error) === 'ELOCKED') return undefined;
    throw new Failure('io', `cannot lock ${directory}: ${errorMessage(error)}`, { cause: error });
  }
}

/**
 * A lock of a dead process whose clock was ahead would look fresh until the clock has caught up:
 * no living holder dates its heartbeat into the future.
 */
function removeFromFuture(path: string, now: number): void {
  const lock = statSync(path, { throwIfNoEntry: false });
  if (lock && lock.mtimeMs > now + STALE_MS) rmdirSync(path);
}
