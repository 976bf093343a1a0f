/** Who has which address, as seen by one claim. */
import type { EniRef, Mark, Reservation, State } from '../model.ts';
import { parseAddress } from '../net/address.ts';
import { isPrefix } from '../net/prefix.ts';
import { contains, overlaps, parseSpan, type Span } from '../net/span.ts';
import { mentioning } from '../reservations.ts';
import { allReservations, scopeOf } from '../state.ts';
import { ownBindings } from './bindings.ts';
import type { Claim } from './claim.ts';
import { blockAround } from './whole-prefixes.ts';

export type Occupancy =
  | 'free'
  | 'cooling'
  | 'bound'
  | 'held'
  | 'releasing'
  | 'delegated'
  | 'unsettled'
  | 'unexplained'
  | 'foreign'
  | 'fixed';

/** What stands against handing out addresses. */
export interface Occupancies {
  /** Of one address, in canonical text. */
  readonly at: (address: string) => Occupancy;
  /** Whether a prefix of this length may be had: nobody, not even a pod of this node, has anything of it. */
  readonly isOpen: (block: Span) => boolean;
}

/**
 * Finds out what stands against addresses: a reservation, a pod that has just gone, one that may come back
 * for it, one that the configuration gives it to, an address on this ENI that no reservation explains
 * (somebody put it there, or our state was lost: EC2 would not refuse it), a delegated prefix, or another ENI.
 */
export function occupanciesOf(state: State, claim: Claim, now: number): Occupancies {
  const { attachment, eni } = claim;
  const scope = scopeOf(attachment.network, eni);
  // A network's own reservations count in any case: it may have been without an ENI before.
  const counts = ({ network, eni: on, state: stage }: Reservation): boolean =>
    stage !== 'refused' && (network === attachment.network || scopeOf(network, on) === scope);
  const holderOf = finder(state, counts);
  const marked = markedAddresses(state, claim, now);
  const blocks = occupiedBlocks(state, claim, now);
  const blockAt = (text: string): Occupancy | undefined => {
    const address = blocks.length > 0 ? parseAddress(text) : undefined;
    return address && blocks.find(({ span }) => contains(span, address))?.occupancy;
  };
  const others = [...blocks, ...state.delegations.flatMap(({ address }) => blockOf(address, 'delegated'))];
  let crowded: ReadonlySet<bigint> | undefined;
  return {
    at(address) {
      const holder = holderOf(address);
      if (holder) return holder.state === 'releasing' ? 'releasing' : 'held';
      const found = marked.get(address) ?? 'free';
      return YIELDING.has(found) ? (blockAt(address) ?? found) : found;
    },
    isOpen(block) {
      crowded ??= placesOf([
        ...allReservations(state)
          .filter(counts)
          .map(({ address }) => address),
        ...[...marked].flatMap(([address, found]) => (YIELDING.has(found) ? [] : address)),
      ]);
      return !crowded.has(block.first.value) && !others.some(({ span }) => overlaps(span, block));
    },
  };
}

/** So many questions are answered without reading all reservations: few claims ask more. */
const FEW = 4;

/** Finds the reservation of an address among those that count. */
function finder(
  state: State,
  counts: (reservation: Reservation) => boolean,
): (address: string) => Reservation | undefined {
  let questions = 0;
  let holders: ReadonlyMap<string, Reservation> | undefined;
  return (address) => {
    questions += 1;
    if (questions <= FEW) {
      const few = mentioning(state.reservations, address);
      return few.findLast((one) => one.address === address && counts(one));
    }
    holders ??= new Map(
      allReservations(state)
        .filter(counts)
        .map((one) => [one.address, one]),
    );
    return holders.get(address);
  };
}

/** What does not keep an address from being handed out. */
const YIELDING: ReadonlySet<Occupancy> = new Set(['free', 'cooling', 'bound']);

/** What stands against addresses that no reservation has. */
function markedAddresses(state: State, claim: Claim, now: number): ReadonlyMap<string, Occupancy> {
  const { attachment, eni, cooldownMs } = claim;
  const scope = scopeOf(attachment.network, eni);
  const marked = new Map<string, Occupancy>();
  const count = (address: string, found: Occupancy): void => {
    const other = marked.get(address) ?? 'free';
    if (GRAVITY.indexOf(found) > GRAVITY.indexOf(other)) marked.set(address, found);
  };
  for (const mark of state.marks) {
    if (mark.scope === scope && mark.until > now) count(mark.address, weigh(mark, eni, cooldownMs, now));
  }
  const isOwn = ownBindings(claim);
  for (const binding of state.bindings) {
    const concerns = binding.scope === scope && binding.until > now;
    if (concerns && !isOwn(binding)) count(binding.address, 'bound');
  }
  for (const address of claim.fixedForOthers.keys()) marked.set(address, 'fixed');
  return marked;
}

/** Of several marks and bindings on one address, the gravest one counts. */
const GRAVITY: readonly Occupancy[] = ['free', 'cooling', 'bound', 'foreign', 'unsettled', 'unexplained'];

function weigh(mark: Mark, eni: EniRef | undefined, cooldownMs: number, now: number): Occupancy {
  const { reason, since } = mark;
  switch (reason) {
    case 'released':
      return now < since + cooldownMs ? 'cooling' : 'free';
    // If it has turned up on this ENI, its next owner is welcome to it.
    case 'asked':
      return 'free';
    case 'foreign':
    case 'unsettled':
      return reason;
    // On another ENI of this node it is as much out of reach as on another node's.
    case 'unexplained':
      return mark.eni === eni?.id ? 'unexplained' : 'foreign';
  }
}

interface OccupiedBlock {
  readonly span: Span;
  readonly occupancy: Occupancy;
}

/** Prefixes of whose addresses the claim can have none: in its own, it finds its place. */
function occupiedBlocks(state: State, claim: Claim, now: number): readonly OccupiedBlock[] {
  const { eni, attachment, delegation, cooldownMs } = claim;
  const scope = scopeOf(attachment.network, eni);
  const isForClaim = (one: State['delegations'][number]): boolean =>
    delegation !== undefined && one.eni.id === eni?.id && one.state !== 'releasing' && !one.lost;
  const own = state.delegations
    .filter((one) => one.eni.subnet === scope && one.state !== 'refused' && !isForClaim(one))
    .map((one) => [one.address, one.state === 'releasing' ? 'releasing' : 'delegated'] as const);
  const marked = state.marks
    .filter((mark) => isPrefix(mark.address) && mark.scope === scope && mark.until > now)
    .map((mark) => [mark.address, weigh(mark, eni, cooldownMs, now)] as const)
    .filter(([, occupancy]) => !YIELDING.has(occupancy));
  return [...own, ...marked].flatMap(([text, occupancy]) => blockOf(text, occupancy));
}

function blockOf(text: string, occupancy: Occupancy): readonly OccupiedBlock[] {
  const span = parseSpan(text);
  return span ? [{ span, occupancy }] : [];
}

/** Where prefixes begin in which these addresses are. */
const placesOf = (addresses: readonly string[]): ReadonlySet<bigint> =>
  new Set(
    addresses.flatMap((text) => {
      const address = parseAddress(text);
      return address ? [blockAround(address).first.value] : [];
    }),
  );
