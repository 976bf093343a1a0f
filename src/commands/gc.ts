/** GC: releases every attachment of the network that the runtime does not know any more. */
import { giveUp } from '../allocator/release.ts';
import type { Request } from '../cni/request.ts';
import { requireVersion } from '../cni/versions.ts';
import { readSettings } from '../config/settings.ts';
import { readValidAttachments } from '../config/valid-attachments.ts';
import type { OpenCloud } from '../eni/cloud.ts';
import { giveBackPrefixes, tidyPrefixes } from '../eni/give-back.ts';
import { settle } from '../eni/queue.ts';
import { Failure } from '../errors.ts';
import type { Reservation } from '../model.ts';
import { openRun, type Run } from '../run.ts';
import { allReservations, enisOf, isHeldBy } from '../state.ts';
import type { World } from '../world.ts';
import { aboutAddresses, withOutcome } from './outcome.ts';

/** @throws Failure that tells all that went wrong, after everything has been tried. */
export async function gc({ network }: Request, openCloud: OpenCloud, world: World): Promise<void> {
  requireVersion(network.cniVersion, '1.1.0', 'GC');
  const valid = readValidAttachments(network);
  const isGarbage = (reservation: Reservation): boolean =>
    reservation.network === network.name && !valid.some((attachment) => isHeldBy(reservation, attachment));

  const run = openRun(readSettings(network.json), { command: 'GC', network: network.name }, world);
  await withOutcome(run, () => release(isGarbage, openCloud, run), aboutAddresses);
}

/** Answers what was to be released. */
async function release(
  isGarbage: (reservation: Reservation) => boolean,
  openCloud: OpenCloud,
  run: Run,
): Promise<readonly Reservation[]> {
  const held = allReservations(run.store.read()).filter(isGarbage);
  if (held.length === 0) return [];
  const releasing = await run.store.transact((state, now) => {
    const left = giveUp(state, now, isGarbage);
    const next = tidyPrefixes(left, allReservations(state).filter(isGarbage), now, run.world.bootId());
    return { state: next, value: allReservations(next).filter(isGarbage) };
  });
  const failures: Failure[] = [];
  for (const eni of enisOf(releasing)) {
    try {
      await settle(eni, { concerns: isGarbage, state: 'releasing' }, openCloud, run);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failures.push(error);
    }
  }
  await giveBackPrefixes(held, openCloud, run);
  const [first] = failures;
  if (first) throw new Failure(first.kind, failures.map(({ message }) => message).join('; '));
  return held;
}
