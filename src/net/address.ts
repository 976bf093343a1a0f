/** IP addresses as values: parsed by grammar, printed in canonical form. */
import { Address4, Address6 } from 'ip-address';

export type Family = 4 | 6;
export const FAMILIES: readonly Family[] = [4, 6];

/** One IPv4 or IPv6 address. Equal addresses have equal text, see {@link formatAddress}. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** The family of an address's text. */
export const familyOf = (text: string): Family => (text.includes(':') ? 6 : 4);

/** Number of bits in an address of the family. */
export const bitsOf = (family: Family): number => (family === 4 ? 32 : 128);

/**
 * The address that `text` names, or undefined when it names none. Prefix lengths and zones are not
 * part of an address; an IPv4-mapped IPv6 address is the IPv4 address, as in Go's net.IP.
 */
export function parseAddress(text: string): Address | undefined {
  if (/[/%]/.test(text)) return undefined;
  try {
    if (!text.includes(':')) return { family: 4, value: new Address4(text).bigInt() };
    const value = new Address6(text).bigInt();
    return value >> 32n === 0xffffn ? { family: 4, value: value & 0xffff_ffffn } : { family: 6, value };
  } catch {
    return undefined;
  }
}

/** Canonical text: dotted decimal, or RFC 5952. */
export function formatAddress({ family, value }: Address): string {
  return family === 4 ? Address4.fromBigInt(value).correctForm() : Address6.fromBigInt(value).correctForm();
}

export const equalAddress = (a: Address, b: Address): boolean => a.family === b.family && a.value === b.value;
