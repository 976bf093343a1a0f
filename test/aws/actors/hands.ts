/** How an actor changes the account: by the rules of EC2 and out of the same buckets, but without a request. */
import type { Clock } from '../clock.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { Ec2Error } from '../cloud/ec2-error.ts';
import type { CloudState } from '../cloud/model.ts';
import { Parameters } from '../ec2/parameters.ts';
import type { Throttle } from '../ec2/throttle.ts';
import type { Random } from '../random.ts';

export type HandsParts = { readonly cloud: Cloud; readonly clock: Clock; readonly throttle: Throttle };

export class Hands {
  readonly #parts: HandsParts;
  readonly #owner: string;
  /** The actor's own, so that what clients do has no part in what it does. */
  readonly random: Random;

  /** The owner is named as the cause of what changes. */
  constructor(owner: string, parts: HandsParts, random: Random) {
    this.#owner = owner;
    this.#parts = parts;
    this.random = random;
  }

  get state(): CloudState {
    return this.#parts.cloud.state;
  }

  now(): number {
    return this.#parts.clock.now();
  }

  /** False when EC2 refuses: an actor lives with that. */
  call(action: string, change: (state: CloudState) => CloudState): boolean {
    const { cloud, throttle } = this.#parts;
    if (!throttle.admits(action, new Parameters({}), this.now())) return false;
    try {
      cloud.commit(change(cloud.state), this.#owner, this.now());
      return true;
    } catch (error) {
      if (error instanceof Ec2Error) return false;
      throw error;
    }
  }
}
