/** Prefixes that are delegated to the node's ENIs: which of them a pod has its address of, and until when they stay. */
import type { Delegation, State } from '../model.ts';
import { type Address, familyOf, parseAddress } from '../net/address.ts';
import { contains, intersect, parseSpan, type Span } from '../net/span.ts';
import { podsInPrefixes } from '../state.ts';
import type { Claim } from './claim.ts';

/** What a delegation has; a record that names no prefix has nothing. */
export const spanOfDelegation = ({ address }: Delegation): Span | undefined => parseSpan(address);

/**
 * The prefixes of the ENI that the claim may have addresses of. Those that the ENI holds come before those
 * that it is about to hold, and of these the one with the most pods, so that others become empty.
 */
export function prefixesFor(state: State, { eni, delegation }: Claim): readonly Delegation[] {
  if (!delegation) return [];
  const here = state.delegations.filter((one) => one.eni.id === eni?.id && isOfUse(one) && !one.lost);
  if (here.length < 2) return here;
  const podsIn = podsInPrefixes(state);
  return here.toSorted((a, b) => byReadiness(a, b) || podsIn(b) - podsIn(a));
}

/** The prefix of the claim's ENI that has the address. */
export const prefixAround = (state: State, claim: Claim, address: Address): Delegation | undefined =>
  prefixesFor(state, claim).find((one) => {
    const span = spanOfDelegation(one);
    return span !== undefined && contains(span, address);
  });

/** The part of the spans that the prefix has. */
export function withinPrefix(spans: readonly Span[], delegation: Delegation): readonly Span[] {
  const whole = spanOfDelegation(delegation);
  return whole ? spans.flatMap((span) => intersect(span, whole) ?? []) : [];
}

/**
 * The delegations that nobody needs: no pod is in them, none has just left them, and there are more of these
 * than their network keeps to spare. One that is on its way is only to spare beside one that a pod waits for.
 */
export function idlePrefixes(state: State, now: number): ReadonlySet<Delegation> {
  const podsIn = podsInPrefixes(state);
  const groups = Map.groupBy(
    state.delegations.filter(isOfUse),
    (one) => `${one.eni.id} ${one.network} ${familyOf(one.address)}`,
  );
  const idle = [...groups.values()].flatMap((group) => {
    const isFetching = group.some((one) => one.state === 'assigning' && podsIn(one) > 0);
    const rested = group.filter((one) => podsIn(one) === 0 && !isCooling(one, state, now));
    const toSpare = rested
      .filter(({ state: stage }) => isFetching || stage === 'assigned')
      .toSorted(byReadiness)
      .slice(0, Math.min(...group.map(({ spare }) => spare)));
    const spared = new Set(toSpare);
    return rested.filter((one) => !spared.has(one));
  });
  return new Set(idle);
}

const isOfUse = ({ state }: Delegation): boolean => state === 'assigned' || state === 'assigning';

/** What the ENI holds before what it is about to hold. */
const byReadiness = (a: Delegation, b: Delegation): number =>
  Number(a.state === 'assigning') - Number(b.state === 'assigning');

/** Whether an address of the prefix was a pod's a moment ago: others may not have noticed yet. */
function isCooling(delegation: Delegation, { marks }: State, now: number): boolean {
  const span = spanOfDelegation(delegation);
  return marks.some(({ reason, scope, address: text, until }) => {
    if (reason !== 'released' || scope !== delegation.eni.subnet || until <= now) return false;
    const address = parseAddress(text);
    return span !== undefined && address !== undefined && contains(span, address);
  });
}
