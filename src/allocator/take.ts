/** Chooses and reserves addresses for a claim, pure. */
import { formatSpan } from '../config/ranges.ts';
import { Failure } from '../errors.ts';
import type { Mark, Reservation, ReservationState, State } from '../model.ts';
import { type Address, equalAddress, familyOf, formatAddress, parseAddress } from '../net/address.ts';
import { contains } from '../net/span.ts';
import { addMarks, addReservations, mapReservations, refTo, scopeOf } from '../state.ts';
import { candidates, placeOfLast } from './candidates.ts';
import type { Claim } from './claim.ts';
import { explainExhaustion } from './exhaustion.ts';
import { type Occupancy, occupancyOf } from './occupancy.ts';
import { ASKED_MS } from './release.ts';
import { isUsable, type UsableSet, usableSpans } from './subnet.ts';

/** Reserves one address of each set; a failure when a set has none to give. */
export function take(state: State, claim: Claim, sets: readonly UsableSet[], now: number): State | Failure {
  if (sets.length === 0) return state;
  const { attachment, eni, cooldownMs, sandbox, pod, boot, deadline } = claim;
  const occupancy = occupancyOf(state, attachment.network, eni, cooldownMs, now);
  const stage: ReservationState = eni ? 'assigning' : 'assigned';
  const added: Reservation[] = [];
  const replaced = new Set<Reservation>();
  for (const set of sets) {
    const choice = refuseFull(state, claim, set, now) ?? choose(state, claim, set, occupancy);
    if (choice instanceof Failure) return choice;
    const { address } = choice;
    if (choice.abandoned) replaced.add(choice.abandoned);
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
      ...(eni ? { eni: refTo(eni), deadline } : {}),
      ...(sandbox ? { sandbox } : {}),
      ...(pod ? { pod } : {}),
    });
  }
  const cursors = Object.fromEntries(
    added.map(({ network, set, address }) => [cursorKey(network, set), address]),
  );
  const rest = mapReservations(state, (reservation) => (replaced.has(reservation) ? undefined : reservation));
  return {
    ...addReservations(
      addMarks(
        rest,
        [...replaced].flatMap((one) => rememberAsked(one, now)),
      ),
      added,
    ),
    cursors: { ...state.cursors, ...cursors },
    networks: rememberNetwork(state, claim),
  };
}

/** An address on the ENI, inside the ranges and without a record, is for people to judge: which are the ranges? */
function rememberNetwork({ networks }: State, { attachment, eni, sets }: Claim): State['networks'] {
  if (!eni) return networks;
  const ranges = sets.flatMap((set) => set.ranges.map(formatSpan));
  return { ...networks, [attachment.network]: { eni: refTo(eni), ranges } };
}

const cursorKey = (network: string, set: number): string => `${network}/${set}`;

/** The ENI may go on holding the address of a pod that is gone: then it is by our wish. */
const rememberAsked = ({ eni, address }: Reservation, now: number): readonly Mark[] =>
  eni
    ? [{ scope: eni.subnet, address, reason: 'asked', since: now, until: now + ASKED_MS, eni: eni.id }]
    : [];

/** EC2 has said that the ENI is full. If something is about to leave it, there may be room. */
function refuseFull(state: State, { eni }: Claim, { ranges }: UsableSet, now: number): Failure | undefined {
  const family = ranges[0]?.first.family;
  const limit = state.limits.find((one) => one.eni === eni?.id && one.family === family && one.until > now);
  const isLeaving = (one: Reservation): boolean =>
    one.eni?.id === eni?.id && one.state === 'releasing' && familyOf(one.address) === family;
  if (!eni || !limit || state.reservations.some(isLeaving)) return undefined;
  return new Failure(
    'eni-full',
    `cannot assign one more IPv${family} address to ${eni.id}: EC2 said that it holds as many as its ` +
      `instance type allows, when ${limit.pods} of them were those of pods`,
    { details: `EC2 is asked again in ${Math.ceil((limit.until - now) / 1000)} s, or when one is released` },
  );
}

interface Choice {
  readonly address: Address;
  /** The reservation of a pod that is provably gone, whose address this is. */
  readonly abandoned?: Reservation;
}

function choose(
  state: State,
  claim: Claim,
  set: UsableSet,
  occupancy: (address: string) => Occupancy,
): Choice | Failure {
  const wish = claim.requested.get(set.index);
  if (wish) {
    const refusal = refuseWish(formatAddress(wish), occupancy);
    return refusal ? (findAbandoned(state, claim, set, wish) ?? refusal) : { address: wish };
  }
  const last = state.cursors[cursorKey(claim.attachment.network, set.index)];
  const address = parseAddress(last ?? '');
  const start = address && placeOfLast(set, address);
  let cooling: Choice | undefined;
  for (const candidate of candidates(usableSpans(set), claim.order, start, claim.eni?.id ?? '')) {
    const found = occupancy(formatAddress(candidate));
    if (found === 'free') return { address: candidate };
    // Given out before its time only when nothing else is free.
    if (found === 'cooling') cooling ??= { address: candidate };
  }
  return cooling ?? findAbandoned(state, claim, set) ?? explainExhaustion(claim, set, occupancy);
}

/**
 * An address whose pod is gone without a DEL, looked for only when there is no other way: it asks
 * the file system about every sandbox.
 */
function findAbandoned(state: State, claim: Claim, set: UsableSet, wish?: Address): Choice | undefined {
  const { attachment, eni } = claim;
  const scope = scopeOf(attachment.network, eni);
  for (const reservation of state.reservations) {
    const address = parseAddress(reservation.address);
    const isOurs =
      reservation.state === 'assigned' &&
      reservation.eni?.id === eni?.id &&
      scopeOf(reservation.network, reservation.eni) === scope;
    if (!isOurs || !address || !isUsable(set, address) || (wish && !equalAddress(address, wish))) continue;
    if (claim.isGone(reservation)) return { address, abandoned: reservation };
  }
  return undefined;
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
    case 'unsettled':
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
