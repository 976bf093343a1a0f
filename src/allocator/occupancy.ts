/** Who has which address, as seen by one claim. */
import type { Eni, State } from '../model.ts';
import { scopeOf } from '../state.ts';

export type Occupancy = 'free' | 'cooling' | 'held' | 'releasing' | 'unexplained' | 'foreign';

/**
 * Answers, for an address in canonical text, what stands against handing it out:
 * a reservation, a pod that has just gone, an address on this ENI that no reservation explains
 * (somebody put it there, or our state was lost: EC2 would not refuse it), or another ENI.
 */
export function occupancyOf(
  state: State,
  network: string,
  eni: Eni | undefined,
  cooldownMs: number,
  now: number,
): (address: string) => Occupancy {
  const scope = scopeOf(network, eni);
  const known = new Map<string, Occupancy>();
  for (const address of eni?.secondaries ?? []) known.set(address, 'unexplained');
  for (const { address, reason, since, until, scope: own } of state.marks) {
    if (own !== scope || until <= now) continue;
    // The list of what the ENI holds may lag: an address that we took off is explained.
    if (reason === 'released') known.set(address, now < since + cooldownMs ? 'cooling' : 'free');
    else known.set(address, 'foreign');
  }
  for (const { network: owner, eni: on, address, state: stage } of state.reservations) {
    if (stage === 'refused' || scopeOf(owner, on) !== scope) continue;
    known.set(address, stage === 'releasing' ? 'releasing' : 'held');
  }
  return (address) => known.get(address) ?? 'free';
}
