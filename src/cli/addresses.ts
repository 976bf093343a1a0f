/** What the node has on record, address by address, as a person wants to see it. */
import type { Binding, Delegation, Mark, MarkReason, Reservation, State } from '../model.ts';
import { isPrefix } from '../net/prefix.ts';
import { parseSpan } from '../net/span.ts';
import { allReservations } from '../state.ts';

/** One line of `eni-local list`. */
export interface Listed {
  /** An address, or a prefix that the ENI has for pods. */
  readonly address: string;
  /** A reservation's state, or why an address that nobody has is remembered; `kept`: for its pod. */
  readonly state: Reservation['state'] | MarkReason | 'kept';
  /** Since when, in RFC 3339; and how many seconds that is. */
  readonly since?: string;
  readonly age?: number;
  readonly network?: string;
  readonly container?: string;
  readonly interface?: string;
  /** As `namespace/name`. */
  readonly pod?: string;
  readonly eni?: string;
  readonly subnet?: string;
  /** The prefix by which the ENI has the address. */
  readonly prefix?: string;
  /** Until when it is remembered, when nobody has it. */
  readonly until?: string;
  /** Its pod is provably gone: the plugin or `eni-local reconcile` takes the address off. */
  readonly gone?: true;
  /** The ENI was seen without it, and is to get it again. */
  readonly lost?: true;
}

/** Which addresses are wanted. */
export interface Wanted {
  /** Only those of this network. */
  readonly network?: string | undefined;
  /** Also what is remembered of addresses that nobody has. */
  readonly all: boolean;
}

/** In the order of networks and addresses. `isGone` tells whether a reservation's pod is provably gone. */
export function listAddresses(
  state: State,
  { network, all }: Wanted,
  isGone: (reservation: Reservation) => boolean,
  now: number,
): readonly Listed[] {
  const { delegations, marks, bindings } = state;
  const reservations = allReservations(state);
  const isWanted = (one: Reservation | Delegation): boolean =>
    network === undefined || one.network === network;
  const listed = [
    ...delegations.filter(isWanted).map((one) => describeDelegation(one, now)),
    ...reservations.filter(isWanted).map((one) => describe(one, isGone(one), now)),
  ].toSorted(byNetworkAndAddress);
  if (!all) return listed;
  const remembered = marks.filter(({ scope }) => network === undefined || isOf(network, scope, reservations));
  const kept = bindings.filter((one) => network === undefined || one.network === network);
  const others = [...remembered.map((mark) => describeMark(mark, now)), ...kept.map(describeBinding)];
  const isCurrent = ({ until }: Listed): boolean => until === undefined || Date.parse(until) > now;
  return [...listed, ...others.filter(isCurrent).toSorted(byNetworkAndAddress)];
}

/** A mark is of a subnet, or of a network without an ENI. */
const isOf = (network: string, scope: string, reservations: readonly Reservation[]): boolean =>
  scope === `network ${network}` ||
  reservations.some((one) => one.network === network && one.eni?.subnet === scope);

function describe(one: Reservation, gone: boolean, now: number): Listed {
  const { address, state, network, container, interface: name, pod, eni, prefix, lost } = one;
  return {
    address,
    state,
    ...timeOf(one, now),
    network,
    container,
    interface: name,
    ...(pod ? { pod: `${pod.namespace}/${pod.name}` } : {}),
    ...(eni ? { eni: eni.id, subnet: eni.subnet } : {}),
    ...(prefix === undefined ? {} : { prefix }),
    ...(gone ? { gone } : {}),
    ...(lost ? { lost } : {}),
  };
}

function describeDelegation(one: Delegation, now: number): Listed {
  const { address, state, network, eni, lost } = one;
  const place = { network, eni: eni.id, subnet: eni.subnet };
  return { address, state, ...timeOf(one, now), ...place, ...(lost ? { lost } : {}) };
}

function describeMark(mark: Mark, now: number): Listed {
  const { address, reason, scope, eni, until } = mark;
  const [, network] = /^network (.*)$/.exec(scope) ?? [];
  return {
    address,
    state: reason,
    ...timeOf(mark, now),
    ...(network === undefined ? { subnet: scope } : { network }),
    ...(eni === undefined ? {} : { eni }),
    until: new Date(until).toISOString(),
  };
}

const describeBinding = ({ address, network, pod, interface: name, until }: Binding): Listed => ({
  address,
  state: 'kept',
  network,
  interface: name,
  pod,
  until: new Date(until).toISOString(),
});

const timeOf = ({ since }: { readonly since: number }, now: number) => ({
  since: new Date(since).toISOString(),
  age: Math.max(0, Math.floor((now - since) / 1000)),
});

function byNetworkAndAddress(a: Listed, b: Listed): number {
  const networks = (a.network ?? '').localeCompare(b.network ?? '');
  if (networks !== 0) return networks;
  const [first, second] = [numberOf(a.address), numberOf(b.address)];
  if (first !== second) return first < second ? -1 : 1;
  return Number(isPrefix(b.address)) - Number(isPrefix(a.address));
}

/** IPv4 before IPv6, whose numbers are greater; a prefix stands before its addresses. */
const numberOf = (text: string): bigint => parseSpan(text)?.first.value ?? 0n;
