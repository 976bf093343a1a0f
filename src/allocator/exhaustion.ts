/** What to tell when a range set has no address left. */
import { formatSet } from '../config/ranges.ts';
import { Failure } from '../errors.ts';
import { formatAddress } from '../net/address.ts';
import { candidates } from './candidates.ts';
import type { Claim } from './claim.ts';
import type { Occupancy } from './occupancy.ts';
import { isUsable, type UsableSet } from './subnet.ts';

const WORDS: Readonly<Record<Exclude<Occupancy, 'free' | 'cooling'>, string>> = {
  held: 'held by pods of this node',
  releasing: 'being released',
  unsettled: 'being released without an answer of EC2',
  foreign: 'held by other ENIs',
  unexplained: 'on this ENI without a record',
};

/** A failure that counts who has the addresses, so that one sees whether the range is too small. */
export function explainExhaustion(
  claim: Claim,
  set: UsableSet,
  occupancy: (address: string) => Occupancy,
): Failure {
  const counts = new Map<string, number>();
  for (const address of candidates(set.ranges, 'reverse', undefined, '')) {
    const found = isUsable(set, address) ? occupancy(formatAddress(address)) : undefined;
    const word =
      found === undefined
        ? 'never given out'
        : found === 'free' || found === 'cooling'
          ? found
          : WORDS[found];
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const details = [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
  return new Failure(
    'no-free-address',
    `no free address in range set ${formatSet(set.ranges)} of network ${claim.attachment.network}: ${details}`,
  );
}
