/** Several nodes in one subnet, each with an ENI of its own, around one emulated AWS. */
import { type Aws, startAws } from '../aws/aws.ts';
import type { EniSeed, Seed, SubnetSeed } from '../aws/cloud/seed.ts';
import type { HostInterface } from './host-interfaces.ts';
import { Node } from './node.ts';

export interface Member {
  readonly node: Node;
  readonly eni: string;
}

export interface Cluster extends AsyncDisposable {
  readonly aws: Aws;
  readonly members: readonly Member[];
}

export interface ClusterOptions {
  /** Fields of `ipam` that all nodes share. */
  readonly ipam: Record<string, unknown>;
  /** The subnet of each node, by its place; one for all when not given. */
  readonly cidrs?: readonly string[];
  /** What the subnet of each node reserves, by its place. */
  readonly reservations?: (place: number) => NonNullable<SubnetSeed['reservations']>;
  /** ENIs of somebody else. */
  readonly strangers?: readonly EniSeed[];
}

/** Id of the subnet in which all are that have no other. */
export const SUBNET = 'subnet-00000000000000001';

/** Starts a node for each interface. */
export async function startCluster(
  interfaces: readonly HostInterface[],
  { ipam, cidrs = [], reservations = () => [], strangers = [] }: ClusterOptions,
): Promise<Cluster> {
  const place = (index: number): string => (cidrs.length === 0 ? SUBNET : idOf('subnet', index));
  const seed: Seed = {
    subnets:
      cidrs.length === 0
        ? [{ id: SUBNET, cidr: '10.10.0.0/24' }]
        : cidrs.map((cidr, index) => ({
            id: idOf('subnet', index),
            cidr,
            reservations: reservations(index),
          })),
    instances: interfaces.map((_, index) => ({ id: idOf('i', index), type: 'm5.24xlarge' })),
    enis: [
      ...interfaces.map(({ mac }, index) => ({
        id: idOf('eni', index),
        subnetId: place(index),
        mac,
        instanceId: idOf('i', index),
        deviceIndex: 1,
      })),
      ...strangers,
    ],
  };
  const aws = await startAws({ seed });
  const members = interfaces.map(({ name }, index) => ({
    node: new Node({ master: name, ipam }, aws.environment(idOf('i', index))),
    eni: idOf('eni', index),
  }));
  return {
    aws,
    members,
    async [Symbol.asyncDispose]() {
      for (const { node } of members) node[Symbol.dispose]();
      await aws.close();
    },
  };
}

const idOf = (kind: string, index: number): string => `${kind}-${String(index + 1).padStart(17, '0')}`;
