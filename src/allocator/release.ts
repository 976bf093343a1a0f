/** DEL's decision, pure: what becomes of an attachment's reservations. */
import type { Attachment, Mark, Reservation, State } from '../model.ts';
import { addMarks, isHeldBy, mapReservations, scopeOf } from '../state.ts';

/**
 * IMDS may list an address for this long after it was taken off (vpc-cni waits as long before it
 * believes IMDS again); until then the mark explains it.
 */
const IMDS_LAG_MS = 60_000;

/**
 * Gives up everything that the attachment has: addresses on an ENI become `releasing`, the others
 * are free at once. `selects` limits this to part of it.
 */
export function planRelease(
  state: State,
  attachment: Attachment,
  now: number,
  selects: (reservation: Reservation) => boolean = () => true,
): State {
  const marks: Mark[] = [];
  const next = mapReservations(state, (reservation) => {
    if (!isHeldBy(reservation, attachment) || !selects(reservation)) return reservation;
    if (reservation.state === 'releasing') return reservation;
    if (reservation.eni && reservation.state !== 'refused') {
      return { ...reservation, state: 'releasing', since: now };
    }
    if (reservation.state === 'assigned') marks.push(...releasedMarks(reservation, now));
    return undefined;
  });
  return addMarks(next, marks);
}

/** The mark that a released address leaves behind. */
export function releasedMarks(
  { network, eni, address, cooldown }: Reservation,
  now: number,
): readonly Mark[] {
  const until = now + Math.max(cooldown, eni ? IMDS_LAG_MS : 0);
  if (until === now) return [];
  const scope = scopeOf(network, eni);
  return [{ scope, address, reason: 'released', since: now, until, ...(eni ? { eni: eni.id } : {}) }];
}
