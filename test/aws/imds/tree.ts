/** What IMDS tells an instance, as the tree of names that it is. */
import { formatIpv4 } from '../cloud/ipv4.ts';
import {
  account,
  type CloudState,
  type Eni,
  type Instance,
  type Subnet,
  securityGroup,
} from '../cloud/model.ts';
import { blockOf } from '../cloud/subnet-space.ts';

/** A leaf is text, or makes its text when it is asked for; a node lists its names. */
export type Node = string | (() => string) | Tree;
export interface Tree {
  readonly [name: string]: Node;
}

/** Where an instance is, what it is, and what it holds. */
export type View = {
  readonly instance: Instance;
  readonly state: CloudState;
  readonly region: string;
  readonly now: number;
  /** The role's credentials as the JSON text that IMDS shows. */
  readonly credentials: () => string;
};

/** The whole tree below `/latest/`. Values that would be empty are not there at all. */
export function metadataTree({ instance, state, region, now, credentials }: View): Tree {
  const enis = visibleEnis(state, instance.id, now);
  const first = enis.find(({ attachment }) => attachment?.deviceIndex === 0);
  const zone = (first && state.subnets.get(first.subnetId)?.zone) ?? `${region}a`;
  const identity = {
    accountId: account,
    availabilityZone: zone,
    instanceId: instance.id,
    instanceType: instance.type,
    privateIp: first?.primary ?? null,
    region,
    version: '2017-09-30',
  };
  return {
    'meta-data': {
      'instance-id': instance.id,
      'instance-type': instance.type,
      ...(first && { mac: first.mac, 'local-ipv4': first.primary }),
      placement: { 'availability-zone': zone, region },
      ...(instance.role !== undefined && {
        iam: { 'security-credentials': { [instance.role]: credentials } },
      }),
      network: {
        interfaces: { macs: Object.fromEntries(enis.map((eni) => [eni.mac, interfaceTree(eni, state)])) },
      },
    },
    dynamic: { 'instance-identity': { document: JSON.stringify(identity, undefined, 2) } },
  };
}

/** New ENIs show up late, and some that are gone stay for a while. */
function visibleEnis(state: CloudState, instanceId: string, now: number): Eni[] {
  return [...state.lingering, ...state.enis.values()].filter(
    ({ attachment }) => attachment?.instanceId === instanceId && attachment.visibleInImdsFrom <= now,
  );
}

function interfaceTree(eni: Eni, state: CloudState): Tree {
  const subnet = state.subnets.get(eni.subnetId);
  return {
    'device-number': String(eni.attachment?.deviceIndex ?? 0),
    'interface-id': eni.id,
    'local-ipv4s': [eni.primary, ...eni.secondaries].join('\n'),
    mac: eni.mac,
    'owner-id': account,
    'security-group-ids': securityGroup,
    'subnet-id': eni.subnetId,
    ...(subnet && subnetTree(subnet)),
    ...lines('ipv4-prefix', eni.prefixes),
    ...lines('ipv6-prefix', eni.ipv6Prefixes),
    ...lines('ipv6s', eni.ipv6),
  };
}

function subnetTree(subnet: Subnet): Tree {
  const vpc = vpcCidr(subnet);
  return {
    'subnet-ipv4-cidr-block': subnet.cidr,
    ...lines('subnet-ipv6-cidr-blocks', subnet.ipv6Cidr === undefined ? [] : [subnet.ipv6Cidr]),
    'vpc-id': subnet.vpcId,
    'vpc-ipv4-cidr-block': vpc,
    'vpc-ipv4-cidr-blocks': vpc,
  };
}

/** The network that a subnet's VPC is taken to have: the /16 around the subnet. */
function vpcCidr(subnet: Subnet): string {
  const { first } = blockOf(subnet.cidr);
  return `${formatIpv4(first - (first % 2 ** 16))}/16`;
}

function lines(name: string, values: readonly string[]): Tree {
  return values.length === 0 ? {} : { [name]: values.join('\n') };
}
