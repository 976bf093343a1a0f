/** Who has which address, as seen by one claim. */
import type { Eni, Mark, State } from '../model.ts';
import { scopeOf } from '../state.ts';

export type Occupancy = 'free' | 'cooling' | 'held' | 'releasing' | 'unsettled' | 'unexplained' | 'foreign';

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
  for (const mark of state.marks) {
    if (mark.scope !== scope || mark.until <= now) continue;
    const found = weigh(mark, cooldownMs, now);
    const other = known.get(mark.address) ?? 'free';
    const explains = other === 'unexplained' && found !== 'foreign' && mark.eni === eni?.id;
    if (explains || GRAVITY.indexOf(found) > GRAVITY.indexOf(other)) known.set(mark.address, found);
  }
  for (const { network: owner, eni: on, address, state: stage } of state.reservations) {
    // A network's own reservations count in any case: it may have been without an ENI before.
    const concerns = scopeOf(owner, on) === scope || owner === network;
    if (stage === 'refused' || !concerns) continue;
    known.set(address, stage === 'releasing' ? 'releasing' : 'held');
  }
  return (address) => known.get(address) ?? 'free';
}

/** Of several marks on one address, the graver one counts. */
const GRAVITY: readonly Occupancy[] = ['free', 'cooling', 'foreign', 'unsettled', 'unexplained'];

function weigh({ reason, since }: Mark, cooldownMs: number, now: number): Occupancy {
  switch (reason) {
    // Lists of what the ENI holds may lag: an address that we took off is explained.
    case 'released':
      return now < since + cooldownMs ? 'cooling' : 'free';
    // If it has turned up on this ENI, its next owner is welcome to it.
    case 'asked':
      return 'free';
    case 'foreign':
    case 'unsettled':
      return reason;
  }
}
