/** What an ADD wants: addresses for an attachment, out of these sets, by these rules. */
import type { Order } from '../config/allocation.ts';
import type { FixedAddresses } from '../config/fixed.ts';
import { formatSet } from '../config/ranges.ts';
import { Failure } from '../errors.ts';
import type { Attachment, Eni, Pod, Reservation, Sandbox } from '../model.ts';
import { type Address, formatAddress } from '../net/address.ts';
import { contains } from '../net/span.ts';
import { isUsable, type UsableSet } from './subnet.ts';

export interface Claim {
  readonly attachment: Attachment;
  readonly sets: readonly UsableSet[];
  /** By index of the set: the address that the pod asks for. */
  readonly requested: ReadonlyMap<number, Address>;
  /** By index of the set: the addresses that are the pod's by configuration, one for each of its interfaces. */
  readonly fixed: ReadonlyMap<number, readonly Address[]>;
  /** The addresses that are other pods' by configuration, and those pods' names. */
  readonly fixedForOthers: FixedAddresses;
  /** How long an address is kept for its pod once it is released, in milliseconds; 0: not at all. */
  readonly stickyMs: number;
  /** `stale`: an address that is the pod's own is taken over from an ENI that is out of use. */
  readonly reassign: 'never' | 'stale';
  /** EC2 has refused this ADD an address already, and told who holds what. */
  readonly isInformed?: true;
  /** Addresses come out of prefixes that the ENI holds, and so many empty ones are kept. Absent: one by one. */
  readonly delegation?: { readonly spare: number };
  readonly order: Order;
  readonly cooldownMs: number;
  readonly eni?: Eni;
  readonly pod?: Pod;
  readonly sandbox?: Sandbox;
  readonly boot: string;
  /** When the ADD began, in milliseconds since the epoch. */
  readonly since: number;
  /** When the ADD gives up, in milliseconds since the epoch. */
  readonly deadline: number;
  /** Whether the pod behind another container's reservation is provably gone. */
  readonly isGone: (reservation: Reservation) => boolean;
}

/**
 * Gives each requested address to the set that contains it.
 * @throws Failure `invalid-config` when no set has it, may hand it out, or has another wish already.
 */
export function matchRequested(
  sets: readonly UsableSet[],
  addresses: readonly Address[],
): ReadonlyMap<number, Address> {
  const requested = new Map<number, Address>();
  for (const address of addresses) {
    const text = formatAddress(address);
    const set = sets.find(({ ranges }) => ranges.some((range) => contains(range, address)));
    if (!set) {
      const all = sets.map(({ ranges }) => formatSet(ranges)).join(' and ');
      throw new Failure('invalid-config', `cannot give the requested address ${text}: it is not in ${all}`);
    }
    if (!isUsable(set, address)) {
      const why = 'it is the gateway, excluded, reserved by AWS or the primary address of the ENI';
      throw new Failure('invalid-config', `cannot give the requested address ${text}: ${why}`);
    }
    const other = requested.get(set.index);
    if (other) {
      const why = `${formatAddress(other)} is requested from the same range set, which gives one`;
      throw new Failure('invalid-config', `cannot give the requested address ${text}: ${why}`);
    }
    requested.set(set.index, address);
  }
  return requested;
}

/**
 * Gives each of the pod's fixed addresses to the set that it is meant for, by the set's index.
 * @throws Failure `invalid-config` when it is in the configuration but not to be had on this ENI: then
 * the pod is in the wrong place, and any other address would be wrong, too.
 */
export function matchFixed(
  sets: readonly UsableSet[],
  isFor: (index: number, address: Address) => boolean,
  addresses: readonly Address[],
): ReadonlyMap<number, readonly Address[]> {
  const fixed = new Map<number, readonly Address[]>();
  for (const set of sets) {
    const listed = addresses.filter((address) => isFor(set.index, address));
    const here = listed.filter((address) => isUsable(set, address));
    if (listed.length > 0 && here.length === 0) {
      const list = listed.map(formatAddress).join(', ');
      const why = `on this ENI, the range set has ${formatSet(set.ranges)}`;
      throw new Failure('invalid-config', `cannot give the fixed address ${list}: ${why}`);
    }
    if (here.length > 0) fixed.set(set.index, here);
  }
  return fixed;
}
