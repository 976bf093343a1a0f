/** What an ENI's subnet leaves of the configured ranges. */
import { formatSet, formatSpan, type Range, type RangeSet } from '../config/ranges.ts';
import { Failure } from '../errors.ts';
import type { Eni } from '../model.ts';
import { type Address, parseAddress } from '../net/address.ts';
import { firstOf, lastOf, type Prefix, parsePrefix } from '../net/prefix.ts';
import { contains, encloses, overlaps, type Span, subtract } from '../net/span.ts';

/** A range set of the configuration as far as this node can use it. */
export interface UsableSet {
  /** Its place in the configuration. */
  readonly index: number;
  readonly ranges: RangeSet;
  /** Addresses inside the ranges that AWS or the ENI itself keeps. */
  readonly reserved: readonly Span[];
}

/** Without an ENI, every range counts and nothing is reserved. */
export const wholeSets = (sets: readonly RangeSet[]): readonly UsableSet[] =>
  sets.map((ranges, index) => ({ index, ranges, reserved: [] }));

/**
 * With an ENI, only ranges inside its subnet count, so that one definition serves every zone.
 * @throws Failure `invalid-config` when nothing is left of a set, or a range lies half inside.
 */
export function fitToSubnet(sets: readonly RangeSet[], eni: Eni): readonly UsableSet[] {
  const cidr = parsePrefix(eni.cidr);
  const primary = parseAddress(eni.primary);
  if (!cidr || !primary) throw new Failure('no-eni', `cannot use ${eni.id}: its subnet is "${eni.cidr}"`);
  const subnet = { first: firstOf(cidr), last: lastOf(cidr) };
  const reserved = [...reservedByAws(cidr), { first: primary, last: primary }];

  return sets.map((set, index) => {
    const ranges = set.filter((range) => liesInside(range, subnet, eni));
    if (ranges.length > 0) return { index, ranges, reserved };
    throw new Failure(
      'invalid-config',
      `cannot use range set ${index} (${formatSet(set)}) on ${eni.id}: ` +
        `none of its ranges lies inside the ENI's subnet ${eni.cidr}`,
    );
  });
}

function liesInside(range: Range, subnet: Span, eni: Eni): boolean {
  if (encloses(subnet, range)) return true;
  if (!overlaps(subnet, range)) return false;
  throw new Failure(
    'invalid-config',
    `cannot use range ${formatSpan(range)} on ${eni.id}: it lies only in part inside the ENI's subnet ${eni.cidr}`,
  );
}

/** AWS keeps the first four addresses of every subnet and its last one (VPC guide, "Subnet sizing"). */
function reservedByAws(cidr: Prefix): readonly Span[] {
  const first = firstOf(cidr);
  const last = lastOf(cidr);
  const fourth: Address = { family: first.family, value: first.value + 3n };
  return [
    { first, last: fourth },
    { first: last, last },
  ];
}

/**
 * The addresses that pods may have, range by range. What is excluded is skipped as a whole: in IPv6 it
 * may be more than one can count through.
 */
export const usableSpans = ({ ranges, reserved }: UsableSet): readonly Span[] =>
  ranges.flatMap((range) =>
    subtract(range, [...range.exclude, ...reserved, { first: range.gateway, last: range.gateway }]),
  );

/** Whether the set's ranges have the address and nobody but pods may claim it. */
export const isUsable = (set: UsableSet, address: Address): boolean =>
  usableSpans(set).some((span) => contains(span, address));
