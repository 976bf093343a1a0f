/**
 * A sign that calls for an ENI are under way, and about which addresses. Whoever finds it when its own
 * turn comes knows that the process before it died in the middle, and that EC2 may still carry out what
 * that process asked for.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../errors.ts';
import type { EniRef, State } from '../model.ts';
import type { Run } from '../run.ts';
import { mapReservations } from '../state.ts';
import type { Queue } from './round.ts';

/** Sets the sign. It is to outlive this process, not the machine: no call is under way after a reboot. */
export function setSign(eni: EniRef, { releasing, assigning }: Queue, run: Run): void {
  const addresses = [...releasing, ...assigning].map(({ address }) => address);
  writeFileSync(pathOf(eni, run), addresses.join('\n'), { mode: 0o600 });
}

export const clearSign = (eni: EniRef, run: Run): void => rmSync(pathOf(eni, run), { force: true });

/** If the sign is there, marks the reservations that the lost calls may have been about. */
export async function mindLostCalls(eni: EniRef, run: Run): Promise<void> {
  const addresses = readSign(eni, run);
  if (!addresses) return;
  run.log.warn('a call to EC2 was interrupted, and may still be carried out', { eni: eni.id, addresses });
  await run.store.transact((state) => ({ state: markUnanswered(state, eni, addresses), value: undefined }));
}

const markUnanswered = (state: State, eni: EniRef, addresses: readonly string[]): State =>
  mapReservations(state, (reservation) => {
    if (reservation.eni?.id !== eni.id || !addresses.includes(reservation.address)) return reservation;
    const { state: stage, unconfirmed, unanswered, lost } = reservation;
    if ((stage === 'assigning' || lost) && !unconfirmed) return { ...reservation, unconfirmed: true };
    if (stage === 'releasing' && !unanswered) return { ...reservation, unanswered: true };
    return reservation;
  });

/** A process that was killed while it wrote has not called yet: what it left counts for nothing. */
function readSign(eni: EniRef, run: Run): readonly string[] | undefined {
  try {
    return readFileSync(pathOf(eni, run), 'utf8').split('\n');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const pathOf = (eni: EniRef, run: Run): string => join(run.directory, `${eni.id}.under-way`);
