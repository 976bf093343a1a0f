/** What an emulated account consists of, put together. */
import { Background } from './background.ts';
import { type Clock, wallClock } from './clock.ts';
import { Cloud } from './cloud/cloud.ts';
import { plant } from './cloud/plant.ts';
import { defaultSeed, type Seed } from './cloud/seed.ts';
import { Consistency } from './consistency.ts';
import { Journal } from './ec2/journal.ts';
import { Latency } from './ec2/latency.ts';
import { Throttle } from './ec2/throttle.ts';
import { Wording } from './ec2/wording.ts';
import { FaultScript } from './faults.ts';
import { Keyring } from './keyring.ts';
import { Random } from './random.ts';

export type AwsOptions = {
  readonly seed?: Seed | undefined;
  readonly region?: string | undefined;
  /** Repeats what an earlier run drew; see `Aws.randomSeed`. */
  readonly randomSeed?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Ports; any free one, when not given. */
  readonly ec2Port?: number | undefined;
  readonly imdsPort?: number | undefined;
  readonly adminPort?: number | undefined;
};

export type Parts = {
  readonly region: string;
  readonly seed: Seed;
  readonly randomSeed: number;
  readonly random: Random;
  readonly clock: Clock;
  readonly cloud: Cloud;
  readonly consistency: Consistency;
  readonly keyring: Keyring;
  readonly journal: Journal;
  readonly faults: FaultScript;
  readonly latency: Latency;
  readonly throttle: Throttle;
  readonly wording: Wording;
  readonly background: Background;
  /** Aborts when the emulator closes. */
  readonly closing: AbortController;
};

/** The parts of a new account. */
export function assemble({
  region = 'eu-central-1',
  seed = defaultSeed(),
  clock = wallClock,
  randomSeed = Math.floor(Math.random() * 2 ** 32),
}: AwsOptions): Parts {
  const random = new Random(randomSeed);
  const cloud = new Cloud(plant(seed, region, clock.now()));
  return {
    region,
    seed,
    randomSeed,
    random,
    clock,
    cloud,
    consistency: new Consistency(cloud, clock, new Random(randomSeed)),
    keyring: new Keyring(clock, random),
    journal: new Journal(),
    faults: new FaultScript(),
    latency: new Latency(),
    throttle: new Throttle(),
    wording: new Wording(new Random(randomSeed)),
    background: new Background(),
    closing: new AbortController(),
  };
}
