/** Where the time of an invocation goes: every millisecond counts for exactly one phase. */
import type { World } from './world.ts';

/**
 * - `start`: until the configuration is read, the start of the process included.
 * - `locate`: finding the ENI. `look`: asking the instance metadata what the ENI holds.
 * - `commit`: changing the state on disk, its lock and the choice of addresses included.
 * - `turn`: waiting for the turn at the ENI, while another process calls EC2 for all.
 * - `load`: loading the AWS SDK. `gather`: letting others join the call. `ec2`: calling EC2.
 * - `pause`: waiting before a call is tried again.
 * - `rest`: everything else.
 */
export type Phase =
  | 'start'
  | 'locate'
  | 'look'
  | 'turn'
  | 'load'
  | 'gather'
  | 'ec2'
  | 'commit'
  | 'pause'
  | 'rest';

export interface Phases {
  /** Does the work; its time counts for the phase, but for what phases within it take. */
  time<T>(phase: Phase, work: () => Promise<T>): Promise<T>;
  /** Whole milliseconds by phase, from the start of the process; a phase that took none is left out. */
  spent(): Readonly<Partial<Record<Phase, number>>>;
}

/** What has passed since the process started counts as `start`. One thing at a time is timed. */
export function openPhases(world: Pick<World, 'elapsed'>): Phases {
  const sums = new Map<Phase, number>();
  let current: Phase = 'start';
  let since = 0;

  function enter(next: Phase): Phase {
    const before = current;
    const now = world.elapsed();
    sums.set(before, (sums.get(before) ?? 0) + now - since);
    since = now;
    current = next;
    return before;
  }

  enter('rest');
  return {
    async time(phase, work) {
      const outer = enter(phase);
      try {
        return await work();
      } finally {
        enter(outer);
      }
    },
    spent() {
      enter(current);
      const whole = [...sums].map(([phase, sum]) => [phase, Math.round(sum)] as const);
      return Object.fromEntries(whole.filter(([, sum]) => sum > 0));
    },
  };
}
