/** Which prefixes a range set has: blocks of the one length that AWS delegates, on its boundaries. */
import { formatSet } from '../config/ranges.ts';
import { Failure } from '../errors.ts';
import { type Address, bitsOf, type Family } from '../net/address.ts';
import type { Span } from '../net/span.ts';
import type { Claim } from './claim.ts';
import { hash } from './hash.ts';
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
  const rows = usableSpans(set).flatMap((span) => rowOf(span) ?? []);
  const total = rows.reduce((sum, { count }) => sum + count, 0n);
  if (total === 0n) return;
  const start = order === 'spread' ? hash(eni?.id ?? '') % total : 0n;
  for (let step = 0n; step < total; step++) {
    yield blockAt(rows, order === 'reverse' ? total - 1n - step : (start + step) % total);
  }
}

/**
 * A set without a whole prefix can give nothing in this way, however empty it is.
 * @throws Failure `invalid-config`.
 */
export function requireBlocks(sets: readonly UsableSet[]): void {
  const lacking = sets.find((set) => usableSpans(set).every((span) => !rowOf(span)));
  const family = lacking?.ranges[0]?.first.family;
  if (!lacking || !family) return;
  throw new Failure(
    'invalid-config',
    `cannot use range set ${lacking.index} (${formatSet(lacking.ranges)}) with ipam.eni.mode "prefix": no whole ` +
      `/${LENGTHS[family]} of it is free of the gateway, excluded addresses and those that AWS keeps`,
  );
}

/** Whole prefixes that stand one behind the other. */
interface Row {
  readonly first: Address;
  readonly count: bigint;
}

function rowOf({ first, last }: Span): Row | undefined {
  const { family } = first;
  const size = 1n << hostBitsOf(family);
  const start = ((first.value + size - 1n) / size) * size;
  const count = (last.value + 1n - start) / size;
  return count > 0n ? { first: { family, value: start }, count } : undefined;
}

function blockAt(rows: readonly Row[], place: bigint): Span {
  let rest = place;
  for (const { first, count } of rows) {
    if (rest < count) {
      const { family, value } = first;
      return blockAround({ family, value: value + (rest << hostBitsOf(family)) });
    }
    rest -= count;
  }
  throw new RangeError(`place ${place} is outside the rows`);
}
