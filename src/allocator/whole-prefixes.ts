/** Which prefixes a range set has: blocks of the one length that AWS delegates, on its boundaries. */
import { formatSet } from '../config/ranges.ts';
import { Failure } from '../errors.ts';
import { type Address, bitsOf, type Family } from '../net/address.ts';
import type { Span } from '../net/span.ts';
import { candidates } from './candidates.ts';
import type { Claim } from './claim.ts';
import { type UsableSet, usableSpans } from './subnet.ts';

/** AWS delegates prefixes of these lengths only (EC2 guide, "Prefix delegation for Amazon EC2 network interfaces"). */
const LENGTHS: Readonly<Record<Family, number>> = { 4: 28, 6: 80 };

const hostBitsOf = (family: Family): bigint => BigInt(bitsOf(family) - LENGTHS[family]);

/** All addresses that come with the address when its prefix is delegated. */
export function blockAround({ family, value }: Address): Span {
  const hostBits = hostBitsOf(family);
  const first = (value >> hostBits) << hostBits;
  return { first: { family, value: first }, last: { family, value: first + (1n << hostBits) - 1n } };
}

/**
 * The prefixes that lie wholly in what pods may have of the set, in the claim's order; one that has an
 * address which no pod may get would keep that from whoever it is spared for.
 */
export function* blocksIn(set: UsableSet, { order, eni }: Pick<Claim, 'order' | 'eni'>): Generator<Span> {
  const numbers = usableSpans(set).flatMap((span) => numbersOf(span) ?? []);
  for (const { family, value } of candidates(numbers, order, undefined, eni?.id ?? '')) {
    yield blockAround({ family, value: value << hostBitsOf(family) });
  }
}

/**
 * A set without a whole prefix can give nothing in this way, however empty it is.
 * @throws Failure `invalid-config`.
 */
export function requireBlocks(sets: readonly UsableSet[]): void {
  const lacking = sets.find((set) => usableSpans(set).every((span) => !numbersOf(span)));
  const family = lacking?.ranges[0]?.first.family;
  if (!lacking || !family) return;
  throw new Failure(
    'invalid-config',
    `cannot use range set ${lacking.index} (${formatSet(lacking.ranges)}) with ipam.eni.mode "prefix": no whole ` +
      `/${LENGTHS[family]} of it is free of the gateway, excluded addresses and those that AWS keeps`,
  );
}

/** The whole prefixes of a span by number, as addresses are counted: an address without its host bits. */
function numbersOf({ first, last }: Span): Span | undefined {
  const { family } = first;
  const hostBits = hostBitsOf(family);
  const from = (first.value + (1n << hostBits) - 1n) >> hostBits;
  const to = ((last.value + 1n) >> hostBits) - 1n;
  return from <= to ? { first: { family, value: from }, last: { family, value: to } } : undefined;
}
