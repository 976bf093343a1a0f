/** In which order the addresses of a range set are tried. */
import type { Order } from '../config/allocation.ts';
import type { Address } from '../net/address.ts';
import { contains, type Span, sizeOf } from '../net/span.ts';
import { type UsableSet, usableSpans } from './subnet.ts';

/**
 * Every address of the ranges once.
 * - `sequential`: host-local's round robin. It goes on after `last`, the address handed out last,
 *   through all ranges, and tries `last` itself at the end: a crash-looping pod moves on.
 * - `spread`: the same, but without a `last` it starts at a place that `seed` gives (the ENI's id).
 * - `reverse`: each range from its end. It has no memory: pods stay at the end of the range.
 */
export function* candidates(
  ranges: readonly Span[],
  order: Order,
  last: Address | undefined,
  seed: string,
): Generator<Address> {
  if (order === 'reverse') {
    for (const { first, last: end } of ranges) {
      for (let value = end.value; value >= first.value; value--) yield { family: first.family, value };
    }
    return;
  }
  const total = ranges.reduce((sum, range) => sum + sizeOf(range), 0n);
  if (total === 0n) return;
  const after = last && positionOf(ranges, last);
  const start = after === undefined ? (order === 'spread' ? hash(seed) % total : 0n) : after + 1n;
  for (let step = 0n; step < total; step++) yield addressAt(ranges, (start + step) % total);
}

/**
 * What round robin goes on after: the address that was handed out last, or the one before it in its range
 * when it is not to be had any more (it has become the gateway, say).
 */
export function placeOfLast(set: UsableSet, last: Address): Address | undefined {
  let before: Address | undefined;
  for (const range of set.ranges) {
    const isHere = contains(range, last);
    for (const span of usableSpans({ ...set, ranges: [range] })) {
      if (contains(span, last)) return last;
      if (isHere && span.first.value > last.value) return before;
      before = span.last;
    }
    if (isHere) return before;
  }
  return undefined;
}

/** Place of the address when the ranges stand one behind the other. */
function positionOf(ranges: readonly Span[], address: Address): bigint | undefined {
  let before = 0n;
  for (const range of ranges) {
    if (contains(range, address)) return before + address.value - range.first.value;
    before += sizeOf(range);
  }
  return undefined;
}

function addressAt(ranges: readonly Span[], position: bigint): Address {
  let rest = position;
  for (const range of ranges) {
    if (rest < sizeOf(range)) return { family: range.first.family, value: range.first.value + rest };
    rest -= sizeOf(range);
  }
  throw new RangeError(`position ${position} is outside the ranges`);
}

/** FNV-1a, 64 bits: neighbouring seeds land far apart. */
function hash(text: string): bigint {
  let value = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  return value ^ (value >> 32n);
}
