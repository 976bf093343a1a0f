/** What of a state is provably over though nobody said so: no DEL came, or a process was killed. */
import type { Reservation, State } from '../model.ts';
import { mapReservations } from '../state.ts';
import { giveUp } from './release.ts';

/**
 * A Kubernetes pod may come back with a new sandbox and the same identity, and has its address kept
 * for this long.
 */
const GRACE_MS = 2 * 60_000;

export interface Evidence {
  readonly now: number;
  /** Whether the reservation's sandbox is provably gone, see `sandbox.ts`. Age proves nothing. */
  readonly isGone: (reservation: Reservation) => boolean;
  /** Which reservations to look at. */
  readonly concerns: (reservation: Reservation) => boolean;
  /** Waits no longer for pods to come back. */
  readonly impatient?: boolean;
}

/**
 * Gives up what is over: an `assigning` or `refused` one whose owner's deadline has passed, and an
 * `assigned` one whose sandbox is gone. The same state, when nothing is.
 */
export function retire(state: State, evidence: Evidence): State {
  const over = new Set(state.reservations.filter((one) => evidence.concerns(one) && isOver(one, evidence)));
  const next = giveUp(state, evidence.now, (reservation) => over.has(reservation));
  return mapReservations(next, (reservation) => {
    if (reservation.state !== 'assigned' || !evidence.concerns(reservation)) return reservation;
    const { goneSince, ...alive } = reservation;
    const isGone = evidence.isGone(reservation);
    if (isGone === (goneSince !== undefined)) return reservation;
    return isGone ? { ...reservation, goneSince: evidence.now } : alive;
  });
}

function isOver(reservation: Reservation, { now, isGone, impatient }: Evidence): boolean {
  const { state, deadline, pod, goneSince } = reservation;
  switch (state) {
    case 'assigning':
    case 'refused':
      return deadline !== undefined && deadline < now;
    case 'assigned': {
      const isPatient = pod !== undefined && pod.uid !== '' && !impatient;
      if (isPatient && (goneSince === undefined || now - goneSince < GRACE_MS)) return false;
      return isGone(reservation);
    }
    case 'releasing':
      return false;
  }
}
