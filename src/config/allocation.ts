/** What ADD and CHECK need of a configuration: ranges, wishes, routes and the ENI, checked and immutable. */
import { type Args, parseArgs } from '../cni/args.ts';
import type { Network } from '../cni/network.ts';
import type { Route } from '../cni/result.ts';
import { isAtLeast } from '../cni/versions.ts';
import { Failure } from '../errors.ts';
import type { Pod } from '../model.ts';
import type { Address } from '../net/address.ts';
import { checkFixed, type FixedAddresses, readFixed } from './fixed.ts';
import { type RangeSet, readRangeSets } from './ranges.ts';
import { readRequestedAddresses } from './requested.ts';
import { readRoutes } from './routes.ts';
import { checkShape, type IpamInput, type NetworkInput } from './schema.ts';

export type Order = 'sequential' | 'reverse' | 'spread';

/** Where the ENI is to be found: by the MAC of a host interface, or by its id. */
export interface EniSource {
  readonly interface?: string;
  readonly id?: string;
  readonly region?: string;
}

/**
 * - `given`: the range sets that the configuration names.
 * - `reserved`: it names none, and what the ENI's subnet reserves is the range. `pick` chooses among
 *   several reservations, by id or description.
 */
export type Ranges =
  | { readonly kind: 'given'; readonly sets: readonly RangeSet[] }
  | { readonly kind: 'reserved'; readonly pick?: string };

export interface Allocation {
  readonly ranges: Ranges;
  readonly requested: readonly Address[];
  readonly routes: readonly Route[];
  readonly resolvConf?: string;
  readonly order: Order;
  readonly cooldownMs: number;
  /** How long an address is kept for its pod once it is released; 0: not at all. */
  readonly stickyMs: number;
  /** Of ranges that are `reserved`, not yet held against them. */
  readonly fixed: FixedAddresses;
  /** `stale`: a pod's own address is taken over from an ENI that is out of use. */
  readonly reassign: 'never' | 'stale';
  /** Addresses come out of prefixes that the ENI holds, and so many empty ones are kept. Absent: one by one. */
  readonly delegation?: { readonly spare: number };
  /** Absent: plain host-local behaviour, no AWS. */
  readonly eni?: EniSource;
  readonly pod?: Pod;
}

const DAY_S = 24 * 60 * 60;

/** @throws Failure `unsupported-field`, `invalid-config` or (CNI_ARGS) `environment`. */
export function readAllocation(network: Network, cniArgs: string): Allocation {
  const input = checkShape(network.json);
  const args = parseArgs(cniArgs);
  const eni = readEniSource(input);
  const ranges = readRanges(network, input, eni);
  const fixed = readFixed(input.ipam.fixed ?? {});
  if (ranges.kind === 'given') checkFixed(fixed, ranges.sets);
  return {
    ranges,
    requested: readRequestedAddresses(args.addresses, input),
    routes: readRoutes(input.ipam.routes ?? []),
    ...(input.ipam.resolvConf ? { resolvConf: input.ipam.resolvConf } : {}),
    order: input.ipam.order ?? 'sequential',
    // Without an ENI nothing outside remembers an address: host-local's order is kept.
    cooldownMs: (input.ipam.cooldown ?? (eni ? 30 : 0)) * 1000,
    stickyMs: input.ipam.sticky ? (input.ipam.stickyFor ?? DAY_S) * 1000 : 0,
    fixed,
    reassign: input.ipam.eni?.reassign ?? 'never',
    ...(eni ? { eni } : {}),
    ...(eni && input.ipam.eni?.mode === 'prefix' ? { delegation: { spare: input.ipam.eni.spare ?? 1 } } : {}),
    ...podOf(args),
  };
}

function readRanges(network: Network, input: NetworkInput, eni: EniSource | undefined): Ranges {
  const sets = readSets(network, input);
  const { ipam } = input;
  const pick = ipam.eni?.reservation;
  if (sets.length > 0) {
    if (!pick) return { kind: 'given', sets };
    throw misplaced('eni.reservation', 'must be left out where ranges are given', pick);
  }
  if (!eni) {
    throw new Failure('invalid-config', 'no IP ranges specified: ipam.ranges or ipam.subnet must be given');
  }
  for (const name of ['rangeStart', 'rangeEnd', 'gateway', 'exclude'] as const) {
    const { [name]: value } = ipam;
    if (value && value.length > 0) throw misplaced(name, 'means nothing without ipam.subnet', String(value));
  }
  return { kind: 'reserved', ...(pick ? { pick } : {}) };
}

const misplaced = (field: string, fault: string, value: string): Failure =>
  new Failure(
    'invalid-config',
    `cannot use the configuration: ipam.${field} ${fault}: current value is ${value}`,
  );

/** None, when the configuration names none. */
function readSets(network: Network, { ipam, runtimeConfig }: NetworkInput): readonly RangeSet[] {
  const sets = readRangeSets([
    { path: 'runtimeConfig.ipRanges', sets: runtimeConfig?.ipRanges ?? [] },
    { path: 'ipam', isInline: true, sets: oldStyle(ipam) },
    { path: 'ipam.ranges', sets: ipam.ranges ?? [] },
  ]);
  const families = sets.map(([range]) => range?.first.family);
  if (!isAtLeast(network.cniVersion, '0.3.0') && new Set(families).size < families.length) {
    const message = `CNI version ${network.cniVersion} does not support more than 1 address per family`;
    throw new Failure('invalid-config', message);
  }
  return sets;
}

/** One range written into `ipam` itself, as before there were `ranges`. */
function oldStyle({ subnet, rangeStart, rangeEnd, gateway, exclude }: IpamInput) {
  return subnet ? [[{ subnet, rangeStart, rangeEnd, gateway, exclude }]] : [];
}

function readEniSource({ master, ipam: { eni } }: NetworkInput): EniSource | undefined {
  if (eni?.assign === false) return undefined;
  const name = eni?.interface || master;
  if (!name && !eni?.id) {
    throw new Failure(
      'invalid-config',
      'cannot tell which ENI gets the address: give "master", ipam.eni.interface or ipam.eni.id, ' +
        'or set ipam.eni.assign to false for addresses that only this node knows',
    );
  }
  return {
    ...(name ? { interface: name } : {}),
    ...(eni?.id ? { id: eni.id } : {}),
    ...(eni?.region ? { region: eni.region } : {}),
  };
}

const podOf = ({ pod }: Args): { pod?: Pod } => (pod ? { pod } : {});
