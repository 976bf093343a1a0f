/** Random addresses and prefixes for properties. */
import * as fc from 'fast-check';
import { type Address, bitsOf, type Family } from '../../src/net/address.ts';
import type { Prefix } from '../../src/net/prefix.ts';

/** What Go and we write as IPv4 is no IPv6 address of its own. */
const isMapped = (value: bigint): boolean => value >> 32n === 0xffffn;

const ofFamily = (family: Family): fc.Arbitrary<Address> =>
  fc
    .bigInt({ min: 0n, max: (1n << BigInt(bitsOf(family))) - 1n })
    .filter((value) => family === 4 || !isMapped(value))
    .map((value) => ({ family, value }));

export const arbitraryAddress: fc.Arbitrary<Address> = fc.oneof(ofFamily(4), ofFamily(6));

export const arbitraryPrefix: fc.Arbitrary<Prefix> = arbitraryAddress.chain((address) =>
  fc.nat({ max: bitsOf(address.family) }).map((length) => ({ address, length })),
);
