/** Nodes that use an example as it stands, but for the name of the interface and where the state is. */
import { type Aws, startAws } from '../aws/aws.ts';
import type { HostInterface } from '../integration/host-interfaces.ts';
import { Node } from '../integration/node.ts';
import type { Network } from './examples.ts';

export interface ExampleNode {
  readonly node: Node;
  /** Id of the ENI behind its ens6. */
  readonly eni: string;
}

export interface Example extends AsyncDisposable {
  readonly aws: Aws;
  readonly nodes: readonly ExampleNode[];
}

const IPV6 = '2600:1f14:abc:1200::/64';

/** A node for each subnet, whose ENI is in that subnet; the same subnet twice is two nodes of one zone. */
export async function startNodes(
  network: Network,
  interfaces: readonly HostInterface[],
  subnets: readonly string[] = ['10.10.1.0/24'],
): Promise<Example> {
  const aws = await startAws({
    seed: {
      subnets: [...new Set(subnets)].map((cidr, place) => ({
        id: idOf('subnet', place),
        cidr,
        ...(place === 0 ? { ipv6Cidr: IPV6 } : {}),
      })),
      instances: subnets.map((_, place) => ({ id: idOf('i', place), type: 'm5.24xlarge' })),
      enis: subnets.map((cidr, place) => ({
        id: idOf('eni', place),
        subnetId: idOf('subnet', [...new Set(subnets)].indexOf(cidr)),
        mac: interfaces[place]?.mac ?? '',
        instanceId: idOf('i', place),
        deviceIndex: 1,
      })),
    },
  });
  const nodes = subnets.map((_, place) => ({
    node: new Node({ ...network, master: interfaces[place]?.name ?? '' }, aws.environment(idOf('i', place))),
    eni: idOf('eni', place),
  }));
  return {
    aws,
    nodes,
    async [Symbol.asyncDispose]() {
      for (const { node } of nodes) node[Symbol.dispose]();
      await aws.close();
    },
  };
}

const idOf = (kind: string, place: number): string => `${kind}-${String(place + 1).padStart(17, '0')}`;
