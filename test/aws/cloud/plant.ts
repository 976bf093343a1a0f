/** Makes the state that a seed stands for. */
import { assignAddresses } from './assign.ts';
import { assignIpv6Addresses } from './assign-ipv6.ts';
import { parseBlock } from './block.ts';
import { instanceTypes } from './instance-types.ts';
import { parseIpv4Block } from './ipv4.ts';
import { type Attachment, type CloudState, type Eni, type Instance, type Subnet, withEnis } from './model.ts';
import { assignPrefixes, ipv4Prefixes, ipv6Prefixes } from './prefixes.ts';
import type { EniSeed, InstanceSeed, Seed, SubnetSeed } from './seed.ts';
import { freeAddresses, isFree } from './subnet-space.ts';

/** The state that a seed stands for, in that region at that time. */
export function plant(seed: Seed, region: string, now: number): CloudState {
  const bare: CloudState = {
    subnets: new Map(seed.subnets.map((subnet) => [subnet.id, plantSubnet(subnet, region)])),
    instances: new Map(seed.instances.map((instance) => [instance.id, plantInstance(instance)])),
    enis: new Map(),
    lingering: [],
  };
  return seed.enis.reduce((state, eni) => plantEni(state, eni, now), bare);
}

/** The state with one more ENI, which must be one that EC2 would allow. */
export function plantEni(state: CloudState, seed: EniSeed, now: number): CloudState {
  const subnet = state.subnets.get(seed.subnetId);
  if (!subnet) throw new TypeError(`Cannot place ${seed.id}: there is no subnet ${seed.subnetId}`);
  if (state.enis.has(seed.id)) throw new TypeError(`Cannot place ${seed.id}: it is there already`);
  for (const prefix of seed.prefixes ?? []) mustBeCidr(prefix);
  const primary = seed.primary ?? freeAddresses(state, subnet).next().value ?? 'no address';
  if (!isFree(state, subnet, primary)) {
    throw new TypeError(`Cannot place ${seed.id}: ${primary} is not free in ${subnet.id}`);
  }
  const bare: Eni = {
    id: seed.id,
    mac: (seed.mac ?? macOf(primary)).toLowerCase(),
    subnetId: subnet.id,
    primary,
    secondaries: [],
    prefixes: [],
    ipv6: [],
    ipv6Prefixes: [],
    attachment: attachmentOf(state, seed, now),
    tags: seed.tags ?? {},
  };
  return withHoldings(withEnis(state, bare), seed);
}

function withHoldings(
  state: CloudState,
  { id, secondaries, prefixes, ipv6, ipv6Prefixes: wide }: EniSeed,
): CloudState {
  const withIpv4 = assignAddresses(state, id, secondaries ?? [], false);
  const withPrefixes = assignPrefixes(ipv4Prefixes, withIpv4, id, prefixes ?? []);
  const withIpv6 = assignIpv6Addresses(withPrefixes, id, ipv6 ?? []);
  return assignPrefixes(ipv6Prefixes, withIpv6, id, wide ?? []);
}

function attachmentOf(state: CloudState, seed: EniSeed, now: number): Attachment | undefined {
  const { id, instanceId, deviceIndex = 0, imdsDelayMs = 0 } = seed;
  if (instanceId === undefined) return undefined;
  if (!state.instances.has(instanceId)) {
    throw new TypeError(`Cannot attach ${id}: there is no instance ${instanceId}`);
  }
  return { instanceId, deviceIndex, visibleInImdsFrom: now + imdsDelayMs };
}

function plantSubnet(seed: SubnetSeed, region: string): Subnet {
  mustBeCidr(seed.cidr);
  for (const cidr of [seed.ipv6Cidr ?? [], ...(seed.reservations ?? []).map((one) => one.cidr)].flat()) {
    if (!parseBlock(cidr)) throw new TypeError(`Not a CIDR: ${cidr}`);
  }
  return {
    id: seed.id,
    cidr: seed.cidr,
    vpcId: seed.vpcId ?? 'vpc-00000000000000001',
    zone: seed.zone ?? `${region}a`,
    ipv6Cidr: seed.ipv6Cidr,
    reservations: seed.reservations ?? [],
  };
}

function plantInstance({
  id,
  type = 'm5.large',
  role = 'node-role',
  state = 'running',
}: InstanceSeed): Instance {
  if (!instanceTypes.has(type)) throw new TypeError(`Cannot start ${id}: no limits are known of ${type}`);
  return { id, type, role: role ?? undefined, state };
}

function mustBeCidr(cidr: string): void {
  if (!parseIpv4Block(cidr)) throw new TypeError(`Not an IPv4 CIDR: ${cidr}`);
}

/** A locally administered MAC that no other ENI of the VPC has. */
function macOf(primary: string): string {
  const octets = primary.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
  return ['06', '0a', ...octets].join(':');
}
