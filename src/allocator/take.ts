/** Reserves addresses for a claim, pure. */
import { formatSpan } from '../config/ranges.ts';
import { Failure } from '../errors.ts';
import type { Delegation, Mark, Reservation, State } from '../model.ts';
import { familyOf, formatAddress } from '../net/address.ts';
import { contains, subtract } from '../net/span.ts';
import { podNameOf } from '../pod-names.ts';
import {
  addMarks,
  addReservations,
  assignmentsOn,
  mapDelegations,
  mapReservations,
  refTo,
} from '../state.ts';
import { type Choice, choose, cursorKey } from './choose.ts';
import type { Claim } from './claim.ts';
import { delegate } from './delegate.ts';
import { prefixAround } from './delegations.ts';
import { occupanciesOf } from './occupancy.ts';
import { ASKED_MS } from './release.ts';
import type { UsableSet } from './subnet.ts';

/** Reserves one address of each set; a failure when a set has none to give. */
export function take(state: State, claim: Claim, sets: readonly UsableSet[], now: number): State | Failure {
  if (sets.length === 0) return state;
  const occupancies = occupanciesOf(state, claim, now);
  let next = heedSpare(state, claim);
  for (const set of sets) {
    const full = refuseFull(state, claim, set, now);
    if (full && !claim.delegation) return full;
    const choice = choose(state, claim, set, occupancies, now, full);
    if (choice instanceof Failure) return choice;
    if (full && !prefixAround(state, claim, choice.address)) return full;
    const vacated = withoutAbandoned(next, choice, now);
    const carried = delegate(vacated, claim, set, choice.address, occupancies, now);
    next = reserve(carried, claim, set, choice, prefixAround(carried, claim, choice.address), now);
  }
  return { ...next, networks: rememberNetwork(state, claim) };
}

/** Puts the choice into the state: the intent, or all that is to be done when the ENI has its prefix. */
function reserve(
  state: State,
  claim: Claim,
  set: UsableSet,
  { address, isOwn }: Choice,
  prefix: Delegation | undefined,
  now: number,
): State {
  const { attachment, eni, cooldownMs, stickyMs, sandbox, pod, boot, deadline } = claim;
  const isSticky = stickyMs > 0 && podNameOf(pod) !== undefined;
  const range = set.ranges.find((candidate) => contains(candidate, address));
  if (!range) throw new RangeError(`${formatAddress(address)} was chosen outside its set`);
  const isHere = !eni || prefix?.state === 'assigned';
  const added: Reservation = {
    ...attachment,
    set: set.index,
    address: formatAddress(address),
    length: range.subnet.length,
    gateway: formatAddress(range.gateway),
    state: isHere ? 'assigned' : 'assigning',
    since: now,
    boot,
    cooldown: cooldownMs,
    ...(eni ? { eni: refTo(eni) } : {}),
    ...(isHere ? {} : { deadline }),
    ...(prefix ? { prefix: prefix.address } : {}),
    ...(eni && !prefix && isOwn && claim.reassign === 'stale' ? { reassign: 'stale' } : {}),
    ...(isSticky ? { sticky: stickyMs } : {}),
    ...sandbox,
    ...(pod ? { pod } : {}),
  };
  const cursors = { ...state.cursors, [cursorKey(attachment, set, address)]: formatAddress(address) };
  return { ...addReservations(state, [added]), cursors };
}

function withoutAbandoned(state: State, { abandoned }: Choice, now: number): State {
  if (!abandoned) return state;
  const rest = mapReservations(state, (one) => (one === abandoned ? undefined : one), abandoned.container);
  return addMarks(rest, rememberAsked(abandoned, now));
}

/** How many prefixes its network keeps to spare is what its latest ADD says. */
function heedSpare(state: State, { attachment, eni, delegation }: Claim): State {
  if (!delegation) return state;
  return mapDelegations(state, (one) => {
    const isOwn = one.network === attachment.network && one.eni.id === eni?.id;
    return isOwn && one.spare !== delegation.spare ? { ...one, spare: delegation.spare } : one;
  });
}

/** An address on the ENI, inside the ranges and without a record, is for people to judge: which are the ranges? */
function rememberNetwork({ networks }: State, { attachment, eni, sets }: Claim): State['networks'] {
  if (!eni) return networks;
  // Without what is excluded: that is for others, who may put it on our ENI, as a floating address.
  const ranges = sets.flatMap((set) =>
    [...set.ranges, ...set.others].flatMap((range) => subtract(range, range.exclude)).map(formatSpan),
  );
  return { ...networks, [attachment.network]: { eni: refTo(eni), ranges } };
}

/** The ENI may go on holding the address of a pod that is gone: then it is by our wish. */
const rememberAsked = ({ eni, address, prefix }: Reservation, now: number): readonly Mark[] =>
  eni && !prefix
    ? [{ scope: eni.subnet, address, reason: 'asked', since: now, until: now + ASKED_MS, eni: eni.id }]
    : [];

/** EC2 has said that the ENI is full. If something is about to leave it, there may be room. */
function refuseFull(state: State, { eni }: Claim, { ranges }: UsableSet, now: number): Failure | undefined {
  const family = ranges[0]?.first.family;
  const limit = state.limits.find((one) => one.eni === eni?.id && one.family === family && one.until > now);
  if (!eni || !limit) return undefined;
  const isLeaving = assignmentsOn(state, eni).some(
    (one) => one.state === 'releasing' && familyOf(one.address) === family,
  );
  if (isLeaving) return undefined;
  return new Failure(
    'eni-full',
    `cannot assign one more IPv${family} address to ${eni.id}: EC2 said that it holds as many as its ` +
      `instance type allows, when ${limit.pods} of them were those of pods`,
    { details: `EC2 is asked again in ${Math.ceil((limit.until - now) / 1000)} s, or when one is released` },
  );
}
