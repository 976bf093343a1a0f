/** What the node has on record, address by address, as a person wants to see it. */
import type { Binding, Mark, MarkReason, Reservation, State } from '../model.ts';
import { parseAddress } from '../net/address.ts';

/** One line of `eni-local list`. */
export interface Listed {
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
  { reservations, marks, bindings }: State,
  { network, all }: Wanted,
  isGone: (reservation: Reservation) => boolean,
  now: number,
): readonly Listed[] {
  const held = reservations.filter((one) => network === undefined || one.network === network);
  const listed = held.map((one) => describe(one, isGone(one), now)).toSorted(byNetworkAndAddress);
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
  const { address, state, network, container, interface: name, pod, eni, lost } = one;
  return {
    address,
    state,
    ...timeOf(one, now),
    network,
    container,
    interface: name,
    ...(pod ? { pod: `${pod.namespace}/${pod.name}` } : {}),
    ...(eni ? { eni: eni.id, subnet: eni.subnet } : {}),
    ...(gone ? { gone } : {}),
    ...(lost ? { lost } : {}),
  };
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
  return numberOf(a.address) < numberOf(b.address) ? -1 : 1;
}

/** IPv4 before IPv6, whose numbers are greater. */
const numberOf = (address: string): bigint => parseAddress(address)?.value ?? 0n;
