/** Chooses the address that a claim gets of a set: its own, or the best that is to be had. */
import { formatSpan } from '../config/ranges.ts';
import { Failure } from '../errors.ts';
import type { Attachment, Reservation, State } from '../model.ts';
import { type Address, equalAddress, formatAddress, parseAddress } from '../net/address.ts';
import { contains, type Span } from '../net/span.ts';
import { allReservations, scopeOf } from '../state.ts';
import { boundAddress, identityOf } from './bindings.ts';
import { candidates, placeOfLast } from './candidates.ts';
import type { Claim } from './claim.ts';
import { prefixAround, prefixesFor, withinPrefix } from './delegations.ts';
import { stepsOf } from './eligible.ts';
import { explainExhaustion } from './exhaustion.ts';
import type { Occupancies } from './occupancy.ts';
import { oldestNews } from './old-news.ts';
import { scattered } from './scattered.ts';
import { isUsable, type UsableSet, usableSpans } from './subnet.ts';
import { blocksIn } from './whole-prefixes.ts';
import { refuseWish, wishOf } from './wish.ts';

export interface Choice {
  readonly address: Address;
  /** The reservation of a pod that is provably gone, whose address this is. */
  readonly abandoned?: Reservation;
  /** It is the pod's own: by configuration, by what it had last, or by what its name alone gives. */
  readonly isOwn?: boolean;
}

/** A choice, or why there is none. `full`: the ENI has room for nothing more. */
export function choose(
  state: State,
  claim: Claim,
  set: UsableSet,
  occupancies: Occupancies,
  now: number,
  full: Failure | undefined,
): Choice | Failure {
  const wish = wishOf(state, claim, set);
  if (wish instanceof Failure) return wish;
  if (wish) {
    const refusal = refuseWish(wish, claim, occupancies);
    const choice = { address: wish.address, isOwn: wish.isFixed };
    if (!refusal) return choice;
    const abandoned = findAbandoned(state, claim, set, wish.address);
    return abandoned ? { ...abandoned, isOwn: wish.isFixed } : refusal;
  }
  const own = chooseOwn(state, claim, set, occupancies, now);
  if (own) return own;
  for (const step of stepsOf(set)) {
    const found = claim.delegation
      ? chooseInPrefixes(state, claim, step, occupancies, full === undefined)
      : (chooseFrom(claim, orderOf(claim, step, state), state, occupancies) ??
        findAbandoned(state, claim, step));
    if (found) return found;
  }
  const again = claim.delegation ? undefined : oldestNews(state, claim, set, occupancies, now);
  return again ? { address: again } : (full ?? explainExhaustion(claim, set, occupancies));
}

/**
 * What is free in the prefixes that the ENI holds, else in a new one, if there is room for that; else what
 * is cooling or kept in those that it holds, else in a new one.
 */
function chooseInPrefixes(
  state: State,
  claim: Claim,
  set: UsableSet,
  occupancies: Occupancies,
  mayGrow: boolean,
): Choice | undefined {
  const bestOf = (part: readonly Span[]): Choice | undefined =>
    chooseFrom(claim, orderWithin(claim, set, part, state), state, occupancies);
  const isFree = ({ address }: Choice): boolean => occupancies.at(formatAddress(address)) === 'free';
  const usable = usableSpans(set);
  const parts = prefixesFor(state, claim).map((one) => withinPrefix(usable, one));
  for (const part of parts) {
    const found = bestOf(part);
    if (found && isFree(found)) return found;
  }
  let grown: Choice | undefined;
  for (const block of mayGrow ? blocksIn(set, claim) : []) {
    const found = occupancies.isOpen(block) ? bestOf([block]) : undefined;
    if (found && isFree(found)) return found;
    grown ??= found;
  }
  return bestOf(parts.flat()) ?? grown ?? findAbandoned(state, claim, set);
}

/**
 * What the pod had last, else what its name alone gives; the latter not while it is cooling, as then
 * another pod has just left it.
 */
function chooseOwn(
  state: State,
  claim: Claim,
  set: UsableSet,
  occupancies: Occupancies,
  now: number,
): Choice | undefined {
  const identity = stickyIdentity(claim, set);
  if (identity === undefined) return undefined;
  const bound = boundAddress(state, claim, set, now);
  const [home] = scattered(set, identity);
  const address = bound ?? home;
  // One pod's own address is not worth a prefix.
  if (!address || (claim.delegation && !prefixAround(state, claim, address))) return undefined;
  const found = occupancies.at(formatAddress(address));
  const isOpen = found === 'free' || (found === 'cooling' && bound !== undefined);
  // That another ENI holds it may be old news, and that ENI may be out of use: EC2 is asked again.
  const mayBeStale = found === 'foreign' && claim.reassign === 'stale';
  return isOpen || mayBeStale ? { address, isOwn: true } : undefined;
}

const stickyIdentity = ({ attachment, pod, stickyMs }: Claim, { index }: UsableSet): string | undefined =>
  stickyMs > 0 ? identityOf(attachment, pod, index) : undefined;

/** Of those that are free the first; else one that is cooling; else the one that was kept the longest. */
function chooseFrom(
  claim: Claim,
  addresses: Iterable<Address>,
  state: State,
  occupancies: Occupancies,
): Choice | undefined {
  let cooling: Choice | undefined;
  const kept: Choice[] = [];
  for (const address of addresses) {
    const found = occupancies.at(formatAddress(address));
    if (found === 'free') return { address };
    if (found === 'cooling') cooling ??= { address };
    if (found === 'bound') kept.push({ address });
  }
  if (cooling || kept.length === 0) return cooling;
  const scope = scopeOf(claim.attachment.network, claim.eni);
  const ends = new Map(
    state.bindings.flatMap((one) => (one.scope === scope ? [[one.address, one.until] as const] : [])),
  );
  const endOf = ({ address }: Choice): number => ends.get(formatAddress(address)) ?? 0;
  return kept.reduce((oldest, one) => (endOf(one) < endOf(oldest) ? one : oldest));
}

/** In which order the addresses are tried. */
function orderOf(claim: Claim, set: UsableSet, state: State): Iterable<Address> {
  const identity = stickyIdentity(claim, set);
  return identity === undefined ? orderWithin(claim, set, usableSpans(set), state) : scattered(set, identity);
}

/** In which order the addresses of a part of the set are tried. */
function orderWithin(
  claim: Claim,
  set: UsableSet,
  part: readonly Span[],
  { cursors }: State,
): Iterable<Address> {
  const last = parseAddress(cursors[keyOfStep(claim.attachment, set)] ?? '');
  const start = last && placeOfLast(set, last);
  return candidates(part, claim.order, start, claim.eni?.id ?? '');
}

/** What the address is remembered by as the one that was handed out last. */
export function cursorKey(attachment: Attachment, set: UsableSet, address: Address): string {
  const step = stepsOf(set).find(({ ranges }) => ranges.some((range) => contains(range, address)));
  return keyOfStep(attachment, step ?? set);
}

/** A range for somebody goes round by itself. */
const keyOfStep = ({ network }: Attachment, { index, ranges, step }: UsableSet): string =>
  `${network}/${index}${step ? `/${ranges.map(formatSpan).join()}` : ''}`;

/**
 * An address whose pod is gone without a DEL, looked for only when there is no other way: it asks
 * the file system about every sandbox.
 */
function findAbandoned(state: State, claim: Claim, set: UsableSet, wish?: Address): Choice | undefined {
  const { attachment, eni } = claim;
  const scope = scopeOf(attachment.network, eni);
  for (const reservation of allReservations(state)) {
    const address = parseAddress(reservation.address);
    const isOurs =
      reservation.state === 'assigned' &&
      reservation.eni?.id === eni?.id &&
      scopeOf(reservation.network, reservation.eni) === scope &&
      comesAlike(reservation, claim, wish) &&
      !claim.fixedForOthers.has(reservation.address);
    if (!isOurs || !address || !isUsable(set, address) || (wish && !equalAddress(address, wish))) continue;
    if (claim.isGone(reservation)) return { address, abandoned: reservation };
  }
  return undefined;
}

/** Out of prefixes or one by one; what a pod asks for may come by itself in any case. */
const comesAlike = ({ prefix }: Reservation, { delegation }: Claim, wish: Address | undefined): boolean =>
  prefix === undefined ? delegation === undefined || wish !== undefined : delegation !== undefined;
