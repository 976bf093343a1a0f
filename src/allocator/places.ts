/** Places of addresses, when spans stand one behind the other. */
import type { Address } from '../net/address.ts';
import { contains, type Span, sizeOf } from '../net/span.ts';

export const countOf = (spans: readonly Span[]): bigint =>
  spans.reduce((sum, span) => sum + sizeOf(span), 0n);

export function placeOf(spans: readonly Span[], address: Address): bigint | undefined {
  let before = 0n;
  for (const span of spans) {
    if (contains(span, address)) return before + address.value - span.first.value;
    before += sizeOf(span);
  }
  return undefined;
}

export function addressAt(spans: readonly Span[], place: bigint): Address {
  let rest = place;
  for (const span of spans) {
    if (rest < sizeOf(span)) return { family: span.first.family, value: span.first.value + rest };
    rest -= sizeOf(span);
  }
  throw new RangeError(`place ${place} is outside the spans`);
}
