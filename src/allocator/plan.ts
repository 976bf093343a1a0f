/** ADD's decision, pure: what an attachment gets, given the state of the node and a claim. */
import { Failure } from '../errors.ts';
import type { Attachment, EniRef, Reservation, State } from '../model.ts';
import { formatAddress } from '../net/address.ts';
import { type Change, isHeldBy, mapReservations, reservationsOf } from '../state.ts';
import type { Claim } from './claim.ts';
import { take } from './take.ts';
import { isParticular, wishOf } from './wish.ts';

export type Plan =
  /** Every address is the attachment's: answer. */
  | { readonly kind: 'held'; readonly reservations: readonly Reservation[] }
  /** EC2 has not answered yet. */
  | { readonly kind: 'pending'; readonly eni: EniRef }
  /** The attachment gets nothing; what it had is to be released. */
  | { readonly kind: 'refused'; readonly failure: Failure };

/**
 * Plans the next step of an ADD. It is run again after each answer of EC2, and by a repeated ADD,
 * and finds its place from the reservations alone:
 * what is held stays, what was taken by another ENI is replaced, what is missing is chosen.
 */
export function planAdd(state: State, claim: Claim, now: number): Change<Plan> {
  const own = reservationsOf(state, claim.attachment);
  // A killed ADD may have left a verdict behind: only what EC2 said to this one counts.
  const refused = own.filter(({ verdict, since }) => verdict && since >= claim.since);
  const final = refused.find(
    ({ set, verdict }) => verdict && (!isConflict(verdict) || isParticular(claim, set)),
  );
  if (final?.verdict) {
    return refuse(state, new Failure(final.verdict.kind, final.verdict.message));
  }
  const resumed = own.length === 0 ? state : resume(state, claim);
  const settled = adoptFromPredecessor(resumed, claim, now);
  const kept = liveReservations(settled, claim);
  const missing = claim.sets.filter(({ index }) => !kept.some(({ set }) => set === index));
  // What was said to this ADD of the pod's own address stands: it is not tried over and over.
  const next: Claim = refused.length > 0 ? { ...claim, reassign: 'never', isInformed: true } : claim;
  const taken = take(settled, next, missing, now);
  if (taken instanceof Failure) return refuse(state, taken);

  const reservations = liveReservations(taken, claim).toSorted((a, b) => a.set - b.set);
  const eni = reservations.find((reservation) => reservation.state === 'assigning')?.eni;
  return { state: taken, value: eni ? { kind: 'pending', eni } : { kind: 'held', reservations } };
}

/**
 * What the attachment has already, if that is all that it can get: an ADD again is answered from
 * the state alone. `count` is 0 when nobody knows how many that are: then it has nothing.
 */
export function findAnswer(
  state: State,
  attachment: Attachment,
  count: number,
): readonly Reservation[] | undefined {
  const own = reservationsOf(state, attachment).toSorted((a, b) => a.set - b.set);
  const isWhole =
    own.length > 0 && own.length === count && own.every((reservation) => reservation.state === 'assigned');
  return isWhole ? own : undefined;
}

const refuse = (state: State, failure: Failure): Change<Plan> => ({
  state,
  value: { kind: 'refused', failure },
});

const isConflict = ({ kind }: { readonly kind: string }): boolean => kind === 'address-taken';

const liveReservations = (state: State, claim: Claim): readonly Reservation[] =>
  reservationsOf(state, claim.attachment).filter(
    ({ state: stage }) => stage === 'assigned' || stage === 'assigning',
  );

/** Drops what EC2 refused, and takes over what a killed ADD of the same attachment had begun. */
function resume(state: State, { attachment, deadline }: Claim): State {
  const resumed = (reservation: Reservation): Reservation | undefined => {
    if (!isHeldBy(reservation, attachment)) return reservation;
    if (reservation.state === 'refused') return undefined;
    const isLate = reservation.state === 'assigning' && (reservation.deadline ?? 0) < deadline;
    return isLate ? { ...reservation, deadline } : reservation;
  };
  return mapReservations(state, resumed, attachment.container);
}

/**
 * The same pod's interface with a new container, whose old sandbox is gone: it keeps its addresses,
 * unless it asks for others by now. Runtimes make a new sandbox for a pod without a DEL of the old one in between.
 */
function adoptFromPredecessor(state: State, claim: Claim, now: number): State {
  const { attachment, pod, sandbox, boot } = claim;
  if (!pod?.uid || liveReservations(state, claim).length > 0) return state;
  const missing = new Set(claim.sets.map(({ index }) => index));
  const adopted = (reservation: Reservation): Reservation => {
    const samePlace = isHeldBy(reservation, { ...attachment, container: reservation.container });
    const isHeir = samePlace && reservation.pod?.uid === pod.uid && reservation.eni?.id === claim.eni?.id;
    if (!isHeir || reservation.state !== 'assigned' || !claim.isGone(reservation)) return reservation;
    const wish = wishOf(state, claim, { index: reservation.set });
    if (wish && !(wish instanceof Failure) && formatAddress(wish.address) !== reservation.address)
      return reservation;
    if (claim.fixedForOthers.has(reservation.address)) return reservation;
    // One address a set, though the pod may have left several containers behind.
    if (!missing.delete(reservation.set)) return reservation;
    const { netns: _old, folder: _its, goneSince: _then, ...rest } = reservation;
    const next = {
      ...rest,
      container: attachment.container,
      boot,
      since: now,
      ...sandbox,
    };
    return isOnlyBelieved(reservation, claim) ? { ...next, ...askAgain(claim) } : next;
  };
  return mapReservations(state, adopted, pod.uid);
}

/**
 * While the machine was down, another node may have taken the address over, if the network allows that:
 * then EC2 is asked once more, which costs a call for all pods of the boot together.
 */
const isOnlyBelieved = ({ eni, boot, prefix }: Reservation, claim: Claim): boolean =>
  eni !== undefined && !prefix && claim.reassign === 'stale' && boot !== claim.boot;

/** As an Assign that was never answered: the address may be on the ENI. */
const askAgain = ({ deadline }: Claim) => ({ state: 'assigning', unconfirmed: true, deadline }) as const;
