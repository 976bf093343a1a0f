/** Range sets made of what the ENI's subnet reserves, where the configuration names no range. */
import { checkFixed, type FixedAddresses } from '../config/fixed.ts';
import type { Range, RangeSet } from '../config/ranges.ts';
import { Failure } from '../errors.ts';
import type { Eni, ReservedBlock, State } from '../model.ts';
import { FAMILIES, familyOf } from '../net/address.ts';
import { firstOf, type Prefix, parsePrefix } from '../net/prefix.ts';
import { contains, encloses, spanOf } from '../net/span.ts';
import { cidrsOf } from './subnet.ts';

/**
 * One set for each family that is reserved, IPv4 first. Several blocks of a family are one set only if
 * `pick` means them all; else nobody can tell which are for these pods.
 * @throws Failure `invalid-config` that lists what there is to pick, or says how to reserve; or when an
 * address of the subnet is `fixed`, and not in the ranges.
 */
export function reservedSets(
  pick: string | undefined,
  fixed: FixedAddresses,
  blocks: readonly ReservedBlock[],
  eni: Eni,
): readonly RangeSet[] {
  const picked = pickBlocks(pick, blocks.toSorted(byAddress), eni);
  const sets = FAMILIES.map((family) => picked.filter(({ cidr }) => familyOf(cidr) === family))
    .filter((some) => some.length > 0)
    .map((some) => some.map((block) => rangeOf(block, eni)));
  const subnet = cidrsOf(eni).map(spanOf);
  // An address of another subnet is for the pod when it runs in another zone.
  checkFixed(fixed, sets, (address) => subnet.some((span) => contains(span, address)));
  return sets;
}

/** Whether the ENI's subnet, as far as it is known, has all that was reserved in it. */
export const hasBlocks = (blocks: readonly ReservedBlock[], eni: Eni): boolean =>
  blocks.every((block) => subnetOf(block, eni) !== undefined);

/** How many sets an ADD on the network last had: one for each family. */
export function countReservedSets({ networks }: State, network: string): number {
  const { [network]: known } = networks;
  return new Set(known?.ranges.map(familyOf)).size;
}

function pickBlocks(
  pick: string | undefined,
  blocks: readonly ReservedBlock[],
  eni: Eni,
): readonly ReservedBlock[] {
  if (blocks.length === 0) throw new Failure('invalid-config', explainNone(eni));
  if (pick !== undefined) {
    const picked = blocks.filter(({ id, description }) => id === pick || description === pick);
    if (picked.length > 0) return picked;
    throw new Failure(
      'invalid-config',
      `cannot use ipam.eni.reservation: ${eni.subnet} has no reservation with the id or description ` +
        `${pick}, but ${list(blocks)}`,
    );
  }
  for (const family of FAMILIES) {
    const some = blocks.filter(({ cidr }) => familyOf(cidr) === family);
    if (some.length < 2) continue;
    throw new Failure(
      'invalid-config',
      `cannot tell which range is for these pods: ${eni.subnet} reserves ${list(some)}; ` +
        'name one by ipam.eni.reservation, or several by the description that they share',
    );
  }
  return blocks;
}

const explainNone = ({ subnet, cidrs }: Eni): string =>
  `no IP ranges specified, and ${subnet} (${cidrs.join(', ')}) reserves none for addresses that are asked ` +
  `for by name: make such a reservation by "eni-local reserve CIDR --subnet ${subnet}" or by "aws ec2 ` +
  `create-subnet-cidr-reservation --reservation-type explicit --subnet-id ${subnet} --cidr CIDR", ` +
  'or give ipam.ranges';

const list = (blocks: readonly ReservedBlock[]): string =>
  blocks
    .map(({ id, cidr, description }) => `${id} (${cidr}${description ? `, ${description}` : ''})`)
    .join(' and ');

/** Prefix length and gateway are the subnet's: the VPC's router has its second address (VPC guide). */
function rangeOf(block: ReservedBlock, eni: Eni): Range {
  const whole = parsePrefix(block.cidr);
  const subnet = subnetOf(block, eni);
  if (!whole || !subnet) {
    throw new Failure(
      'try-again',
      `cannot use ${block.id} (${block.cidr}): ${eni.subnet} is known to have ${eni.cidrs.join(', ')} only`,
    );
  }
  const { family, value } = firstOf(subnet);
  return { ...spanOf(whole), subnet, gateway: { family, value: value + 1n }, exclude: [] };
}

function subnetOf({ cidr }: ReservedBlock, eni: Eni): Prefix | undefined {
  const block = parsePrefix(cidr);
  return block && cidrsOf(eni).find((subnet) => encloses(spanOf(subnet), spanOf(block)));
}

/** EC2 tells in any order. */
const byAddress = (a: ReservedBlock, b: ReservedBlock): number => (numberOf(a) < numberOf(b) ? -1 : 1);

const numberOf = ({ cidr }: ReservedBlock): bigint => parsePrefix(cidr)?.address.value ?? 0n;
