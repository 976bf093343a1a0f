/** Who has which address, as seen by one claim. */
import type { EniRef, Mark, State } from '../model.ts';
import { scopeOf } from '../state.ts';
import { ownBindings } from './bindings.ts';
import type { Claim } from './claim.ts';

export type Occupancy =
  | 'free'
  | 'cooling'
  | 'bound'
  | 'held'
  | 'releasing'
  | 'unsettled'
  | 'unexplained'
  | 'foreign'
  | 'fixed';

/**
 * Answers, for an address in canonical text, what stands against handing it out:
 * a reservation, a pod that has just gone, one that may come back for it, one that the configuration
 * gives it to, an address on this ENI that no reservation explains (somebody put it there, or our state
 * was lost: EC2 would not refuse it), or another ENI.
 */
export function occupancyOf(state: State, claim: Claim, now: number): (address: string) => Occupancy {
  const { attachment, eni, cooldownMs } = claim;
  const { network } = attachment;
  const scope = scopeOf(network, eni);
  const known = new Map<string, Occupancy>();
  const count = (address: string, found: Occupancy): void => {
    const other = known.get(address) ?? 'free';
    if (GRAVITY.indexOf(found) > GRAVITY.indexOf(other)) known.set(address, found);
  };
  for (const mark of state.marks) {
    if (mark.scope === scope && mark.until > now) count(mark.address, weigh(mark, eni, cooldownMs, now));
  }
  const isOwn = ownBindings(claim);
  for (const binding of state.bindings) {
    const concerns = binding.scope === scope && binding.until > now;
    if (concerns && !isOwn(binding)) count(binding.address, 'bound');
  }
  for (const address of claim.fixedForOthers.keys()) known.set(address, 'fixed');
  for (const { network: owner, eni: on, address, state: stage } of state.reservations) {
    // A network's own reservations count in any case: it may have been without an ENI before.
    const concerns = scopeOf(owner, on) === scope || owner === network;
    if (stage === 'refused' || !concerns) continue;
    known.set(address, stage === 'releasing' ? 'releasing' : 'held');
  }
  return (address) => known.get(address) ?? 'free';
}

/** Of several marks and bindings on one address, the gravest one counts. */
const GRAVITY: readonly Occupancy[] = ['free', 'cooling', 'bound', 'foreign', 'unsettled', 'unexplained'];

function weigh(mark: Mark, eni: EniRef | undefined, cooldownMs: number, now: number): Occupancy {
  const { reason, since } = mark;
  switch (reason) {
    case 'released':
      return now < since + cooldownMs ? 'cooling' : 'free';
    // If it has turned up on this ENI, its next owner is welcome to it.
    case 'asked':
      return 'free';
    case 'foreign':
    case 'unsettled':
      return reason;
    // On another ENI of this node it is as much out of reach as on another node's.
    case 'unexplained':
      return mark.eni === eni?.id ? 'unexplained' : 'foreign';
  }
}
