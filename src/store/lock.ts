/** Advisory locks among processes: they put work in order, and correctness never rests on them. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { lockSync as acquire } from 'proper-lockfile';
import { errorCode, errorMessage, Failure } from '../errors.ts';

/**
 * After this long without a heartbeat the holder counts as dead (the least that proper-lockfile
 * takes). Two processes can then both believe that they hold the lock.
 */
const STALE_MS = 2000;

/**
 * What proper-lockfile uses of node:fs. It copies what it is given, and to copy all of node:fs takes
 * 9 ms, since that loads streams and promises.
 */
const FILES = { mkdirSync, realpathSync, rmdirSync, statSync, utimesSync };

export interface HeldLock extends AsyncDisposable {
  /** False once another process may have taken the lock over. */
  readonly held: boolean;
}

/**
 * Takes the lock `name` in `directory`, or answers undefined when another process has it.
 * @throws Failure `io` when the directory cannot be written.
 */
export async function tryLock(directory: string, name: string, now: number): Promise<HeldLock | undefined> {
  const path = join(directory, `${name}.lock`);
  let held = true;
  try {
    removeDead(path, now);
    const release = acquire(join(directory, name), {
      lockfilePath: path,
      realpath: false,
      fs: FILES,
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
        release();
      },
    };
  } catch (error) {
    if (errorCode(error) === 'ELOCKED') return undefined;
    // Somebody took the lock away while it was being taken: it is not held, then.
    if (errorCode(error) === 'ENOENT' && existsSync(directory)) return undefined;
    throw new Failure('io', `cannot lock ${directory}: ${errorMessage(error)}`, { cause: error });
  }
}

/**
 * Removes what proper-lockfile would stumble over. A lock of a dead process whose clock was ahead
 * would look fresh until the clock has caught up: no living holder dates its heartbeat into the
 * future. And an old file or a full folder of the lock's name is nobody's lock: a lock is an empty folder.
 */
function removeDead(path: string, now: number): void {
  const lock = statSync(path, { throwIfNoEntry: false });
  if (!lock) return;
  const isFuture = lock.mtimeMs > now + STALE_MS;
  const isForeign = lock.mtimeMs < now - STALE_MS && !isEmptyFolder(path);
  if (isFuture || isForeign) rmSync(path, { recursive: true, force: true });
}

function isEmptyFolder(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch (error) {
    // Gone meanwhile: its holder has let it go.
    return errorCode(error) === 'ENOENT';
  }
}
