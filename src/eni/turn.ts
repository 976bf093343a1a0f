/** Turns at an ENI or a subnet: one process at a time calls EC2 for it, and the others sleep until a bell rings. */
import type { Run } from '../run.ts';
import { tryLock } from '../store/lock.ts';
import { openBell } from './bell.ts';

/** A process's turn. It may end early, when another process takes this one for dead. */
export interface Turn {
  readonly held: boolean;
  /** Wakes those who wait: there is news for them in the state. */
  ring(): void;
}

/** A waiter looks again after this long unasked, in case that the one whose turn it is was killed. */
const LOOK_AGAIN_MS = 300;

/**
 * Waits for turns and runs `work` in each, until `isOver`: perhaps somebody else has done the work.
 * @throws Failure `try-again` at the deadline, naming the `attempt`.
 */
export async function takeTurns(
  place: { readonly id: string },
  run: Run,
  attempt: () => string,
  isOver: () => boolean,
  work: (turn: Turn) => Promise<void>,
): Promise<void> {
  using bell = openBell(run.directory, place.id);
  while (!isOver()) {
    run.deadline.check(attempt());
    const lock = await tryLock(run.directory, place.id, run.world.now());
    if (!lock) {
      const patience = LOOK_AGAIN_MS * (0.75 + run.world.random() / 2);
      await bell.next(Math.min(run.deadline.remaining(), patience));
      continue;
    }
    try {
      await work({
        get held() {
          return lock.held;
        },
        ring: () => bell.ring(),
      });
    } finally {
      await lock[Symbol.asyncDispose]();
      bell.ring();
    }
  }
}
