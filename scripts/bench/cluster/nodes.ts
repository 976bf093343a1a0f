/** A cluster on this machine: nodes with an ENI each in one subnet, that share one range. */
import type { EniSeed, Seed } from '../../../test/aws/cloud/seed.ts';
import { type Mode, networkOf, type Plugin } from '../call.ts';
import type { Emulator } from '../emulator.ts';
import type { Folder, Interface } from '../place.ts';
import { ENI_LOCAL } from '../programs.ts';

const SUBNET = { id: 'subnet-00000000000000001', cidr: '10.10.0.0/21' };
/** Two thousand addresses: what is above the ENIs' own. */
const RANGE = { subnet: SUBNET.cidr, rangeStart: '10.10.1.0', rangeEnd: '10.10.7.254' };

const idOf = (kind: string, index: number): string => `${kind}-${String(index + 1).padStart(17, '0')}`;

/**
 * An account with so many instances. Each has a metadata service of its own, so that one interface of
 * this host can stand for every node's.
 */
export function clusterSeed(nodes: number, { mac }: Interface): Seed {
  const indices = Array.from({ length: nodes }, (_, index) => index);
  return {
    subnets: [SUBNET],
    instances: indices.map((index) => ({ id: idOf('i', index), type: 'm5.24xlarge' })),
    enis: indices.map(
      (index): EniSeed => ({
        id: idOf('eni', index),
        subnetId: SUBNET.id,
        mac,
        instanceId: idOf('i', index),
        deviceIndex: 1,
      }),
    ),
  };
}

/** The plugin as each of the nodes calls it. All have the same configuration, but for where they run. */
export function pluginsOf(
  emulator: Emulator,
  folder: Folder,
  { name: master }: Interface,
  mode: Mode,
): Plugin[] {
  return Object.entries(emulator.environments).map(([instance, env]) => {
    const ipam = {
      type: 'eni-local',
      dataDir: folder.at(instance),
      ranges: [[RANGE]],
      order: 'spread',
      // The default suits a node of its own. Here many nodes share the cores.
      eni: { timeout: 100, mode },
    };
    return { ...ENI_LOCAL, netns: folder.netns, env, network: networkOf(ipam, { master }) };
  });
}
