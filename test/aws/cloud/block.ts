/** Blocks of addresses of either family, and whether they have something in common. */
import { formatIpv4, parseIpv4, parseIpv4Block } from './ipv4.ts';
import { formatIpv6, parseIpv6 } from './ipv6.ts';

export type Family = 'ipv4' | 'ipv6';

export type Block = { readonly family: Family; readonly first: bigint; readonly size: bigint };

/** The block that a CIDR names; undefined when it is not one, or when host bits are set. */
export function parseBlock(cidr: string): Block | undefined {
  const ipv4 = parseIpv4Block(cidr);
  if (ipv4) return { family: 'ipv4', first: BigInt(ipv4.first), size: BigInt(ipv4.size) };
  const [address = '', length = '', ...rest] = cidr.split('/');
  const first = parseIpv6(address);
  if (first === undefined || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > 128) {
    return undefined;
  }
  const size = 2n ** BigInt(128 - Number(length));
  return first % size === 0n ? { family: 'ipv6', first, size } : undefined;
}

/** The block as a CIDR, with the address in its one spelling. */
export function formatBlock({ family, first, size }: Block): string {
  const hostBits = size.toString(2).length - 1;
  return family === 'ipv4'
    ? `${formatIpv4(Number(first))}/${32 - hostBits}`
    : `${formatIpv6(first)}/${128 - hostBits}`;
}

/** The same of a CIDR that was checked before. */
export function blockFrom(cidr: string): Block {
  const block = parseBlock(cidr);
  if (!block) throw new Error(`Not a CIDR: ${cidr}`);
  return block;
}

/** An address as the block that has nothing else in it. */
export function blockOfAddress(address: string): Block {
  const ipv4 = parseIpv4(address);
  if (ipv4 !== undefined) return { family: 'ipv4', first: BigInt(ipv4), size: 1n };
  const first = parseIpv6(address);
  if (first === undefined) throw new Error(`Not an address: ${address}`);
  return { family: 'ipv6', first, size: 1n };
}

export function overlap(left: Block, right: Block): boolean {
  return (
    left.family === right.family &&
    left.first < right.first + right.size &&
    right.first < left.first + left.size
  );
}

export function isWithin(inner: Block, outer: Block): boolean {
  return (
    inner.family === outer.family &&
    inner.first >= outer.first &&
    inner.first + inner.size <= outer.first + outer.size
  );
}
