/** What of a state is provably over though nobody said so: no DEL came, or a process was killed. */
import type { Assignment, Reservation, State } from '../model.ts';
import { allReservations, mapReservations } from '../state.ts';
import { idlePrefixes } from './delegations.ts';
import { giveBack, giveUp } from './release.ts';

/**
 * A Kubernetes pod may come back with a new sandbox and the same identity, and has its address kept
 * for this long.
 */
const GRACE_MS = 2 * 60_000;

export interface Evidence {
  readonly now: number;
  /** Whether the reservation's sandbox is provably gone, see `sandbox.ts`. Age proves nothing. */
  readonly isGone: (reservation: Reservation) => boolean;
  /** What to look at. */
  readonly concerns: (assignment: Assignment) => boolean;
  /** Waits no longer for pods to come back. */
  readonly impatient?: boolean;
}

/**
 * Gives up what is over: an `assigning` or `refused` one whose owner's deadline has passed, an `assigned`
 * one whose sandbox is gone, and prefixes that no pod is in. The same state, when nothing is.
 */
export function retire(state: State, evidence: Evidence): State {
  const over = new Set(
    allReservations(state).filter((one) => evidence.concerns(one) && isOver(one, evidence)),
  );
  const left = giveUp(state, evidence.now, (reservation) => over.has(reservation));
  return mapReservations(retirePrefixes(left, evidence), (reservation) => {
    if (reservation.state !== 'assigned' || !evidence.concerns(reservation)) return reservation;
    const { goneSince, ...alive } = reservation;
    const isGone = evidence.isGone(reservation);
    if (isGone === (goneSince !== undefined)) return reservation;
    return isGone ? { ...reservation, goneSince: evidence.now } : alive;
  });
}

/** Gives back prefixes that nobody needs any more, see `idlePrefixes`. */
export function retirePrefixes(state: State, { now, concerns }: Pick<Evidence, 'now' | 'concerns'>): State {
  if (state.delegations.length === 0) return state;
  const idle = idlePrefixes(state, now);
  return giveBack(state, now, (one) => concerns(one) && idle.has(one));
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
