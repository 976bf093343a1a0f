/** Spans as the CIDR blocks that they are made of. */
import { bitsOf } from '../net/address.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Span } from '../net/span.ts';

/** The fewest blocks that have exactly the span's addresses, in order. */
export function blocksOf({ first, last }: Span): readonly Prefix[] {
  const { family } = first;
  const blocks: Prefix[] = [];
  for (let next = first.value; next <= last.value; ) {
    let bits = 0n;
    // The block grows while it begins where such a block may, and ends inside the span.
    while (next % (1n << (bits + 1n)) === 0n && next + (1n << (bits + 1n)) - 1n <= last.value) bits += 1n;
    blocks.push({ address: { family, value: next }, length: bitsOf(family) - Number(bits) });
    next += 1n << bits;
  }
  return blocks;
}
