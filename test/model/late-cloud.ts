/** EC2 through the real client, with calls that time out and are carried out later all the same. */
import { type Cloud, CloudError, type OpenCloud } from '../../src/eni/cloud.ts';
import { openEc2 } from '../../src/eni/ec2-client.ts';
import { openPhases } from '../../src/phases.ts';
import type { MortalWorld } from './mortal-world.ts';
import type { Time } from './time.ts';

/** How long the client waits for an answer. */
const CALL_TIMEOUT_MS = 10_000;

/** How a call gets no answer, and is carried out all the same. */
export interface Delay {
  readonly milliseconds: number;
  /** The process that made the call is killed while it waits. */
  readonly isFatal: boolean;
}

/** What becomes of the next calls that change something, one each. */
export class Lateness {
  #queue: readonly Delay[] = [];
  /** Addresses that calls are under way for. */
  readonly underWay = new Map<string, number>();

  add(delay: Delay): void {
    this.#queue = [...this.#queue, delay];
  }

  next(): Delay | undefined {
    const [first, ...rest] = this.#queue;
    this.#queue = rest;
    return first;
  }

  clear(): void {
    this.#queue = [];
  }

  depart(addresses: readonly string[], count: 1 | -1): void {
    for (const address of addresses) {
      const left = (this.underWay.get(address) ?? 0) + count;
      if (left > 0) this.underWay.set(address, left);
      else this.underWay.delete(address);
    }
  }
}

/** For one process: it may be killed right before and right after each call. */
export const lateCloud =
  (world: MortalWorld, time: Time, lateness: Lateness): OpenCloud =>
  async (region, run) => {
    const cloud = await openEc2(region, run);
    // When the call lands, the process that made it may be dead: it goes on in a world that nobody kills.
    const beyond = world.another();
    const deadline = { remaining: () => CALL_TIMEOUT_MS, check: () => {} };
    const patient = { ...run, world: beyond, deadline, phases: openPhases(beyond) };

    async function around<T>(call: () => Promise<T>): Promise<T> {
      world.step();
      try {
        return await call();
      } finally {
        world.step();
      }
    }

    async function change(
      addresses: readonly string[],
      call: (cloud: Cloud) => Promise<void>,
    ): Promise<void> {
      const delay = lateness.next();
      if (!delay) return await around(() => call(cloud));
      world.step();
      lateness.depart(addresses, 1);
      // Nobody hears what EC2 says to it.
      const land = async (): Promise<void> => {
        lateness.depart(addresses, -1);
        await openEc2(region, patient)
          .then(call)
          .catch((error: unknown) => {
            if (!(error instanceof CloudError)) throw error;
          });
      };
      if (delay.milliseconds === 0) await land();
      else time.plan(delay.milliseconds, land);
      if (delay.isFatal) world.kill();
      await world.sleep(Math.min(CALL_TIMEOUT_MS, run.deadline.remaining()));
      throw new CloudError('transient', 'Timeout', 'no answer');
    }

    return {
      assign: (eni, addresses) => change(addresses, (ec2) => ec2.assign(eni, addresses)),
      unassign: (eni, addresses) => change(addresses, (ec2) => ec2.unassign(eni, addresses)),
      describeEni: (id) => around(() => cloud.describeEni(id)),
      secondariesOf: (id) => around(() => cloud.secondariesOf(id)),
      holdingsIn: (subnet) => around(() => cloud.holdingsIn(subnet)),
      useOf: (id) => around(() => cloud.useOf(id)),
    };
  };
