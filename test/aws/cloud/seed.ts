/** A short description of what an account starts with. */
import type { CidrReservation, InstanceState } from './model.ts';

export type SubnetSeed = {
  readonly id: string;
  readonly cidr: string;
  readonly vpcId?: string;
  readonly zone?: string;
  readonly ipv6Cidr?: string;
  readonly reservations?: readonly CidrReservation[];
};

export type InstanceSeed = {
  readonly id: string;
  readonly type?: string;
  /** `null`: no instance profile. */
  readonly role?: string | null;
  /** `running`, when not given. */
  readonly state?: InstanceState;
};

export type EniSeed = {
  readonly id: string;
  readonly subnetId: string;
  readonly mac?: string;
  /** The lowest free address of the subnet, when not given. */
  readonly primary?: string;
  readonly secondaries?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly ipv6?: readonly string[];
  readonly ipv6Prefixes?: readonly string[];
  readonly instanceId?: string;
  readonly deviceIndex?: number;
  /** IMDS shows the ENI only after this time. */
  readonly imdsDelayMs?: number;
  readonly tags?: Readonly<Record<string, string>>;
};

export type Seed = {
  readonly subnets: readonly SubnetSeed[];
  readonly instances: readonly InstanceSeed[];
  readonly enis: readonly EniSeed[];
};

/** One node: an m5.large with a primary ENI and a second one at device index 1, in 10.10.0.0/24. */
export function defaultSeed(macs: { readonly primary?: string; readonly secondary?: string } = {}): Seed {
  const subnetId = 'subnet-00000000000000001';
  const instanceId = 'i-00000000000000001';
  return {
    subnets: [{ id: subnetId, cidr: '10.10.0.0/24' }],
    instances: [{ id: instanceId, type: 'm5.large' }],
    enis: [
      {
        id: 'eni-00000000000000001',
        subnetId,
        mac: macs.primary ?? '02:00:00:00:00:01',
        primary: '10.10.0.4',
        instanceId,
        deviceIndex: 0,
      },
      {
        id: 'eni-00000000000000002',
        subnetId,
        mac: macs.secondary ?? '02:00:00:00:00:02',
        primary: '10.10.0.5',
        instanceId,
        deviceIndex: 1,
      },
    ],
  };
}

/** The same node in a subnet that has an IPv6 block, too. */
export function dualStackSeed(macs: Parameters<typeof defaultSeed>[0] = {}): Seed {
  const seed = defaultSeed(macs);
  return { ...seed, subnets: seed.subnets.map((subnet) => ({ ...subnet, ipv6Cidr: '2001:db8::/64' })) };
}
