/** The one deadline of an invocation: every wait and every call gets what is left of it. */
import { Failure } from './errors.ts';
import type { World } from './world.ts';

export interface Deadline {
  /** Whole milliseconds left, never negative. */
  remaining(): number;
  /**
   * Returns while time is left.
   * @throws Failure `try-again` that says what could not be done in time.
   */
  check(attempt: string): void;
}

/** A deadline so many milliseconds after the start of the process. */
export function deadlineAt(milliseconds: number, world: Pick<World, 'elapsed'>): Deadline {
  const remaining = (): number => Math.max(0, Math.floor(milliseconds - world.elapsed()));
  return {
    remaining,
    check(attempt) {
      if (remaining() > 0) return;
      throw new Failure('try-again', `cannot ${attempt} within ${milliseconds / 1000} s`);
    },
  };
}
