/** Reserves addresses for a claim, pure. */
import { formatSpan } from '../config/ranges.ts';
import { Failure } from '../errors.ts';
import type { Mark, Reservation, ReservationState, State } from '../model.ts';
import { familyOf, formatAddress } from '../net/address.ts';
import { contains } from '../net/span.ts';
import { podNameOf } from '../pod-names.ts';
import { addMarks, addReservations, mapReservations, refTo } from '../state.ts';
import { choose, cursorKey } from './choose.ts';
import type { Claim } from './claim.ts';
import { occupancyOf } from './occupancy.ts';
import { ASKED_MS } from './release.ts';
import type { UsableSet } from './subnet.ts';

/** Reserves one address of each set; a failure when a set has none to give. */
export function take(state: State, claim: Claim, sets: readonly UsableSet[], now: number): State | Failure {
  if (sets.length === 0) return state;
  const { attachment, eni, cooldownMs, stickyMs, sandbox, pod, boot, deadline } = claim;
  const isSticky = stickyMs > 0 && podNameOf(pod) !== undefined;
  const occupancy = occupancyOf(state, claim, now);
  const stage: ReservationState = eni ? 'assigning' : 'assigned';
  const added: Reservation[] = [];
  const cursors: Record<string, string> = {};
  const replaced = new Set<Reservation>();
  for (const set of sets) {
    const choice = refuseFull(state, claim, set, now) ?? choose(state, claim, set, occupancy, now);
    if (choice instanceof Failure) return choice;
    const { address } = choice;
    if (choice.abandoned) replaced.add(choice.abandoned);
    const range = set.ranges.find((candidate) => contains(candidate, address));
    if (!range) throw new RangeError(`${formatAddress(address)} was chosen outside its set`);
    cursors[cursorKey(attachment, set, address)] = formatAddress(address);
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
      ...(eni && choice.isOwn && claim.reassign === 'stale' ? { reassign: 'stale' } : {}),
      ...(isSticky ? { sticky: stickyMs } : {}),
      ...(sandbox ? { sandbox } : {}),
      ...(pod ? { pod } : {}),
    });
  }
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
  const ranges = sets.flatMap((set) => [...set.ranges, ...set.others].map(formatSpan));
  return { ...networks, [attachment.network]: { eni: refTo(eni), ranges } };
}

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
