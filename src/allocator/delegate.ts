/** Decides which prefixes EC2 is to be asked for, so that an address comes with one. */
import type { Delegation, State } from '../model.ts';
import type { Address } from '../net/address.ts';
import { encloses, formatBlock, type Span } from '../net/span.ts';
import { podsInPrefixes, refTo } from '../state.ts';
import type { Claim } from './claim.ts';
import { prefixAround, prefixesFor, spanOfDelegation } from './delegations.ts';
import type { Occupancies } from './occupancy.ts';
import { type UsableSet, usableSpans } from './subnet.ts';
import { blockAround, blocksIn } from './whole-prefixes.ts';

/**
 * The state with the prefix of the address, unless the ENI has it or is about to get it, and with as many
 * empty ones as the network keeps to spare: what one call fetches, the next pods need no call for. An
 * address whose prefix is not to be had as a whole is to be assigned by itself.
 */
export function delegate(
  state: State,
  claim: Claim,
  set: UsableSet,
  address: Address,
  { isOpen }: Occupancies,
  now: number,
): State {
  const { delegation, eni, attachment, cooldownMs } = claim;
  if (!delegation || !eni || prefixAround(state, claim, address)) return state;
  const block = blockAround(address);
  const isWhole = usableSpans(set).some((span) => encloses(span, block));
  if (!isWhole || !isOpen(block)) return state;
  const lacking = delegation.spare - countEmpty(state, claim, set);
  const isSpare = (other: Span): boolean => other.first.value !== block.first.value && isOpen(other);
  const added = [block, ...firstOf(blocksIn(set, claim), isSpare, lacking)].map(
    (one): Delegation => ({
      network: attachment.network,
      address: formatBlock(one),
      eni: refTo(eni),
      spare: delegation.spare,
      state: 'assigning',
      since: now,
      cooldown: cooldownMs,
    }),
  );
  return { ...state, delegations: [...state.delegations, ...added] };
}

/** How many prefixes of the set no pod is in. */
function countEmpty(state: State, claim: Claim, set: UsableSet): number {
  const podsIn = podsInPrefixes(state);
  const empty = prefixesFor(state, claim).filter((one) => {
    const span = spanOfDelegation(one);
    return span && set.ranges.some((range) => encloses(range, span)) && podsIn(one) === 0;
  });
  return empty.length;
}

function firstOf<T>(all: Iterable<T>, fits: (one: T) => boolean, count: number): readonly T[] {
  const found: T[] = [];
  if (count <= 0) return found;
  for (const one of all) {
    if (fits(one)) found.push(one);
    if (found.length === count) break;
  }
  return found;
}
