/** Eventual consistency: what readers are shown may be older than what is. */
import type { Clock } from './clock.ts';
import type { Cloud } from './cloud/cloud.ts';
import type { CloudState } from './cloud/model.ts';
import type { Random } from './random.ts';

/** How far readers are behind; what is not given is up to date. */
export type Lag = {
  /** For Describe* and Get*. */
  readonly describeMs?: number;
  readonly imdsMs?: number;
  /** Each read is behind by some time up to that, so that one may show an older state than the one before. */
  readonly nonMonotonic?: boolean;
};

export class Consistency {
  readonly #cloud: Cloud;
  readonly #clock: Clock;
  readonly #random: Random;
  #lag: Lag = {};

  constructor(cloud: Cloud, clock: Clock, random: Random) {
    this.#cloud = cloud;
    this.#clock = clock;
    this.#random = random;
  }

  /** Changes from now on are seen that much later. */
  set(lag: Lag): void {
    this.#lag = lag;
    this.#cloud.remember(Math.max(lag.describeMs ?? 0, lag.imdsMs ?? 0));
  }

  /** What Describe* shows now. */
  described(): CloudState {
    return this.#behind(this.#lag.describeMs ?? 0);
  }

  /** What IMDS shows now. */
  inImds(): CloudState {
    return this.#behind(this.#lag.imdsMs ?? 0);
  }

  #behind(most: number): CloudState {
    const lag = this.#lag.nonMonotonic ? this.#random.below(most + 1) : most;
    return this.#cloud.at(this.#clock.now() - lag);
  }
}
