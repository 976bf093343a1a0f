/** DEL's decision, pure: what becomes of an attachment's reservations. */
import type {
  Assignment,
  Attachment,
  Delegation,
  EniRef,
  Mark,
  MarkReason,
  Reservation,
  State,
} from '../model.ts';
import { addMarks, heldBy, mapDelegations, mapReservations, scopeOf, without } from '../state.ts';
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
  const isTheirs = heldBy(attachment);
  const selectsTheirs = (one: Reservation): boolean => isTheirs(one) && selects(one);
  return giveUp(state, now, selectsTheirs, attachment.container);
}

/**
 * Gives up the selected reservations: addresses on an ENI become `releasing`; others are free at once, and
 * so are those of a prefix, which stays. `value`: as of `mapReservations`.
 */
export function giveUp(
  state: State,
  now: number,
  selects: (reservation: Reservation) => boolean,
  value?: string,
): State {
  const marks: Mark[] = [];
  const ended: Reservation[] = [];
  const end = (reservation: Reservation): Reservation | undefined => {
    if (reservation.state === 'releasing' || !selects(reservation)) return reservation;
    ended.push(reservation);
    if (reservation.state === 'refused') return undefined;
    if (!reservation.eni || reservation.prefix) {
      if (reservation.state === 'assigned') marks.push(...traces(reservation, now));
      return undefined;
    }
    return leaving(reservation, reservation.eni, state, now);
  };
  const next = mapReservations(state, end, value);
  return keepForPods(addMarks(next, marks), ended, now);
}

/** Gives back the selected prefixes. */
export function giveBack(state: State, now: number, selects: (delegation: Delegation) => boolean): State {
  return mapDelegations(state, (delegation) => {
    if (delegation.state === 'releasing' || !selects(delegation)) return delegation;
    return leaving(delegation, delegation.eni, state, now);
  });
}

/** As one that is to be taken off the ENI. */
function leaving<T extends Assignment>(assignment: T, eni: EniRef, state: State, now: number): T {
  // The ENI may also have it from before: of an attachment that left it, and whose address this one took over.
  const isUnasked =
    assignment.state === 'assigning' &&
    !assignment.unconfirmed &&
    !wasAskedFor(assignment.address, eni, state, now);
  const rest = without(assignment, 'deadline', 'reassign');
  return { ...rest, state: 'releasing', since: now, ...(isUnasked ? { unasked: true } : {}) };
}

/** What is remembered of an address or a prefix when its record ends. */
export function traces(ended: Reservation | Delegation, now: number): readonly Mark[] {
  const { network, eni, address, cooldown, unasked, unconfirmed, unanswered } = ended;
  const isCarried = 'prefix' in ended && ended.prefix !== undefined;
  if (unasked) return [];
  const lag = eni && !isCarried ? IMDS_LAG_MS : 0;
  const times: Partial<Record<MarkReason, number>> = {
    // What a lost Assign may put on the ENI leaves the other trace: if it is listed, it is a stray.
    ...(unconfirmed ? { asked: ASKED_MS } : { released: Math.max(cooldown, lag) }),
    ...(unanswered ? { unsettled: UNSETTLED_MS } : {}),
  };
  const about = { scope: scopeOf(network, eni), address, ...(eni ? { eni: eni.id } : {}) };
  return MARK_REASONS.flatMap((reason) => {
    const time = times[reason] ?? 0;
    return time > 0 ? { ...about, reason, since: now, until: now + time } : [];
  });
}

const MARK_REASONS: readonly MarkReason[] = ['released', 'asked', 'unsettled'];
