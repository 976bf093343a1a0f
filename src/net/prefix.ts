/** IP prefixes (CIDR notation): an address and the length of its network part. */
import { type Address, bitsOf, formatAddress, parseAddress } from './address.ts';

/** `address` may have host bits set, as in `10.10.1.7/24`; {@link networkOf} has none. */
export interface Prefix {
  readonly address: Address;
  readonly length: number;
}

/** Whether a text that names an address or a prefix names a prefix. */
export const isPrefix = (text: string): boolean => text.includes('/');

/** The prefix that `text` names, or undefined when it names none. */
export function parsePrefix(text: string): Prefix | undefined {
  const [, head = '', tail = ''] = /^([^/]+)\/(\d+)$/.exec(text) ?? [];
  const address = parseAddress(head);
  if (!address) return undefined;
  // The length of an IPv4-mapped IPv6 prefix counts the 96 bits in front, too.
  const length = Number(tail) - (address.family === 4 && head.includes(':') ? 96 : 0);
  return length >= 0 && length <= bitsOf(address.family) ? { address, length } : undefined;
}

export const formatPrefix = ({ address, length }: Prefix): string => `${formatAddress(address)}/${length}`;

/** The same prefix with its host bits cleared. */
export const networkOf = (prefix: Prefix): Prefix => ({ address: firstOf(prefix), length: prefix.length });

/** First address of the prefix: the network itself. */
export function firstOf({ address: { family, value }, length }: Prefix): Address {
  const host = BigInt(bitsOf(family) - length);
  return { family, value: (value >> host) << host };
}

/** Last address of the prefix: in IPv4 its broadcast address. */
export function lastOf(prefix: Prefix): Address {
  const { family, value } = firstOf(prefix);
  return { family, value: value | ((1n << BigInt(bitsOf(family) - prefix.length)) - 1n) };
}
