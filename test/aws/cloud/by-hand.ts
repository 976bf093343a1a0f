/** What somebody else does to an ENI's addresses and prefixes of either family. */
import { assignAddresses } from './assign.ts';
import { assignIpv6Addresses } from './assign-ipv6.ts';
import { canonicalIpv6 } from './ipv6-space.ts';
import type { CloudState } from './model.ts';
import { assignPrefixes, ipv4Prefixes, ipv6Prefixes, type PrefixKind, unassignPrefixes } from './prefixes.ts';
import { unassignAddresses } from './unassign.ts';
import { unassignIpv6Addresses } from './unassign-ipv6.ts';

/** The address or prefix goes onto the ENI, and an address comes off another one that holds it. */
export function putByHand(state: CloudState, eniId: string, address: string): CloudState {
  if (address.includes('/')) return assignPrefixes(kindOf(address), state, eniId, [address]);
  if (!address.includes(':')) return assignAddresses(state, eniId, [address], true);
  // EC2 has no such move for IPv6: somebody has unassigned it before.
  const holders = [...state.enis.values()]
    .filter(({ id }) => id !== eniId)
    .filter(({ ipv6 }) => ipv6.includes(canonicalIpv6(address) ?? address));
  const freed = holders.reduce((before, { id }) => unassignIpv6Addresses(before, id, [address]), state);
  return assignIpv6Addresses(freed, eniId, [address]);
}

/** The address or prefix comes off the ENI. */
export function takeByHand(state: CloudState, eniId: string, address: string): CloudState {
  if (address.includes('/')) return unassignPrefixes(kindOf(address), state, eniId, [address]);
  return address.includes(':')
    ? unassignIpv6Addresses(state, eniId, [address])
    : unassignAddresses(state, eniId, [address]);
}

function kindOf(prefix: string): PrefixKind {
  return prefix.includes(':') ? ipv6Prefixes : ipv4Prefixes;
}
