/** A node with the AWS around it, made for one test: emulator, interfaces that stand for ENIs, plugin. */
import { type Aws, startAws } from '../aws/aws.ts';
import { wallClock } from '../aws/clock.ts';
import { defaultSeed, type Seed } from '../aws/cloud/seed.ts';
import type { HostInterface } from './host-interfaces.ts';
import { Node } from './node.ts';

/** The ENI behind the second interface, in 10.10.0.0/24; its primary address is 10.10.0.5. */
export const ENI = 'eni-00000000000000002';
/** The ENI behind the first interface, in the same subnet. */
export const OTHER_ENI = 'eni-00000000000000001';

/** Twenty addresses of the ENI's subnet. */
export const RANGE = { subnet: '10.10.0.0/24', rangeStart: '10.10.0.80', rangeEnd: '10.10.0.99' };

export interface Host extends AsyncDisposable {
  readonly aws: Aws;
  readonly node: Node;
}

export interface HostOptions {
  /** Fields of `ipam`, beside {@link RANGE}. */
  readonly ipam?: Record<string, unknown>;
  readonly instanceType?: string;
  readonly env?: Record<string, string>;
  /** By how many milliseconds AWS's clock is ahead of the node's. */
  readonly clockAhead?: number;
  /** Changes the seed before the emulator starts. */
  readonly seed?: (seed: Seed) => Seed;
}

/** Starts the emulator and a node on it. Nothing is shared with another test. */
export async function startHost(
  interfaces: readonly [HostInterface, HostInterface],
  {
    ipam = {},
    instanceType = 'm5.24xlarge',
    env = {},
    clockAhead = 0,
    seed = (same) => same,
  }: HostOptions = {},
): Promise<Host> {
  const [first, second] = interfaces;
  const base = defaultSeed({ primary: first.mac, secondary: second.mac });
  const instances = base.instances.map((instance) => ({ ...instance, type: instanceType }));
  const clock = { ...wallClock, now: () => wallClock.now() + clockAhead };
  const aws = await startAws({ seed: seed({ ...base, instances }), clock });
  const network = { master: second.name, ipam: { ranges: [[RANGE]], ...ipam } };
  const node = new Node(network, { ...aws.environment(), ...env });
  return {
    aws,
    node,
    async [Symbol.asyncDispose]() {
      node[Symbol.dispose]();
      await aws.close();
    },
  };
}
