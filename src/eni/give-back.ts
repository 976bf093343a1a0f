/** Takes prefixes off ENIs that no pod needs any more: tidiness, for which nobody is to fail. */
import { retire } from '../allocator/retire.ts';
import { errorMessage, Failure } from '../errors.ts';
import type { EniRef, Reservation, State } from '../model.ts';
import type { Run } from '../run.ts';
import { isGone } from '../sandbox.ts';
import { enisOf } from '../state.ts';
import type { OpenCloud } from './cloud.ts';
import { playOnce } from './play-round.ts';

/** The ENIs of whose prefixes the reservations are. */
const enisAround = (reservations: readonly Reservation[]): readonly EniRef[] =>
  enisOf(reservations.filter(({ prefix }) => prefix !== undefined));

/**
 * The state without what is over on the ENIs of whose prefixes the reservations were: pods in prefixes come
 * and go without a round at the ENI, in which others would look for that.
 */
export function tidyPrefixes(state: State, ended: readonly Reservation[], now: number, boot: string): State {
  const around = new Set(enisAround(ended).map(({ id }) => id));
  if (around.size === 0) return state;
  return retire(state, {
    now,
    isGone: (one) => isGone(one, boot),
    concerns: ({ eni }) => eni !== undefined && around.has(eni.id),
  });
}

/** Gives back what waits for it on those ENIs. What goes wrong is left for later. */
export async function giveBackPrefixes(
  ended: readonly Reservation[],
  openCloud: OpenCloud,
  run: Run,
): Promise<void> {
  for (const eni of enisAround(ended)) {
    try {
      await playOnce(eni, `take prefixes off ${eni.id}`, openCloud, run, () => !isLeft(eni, run));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      run.log.info('prefixes that no pod is in stay for now', { eni: eni.id, error: errorMessage(error) });
    }
  }
}

const isLeft = (eni: EniRef, run: Run): boolean =>
  run.store.read().delegations.some((one) => one.eni.id === eni.id && one.state === 'releasing');
