/**
 * The node's state on disk: one document, replaced by compare-and-swap.
 *
 * Version n+1 comes into being by link(2), which fails when somebody else has made it; then the
 * transaction runs again on what they made. So a commit is never torn and never lost, also if two
 * processes believe that they hold the lock: the lock only saves repeated work.
 */

import type { Deadline } from '../deadline.ts';
import { errorMessage, Failure } from '../errors.ts';
import type { Log } from '../log.ts';
import type { State } from '../model.ts';
import { type Change, pruneExpired } from '../state.ts';
import type { World } from '../world.ts';
import type { Disk } from './disk.ts';
import {
  type Document,
  describeWriter,
  EMPTY,
  includesCommit,
  parseDocument,
  printDocument,
  type Reading,
  successor,
} from './document.ts';
import { tryLock } from './lock.ts';

export interface Store {
  /** The latest committed state, without a lock. */
  read(): State;
  /**
   * Commits what `change` makes of the latest state, and answers its value. `change` may run more
   * than once, and must not wait: no lock is ever held while something outside is waited for.
   * @throws Failure `io` when the directory cannot be used, `try-again` at the deadline.
   */
  transact<T>(change: (state: State, now: number) => Change<T>): Promise<T>;
}

/** How long a process waits for the store's lock before it goes on without: a killed holder's lock. */
const LOCK_PATIENCE_MS = 1000;
/** Versions that stay on disk: a reader may still be opening the one before the latest. */
const KEPT_VERSIONS = 3;
/** Versions follow one another: a file that claims to be this far ahead is not ours. */
const REACH = 1000;
/** A version that vanishes before it is read was pruned, so that there is a newer one; or it never was a file. */
const LOOKS = 10;
/** A temporary file this old was left by a killed process. */
const ABANDONED_MS = 60_000;

const FILE = /^state\.([1-9]\d{0,14})\.json$/;
const TEMPORARY = /^\.state\..*\.tmp$/;

export function openStore(disk: Disk, world: World, deadline: Deadline, log: Log): Store {
  let latest: Document = EMPTY;
  const damaged = new Set<number>();

  function load(looks = LOOKS): { document: Document; next: number } {
    const versions = listVersions(disk);
    for (const version of versions) {
      if (version === latest.version) break;
      const reading = readVersion(version);
      if (reading === undefined && looks > 0) return load(looks - 1);
      if (reading?.kind === 'other-format') {
        throw new Failure(
          'io',
          `cannot use the state in ${disk.directory}: ${fileOf(version)} has format ${reading.format}, ` +
            `written by ${describeWriter(reading.format)}; install that version again`,
        );
      }
      if (reading?.kind === 'document') {
        latest = reading.document;
        break;
      }
      warnOnce(version, reading?.reason ?? 'it is a link to nothing');
    }
    return { document: latest, next: (highestNear(versions, latest.version) ?? latest.version) + 1 };
  }

  /** What stands in a version's file; undefined when there is none. */
  function readVersion(version: number): Reading | undefined {
    try {
      const bytes = disk.read(fileOf(version));
      return bytes && parseDocument(bytes, version);
    } catch (error) {
      return { kind: 'damaged', reason: errorMessage(error) };
    }
  }

  function warnOnce(version: number, reason: string): void {
    if (!damaged.has(version))
      log.warn('passing over a damaged state file', { file: fileOf(version), reason });
    damaged.add(version);
  }

  /**
   * Whether our version is part of history. It is not when our name was free only because it had
   * been pruned: we slept while others committed past it.
   */
  function isCommitted(version: number, id: string): boolean {
    if (highestNear(listVersions(disk), version) === version) return true;
    const { document } = load();
    const included = includesCommit(document, id, version);
    if (included === undefined) {
      throw new Failure('try-again', `cannot tell whether a change to ${disk.directory} was committed`);
    }
    return included;
  }

  function commit(previous: Document, version: number, state: State): boolean {
    const id = uniqueId(world);
    const document = successor(previous, version, id, state);
    const outcome = disk.create(fileOf(version), printDocument(document), `.state.${id}.tmp`);
    if (outcome === 'exists' || !isCommitted(version, id)) return false;
    if (latest.version < version) latest = document;
    prune(disk, version, world.now(), log);
    return true;
  }

  return {
    read: () => withIoFailures(disk, () => load().document.state),
    async transact(change) {
      withIoFailures(disk, () => disk.prepare());
      await using _lock = await patientLock(disk.directory, world);
      for (;;) {
        const done = withIoFailures(disk, () => {
          const { document, next } = load();
          const now = world.now();
          const { state, value } = change(document.state, now);
          const unchanged = state === document.state;
          return unchanged || commit(document, next, pruneExpired(state, now)) ? { value } : undefined;
        });
        if (done) return done.value;
        deadline.check(`commit to the state in ${disk.directory}`);
      }
    },
  };
}

const fileOf = (version: number): string => `state.${version}.json`;

/** Versions on disk, highest first. */
function listVersions(disk: Disk): number[] {
  const versions = disk.list().flatMap((name) => FILE.exec(name)?.[1] ?? []);
  return versions.map(Number).sort((a, b) => b - a);
}

/** The highest version that can have come of `version`: anything may be called state.999999.json. */
const highestNear = (versions: readonly number[], version: number): number | undefined =>
  versions.find((other) => other <= version + REACH);

/** Tidies up after a commit, which stands whatever becomes of this. */
function prune(disk: Disk, version: number, now: number, log: Log): void {
  for (const name of disk.list()) {
    const old = Number(FILE.exec(name)?.[1] ?? Infinity) <= version - KEPT_VERSIONS;
    const abandoned = TEMPORARY.test(name) && now - (disk.modifiedAt(name) ?? now) > ABANDONED_MS;
    try {
      if (old || abandoned) disk.remove(name);
    } catch (error) {
      log.info('an old file stays in the state directory', { file: name, reason: errorMessage(error) });
    }
  }
}

async function patientLock(directory: string, world: World): Promise<AsyncDisposable | undefined> {
  const end = world.elapsed() + LOCK_PATIENCE_MS;
  for (let pause = 4; ; pause = Math.min(pause * 2, 50)) {
    const lock = await tryLock(directory, 'store', world.now());
    if (lock || world.elapsed() > end) return lock;
    await world.sleep(pause * (0.5 + world.random()));
  }
}

const uniqueId = (world: World): string =>
  Math.floor(world.random() * 2 ** 52)
    .toString(36)
    .padStart(11, '0');

function withIoFailures<T>(disk: Disk, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Failure || !(error instanceof Error && 'syscall' in error)) throw error;
    throw new Failure('io', `cannot use the state directory ${disk.directory}: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}
