/** Prefixes go onto an ENI and come off it: /28 of IPv4, /80 of IPv6. */
import type { Random } from '../random.ts';
import { type Block, blockFrom, formatBlock, isWithin, parseBlock } from './block.ts';
import { ec2Error } from './ec2-error.ts';
import { findEni, findSubnet } from './find.ts';
import { isReservedFrom, isUntouched } from './holdings.ts';
import { ipv6BlockOf } from './ipv6-space.ts';
import { type CloudState, type Eni, type Subnet, withEnis } from './model.ts';
import { checkIpv4Room, checkIpv6Room } from './room.ts';

/** What the two families differ in. */
export type PrefixKind = {
  readonly size: bigint;
  readonly list: 'prefixes' | 'ipv6Prefixes';
  readonly wholeOf: (subnet: Subnet) => Block;
  readonly checkRoom: (state: CloudState, eni: Eni, gained: number) => void;
};

export const ipv4Prefixes: PrefixKind = {
  size: 16n,
  list: 'prefixes',
  wholeOf: ({ cidr }) => blockFrom(cidr),
  checkRoom: checkIpv4Room,
};

export const ipv6Prefixes: PrefixKind = {
  size: 2n ** 48n,
  list: 'ipv6Prefixes',
  wholeOf: ipv6BlockOf,
  checkRoom: checkIpv6Room,
};

/** These prefixes, or none of them. */
export function assignPrefixes(
  kind: PrefixKind,
  state: CloudState,
  eniId: string,
  wanted: readonly string[],
): CloudState {
  const eni = findEni(state, eniId);
  const subnet = findSubnet(state, eni.subnetId);
  const prefixes = [...new Set(wanted.map((text) => canonicalPrefix(kind, text)))];
  // A prefix that the ENI already holds is a success and takes no room, as with addresses.
  const gained = prefixes.filter((prefix) => !eni[kind.list].includes(prefix));
  for (const prefix of gained) {
    const whole = kind.wholeOf(subnet);
    const block = blockFrom(prefix);
    if (!isWithin(block, whole)) throw ec2Error('prefixOutsideSubnet', { prefix });
    if (!isUntouched(state, subnet, whole, block)) throw ec2Error('prefixInUse', { prefix });
  }
  kind.checkRoom(state, eni, gained.length);
  return withEnis(state, { ...eni, [kind.list]: [...eni[kind.list], ...gained] });
}

/** So many prefixes of EC2's own choice. */
export function choosePrefixes(
  kind: PrefixKind,
  state: CloudState,
  eniId: string,
  count: number,
  random: Random,
): readonly string[] {
  const eni = findEni(state, eniId);
  const chosen: string[] = [];
  for (const prefix of openPrefixes(kind, state, findSubnet(state, eni.subnetId), random)) {
    chosen.push(prefix);
    if (chosen.length === count) return chosen;
  }
  throw ec2Error('noRoomForPrefix');
}

/** All of them come off, or none. */
export function unassignPrefixes(
  kind: PrefixKind,
  state: CloudState,
  eniId: string,
  wanted: readonly string[],
): CloudState {
  const eni = findEni(state, eniId);
  const prefixes = wanted.map((text) => canonicalPrefix(kind, text));
  const foreign = prefixes.filter((prefix) => !eni[kind.list].includes(prefix));
  if (foreign.length > 0) throw ec2Error('prefixNotAssigned', { id: eni.id, prefixes: foreign.join(', ') });
  return withEnis(state, {
    ...eni,
    [kind.list]: eni[kind.list].filter((prefix) => !prefixes.includes(prefix)),
  });
}

/** The prefix in its one spelling; refuses what is none, or has another length. */
export function canonicalPrefix({ size, list }: PrefixKind, text: string): string {
  const block = parseBlock(text);
  const family = list === 'prefixes' ? 'ipv4' : 'ipv6';
  if (block?.family !== family || block.size !== size) throw ec2Error('notAPrefix', { prefix: text });
  return formatBlock(block);
}

/** What EC2 may choose from, from anywhere on: first what is reserved for prefixes, then what is not reserved. */
function* openPrefixes(
  kind: PrefixKind,
  state: CloudState,
  subnet: Subnet,
  random: Random,
): Generator<string> {
  const whole = kind.wholeOf(subnet);
  const count = whole.size / kind.size;
  const start = count > 0n ? random.bits64() % count : 0n;
  for (const isReserved of [true, false]) {
    for (let index = 0n; index < count; index += 1n) {
      const first = whole.first + ((start + index) % count) * kind.size;
      const block = { ...whole, first, size: kind.size };
      if (isReservedFrom(subnet, block, 'prefix') !== isReserved) continue;
      if (isReservedFrom(subnet, block, 'explicit') || !isUntouched(state, subnet, whole, block)) continue;
      yield formatBlock(block);
    }
  }
}
