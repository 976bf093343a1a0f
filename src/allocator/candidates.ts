/** In which order the addresses of a range set are tried. */
import type { Order } from '../config/allocation.ts';
import type { Address } from '../net/address.ts';
import { contains, type Span } from '../net/span.ts';
import { hash } from './hash.ts';
import { addressAt, countOf, placeOf } from './places.ts';
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
  const total = countOf(ranges);
  if (total === 0n) return;
  const after = last && placeOf(ranges, last);
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
