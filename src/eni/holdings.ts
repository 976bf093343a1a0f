/** Who holds what in a subnet. */
import { type Address, formatAddress, parseAddress } from '../net/address.ts';
import { contains, type Span, sizeOf } from '../net/span.ts';

/** Which ENI holds an address, and as what. */
export interface Holder {
  readonly eni: string;
  readonly primary: boolean;
}

/** A block of addresses that an ENI holds: one address, or a prefix that was delegated to it. */
export interface Holding extends Holder {
  readonly span: Span;
}

/** Who holds the address, by these accounts; of several, the one that has that very address. */
export function holderOf(holdings: readonly Holding[], text: string): Holder | undefined {
  const address = parseAddress(text);
  const around = address ? holdings.filter(({ span }) => contains(span, address)) : [];
  const [closest] = around.toSorted((a, b) => (sizeOf(a.span) < sizeOf(b.span) ? -1 : 1));
  return closest && { eni: closest.eni, primary: closest.primary };
}

/** A /28 of IPv4; a /80 of IPv6 has more addresses than one can list. */
const LISTED = 16n;

/** The addresses of a holding, as far as they can be listed. */
export function addressesIn({ span }: Holding): readonly string[] {
  if (sizeOf(span) > LISTED) return [];
  const { family, value: first } = span.first;
  const count = Number(sizeOf(span));
  return Array.from({ length: count }, (_, place): Address => ({ family, value: first + BigInt(place) })).map(
    formatAddress,
  );
}
