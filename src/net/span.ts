/** A span: all addresses from the first to the last, both included. */
import { type Address, bitsOf, formatAddress, parseAddress } from './address.ts';
import { firstOf, formatPrefix, lastOf, type Prefix, parsePrefix } from './prefix.ts';

export interface Span {
  readonly first: Address;
  readonly last: Address;
}

/** All addresses of a prefix. */
export const spanOf = (prefix: Prefix): Span => ({ first: firstOf(prefix), last: lastOf(prefix) });

export function contains(span: Span, { family, value }: Address): boolean {
  return family === span.first.family && value >= span.first.value && value <= span.last.value;
}

/** Whether every address of `inner` is in `outer`. */
export const encloses = (outer: Span, inner: Span): boolean =>
  contains(outer, inner.first) && contains(outer, inner.last);

/** Whether the two have the same addresses. */
export const equalSpan = (a: Span, b: Span): boolean => encloses(a, b) && encloses(b, a);

/** Whether the two have an address in common. */
export const overlaps = (a: Span, b: Span): boolean => contains(a, b.first) || contains(b, a.first);

/** What both have; undefined when that is nothing. */
export function intersect(a: Span, b: Span): Span | undefined {
  if (!overlaps(a, b)) return undefined;
  const first = a.first.value > b.first.value ? a.first : b.first;
  return { first, last: a.last.value < b.last.value ? a.last : b.last };
}

/** Reads `address`, `address/length` or `first-last`; undefined when `text` is none of them. */
export function parseSpan(text: string): Span | undefined {
  if (text.includes('/')) {
    const prefix = parsePrefix(text);
    return prefix && spanOf(prefix);
  }
  const [from = '', to = from, ...rest] = text.split('-').map((part) => part.trim());
  const first = parseAddress(from);
  const last = parseAddress(to);
  if (rest.length > 0 || !first || !last) return undefined;
  return first.family === last.family && first.value <= last.value ? { first, last } : undefined;
}

/** What is left of the span without the holes, in order. */
export function subtract(span: Span, holes: readonly Span[]): readonly Span[] {
  const { family } = span.first;
  const left: Span[] = [];
  let next = span.first.value;
  const inside = holes.filter((hole) => overlaps(span, hole));
  for (const { first, last } of inside.toSorted((a, b) => (a.first.value < b.first.value ? -1 : 1))) {
    if (first.value > next)
      left.push({ first: { family, value: next }, last: { family, value: first.value - 1n } });
    if (last.value >= next) next = last.value + 1n;
  }
  if (next <= span.last.value) left.push({ first: { family, value: next }, last: span.last });
  return left;
}

/** How many addresses the span has. */
export const sizeOf = ({ first, last }: Span): bigint => last.value - first.value + 1n;

/** An address, or a prefix, as EC2 names it: of a span that is exactly one of these. */
export function formatBlock(span: Span): string {
  const hostBits = (sizeOf(span) - 1n).toString(2).length;
  const { first } = span;
  if (sizeOf(span) === 1n) return formatAddress(first);
  return formatPrefix({ address: first, length: bitsOf(first.family) - hostBits });
}
