/** The order of addresses that follows from an identity alone, so that every node tries the same ones first. */
import { type Address, equalAddress } from '../net/address.ts';
import { hash } from './hash.ts';
import { addressAt, countOf } from './places.ts';
import { type UsableSet, usableSpans } from './subnet.ts';

/**
 * Every address of the set once, range by range: a place that the identity gives, and on from there in
 * steps that the identity gives, too. With steps of their own, pods that met at one address part again;
 * from neighbour to neighbour they would crowd, and every pod that goes would shift others.
 *
 * What a node keeps for itself (the primary address of its ENI) is passed over, not taken out: the
 * places are the same on all nodes of the subnet.
 */
export function* scattered(set: UsableSet, identity: string): Generator<Address> {
  const { own, ...alike } = set;
  for (const range of set.ranges) {
    const spans = usableSpans({ ...alike, ranges: [range] });
    const count = countOf(spans);
    if (count === 0n) continue;
    const step = stepThrough(count, hash(`${identity} step`));
    let place = hash(identity) % count;
    for (let visited = 0n; visited < count; visited++) {
      const address = addressAt(spans, place);
      if (!own || !equalAddress(address, own)) yield address;
      place = (place + step) % count;
    }
  }
}

/** A step that has no divisor in common with the count comes by every place. */
function stepThrough(count: bigint, seed: bigint): bigint {
  let step = (seed % count) + 1n;
  while (greatestDivisor(step, count) !== 1n) step++;
  return step;
}

const greatestDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : greatestDivisor(b, a % b));
