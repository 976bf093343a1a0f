/** A product that takes addresses away: each step moves one from another ENI of the subnet to its own. */
import { assignAddresses } from '../cloud/assign.ts';
import { findEni } from '../cloud/find.ts';
import { enisOf } from '../cloud/model.ts';
import type { Actor } from './actor.ts';
import type { Hands } from './hands.ts';

type Mover = Extract<Actor, { readonly kind: 'mover' }>;

export function mover({ eniId, addresses }: Mover, hands: Hands): () => void {
  return () => {
    hands.call('AssignPrivateIpAddresses', (state) => {
      const prey = enisOf(state, findEni(state, eniId).subnetId)
        .filter(({ id }) => id !== eniId)
        .flatMap(({ secondaries }) => secondaries)
        .filter((address) => addresses?.includes(address) ?? true);
      return assignAddresses(state, eniId, hands.random.shuffled(prey).slice(0, 1), true);
    });
  };
}
