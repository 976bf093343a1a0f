/** What to tell when a range set has no address left. */
import { formatSet } from '../config/ranges.ts';
import { Failure } from '../errors.ts';
import { formatAddress } from '../net/address.ts';
import { type Span, sizeOf } from '../net/span.ts';
import { candidates } from './candidates.ts';
import type { Claim } from './claim.ts';
import type { Occupancies, Occupancy } from './occupancy.ts';
import { type UsableSet, usableSpans } from './subnet.ts';

const WORDS: Readonly<Record<Occupancy, string>> = {
  free: 'free',
  cooling: 'cooling',
  bound: 'kept for pods that may come back',
  fixed: 'fixed for other pods',
  held: 'held by pods of this node',
  releasing: 'being released',
  delegated: 'in prefixes of this node that are not for it',
  unsettled: 'being released without an answer of EC2',
  foreign: 'held by other ENIs',
  unexplained: 'on this ENI without a record',
};

/** A failure that counts who has the addresses, so that one sees whether the range is too small. */
export function explainExhaustion(claim: Claim, set: UsableSet, occupancies: Occupancies): Failure {
  if (claim.delegation) return explainLackOfPrefix(claim, set);
  const usable = usableSpans(set);
  const spared = total(set.ranges) - total(usable);
  const counts = new Map<string, bigint>();
  for (const address of candidates(usable, 'reverse', undefined, '')) {
    const word = WORDS[occupancies.at(formatAddress(address))];
    counts.set(word, (counts.get(word) ?? 0n) + 1n);
  }
  if (spared > 0n) counts.set('never given out', spared);
  const details = [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
  const lack = explainLack(set);
  return new Failure(
    'no-free-address',
    `no free address in range set ${formatSet(set.ranges)} of network ${claim.attachment.network}: ` +
      details +
      (lack === undefined ? '' : `; ${lack}`),
  );
}

function explainLackOfPrefix({ attachment, eni }: Claim, { ranges }: UsableSet): Failure {
  const why = `no prefix of ${eni?.id ?? 'the ENI'} has one, and no other one is free`;
  return new Failure(
    'no-free-address',
    `no free address in range set ${formatSet(ranges)} of network ${attachment.network}: ${why}`,
  );
}

/**
 * A range that only some pods may use, and no other one behind it: a rolling update starts a pod before
 * it ends one, so that a range with as many addresses as pods never lets it begin.
 */
function explainLack({ ranges, others }: UsableSet): string | undefined {
  if (!ranges.every(({ pods }) => pods)) return undefined;
  const patterns = [...new Set(ranges.flatMap(({ pods = [] }) => pods))].join(', ');
  const spare = others.length > 0 ? '; the other ranges are for other pods' : '';
  return (
    `the range is for ${patterns} and has no spare${spare}: one address more than there are pods is enough ` +
    'for a rolling update, in this range or in another one behind it in the list'
  );
}

const total = (spans: readonly Span[]): bigint => spans.reduce((sum, span) => sum + sizeOf(span), 0n);
