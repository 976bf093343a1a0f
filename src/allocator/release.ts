/** DEL's decision, pure: what becomes of an attachment's reservations. */
import type { Attachment, Mark, MarkReason, Reservation, State } from '../model.ts';
import { addMarks, isHeldBy, mapReservations, scopeOf } from '../state.ts';
import { wasAskedFor } from './asked.ts';
import { keepForPods } from './bindings.ts';

/**
 * IMDS may list an address for this long after it was taken off (vpc-cni waits as long before it
 * believes IMDS again); until then the mark explains it.
 */
const IMDS_LAG_MS = 60_000;
/** How long an Assign without an answer is remembered: what it left is then known for ours. */
export const ASKED_MS = 60 * 60_000;
/** How long an Unassign without an answer may take to land, with a wide margin. */
const UNSETTLED_MS = 60_000;

/**
 * Gives up everything that the attachment has. `selects` limits this to part of it.
 */
export function planRelease(
  state: State,
  attachment: Attachment,
  now: number,
  selects: (reservation: Reservation) => boolean = () => true,
): State {
  return giveUp(state, now, (reservation) => isHeldBy(reservation, attachment) && selects(reservation));
}

/** Gives up the selected reservations: addresses on an ENI become `releasing`, others are free at once. */
export function giveUp(state: State, now: number, selects: (reservation: Reservation) => boolean): State {
  const marks: Mark[] = [];
  const ended: Reservation[] = [];
  const next = mapReservations(state, (reservation) => {
    if (reservation.state === 'releasing' || !selects(reservation)) return reservation;
    ended.push(reservation);
    if (reservation.state === 'refused') return undefined;
    if (!reservation.eni) {
      marks.push(...traces(reservation, now));
      return undefined;
    }
    const { deadline: _limit, reassign: _wish, ...rest } = reservation;
    // The ENI may also have it from before: of an attachment that left it, and whose address this one took over.
    const isUnasked =
      reservation.state === 'assigning' &&
      !reservation.unconfirmed &&
      !wasAskedFor(reservation.address, reservation.eni, state, now);
    return { ...rest, state: 'releasing', since: now, ...(isUnasked ? { unasked: true as const } : {}) };
  });
  return keepForPods(addMarks(next, marks), ended, now);
}

/** What is remembered of an address when its reservation ends. */
export function traces(reservation: Reservation, now: number): readonly Mark[] {
  const { network, eni, address, cooldown, unasked, unconfirmed, unanswered } = reservation;
  if (unasked) return [];
  const times: Partial<Record<MarkReason, number>> = {
    // What a lost Assign may put on the ENI leaves the other trace: if it is listed, it is a stray.
    ...(unconfirmed ? { asked: ASKED_MS } : { released: Math.max(cooldown, eni ? IMDS_LAG_MS : 0) }),
    ...(unanswered ? { unsettled: UNSETTLED_MS } : {}),
  };
  const about = { scope: scopeOf(network, eni), address, ...(eni ? { eni: eni.id } : {}) };
  return MARK_REASONS.flatMap((reason) => {
    const time = times[reason] ?? 0;
    return time > 0 ? { ...about, reason, since: now, until: now + time } : [];
  });
}

const MARK_REASONS: readonly MarkReason[] = ['released', 'asked', 'unsettled'];
