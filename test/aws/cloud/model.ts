/** The nouns of the emulated account; all of it immutable, a change makes a new state. */

export type CidrReservation = {
  readonly id: string;
  readonly cidr: string;
  readonly type: 'prefix' | 'explicit';
  readonly description?: string;
};

export type Subnet = {
  readonly id: string;
  readonly vpcId: string;
  readonly zone: string;
  readonly cidr: string;
  readonly ipv6Cidr: string | undefined;
  readonly reservations: readonly CidrReservation[];
};

export type Attachment = {
  readonly instanceId: string;
  readonly deviceIndex: number;
  /** IMDS of the instance shows the ENI from this time on; EC2 shows it at once. */
  readonly visibleInImdsFrom: number;
};

/** A network interface: one primary address, secondaries, and blocks delegated to it. */
export type Eni = {
  readonly id: string;
  readonly mac: string;
  readonly subnetId: string;
  readonly primary: string;
  readonly secondaries: readonly string[];
  readonly prefixes: readonly string[];
  /** In the spelling of RFC 5952. */
  readonly ipv6: readonly string[];
  readonly ipv6Prefixes: readonly string[];
  readonly attachment: Attachment | undefined;
  readonly tags: Readonly<Record<string, string>>;
};

/** In their order, each with its code (EC2 API reference, InstanceState). */
export const instanceStates = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;
export type InstanceState = keyof typeof instanceStates;

export type Instance = {
  readonly id: string;
  readonly type: string;
  /** Name of the role in the instance profile; undefined without a profile. */
  readonly role: string | undefined;
  readonly state: InstanceState;
};

export type CloudState = {
  readonly subnets: ReadonlyMap<string, Subnet>;
  readonly enis: ReadonlyMap<string, Eni>;
  readonly instances: ReadonlyMap<string, Instance>;
  /** ENIs that are detached or deleted, yet still shown by IMDS of the instance they were attached to. */
  readonly lingering: readonly Eni[];
};

/** The account that owns everything here. */
export const account = '123456789012';

/** The one security group of every ENI. */
export const securityGroup = 'sg-00000000000000001';

/** The state with these ENIs put in place of those with the same id. */
export function withEnis(state: CloudState, ...enis: readonly Eni[]): CloudState {
  return { ...state, enis: new Map([...state.enis, ...enis.map((eni) => [eni.id, eni] as const)]) };
}

/** The ENI when these addresses have come off it. */
export function withoutSecondaries(eni: Eni, addresses: readonly string[]): Eni {
  return { ...eni, secondaries: eni.secondaries.filter((address) => !addresses.includes(address)) };
}

/** Every ENI of a subnet. */
export function enisOf(state: CloudState, subnetId: string): Eni[] {
  return [...state.enis.values()].filter((eni) => eni.subnetId === subnetId);
}

/** Every ENI of an instance. */
export function enisAttachedTo(state: CloudState, instanceId: string): Eni[] {
  return [...state.enis.values()].filter(({ attachment }) => attachment?.instanceId === instanceId);
}
