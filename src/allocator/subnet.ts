/** What an ENI's subnet leaves of the configured ranges. */
import { formatSet, formatSpan, type Range, type RangeSet } from '../config/ranges.ts';
import { Failure } from '../errors.ts';
import type { Eni } from '../model.ts';
import { type Address, parseAddress } from '../net/address.ts';
import { firstOf, formatPrefix, lastOf, type Prefix, parsePrefix } from '../net/prefix.ts';
import { contains, encloses, overlaps, type Span, spanOf, subtract } from '../net/span.ts';

/** A range set of the configuration as far as this node can use it. */
export interface UsableSet {
  /** Its place in the configuration. */
  readonly index: number;
  readonly ranges: RangeSet;
  /** Its ranges that are for other pods. */
  readonly others: RangeSet;
  /** Addresses inside the ranges that AWS keeps. */
  readonly reserved: readonly Span[];
  /** The primary address of the ENI. */
  readonly own?: Address;
  /** It is one step of a set whose ranges are used up one after the other, see `stepsOf`. */
  readonly step?: true;
}

/** Without an ENI, every range counts and nothing is reserved. */
export const wholeSets = (sets: readonly RangeSet[]): readonly UsableSet[] =>
  sets.map((ranges, index) => ({ index, ranges, others: [], reserved: [] }));

/**
 * With an ENI, only ranges inside its subnet count, so that one definition serves every zone.
 * @throws Failure `invalid-config` when nothing is left of a set, or a range lies half inside.
 */
export function fitToSubnet(sets: readonly RangeSet[], eni: Eni): readonly UsableSet[] {
  const cidrs = cidrsOf(eni);
  const own = parseAddress(eni.primary ?? '');
  const reserved = cidrs.flatMap(reservedByAws);
  return sets.map((set, index) => {
    const ranges = set.filter((range) => cidrs.some((cidr) => liesInside(range, cidr, eni)));
    if (ranges.length > 0) return { index, ranges, others: [], reserved, ...(own ? { own } : {}) };
    throw new Failure(
      'invalid-config',
      `cannot use range set ${index} (${formatSet(set)}) on ${eni.id}: ` +
        `none of its ranges lies inside the ENI's subnet ${eni.cidrs.join(' and ')}`,
    );
  });
}

/** Whether every set has a range inside the ENI's subnet. */
export function isServedBy(sets: readonly RangeSet[], eni: Eni): boolean {
  const subnet = cidrsOf(eni).map(spanOf);
  return sets.every((set) => set.some((range) => subnet.some((span) => encloses(span, range))));
}

/** @throws Failure `no-eni` when none is known. */
export function cidrsOf(eni: Eni): readonly Prefix[] {
  const cidrs = eni.cidrs.flatMap((text) => parsePrefix(text) ?? []);
  if (cidrs.length > 0) return cidrs;
  throw new Failure('no-eni', `cannot use ${eni.id}: its subnet is "${eni.cidrs.join(', ')}"`);
}

function liesInside(range: Range, cidr: Prefix, eni: Eni): boolean {
  const subnet = spanOf(cidr);
  if (encloses(subnet, range)) return true;
  if (!overlaps(subnet, range)) return false;
  throw new Failure(
    'invalid-config',
    `cannot use range ${formatSpan(range)} on ${eni.id}: ` +
      `it lies only in part inside the ENI's subnet ${formatPrefix(cidr)}`,
  );
}

/**
 * AWS keeps the first four addresses of every subnet and its last one, in IPv4 and in IPv6
 * (VPC guide, "Subnet CIDR blocks").
 */
export function reservedByAws(cidr: Prefix): readonly Span[] {
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
export const usableSpans = ({ ranges, reserved, own }: UsableSet): readonly Span[] =>
  ranges.flatMap((range) =>
    subtract(range, [...range.exclude, ...reserved, alone(range.gateway), ...(own ? [alone(own)] : [])]),
  );

const alone = (address: Address): Span => ({ first: address, last: address });

/** Whether the set's ranges have the address and nobody but pods may claim it. */
export const isUsable = (set: UsableSet, address: Address): boolean =>
  usableSpans(set).some((span) => contains(span, address));
