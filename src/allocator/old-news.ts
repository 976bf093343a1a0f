/** What was heard of other ENIs a while ago, and may not hold any more. */
import type { State } from '../model.ts';
import { type Address, parseAddress } from '../net/address.ts';
import { scopeOf } from '../state.ts';
import type { Claim } from './claim.ts';
import type { Occupancies } from './occupancy.ts';
import { isUsable, type UsableSet } from './subnet.ts';

/** EC2's accounts lag by seconds; after this long it is worth a call to hear anew before a pod goes without. */
export const OLD_NEWS_MS = 30_000;

/**
 * The address of another ENI of which this node heard the longest ago: when nothing else is left, it is
 * asked for. EC2 gives it, or tells who holds what by now. Nothing, when this ADD has heard from EC2 already.
 */
export function oldestNews(
  state: State,
  { attachment, eni, isInformed }: Claim,
  set: UsableSet,
  { at }: Occupancies,
  now: number,
): Address | undefined {
  if (isInformed) return undefined;
  const scope = scopeOf(attachment.network, eni);
  const old = state.marks
    .filter(({ reason, since }) => reason === 'foreign' && since + OLD_NEWS_MS <= now)
    .filter((mark) => mark.scope === scope && at(mark.address) === 'foreign')
    .toSorted((a, b) => a.since - b.since);
  for (const mark of old) {
    const address = parseAddress(mark.address);
    if (address && isUsable(set, address)) return address;
  }
  return undefined;
}
