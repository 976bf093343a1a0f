/** What is done in EC2 about floating addresses, and what is told and remembered of it. */
import { CloudError } from '../eni/cloud.ts';
import type { Eni } from '../model.ts';
import { familyOf } from '../net/address.ts';
import type { World } from '../world.ts';
import { pauseAfter, SELDOM, SOON } from './backoff.ts';
import type { Tell } from './events.ts';
import { failed, held, looked, lost } from './floating.ts';
import type { Mover } from './mover.ts';
import type { Register } from './register.ts';
import { isPassing, type Outcome, take } from './take.ts';

/** Which addresses float, and to where. */
export interface Destination {
  /** In canonical text. */
  readonly addresses: readonly string[];
  readonly eni: Eni;
  readonly mover: Mover;
  readonly tell: Tell;
  readonly world: World;
}

/** One for each task; they take addresses of one family. */
export interface Tasks {
  take(some: readonly string[]): Promise<void>;
  look(some: readonly string[]): Promise<void>;
  /**
   * Asks EC2 now and then who holds the addresses, and no more after the signal: so credentials are fresh and the
   * SDK is loaded when it matters, and it is told when somebody has taken what the interface still has.
   */
  stayReady(until: AbortSignal): Promise<void>;
}

/** The SDK renews credentials five minutes before they expire, when there is a call. */
const READY_MS = 4 * 60_000;

export function openTasks({ addresses, eni, mover, tell, world }: Destination, register: Register): Tasks {
  const about = (address: string) => ({ address, eni: eni.id });

  function settle(address: string, outcome: Outcome, ec2Ms: number): void {
    const { noticed, isOutdated, failures } = register.get(address);
    const now = world.elapsed();
    const { from } = outcome;
    const fields = { ...about(address), ...(from === undefined ? {} : { from }) };
    if (outcome.kind === 'taken') {
      const { request } = outcome;
      register.change(address, (one) => held(one, now));
      // What went meanwhile was noticed for another time.
      const ms = isOutdated ? {} : { ms: Math.round(now - noticed) };
      tell('taken', { ...fields, ...ms, ec2Ms, ...(request === undefined ? {} : { request }) });
      return;
    }
    const { error, isBack = false } = outcome;
    const isSoon = isPassing(error);
    const after = isBack ? undefined : pauseAfter(failures, isSoon ? SOON : SELDOM, world);
    register.change(address, (one) => failed(one, after, now));
    const inMs = isOutdated || after === undefined ? {} : { inMs: after };
    tell(isSoon ? 'retrying' : 'refused', { ...fields, ...inMs, ec2Ms, error: error.message });
  }

  /** The ENIs that hold what the interface has, where they are others; nothing when EC2 does not tell. */
  async function othersWith(some: readonly string[]): Promise<ReadonlyMap<string, string>> {
    try {
      const holders = await mover.holdersOf(some);
      return new Map([...holders].filter(([, holder]) => holder !== eni.id));
    } catch (error) {
      // Nothing hangs on it: a call that failed is in the log, and EC2's word of before counts.
      if (error instanceof CloudError) return new Map();
      throw error;
    }
  }

  return {
    async take(some) {
      const start = world.elapsed();
      const outcomes = await take(some, eni.id, mover, world);
      const ec2Ms = Math.round(world.elapsed() - start);
      for (const [address, outcome] of outcomes) settle(address, outcome, ec2Ms);
    },
    async look(some) {
      const others = await othersWith(some);
      const now = world.elapsed();
      for (const address of some) {
        const to = others.get(address);
        if (to !== undefined && !register.get(address).isOutdated) tell('lost', { ...about(address), to });
        register.change(address, (one) => (to === undefined ? looked(one, now) : lost(one, now)));
      }
    },
    async stayReady(until) {
      while (!until.aborted) {
        for (const some of Map.groupBy(addresses, familyOf).values()) {
          const before = some.map((address) => register.get(address));
          const others = await othersWith(some);
          for (const { address, isPresent, isUnderWay, next } of before) {
            const to = others.get(address);
            // Somebody took it long after it appeared here: whoever is right, it is not for us to go on fighting.
            const isSettled = isPresent && !isUnderWay && !next && register.get(address).isPresent;
            if (to !== undefined && isSettled) tell('lost', { ...about(address), to });
          }
        }
        await world.sleep(READY_MS);
      }
    },
  };
}
