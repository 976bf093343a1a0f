/** IPv6 addresses as numbers: any spelling in, that of RFC 5952 out. */
import { isIPv6 } from 'node:net';
import { parseIpv4 } from './ipv4.ts';

/** The address as a number, or undefined when the text is not one; a zone makes it another thing. */
export function parseIpv6(text: string): bigint | undefined {
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const [before = [], after] = withoutDots(text).split('::').map(groupsOf);
  const gap = Array.from({ length: 8 - before.length - (after ?? []).length }, () => 0);
  return [...before, ...gap, ...(after ?? [])].reduce((sum, group) => sum * 65_536n + BigInt(group), 0n);
}

/** Small letters, no leading zeros, and `::` for the first of the longest runs of two or more zeros. */
export function formatIpv6(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    Number((address >> BigInt(16 * (7 - index))) & 0xffffn),
  );
  const { start, length } = longestZeros(groups);
  const written = (some: readonly number[]) => some.map((group) => group.toString(16)).join(':');
  if (length < 2) return written(groups);
  return `${written(groups.slice(0, start))}::${written(groups.slice(start + length))}`;
}

/** Sorts addresses by number. */
export function sortedIpv6(addresses: Iterable<string>): string[] {
  return [...addresses].sort((left, right) => ((parseIpv6(left) ?? 0n) < (parseIpv6(right) ?? 0n) ? -1 : 1));
}

/** The last two groups may be written as a dotted quad. */
function withoutDots(text: string): string {
  return text.replace(/[^:]*\.[^:]*$/, (quad) => {
    const number = parseIpv4(quad) ?? 0;
    return `${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`;
  });
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}

function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    const end = groups.findIndex((group, index) => index >= start && group !== 0);
    const length = (end < 0 ? groups.length : end) - start;
    if (length > longest.length) longest = { start, length };
  }
  return longest;
}
