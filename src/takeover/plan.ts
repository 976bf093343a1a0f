/** Which of host-local's reservations become ours, pure. */
import { formatSpan, type RangeSet } from '../config/ranges.ts';
import type { Eni, EniRef, Reservation, Sandbox, State } from '../model.ts';
import { bitsOf, familyOf, formatAddress, parseAddress } from '../net/address.ts';
import { contains } from '../net/span.ts';
import { addReservations, allReservations, type Change, isHeldBy, refTo, scopeOf } from '../state.ts';
import type { Inherited, InheritedNetwork } from './host-local.ts';

/**
 * - `take over`: it becomes ours. `known`: it is already.
 * - `conflict`: another attachment has the address here. `unreadable`: nobody can tell whose it is.
 */
export interface Item {
  readonly action: 'take over' | 'known' | 'conflict' | 'unreadable';
  readonly network: string;
  readonly address: string;
  readonly container?: string;
  readonly interface?: string;
  readonly eni?: string;
  readonly reason?: string;
}

/** What a network is by its configuration. */
export interface Destination {
  readonly rangeSets: readonly RangeSet[];
  readonly cooldownMs: number;
  readonly eni?: Eni;
}

/** What is known of the moment. */
export interface Circumstances {
  readonly now: number;
  readonly boot: string;
  /** How host-local's file is seen: when it is gone from there, its container has given up the address. */
  readonly observe: (file: string) => Sandbox | undefined;
}

/**
 * The state with the network's reservations in it. With an ENI they are `lost` at first: their pods
 * live, and the ENI is to get their addresses.
 */
export function planTakeover(
  state: State,
  network: InheritedNetwork,
  destination: Destination,
  circumstances: Circumstances,
): Change<readonly Item[]> {
  const { name, unreadable, cursors } = network;
  const before = allReservations(state);
  const added: Reservation[] = [];
  const items = network.reservations.map((inherited): Item => {
    const { file: _, ...about } = inherited;
    const item = { network: name, ...about, ...(destination.eni ? { eni: destination.eni.id } : {}) };
    const other = holderOf(inherited.address, [...before, ...added], name, destination.eni);
    if (!other) {
      added.push(toReservation(name, inherited, destination, circumstances));
      return { ...item, action: 'take over' };
    }
    if (isHeldBy(other, { network: name, ...about })) return { ...item, action: 'known' };
    const reason = `${other.container} ${other.interface} of network ${other.network} has it`;
    return { ...item, action: 'conflict', reason };
  });
  const { eni, rangeSets } = destination;
  const known = eni ? { [name]: { eni: refTo(eni), ranges: rangeSets.flat().map(formatSpan) } } : {};
  const last = [...cursors].map(([set, address]) => [`${name}/${set}`, address] as const);
  const next = {
    ...addReservations(state, added),
    cursors: { ...Object.fromEntries(last), ...state.cursors },
    networks: { ...state.networks, ...known },
  };
  return {
    state: added.length === 0 ? state : next,
    value: [...items, ...unreadable.map((one): Item => ({ ...one, network: name, action: 'unreadable' }))],
  };
}

/** Who has the address here, where it may exist only once. */
function holderOf(
  address: string,
  reservations: readonly Reservation[],
  network: string,
  eni: EniRef | undefined,
): Reservation | undefined {
  const scope = scopeOf(network, eni);
  return reservations.find(
    (one) =>
      one.address === address &&
      one.state !== 'refused' &&
      (one.network === network || scopeOf(one.network, one.eni) === scope),
  );
}

function toReservation(
  network: string,
  { file, ...inherited }: Inherited,
  { rangeSets, cooldownMs, eni }: Destination,
  { now, boot, observe }: Circumstances,
): Reservation {
  const sandbox = observe(file);
  return {
    network,
    ...inherited,
    ...placeOf(inherited.address, rangeSets),
    state: 'assigned',
    since: now,
    boot,
    cooldown: cooldownMs,
    ...(eni ? { eni: refTo(eni), lost: true } : {}),
    ...sandbox,
  };
}

/** The set and range that an address is of; out of all ranges, it stands alone and without a gateway. */
function placeOf(
  text: string,
  rangeSets: readonly RangeSet[],
): Pick<Reservation, 'set' | 'length' | 'gateway'> {
  const address = parseAddress(text);
  for (const [set, ranges] of rangeSets.entries()) {
    const range = ranges.find((one) => address && contains(one, address));
    if (range) return { set, length: range.subnet.length, gateway: formatAddress(range.gateway) };
  }
  return { set: 0, length: bitsOf(familyOf(text)), gateway: '' };
}
