/** The AWS account of every bed: a node with three ENIs in three subnets, and a neighbour in the second. */
import { type Aws, startAws } from '../../aws/aws.ts';

export interface Eni {
  readonly id: string;
  /** The name of its interface on the node. */
  readonly device: string;
  readonly mac: string;
  readonly subnet: string;
  readonly router: string;
  readonly primary: string;
}

const eni = (index: number): Eni => ({
  id: `eni-0000000000000000${index}`,
  device: `eth${index}`,
  mac: `06:00:00:00:00:0${index}`,
  subnet: `10.10.${index}.0/24`,
  router: `10.10.${index}.1`,
  primary: `10.10.${index}.11`,
});

/** The node's own, for its traffic with EC2. */
export const NODE_ENI = eni(0);
/** The pods' second interfaces are on this one. */
export const POD_ENI = eni(1);
/** And their third ones on this. */
export const THIRD_ENI = eni(2);
export const ENIS = [NODE_ENI, POD_ENI, THIRD_ENI];

/** On another node's ENI, and within the range that the nodes share: no pod here may get it. */
export const TAKEN = '10.10.1.81';

/** Twenty addresses that the nodes share. */
export const rangeOf = ({ subnet }: Eni) => {
  const start = subnet.replace('.0/24', '');
  return { subnet, rangeStart: `${start}.80`, rangeEnd: `${start}.99` };
};

export function startAccount(): Promise<Aws> {
  const node = { id: 'i-00000000000000001', type: 'm5.24xlarge' };
  const neighbour = { id: 'i-00000000000000002', type: 'm5.24xlarge' };
  const subnetOf = ({ device }: Eni) => `subnet-${device}`;
  return startAws({
    seed: {
      subnets: ENIS.map((each) => ({ id: subnetOf(each), cidr: each.subnet })),
      instances: [node, neighbour],
      enis: [
        ...ENIS.map((each, deviceIndex) => ({
          id: each.id,
          subnetId: subnetOf(each),
          mac: each.mac,
          primary: each.primary,
          instanceId: node.id,
          deviceIndex,
        })),
        {
          id: 'eni-00000000000000009',
          subnetId: subnetOf(POD_ENI),
          primary: '10.10.1.12',
          secondaries: [TAKEN],
          instanceId: neighbour.id,
          deviceIndex: 0,
        },
      ],
    },
  });
}

/** What the ENIs hold beside their primary addresses: all of it must belong to a pod. */
export const held = (aws: Aws): readonly string[] => ENIS.flatMap(({ id }) => aws.addresses(id));
