/** ADD's decision, pure: what an attachment gets, given the state of the node and a claim. */
import { Failure } from '../errors.ts';
import type { EniRef, Reservation, ReservationState, State } from '../model.ts';
import { type Address, formatAddress, parseAddress } from '../net/address.ts';
import { contains } from '../net/span.ts';
import { addReservations, type Change, isHeldBy, mapReservations, reservationsOf } from '../state.ts';

import { candidates } from './candidates.ts';
import type { Claim } from './claim.ts';
import { explainExhaustion } from './exhaustion.ts';
import { type Occupancy, occupancyOf } from './occupancy.ts';
import { isUsable, type UsableSet } from './subnet.ts';

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
  const final = own.find(
    ({ set, verdict }) => verdict && !(isConflict(verdict) && !claim.requested.has(set)),
  );
  if (final?.verdict) {
    return refuse(state, new Failure(final.verdict.kind, final.verdict.message));
  }
  const settled = adoptFromPredecessor(withoutRefused(state, claim), claim, now);
  const kept = liveReservations(settled, claim);
  const missing = claim.sets.filter(({ index }) => !kept.some(({ set }) => set === index));
  const taken = take(settled, claim, missing, now);
  if (taken instanceof Failure) return refuse(state, taken);

  const reservations = liveReservations(taken, claim).toSorted((a, b) => a.set - b.set);
  const eni = reservations.find((reservation) => reservation.state === 'assigning')?.eni;
  return { state: taken, value: eni ? { kind: 'pending', eni } : { kind: 'held', reservations } };
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

const withoutRefused = (state: State, { attachment }: Claim): State =>
  mapReservations(state, (reservation) =>
    reservation.state === 'refused' && isHeldBy(reservation, attachment) ? undefined : reservation,
  );

/**
 * The same pod's interface with a new container, whose old sandbox is gone: it keeps its addresses.
 * Runtimes make a new sandbox for a pod without a DEL of the old one in between.
 */
function adoptFromPredecessor(state: State, claim: Claim, now: number): State {
  const { attachment, pod, sandbox, boot } = claim;
  if (!pod || liveReservations(state, claim).length > 0) return state;
  return mapReservations(state, (reservation) => {
    const samePod =
      isHeldBy(reservation, { ...attachment, container: reservation.container }) &&
      reservation.pod?.uid === pod.uid;
    if (!samePod || reservation.state !== 'assigned' || !claim.isGone(reservation)) return reservation;
    const { sandbox: _gone, ...rest } = reservation;
    return { ...rest, container: attachment.container, boot, since: now, ...(sandbox ? { sandbox } : {}) };
  });
}

/** Reserves one address of each set; a failure when a set has none to give. */
function take(state: State, claim: Claim, sets: readonly UsableSet[], now: number): State | Failure {
  if (sets.length === 0) return state;
  const { attachment, eni, cooldownMs, sandbox, pod, boot } = claim;
  const occupancy = occupancyOf(state, attachment.network, eni, cooldownMs, now);
  const stage: ReservationState = eni ? 'assigning' : 'assigned';
  const added: Reservation[] = [];
  for (const set of sets) {
    const address = chooseAddress(state, claim, set, occupancy);
    if (address instanceof Failure) return address;
    const range = set.ranges.find((candidate) => contains(candidate, address));
    if (!range) throw new RangeError(`${formatAddress(address)} was chosen outside its set`);
    added.push({
      ...attachment,
      set: set.index,
      address: formatAddress(address),
      length: range.subnet.length,
      gateway: formatAddress(range.gateway),
      state: stage,
      since: now,
      boot,
      cooldown: cooldownMs,
      ...(eni
        ? {
            eni: { id: eni.id, region: eni.region, subnet: eni.subnet, ...(eni.mac ? { mac: eni.mac } : {}) },
          }
        : {}),
      ...(sandbox ? { sandbox } : {}),
      ...(pod ? { pod } : {}),
    });
  }
  const cursors = Object.fromEntries(
    added.map(({ network, set, address }) => [cursorKey(network, set), address]),
  );
  return addReservations({ ...state, cursors: { ...state.cursors, ...cursors } }, added);
}

const cursorKey = (network: string, set: number): string => `${network}/${set}`;

function chooseAddress(
  state: State,
  claim: Claim,
  set: UsableSet,
  occupancy: (address: string) => Occupancy,
): Address | Failure {
  const wish = claim.requested.get(set.index);
  if (wish) return refuseWish(formatAddress(wish), occupancy) ?? wish;

  const last = state.cursors[cursorKey(claim.attachment.network, set.index)];
  const start = last === undefined ? undefined : parseAddress(last);
  let cooling: Address | undefined;
  for (const address of candidates(set.ranges, claim.order, start, claim.eni?.id ?? '')) {
    if (!isUsable(set, address)) continue;
    const found = occupancy(formatAddress(address));
    if (found === 'free') return address;
    // Given out before its time only when nothing else is free.
    if (found === 'cooling') cooling ??= address;
  }
  return cooling ?? explainExhaustion(claim, set, occupancy);
}

/** An address of another ENI is not refused here: that may be old news, and EC2 will tell. */
function refuseWish(address: string, occupancy: (address: string) => Occupancy): Failure | undefined {
  switch (occupancy(address)) {
    case 'held':
      return new Failure(
        'address-taken',
        `cannot give the requested address ${address}: another pod of this node has it`,
      );
    case 'unexplained':
      return new Failure(
        'address-taken',
        `cannot give the requested address ${address}: it is on the ENI, and no record explains why`,
      );
    case 'releasing':
      return new Failure(
        'try-again',
        `cannot give the requested address ${address} yet: it is still being taken off the ENI for a pod that has gone`,
      );
    case 'free':
    case 'cooling':
    case 'foreign':
      return undefined;
  }
}
