/** Who holds what in a subnet. */
import { type Address, formatAddress } from '../net/address.ts';
import { formatBlock, overlaps, parseSpan, type Span, sizeOf } from '../net/span.ts';

/** Which ENI holds an address or a part of a prefix, and as what. */
export interface Holder {
  readonly eni: string;
  readonly primary: boolean;
  /** It holds that very address or prefix: no more, no less. */
  readonly exact: boolean;
}

/** A block of addresses that an ENI holds: one address, or a prefix that was delegated to it. */
export interface Holding {
  readonly eni: string;
  readonly primary: boolean;
  readonly span: Span;
}

/** Who holds the address or prefix, by these accounts; of several, the one that has exactly that. */
export function holderOf(holdings: readonly Holding[], text: string): Holder | undefined {
  const wanted = parseSpan(text);
  if (!wanted) return undefined;
  const isExact = ({ span }: Holding): boolean =>
    span.first.value === wanted.first.value && sizeOf(span) === sizeOf(wanted);
  const around = holdings.filter(({ span }) => overlaps(span, wanted));
  const closest =
    around.find(isExact) ?? around.toSorted((a, b) => (sizeOf(a.span) < sizeOf(b.span) ? -1 : 1))[0];
  return closest && { eni: closest.eni, primary: closest.primary, exact: isExact(closest) };
}

/** A /28 of IPv4; a /80 of IPv6 has more addresses than one can list. */
const LISTED = 16n;

/** A holding address by address, or as one prefix where those cannot be listed. */
export function blocksOf({ span }: Holding): readonly string[] {
  if (sizeOf(span) > LISTED) return [formatBlock(span)];
  const { family, value: first } = span.first;
  const count = Number(sizeOf(span));
  return Array.from({ length: count }, (_, place): Address => ({ family, value: first + BigInt(place) })).map(
    formatAddress,
  );
}
