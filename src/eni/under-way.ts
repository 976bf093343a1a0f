/**
 * A sign that calls for an ENI are under way. Whoever finds it when its own turn comes knows that the
 * process before it died in the middle, and that EC2 may still carry out what that process asked for.
 */
import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EniRef, State } from '../model.ts';
import type { Run } from '../run.ts';
import { mapReservations } from '../state.ts';

/** Sets the sign. It is to outlive this process, not the machine: no call is under way after a reboot. */
export const setSign = (eni: EniRef, run: Run): void => closeSync(openSync(pathOf(eni, run), 'w', 0o600));

export const clearSign = (eni: EniRef, run: Run): void => rmSync(pathOf(eni, run), { force: true });

/**
 * If the sign is there, marks every reservation that the lost calls may have been about: all that
 * wait at the ENI, since only a finished round ends a wait.
 */
export async function mindLostCalls(eni: EniRef, run: Run): Promise<void> {
  if (!existsSync(pathOf(eni, run))) return;
  run.log.warn('a call to EC2 was interrupted, and may still be carried out', { eni: eni.id });
  await run.store.transact((state) => ({ state: markUnanswered(state, eni), value: undefined }));
}

const markUnanswered = (state: State, eni: EniRef): State =>
  mapReservations(state, (reservation) => {
    if (reservation.eni?.id !== eni.id) return reservation;
    const { state: stage, unconfirmed, unanswered } = reservation;
    if (stage === 'assigning' && !unconfirmed) return { ...reservation, unconfirmed: true };
    if (stage === 'releasing' && !unanswered) return { ...reservation, unanswered: true };
    return reservation;
  });

const pathOf = (eni: EniRef, run: Run): string => join(run.directory, `${eni.id}.under-way`);
